"""A replay by several processes: who reads, who judges what, and how they talk to each other."""
