"""Makes Redis again from the topics: alerts, and what was done about them.

Everything is written as delivery does, each revision and action once: what Redis has stays, what it
lacks comes back. The service may run meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from msgspec import Struct

from cases.handling import Logged
from contract.times import SECOND
from sinks.delivery.reading import item_of
from sinks.redis.held import Held, Span
from sinks.redis.sink import BATCH, RedisSink
from sinks.sink import Revision
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import ACTIONS_TOPIC, ALERTS_TOPIC, topic_name
from streams.wire.kafka_access import unreachable
from streams.wire.topics import partitions_of


class Rebuilt(Struct):
    """What was read of a topic: what Redis lacked, what it had, and what is neither alert nor
    action."""

    written: int = 0
    there: int = 0
    foreign: int = 0

    @property
    def read(self) -> int:
        """All of it."""
        return self.written + self.there + self.foreign


def rebuild(settings: Settings, progress: Callable[[str, Rebuilt], None]) -> dict[str, Rebuilt]:
    """Read both topics from their beginning to their present end; what became of it, by topic.
    `progress` is called after each list of records. Raises `KafkaAccessError`, `TopicsError` or
    `RedisSinkError`; run again, it begins anew and loses nothing."""
    counts = partitions_of(settings, [ACTIONS_TOPIC, ALERTS_TOPIC])
    try:
        return asyncio.run(_rebuild(settings, counts, progress))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error


async def _rebuild(
    settings: Settings, counts: dict[str, int], progress: Callable[[str, Rebuilt], None]
) -> dict[str, Rebuilt]:
    sink = RedisSink(
        settings.redis_url,
        maxlen=settings.redis_stream_maxlen,
        kept=settings.closed_kept // SECOND,
    )
    reader = PartitionReader(settings)
    held = Held(sink.connection)
    found: dict[str, Rebuilt] = {}
    try:
        await sink.check()
        # Actions first: what was closed is not open for a moment.
        for topic in (ACTIONS_TOPIC, ALERTS_TOPIC):
            rebuilt = found[topic] = Rebuilt()
            name = topic_name(settings, topic)
            for partition in range(counts[topic]):
                first, end = await reader.begin_and_end(name, partition)
                # What is older than the topic keeps is gone from Redis by then, too.
                async for records in reader.read(name, partition, 0, holes=True):
                    for start in range(0, len(records), BATCH):
                        at = TopicPartition(name, partition)
                        part = records[start : start + BATCH]
                        await _write(sink, at, part, settings.topic_prefix, topic, rebuilt)
                    end = max(end, records[-1].offset + 1)
                    progress(topic, rebuilt)
                if topic == ALERTS_TOPIC:
                    await held.join(partition, Span(first, end))
    finally:
        await reader.stop()
        await sink.close()
    return found


async def _write(
    sink: RedisSink, at: TopicPartition, records: list[Any], prefix: str, topic: str, to: Rebuilt
) -> None:
    revisions: list[Revision] = []
    actions: list[Logged] = []
    for record in records:
        item = item_of(at, record, prefix, is_action=topic == ACTIONS_TOPIC)
        if item.revision is not None:
            revisions.append(item.revision)
        elif item.logged is not None:
            actions.append(item.logged)
        elif item.canary is None:
            to.foreign += 1
    for outcome in await sink.write(revisions, actions):
        if outcome in ("written", "moved"):
            to.written += 1
        else:
            to.there += 1
