"""`offbook worker` as a process: its roles, its logs, its HTTP port, its reload."""
