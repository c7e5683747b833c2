"""Writes entity states to the changelog, and notices when another worker has written there too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any

from streams.monitor.entity_partition import APPLIED, EntityPartition, Refusal, keyed_offset
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.recovery.reading import Reading
from streams.monitor.segments import Entry, entity_of
from streams.wire.kafka import TOO_LARGE

#: More bytes than any broker takes.
_NEVER_FITS = 2**62


class SupersededError(RuntimeError):
    """Another worker has taken over this partition. Our state is out of date and must be loaded
    again."""


class Changelog:
    """The changelog topic, written through the Kafka producer that `producer` returns.

    Each write is acknowledged by Kafka before it returns. If a batch does not land at the offset we
    expect, another worker has written in between: either one that was paused and does not know yet
    that it lost the partition, or, if we are that one, the partition's new owner.
    """

    def __init__(self, topic: str, producer: Callable[[], Any], reader: PartitionReader) -> None:
        self._topic = topic
        self._producer = producer
        self._reader = reader

    async def load(self, number: int, reading: Reading | None = None) -> EntityPartition:
        """Read the state of a partition from the changelog. `reading` hears how far that is."""
        reading = reading or Reading()
        partition = EntityPartition(number)
        begins = partial(reading.begin, number)
        records = self._reader.read(self._topic, number, 0, holes=True, begins=begins)
        async with aclosing(records):  # type: ignore[type-var]
            async for some in records:
                partition.restore(some)
                reading.reached(number, partition.tail, len(some))
        # Seconds where there are a million entities. Nobody else has it yet, and readiness is to be
        # answered meanwhile.
        await asyncio.to_thread(partition.restored)
        for key in partition.broken:
            # It fits into no record: what cannot be read is not taken back by itself.
            partition.set_aside(key, None, self.refusal(_NEVER_FITS))
        return partition

    def refusal(self, size: int) -> Refusal:
        """Why a state of so many bytes is not written here."""
        return Refusal(self._topic, size)

    async def write_entities(
        self, partition: EntityPartition, keys: Iterable[str], offset: int
    ) -> dict[str, Refusal]:
        """Write the current state of `keys`, as of the record at `offset`. Returns those that are
        too large to be written; all others are written. Raises `SupersededError`."""
        written = list(keys)
        entries = [entry for key in written for entry in partition.entries(key, offset)]
        # After what is new was asked for, or what that lists again would be among it.
        needless = partition.segments.sweeping()
        refused = await self._put(partition, [*needless, *entries])
        partition.segments.acknowledged([it for it in written if it not in refused], needless)
        return refused

    async def write_aside(
        self, partition: EntityPartition, keys: Iterable[str], offset: int
    ) -> None:
        """Write whether `keys` are set aside."""
        await self._put(partition, [partition.aside_entry(key, offset) for key in keys])

    async def write_applied(self, partition: EntityPartition) -> None:
        """Write how far the partition was applied: in a produce request of its own, after
        everything else of its record.

        On its own because Tansu reports the start of the last batch + 1 as the end offset.
        """
        await self._put(partition, [partition.applied_entry()])

    async def rewrite_outdated(self, partition: EntityPartition) -> dict[str, Refusal]:
        """Write again what a paused worker has overwritten with something older; see
        `write_entities`."""
        if not partition.outdated:
            return {}
        refused = await self.write_entities(partition, partition.outdated, partition.applied)
        partition.outdated.clear()
        return refused

    async def _put(self, partition: EntityPartition, entries: list[Entry]) -> dict[str, Refusal]:
        """Append `entries`, and repair what others overwrote since. Returns by key what is too
        large."""
        foreign, left = await self._write(partition, entries)
        refused: dict[str, Refusal] = {}
        for entry in left:
            # In a batch one that is too large takes the others down with it.
            more, again = await self._write(partition, [entry])
            foreign += more
            for key, value, _ in again:
                entity = entity_of(key.decode())
                refused[entity] = self.refusal(len(key) + len(value or b""))
        if foreign:
            refused |= await self._mend(partition, foreign)
        return refused

    async def _write(
        self, partition: EntityPartition, entries: list[Entry]
    ) -> tuple[list[tuple[int, int]], list[Entry]]:
        """Append `entries`. Returns the ranges that others wrote since we last looked, and the
        entries of batches that are too large."""
        producer = self._producer()
        sent = []
        builder = producer.create_batch()
        first = 0
        for place, (key, value, headers) in enumerate(entries):
            if builder.append(key=key, value=value, timestamp=None, headers=headers) is None:
                sent.append((first, place, await self._send(producer, partition, builder)))
                builder, first = producer.create_batch(), place
                builder.append(key=key, value=value, timestamp=None, headers=headers)
        if builder.record_count():
            sent.append((first, len(entries), await self._send(producer, partition, builder)))
        foreign: list[tuple[int, int]] = []
        left: list[Entry] = []
        for begin, end, acknowledged in sent:
            try:
                written = await acknowledged
            except TOO_LARGE:
                left += entries[begin:end]
                continue
            if written.offset > partition.tail:
                foreign.append((partition.tail, written.offset))
            partition.tail = max(partition.tail, written.offset + end - begin)
        return foreign, left

    async def _send(self, producer: Any, partition: EntityPartition, builder: Any) -> Any:
        builder.close()
        return await producer.send_batch(builder, self._topic, partition=partition.number)

    async def _mend(
        self, partition: EntityPartition, foreign: list[tuple[int, int]]
    ) -> dict[str, Refusal]:
        covered: set[str] = set()
        for start, end in foreign:
            records = self._reader.read(self._topic, partition.number, start, end, holes=True)
            async with aclosing(records):  # type: ignore[type-var]
                async for some in records:
                    for record in some:
                        if record.key == APPLIED.encode():
                            if keyed_offset(record) > partition.applied:
                                raise SupersededError
                        elif (entity := partition.overwritten(record)) is not None:
                            covered.add(entity)
        return await self.write_entities(partition, covered, partition.applied)
