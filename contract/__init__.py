"""The contract: events in, alerts out, and why a record is neither. It knows nothing else."""

__version__ = "0.1.0"
