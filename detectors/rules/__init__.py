"""One detector, one file: its name is its id."""
