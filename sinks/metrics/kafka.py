"""Kafka, as this process finds it: whether it answers, and how much of it is still to be read."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from sinks.metrics.late_gauge import LateGauge


class KafkaFigures:
    """Whether Kafka is there, and what waits in it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = LateGauge(
            registry, "offbook_kafka_up", "1 while a broker answers this worker, 0 while none does."
        )
        # By topic and not by partition: how far each partition is, is told as a time.
        self._lag = Gauge(
            "offbook_consumer_lag_records",
            "Records in this worker's partitions of a topic that it has still to work off, as of"
            " when Kafka last answered. Add up all workers.",
            ["topic"],
            registry=registry,
        )

    def up(self, up: bool) -> None:
        """Whether a broker answered last."""
        self._up.set(int(up))

    def lag(self, topics: Mapping[str, int]) -> None:
        """Records still to be worked off, by topic: its plain name, without a prefix."""
        for topic, count in topics.items():
            self._lag.labels(topic).set(count)
