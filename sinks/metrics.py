"""What Prometheus sees of Offbook.

No employee, customer, order or account is ever a label: labels are topics, detectors and other
words of Offbook's own and of whoever writes its settings. What is not known is counted as `other`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Literal, NamedTuple, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from contract import __version__
from contract.alert import SEVERITIES, Audience, Severity
from contract.kinds import SOURCE_TOPICS

Outcome = Literal["accepted", "late", "duplicate", "conflict", "dead_letter"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
ALERTS_TOPIC: Final = "offbook.alerts"
OTHER: Final = "other"
#: What fails and gives way besides detectors: the profile that all share, and the engine itself.
_PARTS: Final = ("profile", "engine")

#: Seconds. Close together below 1 s, where the pipeline lives; far apart where an outage ends.
LATENCY_BUCKETS: Final = (
    *(0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.5, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0),
    *(300.0, 900.0, 3600.0),
)


#: What is told of each partition of a source topic, in the order of `FeedFigures`.
_FEED_GAUGES: Final = {
    "last_event_timestamp_seconds": (
        "When the newest event of this partition happened, in seconds since 1970."
    ),
    "last_heartbeat_timestamp_seconds": (
        "The time of the newest heartbeat of this partition, in seconds since 1970."
    ),
    "complete_timestamp_seconds": (
        "Time, in seconds since 1970, up to which all that happened has been sent on this partition"
        " and read, as far as its sender says."
    ),
    "end_reached_timestamp_seconds": (
        "When this partition was last seen to be read to its end, or its router began to read it,"
        " in seconds since 1970."
    ),
    "silent": "1 while this partition is more silent than it should be.",
}


class FeedFigures(NamedTuple):
    """How one partition of a source topic stands; times in seconds, None while not known."""

    last_event: float | None
    last_heartbeat: float | None
    complete_to: float | None
    end_reached: float | None
    silent: int


class Metrics:
    """All figures of one process, in a registry of its own.

    `detectors` maps detector ids to the severities each can give; `topics` are the source topics
    this process reads. Every counter they make possible starts at 0, so that the first event
    already shows in `rate()`. A gauge appears when its value is first known: a role that never
    learns it does not claim 0.
    """

    def __init__(
        self,
        *,
        topics: Iterable[str] = SOURCE_TOPICS,
        detectors: Mapping[str, Sequence[Severity]] | None = None,
        version: str = __version__,
    ) -> None:
        # `_created` samples would double every series and are in no contract. The switch is the
        # library's, for all registries of the process.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self._known = set(_PARTS)

        self._events = Counter(
            "offbook_events",
            "Records read from source topics, by what became of them.",
            ["topic", "outcome"],
            registry=registry,
        )
        self._event_counts: dict[tuple[str, Outcome], Counter] = {
            (topic, outcome): self._events.labels(topic, outcome)
            for topic in topics
            for outcome in OUTCOMES
        }
        # What is no alert on our own topic is a dead letter too; what is one is no event.
        stranger: tuple[str, Outcome] = (ALERTS_TOPIC, "dead_letter")
        self._event_counts[stranger] = self._events.labels(*stranger)
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
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self._stream_time = Gauge(
            "offbook_stream_time_seconds",
            "Time, in seconds since 1970, up to which every source has been read, as this partition"
            " of the keyed topic knows it.",
            ["partition"],
            registry=registry,
        )
        self._applied = Gauge(
            "offbook_keyed_applied_timestamp_seconds",
            "Kafka timestamp, in seconds since 1970, of the newest record of this partition of the"
            " keyed topic that was applied. The router writes there every second.",
            ["partition"],
            registry=registry,
        )
        self._feeds = {
            name: Gauge(f"offbook_feed_{name}", text, ["topic", "partition"], registry=registry)
            for name, text in _FEED_GAUGES.items()
        }
        self._fed: set[tuple[str, str]] = set()
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
        self._detectors_aside = Counter(
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
        for part in _PARTS:
            self._failures.labels(part)
        self._kept_out = Counter(
            "offbook_events_kept_out",
            "Events older than what somebody or something they are about still remembers, kept out"
            " of judging there.",
            ["topic"],
            registry=registry,
        )
        for topic in topics:
            self._kept_out.labels(topic)
        self._backdated = Counter(
            "offbook_backdated_withdrawals",
            "Critical alerts withdrawn by a record written more than a day after the time it"
            " claims.",
            registry=registry,
        )
        self._aside = Gauge(
            "offbook_entities_set_aside",
            "Entities of this partition of the keyed topic that take in nothing more, because"
            " something of them is larger than a record may be.",
            ["partition"],
            registry=registry,
        )
        self._dropped = Counter(
            "offbook_set_aside_inputs",
            "What came for entities that are set aside; the events among it are in the dead"
            " letters.",
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
            "1 while the file of a detector of your own is refused.",
            ["detector"],
            registry=registry,
        )
        self._undelivered = Gauge(
            "offbook_undelivered_alerts",
            "Alert revisions on the alerts topic, in this worker's partitions, not yet in Redis.",
            registry=None,
        )
        self._redis_up = Gauge(
            "offbook_redis_up", "1 while this worker's Redis answers.", registry=None
        )
        self._config_taken = Gauge(
            "offbook_config_last_reload_successful",
            "1 if the settings file as it stands was taken, 0 if it was refused and the settings"
            " taken before go on. Absent without a file.",
            registry=None,
        )
        self._config_taken_at = Gauge(
            "offbook_config_last_reload_success_timestamp_seconds",
            "When a settings file was last taken, in seconds since 1970.",
            registry=None,
        )
        self._appeared: set[Gauge] = set()
        Info("offbook_build", "The running version.", registry=registry).info({"version": version})
        ProcessCollector(registry=registry)
        self.know(detectors or {})

    def know(self, detectors: Mapping[str, Sequence[Severity]]) -> None:
        """There are these detectors, too, each with the severities it can give. Those that were
        known are, as long as the process lives: a counter that goes would look like a restart."""
        self._known |= detectors.keys()
        for detector, severities in detectors.items():
            self._suppressed_alerts.labels(detector)
            for severity in severities:
                self._alerts.labels(detector, severity)
                self._shadow_alerts.labels(detector, severity)
            for counter in (
                self._failures,
                self._evictions,
                self._detectors_aside,
                self._withheld,
            ):
                counter.labels(detector)

    def event(self, topic: str, outcome: Outcome, count: int = 1) -> None:
        """`count` records of `topic` ended as `outcome`."""
        counter = self._event_counts.get((topic, outcome))
        if counter is None:
            counter = self._events.labels(OTHER, outcome)
        counter.inc(count)

    def new_alert(self, detector: str, severity: Severity, audience: Audience = "live") -> None:
        """The first revision of an alert that goes to `audience` is in Redis."""
        detector = self._detector(detector)
        if audience == "suppressed":
            self._suppressed_alerts.labels(detector).inc()
        elif audience == "shadow":
            self._shadow_alerts.labels(detector, severity).inc()
        else:
            self._alerts.labels(detector, severity).inc()

    def open_alerts(self, counts: Mapping[Severity, int]) -> None:
        """How many alerts fire, by severity; a severity left out is 0."""
        for severity in SEVERITIES:
            self._open.labels(severity).set(counts.get(severity, 0))

    def open_shadow_alerts(self, counts: Mapping[Severity, int]) -> None:
        """The same of detectors on trial."""
        for severity in SEVERITIES:
            self._open_shadow.labels(severity).set(counts.get(severity, 0))

    def latency(self, seconds: float) -> None:
        """One revision reached Redis `seconds` after its record was stamped."""
        self._latency.observe(max(seconds, 0.0))

    def stream_time(self, partition: int, micros: int) -> None:
        """Stream time of a partition, in microseconds since 1970."""
        self._stream_time.labels(str(partition)).set(micros / 1_000_000)

    def applied(self, partition: int, seconds: float) -> None:
        """A record of this time, in seconds since 1970, was applied to a partition."""
        self._applied.labels(str(partition)).set(seconds)

    def forget_partition(self, partition: int) -> None:
        """The partition is another worker's now: its old stream time would read as a standstill."""
        for gauge in (self._stream_time, self._applied, self._aside):
            with suppress(KeyError):
                gauge.remove(str(partition))

    def feeds(self, figures: Mapping[tuple[str, int], FeedFigures]) -> None:
        """How the partitions stand that are read here, all of them; others are forgotten."""
        here = {(topic, str(partition)): figure for (topic, partition), figure in figures.items()}
        for gone in self._fed - here.keys():
            for gauge in self._feeds.values():
                with suppress(KeyError):
                    gauge.remove(*gone)
        self._fed = set(here)
        for labels, figure in here.items():
            for name, value in zip(_FEED_GAUGES, figure, strict=True):
                if value is not None:
                    self._feeds[name].labels(*labels).set(value)
                else:
                    with suppress(KeyError):
                        self._feeds[name].remove(*labels)

    def reference_entries(self, kind: str, count: int) -> None:
        """`kind` is `accounts`, `employees` or `customers`, as in `reference.<kind>`."""
        self._reference.labels(kind).set(count)

    def detector_failed(self, detector: str) -> None:
        """A detector raised."""
        self._failures.labels(self._detector(detector)).inc()

    def state_evicted(self, detector: str, count: int = 1) -> None:
        """`count` things of an entity's state were dropped for want of room."""
        self._evictions.labels(self._detector(detector)).inc(count)

    def detector_set_aside(self, detector: str, count: int = 1) -> None:
        """A detector was set aside for `count` entities."""
        self._detectors_aside.labels(self._detector(detector)).inc(count)

    def withheld(self, detector: str, count: int = 1) -> None:
        """`count` events wait for the reference data that a detector needs."""
        self._withheld.labels(self._detector(detector)).inc(count)

    def kept_out(self, topic: str) -> None:
        """An event was kept out of judging, for what belongs to it is forgotten."""
        self._kept_out.labels(topic).inc()

    def backdated_withdrawal(self) -> None:
        """A critical alert was withdrawn by a record that claims an earlier day."""
        self._backdated.inc()

    def set_aside(self, partition: int, count: int) -> None:
        """So many entities of a partition take in nothing more."""
        self._aside.labels(str(partition)).set(count)

    def dropped_for_set_aside(self, count: int) -> None:
        """So many inputs came for entities that are set aside."""
        self._dropped.inc(count)

    def silent(self, detector: str, silent: bool) -> None:
        """Whether a detector lacks the reference data it needs."""
        self._silent.labels(self._detector(detector)).set(int(silent))

    def refused(self, detectors: Collection[str]) -> None:
        """These of the company's own are refused now, and no others."""
        self._refused.clear()
        for detector in detectors:
            self._refused.labels(detector).set(1)

    def undelivered(self, count: int) -> None:
        """Revisions this worker has still to deliver."""
        self._set(self._undelivered, count)

    def redis_up(self, up: bool) -> None:
        """Whether Redis answered last."""
        self._set(self._redis_up, int(up))

    def config_taken(self, at: float) -> None:
        """The settings file was taken at `at`, in seconds since 1970."""
        self._set(self._config_taken, 1)
        self._set(self._config_taken_at, at)

    def config_refused(self) -> None:
        """The settings file as it stands cannot be used."""
        self._set(self._config_taken, 0)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """The page Prometheus scrapes and its content type, for an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _detector(self, detector: str) -> str:
        return detector if detector in self._known else OTHER

    def _set(self, gauge: Gauge, value: float) -> None:
        gauge.set(value)
        if gauge not in self._appeared:
            self._appeared.add(gauge)
            self.registry.register(gauge)
