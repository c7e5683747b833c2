"""`offbook heartbeat`: tells Offbook, for a sender, that everything up to a time has been sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from contract.document import encode_document
from contract.event import Event, Origin
from contract.types import Heartbeat
from streams.settings.settings import Settings
from streams.wire.kafka import aiokafka_client, topic_name
from streams.wire.kafka_access import PATIENCE, unreachable
from streams.wire.topics import TopicsError, partitions_of

#: The `source` of heartbeats if the settings do not say who may send to a topic.
SOURCE: Final = "//offbook/heartbeat"


def beat(
    settings: Settings, topics: Sequence[str], at: int, source: str | None = None
) -> dict[str, int]:
    """Send one heartbeat of the time `at` (µs) to each partition of `topics`, and return when Kafka
    has them: how many, by topic. Its source is the topic's first by the settings, or `source`.

    Raises `KafkaAccessError`, and `TopicsError` where a topic is missing or takes none of `source`.
    """
    sources = {topic: _source(settings, topic, source) for topic in topics}
    counts = partitions_of(settings, topics)
    records = [
        (topic, number, _document(topic, number, at, sources[topic]))
        for topic in topics
        for number in range(counts[topic])
    ]
    try:
        asyncio.run(_send(settings, records))
    except (KafkaError, OSError) as error:
        raise unreachable(settings, error) from error
    return {topic: counts[topic] for topic in topics}


def _source(settings: Settings, topic: str, source: str | None) -> str:
    feed = settings.feeds.get(topic)
    if source is None:
        named = () if feed is None else feed.sources
        source = next((it for it in named if not it.endswith("*")), SOURCE)
    if feed is not None and not feed.takes(source):
        raise TopicsError(
            f"{topic} takes no events of {source}: name one with --source that `sources` of"
            f' [feeds."{topic}"] has, or add it there'
        )
    return source


def _document(topic: str, number: int, at: int, source: str) -> bytes:
    id_ = f"heartbeat-{time.time_ns()}-{number}"
    return encode_document(Event(source, id_, at, Heartbeat(number), Origin(topic, number, 0)))


async def _send(settings: Settings, records: Sequence[tuple[str, int, bytes]]) -> None:
    producer = AIOKafkaProducer(
        client_id="offbook-heartbeat",
        acks="all",
        request_timeout_ms=int(PATIENCE * 1000),
        **aiokafka_client(settings),
    )
    await producer.start()
    try:
        sent = [
            await producer.send(topic_name(settings, topic), value, partition=number)
            for topic, number, value in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
