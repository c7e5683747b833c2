"""Offbook: a stream-processing monitor of sales fraud."""

__version__ = "0.1.0"
