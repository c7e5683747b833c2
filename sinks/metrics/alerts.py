"""Alerts on their way to Redis, and those that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from contract.alert import SEVERITIES, Audience, Severity
from sinks.metrics.labels import DetectorLabels
from sinks.metrics.late_gauge import LateGauge

#: Seconds. Close together below 1 s, where the pipeline lives; far apart where an outage ends.
_LATENCY_BUCKETS: Final = (
    *(0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0),
    *(300.0, 900.0, 3600.0),
)


class AlertFigures:
    """What was delivered and what fires."""

    def __init__(self, registry: CollectorRegistry, labels: DetectorLabels) -> None:
        self._labels = labels
        self._alerts = Counter(
            "offbook_alerts",
            "Alerts delivered to Redis: each that fired once, at its first revision, by the"
            " severity it then had; again at one that brings it over from shadow or suppressed.",
            ["detector", "severity"],
            registry=registry,
        )
        self._shadow_alerts = Counter(
            "offbook_shadow_alerts",
            "The same of detectors on trial (mode shadow); nobody is to be woken by them.",
            ["detector", "severity"],
            registry=registry,
        )
        self._suppressed_alerts = Counter(
            "offbook_suppressed_alerts",
            "The same of alerts that an allowance covers, whatever the detector's mode.",
            ["detector"],
            registry=registry,
        )
        self._open = Gauge(
            "offbook_open_alerts",
            "Alerts firing now, read from Redis. Every delivery worker reports all of them: take"
            " the max, not the sum.",
            ["severity"],
            registry=registry,
        )
        self._open_shadow = Gauge(
            "offbook_open_shadow_alerts",
            "The same of detectors on trial, whose alerts are not among the open ones.",
            ["severity"],
            registry=registry,
        )
        self._latency = Histogram(
            "offbook_detection_latency_seconds",
            "From the Kafka timestamp of the record that caused an alert's revision to that"
            " revision in Redis. Absences and replays, which no record causes, are not in it.",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self._undelivered = LateGauge(
            registry,
            "offbook_undelivered_alerts",
            "Alert revisions on the alerts topic, in this worker's partitions, not yet in Redis.",
        )
        self._redis_up = LateGauge(
            registry, "offbook_redis_up", "1 while this worker's Redis answers."
        )
        self._missing = LateGauge(
            registry,
            "offbook_redis_missing_revisions",
            "Alert revisions in this worker's partitions of the alerts topic that were delivered"
            " and that Redis may lack: up to where it was last emptied, restored or replaced.",
        )

    def know(self, detectors: Mapping[str, Sequence[Severity]]) -> None:
        """Counters of these start at 0, for each of the severities that one can give."""
        for detector, severities in detectors.items():
            self._suppressed_alerts.labels(detector)
            for severity in severities:
                self._alerts.labels(detector, severity)
                self._shadow_alerts.labels(detector, severity)

    def new(self, detector: str, severity: Severity, audience: Audience = "live") -> None:
        """The first revision of an alert that goes to `audience` is in Redis."""
        detector = self._labels.of(detector)
        if audience == "suppressed":
            self._suppressed_alerts.labels(detector).inc()
        elif audience == "shadow":
            self._shadow_alerts.labels(detector, severity).inc()
        else:
            self._alerts.labels(detector, severity).inc()

    def open(self, counts: Mapping[Severity, int]) -> None:
        """How many alerts fire, by severity; a severity left out is 0."""
        for severity in SEVERITIES:
            self._open.labels(severity).set(counts.get(severity, 0))

    def open_shadow(self, counts: Mapping[Severity, int]) -> None:
        """The same of detectors on trial."""
        for severity in SEVERITIES:
            self._open_shadow.labels(severity).set(counts.get(severity, 0))

    def latency(self, seconds: float) -> None:
        """One revision reached Redis `seconds` after its record was stamped."""
        self._latency.observe(max(seconds, 0.0))

    def undelivered(self, count: int) -> None:
        """Revisions this worker has still to deliver."""
        self._undelivered.set(count)

    def redis_up(self, up: bool) -> None:
        """Whether Redis answered last."""
        self._redis_up.set(int(up))

    def missing(self, count: int) -> None:
        """Revisions that were delivered once and that Redis may lack now."""
        self._missing.set(count)
