"""The conduct of a turn."""
