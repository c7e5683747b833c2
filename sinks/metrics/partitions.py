"""The partitions of the keyed topic: how far each is, and what of it takes in nothing more."""

from __future__ import annotations

from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge


class PartitionFigures:
    """How far the partitions are that this process has."""

    def __init__(self, registry: CollectorRegistry) -> None:
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

    def stream_time(self, partition: int, micros: int) -> None:
        """Stream time of a partition, in microseconds since 1970."""
        self._stream_time.labels(str(partition)).set(micros / 1_000_000)

    def applied(self, partition: int, seconds: float) -> None:
        """A record of this time, in seconds since 1970, was applied to a partition."""
        self._applied.labels(str(partition)).set(seconds)

    def set_aside(self, partition: int, count: int) -> None:
        """So many entities of a partition take in nothing more."""
        self._aside.labels(str(partition)).set(count)

    def dropped_for_set_aside(self, count: int) -> None:
        """So many inputs came for entities that are set aside."""
        self._dropped.inc(count)

    def forget(self, partition: int) -> None:
        """The partition is another worker's now: its old stream time would read as a standstill."""
        for gauge in (self._stream_time, self._applied, self._aside):
            with suppress(KeyError):
                gauge.remove(str(partition))
