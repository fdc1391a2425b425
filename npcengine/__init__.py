"""Game characters that speak for themselves, within a frame budget."""
