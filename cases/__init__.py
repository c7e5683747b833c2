"""What becomes of alerts: how each is worked, and which of them are one case."""
