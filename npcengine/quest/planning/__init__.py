"""What a quest may be: strategies, and who and what around a giver fits them."""
