"""What stands between processes: clients, topics, and records with their headers."""
