"""What is kept of an event, of whom it is kept, and what everybody knows of them."""
