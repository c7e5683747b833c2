"""How long a monitor takes until it has its states back, and what it takes for that."""
