"""The outside: Redis, dead letters, metrics, health. None of it knows a detector."""
