"""How far each source partition has been read, as a time. Pure: the wall clock is passed in.

A mark says: all that happened up to then and stands on this partition has been read. While records
come it is the newest event's time; once the partition is read to its end and has been quiet for
a while it moves with the wall clock, for then a deadline may pass though nothing comes. It is not
monotone: a quiet partition that brings a backlog holds time back again, so that an outage of its
sender never looks like an absence.
"""

from __future__ import annotations

from dataclasses import dataclass

#: A source topic, without prefix, and the number of one of its partitions.
Partition = tuple[str, int]


@dataclass(slots=True)
class _Reading:
    """`newest` is the newest event's time since records came again; `touched` the wall clock when
    the last record came from the broker, or watching began."""

    touched: int
    newest: int | None = None
    quiet: bool = False
    mark: int | None = None


class SourceTime:
    """The marks of the source partitions one router reads. All times are microseconds.

    `idle_after`: how long nothing must have come before a partition read to its end counts as
    quiet. Shorter, a backlog that is just being produced would be taken for quiet.
    """

    def __init__(self, idle_after: int) -> None:
        self._idle_after = idle_after
        self._readings: dict[Partition, _Reading] = {}

    def watch(self, partition: Partition, wall: int) -> None:
        """Begin with a partition; it has no mark before something is known of it."""
        self._readings[partition] = _Reading(wall)

    def forget(self, partition: Partition) -> None:
        """Another router reads it now."""
        self._readings.pop(partition, None)

    def came(self, partition: Partition, newest: int | None, wall: int) -> None:
        """Records are read that came at `wall`; `newest` is the latest event time among them, None
        for none. They may have waited since: that its sender is quiet is known all the sooner.

        An event dated ahead of the wall clock counts as of the wall clock.
        """
        reading = self._readings.get(partition)
        if reading is None:
            return
        if reading.quiet:
            reading.quiet = False
            reading.newest = None
        reading.touched = wall
        if newest is not None:
            if reading.newest is None or newest > reading.newest:
                reading.newest = newest
            reading.mark = min(reading.newest, wall)

    def at_end(self, partition: Partition, asked: int) -> None:
        """The broker, asked at wall clock `asked`, had nothing beyond what has been read.

        So time stands still while the broker does not answer.
        """
        reading = self._readings.get(partition)
        if reading is not None and asked - reading.touched >= self._idle_after:
            reading.quiet = True
            reading.mark = asked

    def marks(self) -> dict[Partition, int]:
        """What is known; a partition of which nothing is known is left out."""
        return {
            partition: reading.mark
            for partition, reading in self._readings.items()
            if reading.mark is not None
        }

    def now(self) -> int | None:
        """The slowest partition's mark; None while one has none, or there are none."""
        slowest: int | None = None
        for reading in self._readings.values():
            if reading.mark is None:
                return None
            if slowest is None or reading.mark < slowest:
                slowest = reading.mark
        return slowest
