"""From a persona and a scene to the messages that a model gets."""
