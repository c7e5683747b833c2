"""Reads a range of one partition, exactly and in order, without a consumer group.

For data that must not have holes: the changelog of an entity partition, and records of
`offbook.keyed` that Faust did not deliver.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, ClassVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.settings.settings import Settings
from streams.wire.kafka import MAX_REQUEST, aiokafka_consumer, readable_end

#: Milliseconds a fetch may wait for records.
_WAIT_MS = 500


class RecordsGoneError(RuntimeError):
    """Records that are needed are no longer on the topic. Trying again does not help."""

    retryable: ClassVar[bool] = False

    def __init__(self, topic: str, partition: int, wanted: int, found: int) -> None:
        super().__init__(
            f"{topic}[{partition}]: records {wanted} to {found - 1} were not applied yet"
            " and are gone from the topic"
        )
        self.topic, self.partition, self.wanted, self.found = topic, partition, wanted, found


class PartitionReader:
    """Asks for end offsets with one consumer that it keeps, and reads each range with a consumer of
    its own: aiokafka's fetcher stops for good once a consumer has no partitions assigned."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def stop(self) -> None:
        """Close the connection."""
        consumer, self._asking = self._asking, None
        if consumer is not None:
            await consumer.stop()

    async def begin_and_end(self, topic: str, partition: int) -> tuple[int, int]:
        """Offsets of the first record and of the place after the last.

        Tansu's end may be too low: it is the start of the last batch + 1.
        """
        at = TopicPartition(topic, partition)
        consumer = await self._started()
        return (
            (await consumer.beginning_offsets([at]))[at],
            (await consumer.end_offsets([at]))[at],
        )

    async def ends(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """The place after the last record of each partition; see `begin_and_end`."""
        consumer = await self._started()
        ends = await consumer.end_offsets([TopicPartition(topic, n) for n in partitions])
        return {at.partition: end for at, end in ends.items()}

    async def read(
        self,
        topic: str,
        partition: int,
        start: int,
        end: int | None = None,
        *,
        holes: bool = False,
        begins: Callable[[int, int], None] | None = None,
    ) -> AsyncIterator[list[Any]]:
        """The records from `start` up to `end`, or to the current end of the partition, in lists.

        Waits for the broker as long as necessary. Raises `RecordsGoneError` if `start` or a record
        after it no longer exists, unless `holes` are expected, as on a compacted topic. Markers and
        aborted records that transactions leave behind are skipped. `begins` is told the offsets
        that there are, as `begin_and_end` gives them.
        """
        at = TopicPartition(topic, partition)
        first, last = await self.begin_and_end(topic, partition)
        if begins is not None:
            begins(first, last)
        if first > start:
            if not holes:
                raise RecordsGoneError(topic, partition, start, first)
            start = first
        position, heard = start, 0
        wanted = last if end is None else end
        if position >= wanted:
            return
        async with self._consumer() as consumer:
            consumer.assign([at])
            consumer.seek(at, start)
            while position < wanted:
                fetched = await consumer.getmany(at, timeout_ms=_WAIT_MS)
                records = [r for r in fetched.get(at, ()) if end is None or r.offset < end]
                if records and records[0].offset > position and not holes:
                    await self._refuse_gone(topic, partition, position)
                position = await consumer.position(at)
                if end is None and not heard:
                    # This end is right on Tansu too, and is known once something was fetched. It is
                    # taken once, at the start: following what is still being written would never
                    # end.
                    heard = readable_end(consumer, at)
                    wanted = max(wanted, heard)
                if records:
                    yield records

    async def _refuse_gone(self, topic: str, partition: int, wanted: int) -> None:
        """Raise `RecordsGoneError` if the record at `wanted` is no longer on the topic."""
        first, _ = await self.begin_and_end(topic, partition)
        if first > wanted:
            raise RecordsGoneError(topic, partition, wanted, first)

    async def _started(self) -> Any:
        async with self._one_at_a_time:
            if self._asking is None:
                consumer = self._consumer()
                await consumer.start()
                self._asking = consumer
            return self._asking

    def _consumer(self) -> Any:
        return AIOKafkaConsumer(
            **aiokafka_consumer(self._settings),
            client_id="offbook-monitor-reader",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=MAX_REQUEST,
        )
