"""Reads, follows and writes `offbook.feeds`, the topic on which routers share what they know of the
feeds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.router.feeds import (
    Entry,
    Standing,
    decode_entry,
    encode_entry,
    entry_key,
    partition_of_key,
)
from streams.router.known_feeds import Known, Partition
from streams.settings.settings import Settings
from streams.wire.kafka import (
    FEEDS_TOPIC,
    METADATA_AGE_MS,
    aiokafka_consumer,
    readable_end,
    topic_name,
)

#: Seconds between two entries of one partition, unless a topic had its first heartbeat.
_EVERY: Final = 3.0
#: Seconds after which an entry is written although only the clock has moved.
_AT_LEAST_EVERY: Final = 60.0
#: Milliseconds the broker may hold back an answer that has nothing new.
_FETCH_WAIT_MS: Final = 100

_log = structlog.get_logger(__name__)


class _Written:
    """What was last written for a partition, and when, by the monotonic clock."""

    def __init__(self, known: Known, at: float) -> None:
        self.known = known
        self.at = at


class FeedLog:
    """Calls `heard` with every entry, oldest first, and with None for one that was removed."""

    def __init__(
        self, settings: Settings, producer: Any, heard: Callable[[Partition, Entry | None], None]
    ) -> None:
        self._topic = topic_name(settings, FEEDS_TOPIC)
        self._settings = settings
        self._producer = producer
        self._heard = heard
        self._consumer: Any = None
        self._written: dict[Partition, _Written] = {}
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Connect. Raises `KafkaError`."""
        # Without a group the consumer assigns itself all partitions.
        self._consumer = AIOKafkaConsumer(
            self._topic,
            client_id="offbook-feeds",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
            **aiokafka_consumer(self._settings),
        )
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def catch_up(self) -> None:
        """Read everything that is there now. Raises `KafkaError`."""
        async with self._one_at_a_time:
            partitions = self._consumer.assignment()
            ends = await self._consumer.end_offsets(partitions)
            while not all([await self._has_passed(it, ends[it]) for it in partitions]):
                await self._take(200)

    async def follow(self) -> None:
        """Read what has come since. Raises `KafkaError`."""
        async with self._one_at_a_time:
            await self._take(0)

    async def write(self, standings: Mapping[Partition, Standing], *, all_: bool = False) -> None:
        """Write the entries that are due for the partitions read here, or with `all_` every entry
        that has changed.

        A first event or heartbeat is always written. Returns when the broker has it; raises
        `KafkaError`.
        """
        now, clock = time.monotonic(), time.time_ns() // 1000
        due = {
            partition: standing
            for partition, standing in standings.items()
            if self._is_due(partition, standing, now, all_)
        }
        sent = [
            await self._producer.send(
                self._topic, encode_entry(standing, clock), key=entry_key(partition)
            )
            for partition, standing in due.items()
        ]
        await asyncio.gather(*sent)
        for partition, standing in due.items():
            self._written[partition] = _Written(standing.known, now)

    async def take_back(self, gone: Iterable[Partition]) -> None:
        """Remove the entries of partitions that no longer exist. Raises `KafkaError`."""
        for partition in gone:
            self._written.pop(partition, None)
            await self._producer.send_and_wait(self._topic, None, key=entry_key(partition))

    def _is_due(self, partition: Partition, standing: Standing, now: float, all_: bool) -> bool:
        written, known = self._written.get(partition), standing.known
        if written is None:
            return known.newest is not None or standing.complete_to is not None
        if known == written.known:
            return now - written.at >= _AT_LEAST_EVERY
        first = (written.known.heartbeat is None) != (known.heartbeat is None)
        return all_ or first or now - written.at >= _EVERY

    async def _take(self, timeout_ms: int) -> None:
        fetched = await self._consumer.getmany(timeout_ms=timeout_ms)
        for records in fetched.values():
            for record in records:
                try:
                    partition = partition_of_key(record.key or b"")
                    entry = None if record.value is None else decode_entry(record.value)
                except (ValueError, msgspec.DecodeError):
                    _log.error("not written by Offbook; passed over", topic=self._topic)
                else:
                    self._heard(partition, entry)

    async def _has_passed(self, partition: TopicPartition, end: int) -> bool:
        position = await self._consumer.position(partition)
        # Tansu's end offset is the start of the last batch + 1: that batch comes whole.
        return bool(position >= max(end, readable_end(self._consumer, partition)))
