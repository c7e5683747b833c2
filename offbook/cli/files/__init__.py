"""What reads event files: replay, validation, production."""
