"""The pure core: what fraud looks like, and what finds it. No I/O, no clock, no randomness."""
