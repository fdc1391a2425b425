"""Whether a quest can be finished: plans, their replay, and dead ends."""
