"""What was told to Alertmanager."""

from __future__ import annotations

from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter

from sinks.metrics.late_gauge import LateGauge

#: `firing` and `resolved` were taken, `refused` was not and will not be as it is, `failed` was not
#: because Alertmanager was away.
Pushed = Literal["firing", "resolved", "refused", "failed"]
_OUTCOMES: Final[tuple[Pushed, ...]] = ("firing", "resolved", "refused", "failed")


class AlertmanagerFigures:
    """How telling Alertmanager goes; only counters at 0 where none is set."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = LateGauge(
            registry, "offbook_alertmanager_up", "1 while this worker's Alertmanager answers."
        )
        self._pushed = Counter(
            "offbook_alertmanager_pushed",
            "Alerts sent to Alertmanager, those that are sent again among them, by what became of"
            " them.",
            ["outcome"],
            registry=registry,
        )
        self._full = LateGauge(
            registry,
            "offbook_alertmanager_last_full_push_timestamp_seconds",
            "When this worker had last told Alertmanager of all that is open, in seconds since"
            " 1970; before the first time, when it began.",
        )
        for outcome in _OUTCOMES:
            self._pushed.labels(outcome)

    def up(self, up: bool) -> None:
        """Whether Alertmanager answered last."""
        self._up.set(int(up))

    def pushed(self, outcome: Pushed, count: int) -> None:
        """So many alerts were sent."""
        self._pushed.labels(outcome).inc(count)

    def full(self, at: float) -> None:
        """At `at`, in seconds since 1970, Alertmanager knew of all that is open."""
        self._full.set(at)
