"""Decodes the bytes of a record into an event, or into the reason why it is not one."""
