"""What is known of topics and their partitions, whichever router reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

#: A source topic, without prefix, and the number of one of its partitions.
Partition = tuple[str, int]

#: What moves the time of a topic at rest: its heartbeats and events (`heartbeats`); the clock, as
#: long as it is not silent for longer than expected (`expected`); the clock alone (`clock`).
MovesBy = Literal["heartbeats", "expected", "clock"]


class Silence(Protocol):
    """How long a topic may be silent."""

    def exceeded(self, since: int, now: int, /) -> bool:
        """Whether it is too long that nothing has happened from `since` to `now`; both are µs."""


class Known(NamedTuple):
    """What is known of a partition, whoever reads it: the times (µs) of its newest event and its
    newest heartbeat, None if it never had one. `every` is the usual interval of heartbeats, None
    while not known. `history` means that what was read so far is a history that is still being
    loaded."""

    event: int | None = None
    heartbeat: int | None = None
    every: int | None = None
    history: bool = False

    @property
    def newest(self) -> int | None:
        """Up to when the partition is complete, judging by what was sent on it."""
        if self.event is None or self.heartbeat is None:
            return self.heartbeat if self.event is None else self.event
        return max(self.event, self.heartbeat)


@dataclass(slots=True)
class _Feed:
    """What is known of a topic, over all its partitions."""

    event: int | None = None
    heartbeats: bool = False


class KnownFeeds:
    """What was heard of each partition, and therefore of each topic. All times are microseconds.

    `silences` says how long topics may be silent that are expected to say something.
    """

    def __init__(self, silences: Mapping[str, Silence]) -> None:
        self._silences = silences
        self._known: dict[Partition, Known] = {}
        self._feeds: dict[str, _Feed] = {}

    def of(self, partition: Partition) -> Known | None:
        """What is known of a partition, None if nothing is."""
        return self._known.get(partition)

    def learn(self, partition: Partition, told: Known) -> None:
        """Take in what was read of a partition, or what another router told of it."""
        if told.newest is None:
            return
        known = self._known.get(partition, Known())
        self._known[partition] = told._replace(
            event=_later(known.event, told.event),
            heartbeat=_later(known.heartbeat, told.heartbeat),
            every=known.every if told.every is None else told.every,
        )
        feed = self._feeds.setdefault(partition[0], _Feed())
        feed.event = _later(feed.event, told.event)
        feed.heartbeats = feed.heartbeats or told.heartbeat is not None

    def keep(self, partition: Partition, known: Known) -> None:
        """Replace what is known of a partition, if anything is."""
        if partition in self._known:
            self._known[partition] = known

    def partitions(self, topic: str, count: int) -> list[Partition]:
        """The topic now has `count` partitions: forget those beyond, and return them."""
        gone = [one for one in self._known if one[0] == topic and one[1] >= count]
        for one in gone:
            del self._known[one]
        if gone:
            rest = [known for (its, _), known in self._known.items() if its == topic]
            events = [known.event for known in rest if known.event is not None]
            heartbeats = any(known.heartbeat is not None for known in rest)
            self._feeds[topic] = _Feed(max(events, default=None), heartbeats)
        return gone

    def moves_by(self, topic: str) -> MovesBy:
        """How the time of a topic moves at rest."""
        feed = self._feeds.get(topic)
        if feed is not None and feed.heartbeats:
            return "heartbeats"
        return "expected" if topic in self._silences else "clock"

    def rest(self, partition: Partition, wall: int) -> int | None:
        """The time up to which the feed is complete while nothing comes; None if that is not
        known."""
        topic = partition[0]
        feed = self._feeds.get(topic, _Feed())
        if feed.heartbeats:
            return self._known.get(partition, Known()).newest
        silence = self._silences.get(topic)
        if silence is not None and (feed.event is None or silence.exceeded(feed.event, wall)):
            return feed.event
        return wall


def _later(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
