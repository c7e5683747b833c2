"""The contract: events that come in, alerts that go out, and why a record is neither. It imports no
other room."""

__version__ = "0.1.0"
