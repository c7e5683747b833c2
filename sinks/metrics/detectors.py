"""The detectors: where they fail, give way, or stay silent for lack of reference data."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from sinks.metrics.labels import PARTS, DetectorLabels


class DetectorFigures:
    """What befalls the detectors, and the reference data they judge by."""

    def __init__(self, registry: CollectorRegistry, labels: DetectorLabels) -> None:
        self._labels = labels
        self._reference = Gauge(
            "offbook_reference_entries",
            "Reference documents a monitor holds. Every monitor holds all of them: take the max.",
            ["kind"],
            registry=registry,
        )
        self._failures = Counter(
            "offbook_detector_failures",
            "Events a detector failed on; they are in the dead letters.",
            ["detector"],
            registry=registry,
        )
        self._evictions = Counter(
            "offbook_state_evictions",
            "Things dropped from an entity's state because there were too many.",
            ["detector"],
            registry=registry,
        )
        self._set_aside = Counter(
            "offbook_detectors_set_aside",
            "Times a detector was set aside for one entity, because it failed there again and"
            " again.",
            ["detector"],
            registry=registry,
        )
        self._withheld = Counter(
            "offbook_events_without_reference",
            "Events a detector took in without the reference data it needs; they are judged once"
            " these arrive, or forgotten after the lateness.",
            ["detector"],
            registry=registry,
        )
        for part in PARTS:
            self._failures.labels(part)
        self._backdated = Counter(
            "offbook_backdated_withdrawals",
            "Critical alerts withdrawn by a record written more than a day after the time it"
            " claims.",
            registry=registry,
        )
        self._silent = Gauge(
            "offbook_silent_detectors",
            "1 while a detector stays silent for lack of reference data.",
            ["detector"],
            registry=registry,
        )

        self._refused = Gauge(
            "offbook_refused_detectors",
            "1 while the file of a detector of your own is refused, 0 while it is not.",
            ["detector"],
            registry=registry,
        )

    def know(self, detectors: Iterable[str]) -> None:
        """Counters of these start at 0."""
        for detector in detectors:
            for counter in (self._failures, self._evictions, self._set_aside, self._withheld):
                counter.labels(detector)

    def failed(self, detector: str) -> None:
        """A detector raised."""
        self._failures.labels(self._labels.of(detector)).inc()

    def evicted(self, detector: str, count: int = 1) -> None:
        """`count` things of an entity's state were dropped for want of room."""
        self._evictions.labels(self._labels.of(detector)).inc(count)

    def set_aside(self, detector: str, count: int = 1) -> None:
        """A detector was set aside for `count` entities."""
        self._set_aside.labels(self._labels.of(detector)).inc(count)

    def withheld(self, detector: str, count: int = 1) -> None:
        """`count` events wait for the reference data that a detector needs."""
        self._withheld.labels(self._labels.of(detector)).inc(count)

    def backdated_withdrawal(self) -> None:
        """A critical alert was withdrawn by a record that claims an earlier day."""
        self._backdated.inc()

    def silent(self, detector: str, silent: bool) -> None:
        """Whether a detector lacks the reference data it needs."""
        self._silent.labels(self._labels.of(detector)).set(int(silent))

    def own(self, known: Collection[str], refused: Collection[str]) -> None:
        """These are the company's own, and of them these files are refused now."""
        self._refused.clear()
        for detector in (*known, *refused):
            self._refused.labels(detector).set(int(detector in refused))

    def reference_entries(self, kind: str, count: int) -> None:
        """`kind` is `accounts`, `employees` or `customers`, as in `reference.<kind>`."""
        self._reference.labels(kind).set(count)
