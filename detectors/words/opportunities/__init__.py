"""Opportunities: how far they are, won and lost."""
