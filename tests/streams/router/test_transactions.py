"""What a transaction has not committed does not exist, and what it has aborted never did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from contract.duration import Duration
from contract.times import HOUR, MINUTE, SECOND
from sinks.delivery.delivery import Delivery
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.reference.reader import ReferenceReader
from streams.wire.kafka import ACTIONS_TOPIC, ALERTS_TOPIC, KEYED_TOPIC
from tests.conftest import RunningRedis
from tests.parts.apache_kafka import ApacheKafka
from tests.sinks.some_alerts import alert
from tests.streams.router.router_time import clock, is_past, marks_of
from tests.streams.router.routing import Bench, deletion, document, run, until

pytestmark = pytest.mark.integration

FILES = "endpoint.files"
ACCOUNTS = "reference.accounts"
ONE = {"source_partitions": 1, "idle_after": Duration("1s")}


class Sender:
    """A producer of transactions."""

    def __init__(self, bench: Bench, producer: Any) -> None:
        self._bench = bench
        self.producer = producer

    async def begins(self, topic: str, *values: bytes) -> None:
        """Send in a transaction that stays open."""
        await self.producer.begin_transaction()
        for value in values:
            await self.producer.send_and_wait(self._bench.name(topic), value, key=b"k", partition=0)

    async def commits(self, topic: str, *values: bytes) -> None:
        await self.begins(topic, *values)
        await self.producer.commit_transaction()

    async def aborts(self, topic: str, *values: bytes) -> None:
        await self.begins(topic, *values)
        await self.producer.abort_transaction()


@asynccontextmanager
async def sender(bench: Bench) -> AsyncIterator[Sender]:
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=bench.settings.kafka_bootstrap,
        transactional_id=f"{bench.settings.topic_prefix}sender",
        transaction_timeout_ms=120_000,
    )
    await producer.start()
    try:
        yield Sender(bench, producer)
    finally:
        await producer.stop()


def test_what_was_aborted_is_no_event_and_its_partition_is_read_to_its_end(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with sender(bench) as bank:
            await bank.commits(FILES, deletion("f-1", at=clock()))
            await bank.aborts(FILES, deletion("f-2", at=clock()), b"no event")
            async with bench.routing() as router:
                await is_past(bench, FILES, clock())
                await bank.aborts(FILES, deletion("f-3", at=clock() - HOUR))
                await is_past(bench, FILES, clock() + 2 * SECOND)
                assert router.read(FILES) == 1
                await bank.commits(FILES, deletion("f-4", at=clock()))
                await until(lambda: router.count(FILES, "accepted") == 2)
        assert await bench.routed() == ["f-1", "f-4"]
        assert await bench.all_of(f"dlq.{FILES}") == []

    run(apache_kafka, topic_prefix, work, **ONE)


def test_with_a_transaction_open_a_partition_is_not_at_its_end(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with sender(bench) as bank, bench.routing() as router:
            await is_past(bench, FILES, clock())
            happened = clock() - 10 * MINUTE
            await bank.begins(FILES, deletion("f-1", at=happened))
            begun = clock()
            await is_past(bench, "tips", begun + 3 * SECOND)
            held = (await marks_of(bench, FILES))[0].time
            assert held < begun + SECOND, "it had been read to its end until then"
            # Behind it stands what others have committed; it is not read before either.
            await bench.send(FILES, [deletion("f-2", at=clock())])
            await is_past(bench, "tips", clock() + 2 * SECOND)
            assert (await marks_of(bench, FILES))[0].time == held
            assert router.read(FILES) == 0
            await bank.producer.commit_transaction()
            await until(lambda: router.count(FILES, "accepted") == 2)
            await is_past(bench, FILES, clock())
        assert await bench.routed() == ["f-1", "f-2"]

    run(apache_kafka, topic_prefix, work, **ONE)


def test_reference_documents_count_once_they_are_committed_and_nobody_waits_for_them(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    def account(id_: str) -> bytes:
        return document("reference.account", id_, clock(), account=id_)

    async def work(bench: Bench) -> None:
        reader = ReferenceReader(bench.settings, Metrics(), Health())
        async with sender(bench) as erp:
            await erp.aborts(ACCOUNTS, account("6222-1"))
            await erp.begins(ACCOUNTS, account("6222-2"))
            await asyncio.wait_for(reader.start(), 20)
            assert reader.reference.entries("accounts") == 0
            await asyncio.wait_for(reader.caught_up_since(clock() // 1000 + 100), 20)
            await erp.producer.commit_transaction()
            await until(lambda: reader.reference.entries("accounts") == 1)
            await reader.stop()

    run(apache_kafka, topic_prefix, work, **ONE)


def test_a_partition_is_read_up_to_an_open_transaction_and_over_an_aborted_one(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        reader = PartitionReader(bench.settings)
        keyed = bench.name(KEYED_TOPIC)

        async def read() -> list[bytes]:
            found = []
            async for records in reader.read(keyed, 0, 0, holes=True):
                found += [record.value for record in records]
            return found

        async with sender(bench) as somebody:
            await bench.send(KEYED_TOPIC, [b"1"])
            await somebody.aborts(KEYED_TOPIC, b"2", b"3")
            assert await asyncio.wait_for(read(), 20) == [b"1"]
            await somebody.begins(KEYED_TOPIC, b"4")
            assert await asyncio.wait_for(read(), 20) == [b"1"]
            await somebody.producer.commit_transaction()
            assert await asyncio.wait_for(read(), 20) == [b"1", b"4"]
        await reader.stop()

    run(apache_kafka, topic_prefix, work, **ONE)


def test_an_alert_that_was_aborted_is_not_delivered(
    apache_kafka: ApacheKafka, topic_prefix: str, redis_server: RunningRedis, redis_url: str
) -> None:
    async def work(bench: Bench) -> None:
        sink = RedisSink(redis_url)
        metrics = Metrics(detectors={"offbook-payment": ("critical",)})
        delivery = Delivery(
            sink,
            metrics,
            Health(),
            bootstrap=bench.settings.kafka_bootstrap,
            topic=bench.name(ALERTS_TOPIC),
            actions=bench.name(ACTIONS_TOPIC),
            group=f"{topic_prefix}delivery",
            prefix=topic_prefix,
        )
        task = asyncio.create_task(delivery.run())
        async with sender(bench) as somebody:
            await somebody.aborts(ALERTS_TOPIC, msgspec.json.encode(alert("aborted")))
            await somebody.commits(ALERTS_TOPIC, msgspec.json.encode(alert("committed")))
        labels = {"detector": "offbook-payment", "severity": "critical"}
        await until(lambda: metrics.registry.get_sample_value("offbook_alerts_total", labels) == 1)
        delivery.stop()
        await task
        await sink.close()

    run(apache_kafka, topic_prefix, work, **ONE)
