"""A router whose broker refuses, stands still or dies: it waits, says so, and loses nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.wire.keyed_records import KEYED_TOPIC
from tests.parts.apache_kafka import ApacheKafka
from tests.streams.router.routing import (
    Bench,
    configure,
    deletion,
    refuse_all,
    run,
    take_all,
    until,
)

pytestmark = pytest.mark.integration

FILES = "endpoint.files"
LETTERS = "dlq.endpoint.files"


def test_what_the_broker_does_not_take_waits_uncommitted(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    ids = [f"f-{number}" for number in range(100)]

    async def work(bench: Bench) -> None:
        await refuse_all(bench, KEYED_TOPIC)
        async with bench.routing() as router:
            await bench.send(FILES, [deletion(id_) for id_ in ids])
            await until(lambda: router.read(FILES) == len(ids))
            await until(lambda: not router.ready("keyed topic"))
            reason = router.health.readiness().checks["keyed topic"].reason
            assert "none is lost" in reason
            assert topic_prefix + KEYED_TOPIC in reason
            consumer: Any = router.router._consumer
            assert not await consumer.committed(TopicPartition(bench.name(FILES), 0))
            await take_all(bench, KEYED_TOPIC)
            await until(lambda: router.ready("keyed topic"))
        assert await bench.routed() == ids

    run(apache_kafka, topic_prefix, work)


def test_reading_stops_when_too_much_waits(
    apache_kafka: ApacheKafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.router.outboxes._ROOM", 100_000)
    ids = [f"f-{number}" for number in range(20_000)]

    async def work(bench: Bench) -> None:
        await refuse_all(bench, KEYED_TOPIC)
        await bench.send(FILES, [deletion(id_) for id_ in ids])
        async with bench.routing() as router:
            await until(lambda: not router.ready("keyed topic"))
            read = router.read(FILES)
            assert 0 < read < len(ids)
            await take_all(bench, KEYED_TOPIC)
            await until(lambda: router.read(FILES) == len(ids))
        assert await bench.routed() == ids

    run(apache_kafka, topic_prefix, work)


def test_a_broker_killed_and_started_again_costs_no_event(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    ids = [f"f-{number}" for number in range(6000)]

    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send(FILES, [deletion(id_) for id_ in ids[:4000]])
            await until(lambda: router.read(FILES) > 0)
            apache_kafka.kill()
            await until(lambda: not (router.ready("router") and router.ready("keyed topic")))
            assert router.health.liveness().ok, "a restart would not bring the broker back"
            await asyncio.to_thread(apache_kafka.start)
            await bench.send(FILES, [deletion(id_) for id_ in ids[4000:]])
            await until(lambda: router.ready("router") and router.ready("keyed topic"))
            await until(lambda: router.read(FILES) >= len(ids))
        routed = await bench.routed()
        assert list(dict.fromkeys(routed)) == ids

    run(apache_kafka, topic_prefix, work)


def test_a_dead_letter_too_large_for_its_topic_goes_without_its_value(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        await configure(bench, LETTERS, "max.message.bytes", "5000")
        wordy = [("h", b"z" * 10_000)]
        await bench.send(FILES, [b"x" * 9000], key=b"k", headers=[("h", b"1")])
        await bench.send(FILES, [b"x"], key=b"k", headers=wordy)
        await bench.send(FILES, [b"y" * 1000, deletion("f-1")], key=b"k")
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 4)
        assert await bench.routed() == ["f-1"]
        letters = {
            int(dict(letter.headers)["__streams.errors.offset"]): letter
            for letter in await bench.all_of(LETTERS)
        }
        assert letters.keys() == {0, 1, 2}
        assert b"too large" in letters[0].value
        assert letters[0].key == b"k"
        assert ("h", b"1") in letters[0].headers
        assert b"too large" in letters[1].value
        assert "h" not in dict(letters[1].headers)
        assert letters[2].value == b"y" * 1000

    run(apache_kafka, topic_prefix, work)


def test_an_event_too_large_for_the_keyed_topic_becomes_a_dead_letter_and_the_others_go_on(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    large = f"f-{'9' * 900}"
    ids = [*(f"f-{number}" for number in range(20)), large, "last"]

    async def work(bench: Bench) -> None:
        await configure(bench, KEYED_TOPIC, "max.message.bytes", "800")
        await bench.send(FILES, [deletion(id_) for id_ in ids])
        async with bench.routing() as router:
            await until(lambda: router.count(FILES, "dead_letter") == 1)
        assert await bench.routed() == [id_ for id_ in ids if id_ != large]
        (letter,) = await bench.all_of(LETTERS)
        assert b"too large" in letter.value
        assert dict(letter.headers)["__streams.errors.offset"] == b"20"

    run(apache_kafka, topic_prefix, work, source_partitions=1, keyed_partitions=1)


def test_a_dead_letter_whose_date_its_topic_refuses_goes_with_the_date_of_now(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        await configure(bench, LETTERS, "message.timestamp.before.max.ms", "60000")
        await bench.send(FILES, [b"old"], timestamp_ms=1_600_000_000_000)
        await bench.send(FILES, [b"new"])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 2)
        letters = {letter.value: letter for letter in await bench.all_of(LETTERS)}
        assert letters.keys() == {b"old", b"new"}
        assert letters[b"old"].timestamp > 1_600_000_000_000

    run(apache_kafka, topic_prefix, work)
