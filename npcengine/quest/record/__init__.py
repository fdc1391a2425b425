"""The journal: what quests players have, how far they are, and whether they still can be done."""
