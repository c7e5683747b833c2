"""Writes entity states to the changelog and knows when somebody else has written there too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import Any

from offbook.streams.entity_table import APPLIED, EntityPartition, Entry, keyed_offset
from offbook.streams.partition_reader import PartitionReader


class SupersededError(RuntimeError):
    """Another worker has taken this partition on: ours is out of date, to be loaded anew."""


class Changelog:
    """The changelog topic, written through the Kafka producer that `producer` gives.

    Each write is acknowledged by Kafka before it returns. Where a batch lands beside its expected
    offset, another worker has written in between: one that was paused, lost the partition and
    does not know it yet, or, if we are that one, the partition's new owner.
    """

    def __init__(self, topic: str, producer: Callable[[], Any], reader: PartitionReader) -> None:
        self._topic = topic
        self._producer = producer
        self._reader = reader

    async def load(self, number: int) -> EntityPartition:
        """All that the changelog says of a partition."""
        partition = EntityPartition(number)
        records = self._reader.read(self._topic, number, 0, holes=True)
        async with aclosing(records):  # type: ignore[type-var]
            async for some in records:
                partition.restore(some)
        partition.restored()
        return partition

    async def write_entities(
        self, partition: EntityPartition, keys: Iterable[str], offset: int
    ) -> None:
        """Write what `keys` are now, as of the record at `offset`. Raises `SupersededError`."""
        entries = [partition.entry(key, offset) for key in keys]
        foreign = await self._write(partition, entries)
        if foreign:
            await self._mend(partition, foreign)

    async def write_applied(self, partition: EntityPartition) -> None:
        """Write how far the partition was applied, in a produce of its own, last of its record.

        Alone, because Tansu's end offset is the start of the last batch + 1.
        """
        foreign = await self._write(partition, [partition.applied_entry()])
        if foreign:
            await self._mend(partition, foreign)

    async def rewrite_outdated(self, partition: EntityPartition) -> None:
        """Put on top what a paused worker has covered with something older."""
        if partition.outdated:
            await self.write_entities(partition, partition.outdated, partition.applied)
            partition.outdated.clear()

    async def _write(
        self, partition: EntityPartition, entries: list[Entry]
    ) -> list[tuple[int, int]]:
        """Append `entries`; the stretches others wrote since we last looked."""
        producer = self._producer()
        sent = []
        builder = producer.create_batch()
        for key, value, headers in entries:
            if builder.append(key=key, value=value, timestamp=None, headers=headers) is None:
                sent.append(
                    (builder.record_count(), await self._send(producer, partition, builder))
                )
                builder = producer.create_batch()
                builder.append(key=key, value=value, timestamp=None, headers=headers)
        if builder.record_count():
            sent.append((builder.record_count(), await self._send(producer, partition, builder)))
        foreign = []
        for count, acknowledged in sent:
            written = await acknowledged
            if written.offset > partition.tail:
                foreign.append((partition.tail, written.offset))
            partition.tail = max(partition.tail, written.offset + count)
        return foreign

    async def _send(self, producer: Any, partition: EntityPartition, builder: Any) -> Any:
        builder.close()
        return await producer.send_batch(builder, self._topic, partition=partition.number)

    async def _mend(self, partition: EntityPartition, foreign: list[tuple[int, int]]) -> None:
        covered: set[str] = set()
        for start, end in foreign:
            records = self._reader.read(self._topic, partition.number, start, end, holes=True)
            async with aclosing(records):  # type: ignore[type-var]
                async for some in records:
                    for record in some:
                        if record.key == APPLIED.encode():
                            if keyed_offset(record) > partition.applied:
                                raise SupersededError
                        elif partition.differs(record):
                            covered.add(record.key.decode())
        if covered:
            await self.write_entities(partition, covered, partition.applied)
