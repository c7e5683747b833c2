"""How far a monitor is in reading back its states."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from prometheus_client import CollectorRegistry, Gauge

from sinks.metrics.late_gauge import LateGauge


class RecoveryFigures:
    """What of the changelog is still to be read, and when something of it was."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._left = Gauge(
            "offbook_recovery_offsets_left",
            "Offsets of this partition of the changelog that its monitor has still to read before"
            " it has the states of the partition back and goes on; 0 once it has.",
            ["partition"],
            registry=registry,
        )
        self._progress = LateGauge(
            registry,
            "offbook_recovery_progress_timestamp_seconds",
            "When this monitor last read anything of the states that it then lacked, in seconds"
            " since 1970.",
        )
        self._here: set[str] = set()

    def left(self, offsets: Mapping[int, int]) -> None:
        """Offsets that are still to be read, by partition; others are forgotten."""
        here = {str(number): left for number, left in offsets.items()}
        for gone in self._here - here.keys():
            with suppress(KeyError):
                self._left.remove(gone)
        self._here = set(here)
        for partition, left in here.items():
            self._left.labels(partition).set(left)

    def progress(self, seconds: float) -> None:
        """The last that was read of them was read at this time, in seconds since 1970."""
        self._progress.set(seconds)
