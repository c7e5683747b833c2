"""Reads the source topics, and gives each event to the entities it is about."""
