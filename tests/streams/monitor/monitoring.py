"""A monitor on a real broker, fed with keyed records by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from contract.alert import Alert
from contract.event import Event
from contract.kinds import STREAM_TOPICS
from detectors.engine.engine import Engine
from detectors.facts.reference import Reference
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.monitor.monitor import Monitor
from streams.settings.settings import Settings
from streams.wire.kafka import ALERTS_TOPIC, group, topic_name
from streams.wire.keyed_records import (
    KEYED_TOPIC,
    Batch,
    Mark,
    encode_batch,
    mark,
    partition_of,
    wire,
)
from streams.wire.topics import create_topics
from tests.detectors import timeline as tell

PATIENCE = 40.0
EMPLOYEE = "employee:E-1"
#: The partition of `EMPLOYEE`.
HOME = partition_of(EMPLOYEE, 4)


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.05)


class NoBarrier:
    """Reference data that is always known."""

    async def caught_up_since(self, timestamp: int, /) -> None:
        return


@dataclass
class Bench:
    """One installation's topics, and what can be done to them."""

    bootstrap: str
    prefix: str
    detectors: Sequence[Detector] = DETECTORS
    reference: Reference = field(default_factory=tell.company)
    metrics: Metrics = field(
        default_factory=lambda: Metrics(
            detectors={d.id: d.possible_severities() for d in DETECTORS}
        )
    )
    health: Health = field(default_factory=Health)
    producer: Any = None

    def __post_init__(self) -> None:
        self.settings = Settings(
            kafka_bootstrap=self.bootstrap,
            topic_prefix=self.prefix,
            group_prefix=f"{self.prefix}offbook",
            rebalance_timeout=6_000_000,  # type: ignore[arg-type]
            session_timeout=2_000_000,  # type: ignore[arg-type]
            heartbeat_interval=500_000,  # type: ignore[arg-type]
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Bench]:
        create_topics(self.settings)
        self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all")
        await self.producer.start()
        try:
            yield self
        finally:
            await self.producer.stop()

    def monitor(self) -> Monitor:
        engine = Engine(self.detectors, self.reference)
        return Monitor(self.settings, engine, NoBarrier(), self.metrics, self.health)

    @asynccontextmanager
    async def running(self, monitor: Monitor | None = None) -> AsyncIterator[Monitor]:
        monitor = monitor or self.monitor()
        task = asyncio.create_task(monitor.run())
        try:
            yield monitor
        finally:
            monitor.stop()
            await task

    def topic(self, name: str) -> str:
        return topic_name(self.settings, name)

    async def key(self, *events: Event, marks: Sequence[Mark] = ()) -> dict[int, int]:
        """Send events as a router does, one record each; the last offset by partition."""
        engine = Engine(self.detectors, self.reference)
        last: dict[int, int] = {}
        for event in events:
            for key in engine.route(event):
                batch = Batch(list(marks), [wire(event, 1_700_000_000_000)], [(key, 0)])
                sent = await self.send(partition_of(key, self.settings.keyed_partitions), batch)
                last[sent.partition] = sent.offset
        return last

    async def tick(self, now: int) -> dict[int, int]:
        """Tell every partition that all sources have been read up to `now`."""
        marks = [mark(topic, 0, 1, now) for topic in STREAM_TOPICS]
        last = {}
        for number in range(self.settings.keyed_partitions):
            last[number] = (await self.send(number, Batch(marks))).offset
        return last

    async def send(self, partition: int, batch: Batch) -> Any:
        topic = self.topic(KEYED_TOPIC)
        return await self.producer.send_and_wait(topic, encode_batch(batch), partition=partition)

    async def records(self, name: str) -> list[Any]:
        """All records of a topic, by partition."""
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            topic = self.topic(name)
            # Source topics have as many here.
            partitions = [TopicPartition(topic, n) for n in range(self.settings.keyed_partitions)]
            consumer.assign(partitions)
            found = []
            for partition in sorted(partitions):
                end = (await consumer.end_offsets([partition]))[partition]
                while await consumer.position(partition) < end:
                    fetched = await consumer.getmany(partition, timeout_ms=500)
                    found += [record for records in fetched.values() for record in records]
            return found
        finally:
            await consumer.stop()

    async def alerts(self) -> list[Alert]:
        return [
            msgspec.json.decode(record.value, type=Alert)
            for record in await self.records(ALERTS_TOPIC)
        ]


def applied(monitor: Monitor, last: dict[int, int]) -> bool:
    """Whether the monitor has come to the offsets `last`."""
    partitions = monitor._app.partitions
    return all(n in partitions and partitions[n].applied >= o for n, o in last.items())


def deletions(count: int, of: int = 5) -> list[Event]:
    """So many deletes of `of` records each by one employee, a second apart."""
    return [tell.deletes(f"2026-03-02 09:00:{n:02}", "E-1", of) for n in range(count)]


async def commit(bench: Bench, offset: int, partitions: Sequence[int] = (HOME,)) -> None:
    """Set the monitor group's offset of the employee's partition, or of others."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bench.bootstrap,
        group_id=group(bench.settings, "monitor"),
        enable_auto_commit=False,
    )
    await consumer.start()
    ours = [TopicPartition(bench.topic(KEYED_TOPIC), number) for number in partitions]
    consumer.assign(ours)
    await consumer.commit({at: OffsetAndMetadata(offset, "") for at in ours})
    await consumer.stop()
