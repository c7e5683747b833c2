"""Alerts as they stand, worked from a terminal."""
