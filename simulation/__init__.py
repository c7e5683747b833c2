"""A company that does not exist, its honest business and its frauds, as events with labels."""
