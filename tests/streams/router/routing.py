"""Topics of one test, a producer for them, and what a router has made of its records."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contract.duration import Duration
from contract.kinds import STREAM_TOPICS
from contract.times import SECOND, rfc3339
from detectors.engine.stream_time import EVERY_TOPIC
from sinks.health import Health
from sinks.metrics.events import OUTCOMES
from sinks.metrics.metrics import Metrics
from streams.router.router import Router
from streams.settings.settings import Settings
from streams.wire.kafka import FEEDS_TOPIC, all_topics, topic_name
from streams.wire.keyed_records import KEYED_TOPIC, Batch, StreamTime, decode_batch

#: Well in the past: nothing in these tests depends on the hour they run at.
MONDAY = 1_772_420_400 * SECOND


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a condition, and fail if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.05)


async def comes_about(condition: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    """The same where one has to ask the broker."""
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.1)


def document(type_: str, id_: str, at: int, **data: Any) -> bytes:
    """A CloudEvents document of a contract type such as `payment`."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": id_,
            "source": "/test",
            "type": f"offbook.{type_}.v1",
            "time": rfc3339(at),
            "data": data,
        }
    ).encode()


def deletion(id_: str, employee: str = "E-1", at: int = MONDAY) -> bytes:
    """A file deleted by an employee: an event that always has a reader."""
    return document("endpoint.file", id_, at, employee=employee, action="delete")


@dataclass
class RunningRouter:
    """One router, as far as others can see it."""

    router: Router
    metrics: Metrics
    health: Health

    def count(self, topic: str, outcome: str) -> int:
        labels = {"topic": topic, "outcome": outcome}
        value = self.metrics.registry.get_sample_value("offbook_events_total", labels)
        return int(value or 0)

    def read(self, topic: str) -> int:
        """Records of a topic that have been counted, however they ended."""
        return sum(self.count(topic, outcome) for outcome in OUTCOMES)

    def reads(self) -> set[tuple[str, int]]:
        """The partitions of events that it reads."""
        return set(self.router._keeper._ours())

    def shares(self) -> bool:
        """Whether it reads some partitions and another router others."""
        return 0 < len(self.reads()) < 2 * len(STREAM_TOPICS)

    def ready(self, name: str) -> bool:
        return self.health.readiness().checks[name].ok


@dataclass
class Bench:
    """The topics of this test on one broker."""

    settings: Settings
    producer: Any

    @asynccontextmanager
    async def routing(self) -> AsyncIterator[RunningRouter]:
        """A router, stopped cleanly at the end."""
        metrics, health = Metrics(), Health()
        router = Router(self.settings, metrics, health)
        task = asyncio.create_task(router.run())
        running = RunningRouter(router, metrics, health)
        try:
            await until(lambda: task.done() or running.ready("router"))
            yield running
        finally:
            router.stop()
            await asyncio.wait_for(task, 60)

    def name(self, topic: str) -> str:
        return topic_name(self.settings, topic)

    async def send(
        self, topic: str, values: Iterable[bytes | None], partition: int = 0, **more: Any
    ) -> None:
        """Produce records in order and wait until the broker has them."""
        if topic.startswith("reference.") or topic == FEEDS_TOPIC:
            more.setdefault("key", b"a compacted topic takes none without")
        sent = [
            await self.producer.send(self.name(topic), value, partition=partition, **more)
            for value in values
        ]
        await asyncio.gather(*sent)

    async def all_of(self, topic: str) -> list[Any]:
        """All records of a topic, by partition and offset."""
        found: list[Any] = []
        async with AIOKafkaConsumer(
            self.name(topic),
            bootstrap_servers=self.settings.kafka_bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
        ) as consumer:
            partitions = consumer.assignment()
            while True:
                fetched = await consumer.getmany(timeout_ms=300)
                for records in fetched.values():
                    found += records
                if not fetched and all([await _at_end(consumer, one) for one in partitions]):
                    return sorted(found, key=lambda record: (record.partition, record.offset))

    async def batches(self) -> dict[int, list[Batch]]:
        """What stands on `offbook.keyed`, by partition, in order."""
        batches: dict[int, list[Batch]] = {n: [] for n in range(self.settings.keyed_partitions)}
        for record in await self.all_of(KEYED_TOPIC):
            batches[record.partition].append(decode_batch(record.value))
        return batches

    async def routed(self) -> list[str]:
        """The ids of all events on `offbook.keyed` as often as they stand there."""
        batches = await self.batches()
        return [event.id for them in batches.values() for batch in them for event in batch.events]

    def topic_index(self, topic: str) -> int:
        """How marks name a topic."""
        return STREAM_TOPICS.index(topic)

    async def grow(self, topic: str, partitions: int) -> None:
        """Give a topic more partitions."""
        async with self.admin() as admin:
            await admin.create_partitions({self.name(topic): NewPartitions(partitions)})

    async def make_anew(self, topic: str, partitions: int) -> None:
        """Delete a topic and make it again."""
        async with self.admin() as admin:
            await admin.delete_topics([self.name(topic)])

            async def gone() -> bool:
                return self.name(topic) not in await admin.list_topics()

            await comes_about(gone)
            await admin.create_topics([NewTopic(self.name(topic), partitions, 1)])

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def stream_time_passes(self, moment: int) -> None:
        """Wait until the marks on every keyed partition say that it is later than `moment`."""
        end = time.monotonic() + 60
        late = list(range(self.settings.keyed_partitions))
        while late:
            assert time.monotonic() < end, "stream time does not pass"
            for number, batches in (await self.batches()).items():
                marks = (mark for batch in batches for mark in batch.marks)
                now = StreamTime(marks).now().of(EVERY_TOPIC)
                if number in late and now is not None and now > moment:
                    late.remove(number)


async def configure(bench: Bench, topic: str, name: str, value: str) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, bench.name(topic), {name: value})
    async with bench.admin() as admin:
        await admin.alter_configs([resource])


async def refuse_all(bench: Bench, topic: str) -> None:
    """Have the broker take no record that is older than it takes to arrive there."""
    await configure(bench, topic, "message.timestamp.before.max.ms", "0")


async def take_all(bench: Bench, topic: str) -> None:
    await configure(bench, topic, "message.timestamp.before.max.ms", str(2**62))


async def _at_end(consumer: Any, partition: TopicPartition) -> bool:
    end = consumer.highwater(partition)
    return end is not None and end == await consumer.position(partition)


def run(
    kafka: Any,
    prefix: str,
    work: Callable[[Bench], Awaitable[None]],
    topic_settings: dict[str, str] | None = None,
    **settings: Any,
) -> None:
    """Do `work` on topics of its own. `topic_settings` are those of all its topics."""
    chosen = Settings(
        **{
            "kafka_bootstrap": kafka.bootstrap,
            "topic_prefix": prefix,
            "group_prefix": f"{prefix}offbook",
            "source_partitions": 2,
            "keyed_partitions": 3,
            # Else time moves on while a test goes about it, and its events are late.
            "idle_after": Duration("1h"),
            "session_timeout": Duration("6s"),
            **settings,
        }
    )

    async def main() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics(
            [
                NewTopic(
                    topic.name,
                    topic.partitions,
                    1,
                    topic_configs=topic.configs | (topic_settings or {}),
                )
                for topic in all_topics(chosen)
            ]
        )
        await admin.close()
        async with AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap,
            acks="all",
            linger_ms=5,
            max_request_size=64 << 20,
        ) as producer:
            await work(Bench(chosen, producer))

    asyncio.run(main())
