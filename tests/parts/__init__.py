"""The real servers that tests run against, beside the embedded ones."""
