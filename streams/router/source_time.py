"""How far each source partition has been read, as a time. Pure: the wall clock is passed in.

A mark says that everything which happened up to its time and is on this partition has been read.
While records come, it is the time of what is read. At rest, it is the time up to which the topic's
*feed* is complete (`moves_by`): that of its newest heartbeat or event, or the clock. It may go
back: an event that was sent late pulls time back again, so that an outage of a sender never looks
like an absence. docs/decisions/0003 says by how much, and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from contract.times import HOUR
from streams.router.known_feeds import Known, KnownFeeds, MovesBy, Partition, Silence
from streams.router.rhythm import Rhythm

#: While a history is loaded it must come this much (µs) closer to the present in each such span of
#: the clock, which is twice as fast as it happened; otherwise it would never arrive.
_PACE: Final = HOUR
_NEVER: Final = -(2**63)


@dataclass(slots=True)
class _Loading:
    """A history that is being loaded: how far it was behind the clock at best, and until when it
    must have come closer."""

    behind: int
    until: int


@dataclass(slots=True)
class _Reading:
    """A partition that is read here since `since`. `run` is the newest time read since it was last
    at rest, None at rest. `touched` is the wall clock when the last record came that keeps it from
    being at rest; `good` is when the last one came that was an event, or when reading began.
    `ended` is when it was last seen to be read to its end. `empty` means that it was, and that
    nothing ever came from which its sender's progress could be known."""

    since: int
    touched: int
    good: int
    run: int | None = None
    mark: int | None = None
    ended: int | None = None
    empty: bool = False
    loading: _Loading | None = None
    rhythm: Rhythm = field(default_factory=Rhythm)


