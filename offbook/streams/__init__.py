"""The moving parts: settings, router, monitor, delivery, replay, command line."""
