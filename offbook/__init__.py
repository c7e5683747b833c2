"""Offbook: a stream-processing monitor of sales fraud."""

from contract import __version__

__all__ = ["__version__"]
