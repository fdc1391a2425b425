"""Which of what was said a character still has."""
