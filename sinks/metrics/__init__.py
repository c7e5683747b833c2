"""What Prometheus sees of Offbook, by what it is about."""
