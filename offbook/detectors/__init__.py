"""The pure core: events and time in, alerts out. No I/O, no clock, no randomness."""
