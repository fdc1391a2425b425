"""What can be wrong with a quest, one value a rule."""
