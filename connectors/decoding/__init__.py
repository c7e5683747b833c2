"""Bytes to records: a file, a request's body or a message, as the system at hand writes them."""
