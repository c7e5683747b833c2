"""The dead letters: what is there, and what is done about it."""
