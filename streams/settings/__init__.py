"""What a company can set, and what is wrong with what it did set."""
