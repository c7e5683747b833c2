"""Recognises the same thing in different spellings, and shows text that others wrote safely."""
