"""What the monitor knows of the company: the reference topics, read whole and kept in step."""
