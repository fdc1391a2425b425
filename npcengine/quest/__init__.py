"""Quests that can be finished: planned in the world, proved, priced, and told by a model."""
