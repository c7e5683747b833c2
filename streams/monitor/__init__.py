"""Runs the detectors on the entities of a partition, and keeps their states on a changelog."""
