"""From a model's text to what may be shown."""
