"""What a model is asked about a quest, and what of its answer can be used."""
