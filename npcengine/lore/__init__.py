"""What characters know of the world, told to the model when the talk comes to it."""
