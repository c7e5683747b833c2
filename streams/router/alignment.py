"""The order in which the backlogs of partitions are read: by event time, as far as it is known.

One answer of the broker holds a few minutes of a busy topic and months of a quiet one. Read as they
come, all payments of a quarter would be judged before the first week's orders: every alert would be
raised, taken back and raised again, at three times the cost. So a partition that is ahead waits
for the slowest (Flink: watermark alignment). What happens now waits for nothing. Pure: the wall
clock is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import TopicPartition

_NEVER: Final = 2**63 - 1


@dataclass(slots=True)
class Turn:
    """Continue reading in `partition`: take from the left of `records` what may be taken now.

    An event after `limit` is ahead of the others and must wait, unless it is not before `recent`;
    both are µs.
    """

    partition: TopicPartition
    records: deque[Any]
    limit: int
    recent: int

    def is_ahead(self, at: int) -> bool:
        """Whether an event of the time `at`, and all after it, must wait."""
        return self.limit < at < self.recent


@dataclass(slots=True)
class _Backlog:
    """`reached` is the newest event time taken, `head` the time of the first record that waits;
    each is None while it is not known. Partitions that are not `timed` neither wait nor hold up
    others."""

    timed: bool
    records: deque[Any] = field(default_factory=deque)
    reached: int = 0
    head: int | None = None


class Alignment:
    """The records that were read from the broker and not taken yet, and whose turn it is.

    A partition is at most `drift` (µs) ahead of the slowest one that has more. Topics other than
    `timed` have no order in time.
    """

    def __init__(self, drift: int, timed: Collection[str]) -> None:
        self._drift = drift
        self._timed = timed
        self._backlogs: dict[TopicPartition, _Backlog] = {}

    def add(self, partition: TopicPartition, records: Iterable[Any]) -> None:
        """Records that follow those that were added before."""
        backlog = self._backlogs.get(partition)
        if backlog is None:
            backlog = self._backlogs[partition] = _Backlog(partition.topic in self._timed)
        backlog.records.extend(records)

    def waiting(self, partition: TopicPartition) -> int:
        """How many records of a partition wait."""
        backlog = self._backlogs.get(partition)
        return 0 if backlog is None else len(backlog.records)

    def drop(self) -> None:
        """Forget everything: what was not taken is read again, by whoever reads on."""
        self._backlogs.clear()

    def turn(self, missing: Iterable[TopicPartition], recent: int) -> Turn | None:
        """Where to continue reading. None if no records wait, or if all that wait are ahead of
        those `missing`: partitions of which the broker has more than was added."""
        chosen: TopicPartition | None = None
        slowest: TopicPartition | None = None
        least = second = _NEVER
        for partition, backlog in self._backlogs.items():
            if not backlog.records:
                continue
            if not backlog.timed:
                return Turn(partition, backlog.records, _NEVER, recent)
            at = backlog.reached if backlog.head is None else backlog.head
            if backlog.head is None or at >= recent:
                chosen = partition
            if at < least:
                slowest, least, second = partition, at, least
            elif at < second:
                second = at
        chosen = chosen or slowest
        if chosen is None:
            return None
        others = second if chosen == slowest else least
        for partition in missing:
            absent = self._backlogs.get(partition)
            others = min(others, 0 if absent is None else absent.reached)
        backlog = self._backlogs[chosen]
        limit = _NEVER if others == _NEVER else others + self._drift
        turn = Turn(chosen, backlog.records, limit, recent)
        return None if backlog.head is not None and turn.is_ahead(backlog.head) else turn

    def took(self, turn: Turn, newest: int | None, head: int | None) -> None:
        """A turn is over: `newest` is the latest event time taken, None for none; `head` the time
        of the event that must wait, None if nothing must."""
        backlog = self._backlogs[turn.partition]
        if newest is not None and newest > backlog.reached:
            backlog.reached = newest
        backlog.head = head
