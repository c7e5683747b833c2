"""Records of the source topics, by what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter

from sinks.metrics.labels import OTHER

Outcome = Literal["accepted", "late", "duplicate", "conflict", "dead_letter"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_OUR_TOPICS: Final = ("offbook.alerts", "offbook.actions")


class EventFigures:
    """How many events were read; `topics` are the source topics this process reads."""

    def __init__(self, registry: CollectorRegistry, topics: Iterable[str]) -> None:
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
        # What is no alert or action on our own topics is a dead letter too; what is one is no
        # event.
        for topic in _OUR_TOPICS:
            self._event_counts[topic, "dead_letter"] = self._events.labels(topic, "dead_letter")
        self._kept_out = Counter(
            "offbook_events_kept_out",
            "Events older than what somebody or something they are about still remembers, kept out"
            " of judging there.",
            ["topic"],
            registry=registry,
        )
        for topic in topics:
            self._kept_out.labels(topic)

    def count(self, topic: str, outcome: Outcome, count: int = 1) -> None:
        """`count` records of `topic` ended as `outcome`."""
        counter = self._event_counts.get((topic, outcome))
        if counter is None:
            counter = self._events.labels(OTHER, outcome)
        counter.inc(count)

    def kept_out(self, topic: str) -> None:
        """An event was kept out of judging, for what belongs to it is forgotten."""
        self._kept_out.labels(topic).inc()