class SourceTime:
    """The marks of the source partitions that one router reads. All times are microseconds.

    `idle_after`: for how long nothing must have come before a partition that is read to its end is
    at rest. If it were shorter, a backlog that is being produced would look quiet. `lateness`: how
    far an event may pull a mark back. `silences`: how long topics may be silent that are expected
    to say something.
    """

    def __init__(
        self, idle_after: int, lateness: int, silences: Mapping[str, Silence] | None = None
    ) -> None:
        self._idle_after = idle_after
        self._lateness = lateness
        self._feeds = KnownFeeds(silences or {})
        self._readings: dict[Partition, _Reading] = {}

    # What is read, and by whom.

    def watch(self, partition: Partition, wall: int) -> None:
        """Start with a partition; it has no mark until something is known of it."""
        known = self._feeds.of(partition)
        reading = self._readings[partition] = _Reading(wall, wall, wall)
        if known is not None:
            reading.rhythm = Rhythm(known.every)
        if known is None or known.history:
            reading.loading = _Loading(2**63 - 1, 2**63 - 1)

    def forget(self, partition: Partition) -> None:
        """Another router reads it now."""
        if partition in self._readings:
            self._feeds.keep(partition, self.known(partition))
            del self._readings[partition]

    def watches(self, partition: Partition) -> bool:
        """Whether it is read here."""
        return partition in self._readings

    def hear(self, partition: Partition, told: Known) -> None:
        """Take in what another router, or one before this, knew of a partition."""
        self._feeds.learn(partition, told)

    def partitions(self, topic: str, count: int) -> list[Partition]:
        """The topic now has `count` partitions: forget those beyond, and return them."""
        for one in [one for one in self._readings if one[0] == topic and one[1] >= count]:
            del self._readings[one]
        return self._feeds.partitions(topic, count)

    # What comes.

    def came(
        self,
        partition: Partition,
        wall: int,
        *,
        event: int | None = None,
        heartbeat: int | None = None,
        reached: int | None = None,
        more: bool = False,
    ) -> None:
        """Records were read that arrived at `wall`. They may have waited since, during which their
        sender was quiet.

        `event` and `heartbeat` are the latest times among them, None if there is none, as when all
        are dead letters. There is nothing else up to `reached`, because what follows is later.
        `more`: the broker has more of the partition than has been read. Times ahead of the wall
        clock count as the wall clock.
        """
        reading = self._readings.get(partition)
        if reading is None:
            return
        event = None if event is None else min(event, wall)
        heartbeat = None if heartbeat is None else min(heartbeat, wall)
        backlog = more or reading.ended is None
        oldest = _NEVER if backlog else self._reference(partition, reading, wall) - self._lateness
        if heartbeat is not None:
            reading.rhythm.beat(heartbeat)
        self._feeds.learn(partition, Known(event, heartbeat, reading.rhythm.usual))
        self._load(partition, reading, event, wall)
        told = [at for at in (event, reached) if at is not None and at >= oldest]
        if heartbeat is not None and (told or backlog or reading.run is not None):
            told.append(heartbeat)
        if told:
            reading.run = max(told) if reading.run is None else max(reading.run, *told)
            self._put(reading, min(reading.run, wall))
            reading.touched = reading.good = wall
        elif heartbeat is not None:
            # No event came with it: it says up to when the partition is complete at rest.
            self._put(reading, self._feeds.rest(partition, wall))
            reading.good = wall
        elif event is None and wall - reading.good <= self._lateness:
            # What could not be read may be the very event that is missing: time waits this long for
            # its sender.
            reading.touched = wall

    def at_end(self, partition: Partition, asked: int) -> None:
        """The broker, asked at wall clock `asked`, had nothing beyond what has been read.

        Time therefore stands still while the broker does not answer.
        """
        reading = self._readings.get(partition)
        if reading is None:
            return
        reading.ended = asked
        quiet = asked - reading.touched >= self._idle_after
        if quiet:
            reading.run = None
        if reading.run is not None:
            return
        rest = self._feeds.rest(partition, asked)
        if rest != asked or quiet:
            self._put(reading, rest)
        elif reading.mark is None and self._feeds.of(partition) is None:
            self._put(reading, None)

    # What follows.

    def moves_by(self, topic: str) -> MovesBy:
        """How the time of a topic moves at rest."""
        return self._feeds.moves_by(topic)

    def known(self, partition: Partition) -> Known:
        """What is known of a partition, by whoever reads it."""
        known = self._feeds.of(partition) or Known()
        reading = self._readings.get(partition)
        history = known.history if reading is None else reading.loading is not None
        return known._replace(history=history and known.event is not None)

    def ended(self) -> dict[Partition, int]:
        """When (wall clock, µs) each partition that is read here was last seen to be read to its
        end, or watching began."""
        return {
            partition: reading.since if reading.ended is None else reading.ended
            for partition, reading in self._readings.items()
        }

    def rests_at(self, partition: Partition) -> int | None:
        """The mark of a partition at rest, None for any other: only records that come on a
        partition at rest can pull its mark back."""
        reading = self._readings.get(partition)
        return None if reading is None or reading.run is not None else reading.mark

    def marks(self) -> Iterator[tuple[Partition, int | None]]:
        """The marks of the partitions read here, except those of which nothing is known. The time
        is None if a partition was read to its end and nothing ever came on it."""
        for partition, reading in self._readings.items():
            if reading.mark is not None or reading.empty:
                yield partition, reading.mark

    def now(self) -> int | None:
        """The mark of the slowest partition, ignoring those on which nothing ever came. None while
        one has no mark, or if there are no partitions."""
        slowest: int | None = None
        for reading in self._readings.values():
            if reading.mark is not None and (slowest is None or reading.mark < slowest):
                slowest = reading.mark
            elif reading.mark is None and not reading.empty:
                return None
        return slowest

    @staticmethod
    def _put(reading: _Reading, mark: int | None) -> None:
        reading.mark = mark
        reading.empty = mark is None

    def _reference(self, partition: Partition, reading: _Reading, wall: int) -> int:
        """The time from which lateness is measured. While a history is loaded, its newest event."""
        rest = self._feeds.rest(partition, wall)
        if rest == wall and reading.loading is not None:
            rest = (self._feeds.of(partition) or Known()).event
        return _NEVER // 2 if rest is None else rest

    def _load(self, partition: Partition, reading: _Reading, event: int | None, wall: int) -> None:
        """Find out whether what is read is still a history."""
        loading = reading.loading
        if loading is None or event is None:
            return
        behind = wall - event
        if behind <= self._lateness:
            reading.loading = None
        elif behind <= loading.behind - _PACE:
            loading.behind, loading.until = behind, wall + _PACE
        elif wall > loading.until:
            reading.loading = None
