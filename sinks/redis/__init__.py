"""Alerts in Redis, each revision once."""
