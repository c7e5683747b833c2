"""The producer against a broker: what it acknowledges is there, once, in order and readable."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.record_key import record_key
from contract.times import parse_rfc3339
from contract.types import Heartbeat
from offbook.cli.demo.embedded import EmbeddedKafka
from offbook.produce import (
    ClosedError,
    DeliveryError,
    DeliveryRefusedError,
    InvalidEventError,
    KafkaUnreachableError,
    Payment,
    Producer,
    ReferenceEmployee,
    Settings,
    SyncProducer,
)
from offbook.produce.delivery import undelivered
from streams.wire.topics import create_topics
from tests.conftest import RunningKafka

pytestmark = pytest.mark.integration

SOURCE = "//bank.example.com"
WHEN = "2026-03-05T14:22:30+08:00"


@pytest.fixture
def here(kafka: EmbeddedKafka | RunningKafka, topic_prefix: str) -> Settings:
    settings = Settings(kafka_bootstrap=kafka.bootstrap, topic_prefix=topic_prefix)
    create_topics(settings)
    return settings


def payment(number: int, amount: str = "1280.00") -> Payment:
    return Payment(
        payment=f"P-{number}",
        amount=amount,
        payee_account="6222020200112233445",
        customer=f"C-{number % 17}",
    )


def records(settings: Settings, topic: str) -> list[Any]:
    """All that is on a topic, each partition in its order."""
    return asyncio.run(_records(settings, f"{settings.topic_prefix}{topic}"))


async def _records(settings: Settings, name: str) -> list[Any]:
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
    await consumer.start()
    found = []
    try:
        partitions = [TopicPartition(name, number) for number in range(4)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        # The end that a fetch tells is right, that of `end_offsets` is not (embedded.py).
        ends: dict[TopicPartition, int] = {}
        while len(ends) < 4 or any([await consumer.position(it) < ends[it] for it in ends]):
            for some in (await consumer.getmany(timeout_ms=100)).values():
                found += some
            known = {it: consumer.highwater(it) for it in partitions}
            ends = {it: end for it, end in known.items() if end is not None}
    finally:
        await consumer.stop()
    return found


def events(settings: Settings, topic: str) -> list[Event]:
    """What the router would read there."""
    found = []
    for record in records(settings, topic):
        read = decode_record(
            record.value, record.headers, Origin(topic, record.partition, record.offset)
        )
        assert isinstance(read, Event), read
        if not isinstance(read.data, Heartbeat):
            assert record.key == record_key(read.data)
        found.append(read)
    return found


def by_key(found: list[Event]) -> dict[bytes, list[int]]:
    order: defaultdict[bytes, list[int]] = defaultdict(list)
    for one in found:
        order[record_key(one.data)].append(int(one.id.removeprefix("bank-")))
    return order


def test_ten_thousand_are_there_once_and_in_the_order_of_their_keys(here: Settings) -> None:
    async def send() -> None:
        async with Producer(here, source=SOURCE) as out:
            for number in range(10_000):
                await out.enqueue(payment(number), id=f"bank-{number}", time=WHEN)
            await out.flush()

    asyncio.run(send())
    order = by_key(events(here, "payments"))
    assert sum(map(len, order.values())) == 10_000
    assert all(numbers == sorted(numbers) for numbers in order.values())


def test_those_that_are_sent_at_once_travel_together_and_in_order(here: Settings) -> None:
    async def send() -> list[Any]:
        async with Producer(here, source=SOURCE) as out:
            return await asyncio.gather(
                *(out.send(payment(it), id=f"bank-{it}", time=WHEN) for it in range(2_000))
            )

    receipts = asyncio.run(send())
    found = events(here, "payments")
    assert {(it.origin.partition, it.origin.offset) for it in found} == {
        (it.partition, it.offset) for it in receipts
    }
    assert all(numbers == sorted(numbers) for numbers in by_key(found).values())


def test_an_invalid_one_in_the_middle_stops_no_other(here: Settings) -> None:
    async def send() -> list[Any]:
        async with Producer(here, source=SOURCE) as out:
            amounts = ["1.00"] * 50 + ["1,00"] + ["1.00"] * 50
            return await asyncio.gather(
                *(
                    out.send(payment(number, amount), id=f"bank-{number}", time=WHEN)
                    for number, amount in enumerate(amounts)
                ),
                return_exceptions=True,
            )

    outcomes = asyncio.run(send())
    (error,) = (it for it in outcomes if isinstance(it, Exception))
    assert isinstance(error, InvalidEventError)
    assert error.field == "data.amount"
    assert outcomes.index(error) == 50
    assert len(events(here, "payments")) == 100


def test_a_heartbeat_stands_on_each_partition_behind_what_was_sent(here: Settings) -> None:
    async def send() -> int:
        async with Producer(here, source=SOURCE) as out:
            for number in range(100):
                await out.enqueue(payment(number), id=f"bank-{number}", time=WHEN)
            return await out.heartbeat("payments", complete_until="2026-03-05T15:00:00+08:00")

    assert asyncio.run(send()) == 4
    by_partition: defaultdict[int, list[Event]] = defaultdict(list)
    for one in events(here, "payments"):
        by_partition[one.origin.partition].append(one)
    assert len(by_partition) == 4
    for partition, found in by_partition.items():
        *sent, last = found
        assert last.data == Heartbeat(partition)
        assert last.time == parse_rfc3339("2026-03-05T15:00:00+08:00")
        assert not any(isinstance(it.data, Heartbeat) for it in sent)


def test_a_heartbeat_that_cannot_be_is_refused(here: Settings) -> None:
    async def send(topic: str, until: str) -> None:
        async with Producer(here, source=SOURCE) as out:
            await out.heartbeat(topic, complete_until=until)

    for topic, until, field in (("payment", WHEN, "topic"), ("payments", "now", "time")):
        with pytest.raises(InvalidEventError) as caught:
            asyncio.run(send(topic, until))
        assert caught.value.field == field
    assert events(here, "payments") == []


def test_an_entry_is_removed_by_a_record_without_value(here: Settings) -> None:
    async def send() -> None:
        async with Producer(here, source=SOURCE) as out:
            await out.send(ReferenceEmployee(employee="E-1", name="王五"), id="e-1", time=WHEN)
            await out.remove(ReferenceEmployee, "E-1")

    asyncio.run(send())
    first, second = records(here, "reference.employees")
    assert (first.key, first.partition) == (second.key, second.partition)
    assert second.value is None


def test_nothing_of_an_event_is_logged(here: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async def send() -> None:
        async with Producer(here, source=SOURCE) as out:
            await out.send(payment(1), id="bank-1", time=WHEN)
            with pytest.raises(InvalidEventError):
                await out.send(payment(2, "王五"), id="bank-2", time=WHEN)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(send())
    assert "6222020200112233445" not in caplog.text
    assert "C-1" not in caplog.text
    assert "王五" not in caplog.text


def test_a_script_without_await_has_the_same(here: Settings) -> None:
    with SyncProducer(here, source=SOURCE) as out:
        receipt = out.send(payment(0), id="bank-0", time=WHEN)
        assert receipt.topic == f"{here.topic_prefix}payments"
        futures = [
            out.enqueue(payment(number), id=f"bank-{number}", time=WHEN)
            for number in range(1, 2_000)
        ]
        with pytest.raises(InvalidEventError):
            out.enqueue(payment(1, "-1"), id="bank-x", time=WHEN)
        out.flush()
        assert all(it.done() and it.exception() is None for it in futures)
        assert out.heartbeat("payments", complete_until=WHEN) == 4
    found = [it for it in events(here, "payments") if not isinstance(it.data, Heartbeat)]
    assert len(found) == 2_000
    assert all(numbers == sorted(numbers) for numbers in by_key(found).values())


def test_a_broker_that_comes_back_gets_what_was_sent_meanwhile(fresh_kafka: EmbeddedKafka) -> None:
    here = Settings(kafka_bootstrap=fresh_kafka.bootstrap)
    create_topics(here)

    async def send() -> None:
        async with Producer(here, source=SOURCE) as out:
            await out.send(payment(0), id="bank-0", time=WHEN)
            fresh_kafka.kill()
            for number in range(1, 500):
                await out.enqueue(payment(number), id=f"bank-{number}", time=WHEN)
            fresh_kafka.start()
            create_topics(here)
            await out.flush()

    asyncio.run(send())
    order = by_key(events(here, "payments"))
    # In memory, it has forgotten the first.
    assert {it for numbers in order.values() for it in numbers} >= set(range(1, 500))
    for numbers in order.values():
        assert list(dict.fromkeys(numbers)) == sorted(set(numbers))


def test_a_broker_that_stays_away_is_an_error_and_no_heartbeat(fresh_kafka: EmbeddedKafka) -> None:
    here = Settings(kafka_bootstrap=fresh_kafka.bootstrap)
    create_topics(here)

    async def send() -> None:
        async with Producer(here, source=SOURCE, patience=1.0) as out:
            await out.send(payment(0), id="bank-0", time=WHEN)
            fresh_kafka.kill()
            await out.enqueue(payment(1), id="bank-1", time=WHEN)
            with pytest.raises(DeliveryError) as caught:
                await out.heartbeat("payments", complete_until=WHEN)
            assert caught.value.retryable
            assert "\n" not in str(caught.value)
            with pytest.raises(DeliveryError):
                await out.send(payment(2), id="bank-2", time=WHEN)
            await out.flush()  # both were told

    asyncio.run(send())
    with pytest.raises(KafkaUnreachableError) as at_start:
        asyncio.run(send())
    assert at_start.value.retryable
    with pytest.raises(KafkaUnreachableError), SyncProducer(here, source=SOURCE):
        pass


def test_a_script_hears_of_what_was_lost_at_the_end(fresh_kafka: EmbeddedKafka) -> None:
    here = Settings(kafka_bootstrap=fresh_kafka.bootstrap)
    create_topics(here)
    out = SyncProducer(here, source=SOURCE, patience=1.0)
    out.start()
    out.send(payment(0), id="bank-0", time=WHEN)
    fresh_kafka.kill()
    out.enqueue(payment(1), id="bank-1", time=WHEN)
    with pytest.raises(DeliveryError):
        out.close()


def test_one_that_is_not_open_says_so(here: Settings) -> None:
    closed = Producer(here, source=SOURCE)
    with pytest.raises(ClosedError):
        asyncio.run(closed.send(payment(1), id="bank-1", time=WHEN))
    with pytest.raises(ClosedError):
        SyncProducer(here, source=SOURCE).send(payment(1), id="bank-1", time=WHEN)


def test_what_kafka_refuses_says_what_to_change() -> None:
    from aiokafka import errors

    for error, words in (
        (errors.UnknownTopicOrPartitionError(), "offbook topics create"),
        (errors.TopicAuthorizationFailedError("payments"), "grant Write"),
        (errors.MessageSizeTooLargeError(), "size"),
        (errors.ClusterAuthorizationFailedError(), "does not help"),
    ):
        told = undelivered("payments", error)
        assert isinstance(told, DeliveryRefusedError)
        assert not told.retryable
        assert words in str(told)
    assert undelivered("payments", errors.RequestTimedOutError()).retryable
    assert undelivered("payments", TimeoutError()).retryable
