"""How far a monitor is in reading back the states of its partitions."""
