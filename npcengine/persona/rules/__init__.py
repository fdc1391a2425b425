"""What is looked for in personas and lore that load: mistakes, and what could be better."""
