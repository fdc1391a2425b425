"""What quests are worth, and what things cost."""
