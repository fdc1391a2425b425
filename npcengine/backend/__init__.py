"""From messages to a stream of text."""
