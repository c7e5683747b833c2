"""The commands, by what they work on. Each imports its modules when it is called."""
