"""What stands on topics of the contract, read from one end to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka.errors import KafkaError

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.rejected import Rejected
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of

#: Takes a record with the topic's name in the contract, and the event that it is, or why none.
Take = Callable[[str, Any, Event | Rejected], None]


def read_topics(
    settings: Settings, topics: Sequence[str], take: Take, most: int | None = None
) -> None:
    """Hand on the newest `most` records of each partition, all if that is None, topic by topic.
    Raises `TopicsError` and `KafkaAccessError`."""
    partitions = partitions_of(settings, topics)
    try:
        asyncio.run(_read(settings, {it: partitions[it] for it in topics}, take, most))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error


async def _read(
    settings: Settings, partitions: dict[str, int], take: Take, most: int | None
) -> None:
    reader = PartitionReader(settings)
    try:
        for topic, count in partitions.items():
            for number in range(count):
                name, start = topic_name(settings, topic), 0
                if most is not None:
                    first, end = await reader.begin_and_end(name, number)
                    start = max(first, end - most)
                async for records in reader.read(name, number, start, holes=True):
                    for record in records:
                        origin = Origin(topic, record.partition, record.offset)
                        region = settings.phone_region
                        found = decode_record(record.value, record.headers, origin, region=region)
                        take(topic, record, found)
    finally:
        await reader.stop()
