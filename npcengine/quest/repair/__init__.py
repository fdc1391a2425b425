"""Bare lists of steps, as somebody else wrote them: checked, and mended."""
