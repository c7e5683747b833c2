"""Tells Alertmanager what is open, and leaves to it whom to wake, together with what, and when."""
