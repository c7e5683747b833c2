"""Reads the source topics with one consumer, backlogs in the order of time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection
from typing import Any, Final

from aiokafka import TopicPartition

from contract.times import HOUR, MINUTE
from streams.router.alignment import Alignment, Turn

#: How far a partition may be ahead of the slowest. Less means more turns, each of a few records.
_DRIFT: Final = HOUR
#: Events this recent are passed on at once, even while other partitions have a backlog.
_RECENT: Final = 5 * MINUTE
#: Records of a partition that may wait while more of it is fetched.
_ENOUGH: Final = 250
#: Seconds the others wait for a partition of which the broker has more but does not deliver it.
_PATIENCE: Final = 2.0
#: Milliseconds to wait for records when there is nothing to do, and when some wait for others.
_IDLE_MS, _HELD_MS = 1000, 100


class SourceReader:
    """What a consumer has read, handed out in turns. `timed` are the topics whose partitions are
    kept in step.

    Partitions ahead of the others are paused: at most two fetches of each wait here.
    """

    def __init__(self, consumer: Any, timed: Collection[str]) -> None:
        self._consumer = consumer
        self._timed = timed
        self._alignment = Alignment(_DRIFT, timed)
        #: Partitions of which the broker had more when it was last asked.
        self._behind: set[TopicPartition] = set()
        #: Those of them that have no records here, and since when, by the monotonic clock.
        self._missing: dict[TopicPartition, float] = {}
        self._asked_for_more = time.time()
        #: When each partition last gave records, by the wall clock (µs).
        self._came: dict[TopicPartition, int] = {}

    async def fetch(self) -> None:
        """Take over the records that have arrived; wait for some up to a second if there is nothing
        to do.

        Raises `KafkaError` if reading fails; trying again can help.
        """
        wait = _HELD_MS if self._awaited() else _IDLE_MS
        fetched = await self._consumer.getmany(timeout_ms=0 if self.turn() else wait)
        came = time.time_ns() // 1000
        for partition, records in fetched.items():
            self._alignment.add(partition, records)
            self._came[partition] = came
        self._pause()
        await self._look_for_missing()

    def turn(self) -> Turn | None:
        """Where to continue reading, if anywhere; call `took` afterwards."""
        return self._alignment.turn(self._awaited(), time.time_ns() // 1000 - _RECENT)

    def took(self, turn: Turn, newest: int | None, head: int | None) -> None:
        """A turn is over; see `Alignment.took`."""
        self._alignment.took(turn, newest, head)
        if not turn.records and turn.partition in self._behind:
            self._missing[turn.partition] = time.monotonic()

    def came(self, partition: TopicPartition) -> int:
        """When the newest records of a partition arrived, by the wall clock (µs).

        They may have waited here for long if they are ahead, while their sender was quiet.
        """
        return self._came[partition]

    def has_more(self, partition: TopicPartition) -> bool:
        """Whether the broker had more of a partition than it gave when it was last asked."""
        return partition in self._behind

    def drop(self) -> None:
        """Forget what was not taken: a rebalance begins."""
        self._alignment.drop()
        self._behind, self._missing, self._came = set(), {}, {}

    async def at_end(self) -> AsyncIterator[tuple[TopicPartition, int]]:
        """The timed partitions that were read to the end the broker knew of, with the time it was
        asked, by the wall clock (µs)."""
        for partition in self._consumer.assignment():
            asked = self._consumer.last_poll_timestamp(partition)
            if asked is None or partition.topic not in self._timed:
                continue
            # Known by now, so this does not wait; the reader fetches in between, but not in here.
            position = await self._consumer.position(partition)
            taken = not self._alignment.waiting(partition)
            if taken and position == self._consumer.highwater(partition):
                yield partition, asked * 1000

    async def unread(self) -> dict[str, int]:
        """By topic, how many records of this consumer's partitions are still to be taken. Asks the
        brokers, and may wait for them; raises `KafkaError`."""
        partitions = self._consumer.assignment()
        unread = dict.fromkeys((partition.topic for partition in partitions), 0)
        # The answer to a fetch tells the end too, but a router that is held up fetches nothing.
        asked = await self._consumer.end_offsets(partitions) if partitions else {}
        for partition, end in asked.items():
            if partition not in self._consumer.assignment():
                continue  # A rebalance took it while the broker was asked.
            fetched = self._consumer.highwater(partition)
            if fetched is None:
                continue  # Nothing is known of it yet, and its position would be waited for.
            # The embedded broker's answer may be too low.
            ahead = max(end, fetched) - await self._consumer.position(partition)
            unread[partition.topic] += max(ahead, 0) + self._alignment.waiting(partition)
        return unread

    def silence(self) -> float:
        """Seconds since the broker last answered, as far as it was asked for anything."""
        assigned = self._consumer.assignment()
        asking = assigned - self._consumer.paused()
        answers = [self._consumer.last_poll_timestamp(partition) or 0 for partition in assigned]
        if not asking:
            return 0.0
        return time.time() - max(max(answers) / 1000, self._asked_for_more)

    def _pause(self) -> None:
        """Stop fetching partitions of which enough records wait. Pausing discards what was fetched,
        so it is only safe directly after everything fetched was taken over."""
        paused = self._consumer.paused()
        full = {it for it in self._consumer.assignment() if self._alignment.waiting(it) >= _ENOUGH}
        if full - paused:
            self._consumer.pause(*(full - paused))
        if paused - full:
            self._consumer.resume(*(paused - full))
            self._asked_for_more = time.time()

    async def _look_for_missing(self) -> None:
        self._behind = {
            partition
            for partition in self._consumer.assignment()
            if partition.topic in self._timed and await self._has_more(partition)
        }
        now = time.monotonic()
        self._missing = {
            partition: self._missing.get(partition, now)
            for partition in self._behind
            if not self._alignment.waiting(partition)
        }

    def _awaited(self) -> list[TopicPartition]:
        now = time.monotonic()
        return [it for it, since in self._missing.items() if now - since < _PATIENCE]

    async def _has_more(self, partition: TopicPartition) -> bool:
        end = self._consumer.highwater(partition)
        # None: nothing is known of it yet, and its position would be waited for.
        return end is None or bool(await self._consumer.position(partition) < end)
