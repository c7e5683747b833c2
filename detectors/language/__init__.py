"""What a rule is written in: numbers, shapes, sentences."""
