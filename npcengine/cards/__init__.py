"""Character cards and lorebooks of other tools: from a card to a persona, and back."""
