"""How old the newest canary is that came back."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from sinks.metrics.late_gauge import LateGauge


class CanaryFigures:
    """When the last was sent, and when the newest that came back was."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sent = LateGauge(
            registry,
            "offbook_canary_sent_timestamp_seconds",
            "When this worker last sent a canary.",
        )
        self._seen = LateGauge(
            registry,
            "offbook_canary_seen_timestamp_seconds",
            "When the newest canary was sent whose alert this worker has written to Redis. Take the"
            " max of all workers: its age is how long nothing may have been found.",
        )
        self._newest = 0

    def sent(self, at: int) -> None:
        """One was sent (µs)."""
        self._sent.set(at / 1_000_000)

    def seen(self, at: int) -> None:
        """The alert of one that was sent then (µs) is in Redis."""
        self._newest = max(self._newest, at)
        self._seen.set(self._newest / 1_000_000)
