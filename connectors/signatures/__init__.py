"""Who sent a webhook, and what stands in an encrypted one. Nothing here does I/O, knows a clock or
throws dice; of a secret nothing is shown, and of what was sent neither."""
