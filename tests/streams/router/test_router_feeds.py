"""Heartbeats and expected silence, as routers hear of them: from senders, and from each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiokafka import TopicPartition

from contract.duration import Duration
from contract.kinds import STREAM_TOPICS
from contract.times import HOUR, MINUTE, SECOND, rfc3339
from detectors.engine.stream_time import topics
from streams.router.feeds import Entry, Standing, decode_entry, encode_entry, partition_of_key
from streams.router.known_feeds import Known, Partition
from streams.settings.feeds import FeedSettings
from streams.wire.kafka import FEEDS_TOPIC
from tests.parts.apache_kafka import ApacheKafka
from tests.streams.router.router_time import clock, is_past, marks_of, now
from tests.streams.router.routing import (
    Bench,
    comes_about,
    deletion,
    document,
    refuse_all,
    run,
    take_all,
    until,
)

pytestmark = pytest.mark.integration

FILES = "endpoint.files"
IDLE = {"idle_after": Duration("1s")}


def heartbeat(at: int, partition: int | None = None) -> bytes:
    # Senders repeat ids, and send one document to all partitions.
    return document("heartbeat", "♥", at, **({} if partition is None else {"partition": partition}))


async def entries(bench: Bench) -> dict[Partition, Entry]:
    """What stands on the feed log."""
    found: dict[Partition, Entry] = {}
    for record in await bench.all_of(FEEDS_TOPIC):
        partition = partition_of_key(record.key)
        if record.value is None:
            found.pop(partition, None)
        else:
            found[partition] = decode_entry(record.value)
    return found


async def said_of(bench: Bench, topic: str, number: int, since: int) -> set[int]:
    """All that was ever said of a partition on the first keyed one, behind record `since`."""
    batches = (await bench.batches())[0][since:]
    index = bench.topic_index(topic)
    return {
        mark.time
        for batch in batches
        for mark in batch.marks
        if (mark.topic, mark.partition) == (index, number)
    }


def test_a_heartbeat_is_accepted_and_routed_nowhere_and_time_moves_by_it(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await is_past(bench, FILES, clock())
            said = clock()
            for partition in range(2):
                await bench.send(FILES, [heartbeat(said, partition)], partition)
            await until(lambda: router.count(FILES, "accepted") == 2)
            begun = clock()
            await is_past(bench, "tips", begun + 3 * SECOND)
            assert (await now(bench)).of(topics((FILES,))) == said
            assert {mark.time for mark in (await marks_of(bench, FILES)).values()} == {said}
            await bench.send(FILES, [heartbeat(said + 2)], 0)
            await bench.send(FILES, [deletion("f-1", at=said + 3)], 1)
            await is_past(bench, FILES, said + 1)
            await until(lambda: router.count(FILES, "accepted") == 4)
            assert router.count(FILES, "duplicate") == 0
        assert await bench.routed() == ["f-1"]
        marks = await marks_of(bench, FILES)
        assert [marks[number].time for number in range(2)] == [said + 2, said + 3]

    run(kafka, topic_prefix, work, **IDLE)


def test_a_heartbeat_that_names_another_partition_or_what_is_no_topic_of_events_moves_nothing(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            await bench.send(FILES, [heartbeat(clock(), 1)], 0)
            await bench.send("reference.accounts", [heartbeat(clock())], 0)
            await until(lambda: router.count(FILES, "dead_letter") == 1)
            await until(lambda: router.count("reference.accounts", "accepted") == 1)
            await is_past(bench, FILES, clock())

    run(kafka, topic_prefix, work, **IDLE)


def test_the_next_router_knows_that_there_were_heartbeats(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        said = clock()
        await bench.send(FILES, [heartbeat(said)], 0)
        await bench.send(FILES, [heartbeat(said - SECOND)], 1)
        async with bench.routing() as router:
            await until(lambda: router.count(FILES, "accepted") == 2)
            await is_past(bench, FILES, said - 2 * SECOND)
        before = len((await bench.batches())[0])
        async with bench.routing():
            await is_past(bench, "tips", clock())
        assert await said_of(bench, FILES, 0, before) == {said}
        assert await said_of(bench, FILES, 1, before) == {said - SECOND}

    run(kafka, topic_prefix, work, **IDLE)


def test_a_router_hears_of_a_heartbeat_on_a_partition_that_another_reads(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as one, bench.routing() as other:
            await until(lambda: one.shares() and other.shares())
            assert {FILES} == {topic for topic, _ in one.reads() & {(FILES, 0), (FILES, 1)}}
            assert {FILES} == {topic for topic, _ in other.reads() & {(FILES, 0), (FILES, 1)}}
            await is_past(bench, FILES, clock())
            await bench.send(FILES, [deletion("f-1", at=clock() - HOUR)], 1)
            said = clock() - MINUTE
            await bench.send(FILES, [heartbeat(said)], 0)

            async def stands() -> bool:
                return {n: m.time for n, m in (await marks_of(bench, FILES)).items()} == {
                    0: said,
                    1: (await entries(bench)).get((FILES, 1), Entry(0)).known.event,  # type: ignore[arg-type]
                }

            await comes_about(stands, 20)
            begun = clock()
            await is_past(bench, "tips", begun)
            assert await stands(), "and it stays so"

    run(kafka, topic_prefix, work, **IDLE)


def test_a_topic_that_falls_silent_is_complete_up_to_its_newest_event(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing():
            await is_past(bench, "tips", clock())
            assert {m.empty for m in (await marks_of(bench, FILES)).values()} == {True}
            said = clock()
            await bench.send(FILES, [deletion("f-1", at=said)], 1)
            # It moves with the clock for a while, and then stands where its sender was last heard.
            await is_past(bench, FILES, said + 2 * SECOND)

            async def silent() -> bool:
                return {m.time for m in (await marks_of(bench, FILES)).values()} == {said}

            await comes_about(silent, 15)
            again = clock()
            await bench.send(FILES, [deletion("f-2", at=again)], 0)
            await is_past(bench, FILES, again + 2 * SECOND)

    feeds = {FILES: FeedSettings(expected_every=Duration("6s"))}
    run(kafka, topic_prefix, work, feeds=feeds, **IDLE)


def test_readiness_and_metrics_tell_how_each_feed_stands_and_stay_ready(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        said = clock() // SECOND * SECOND
        await bench.send(FILES, [heartbeat(said - HOUR), deletion("f-1", at=said - MINUTE)], 0)
        await bench.send("tips", [document("tip", "t-1", said - HOUR, tip="T-1")], 1)
        async with bench.routing() as router:

            def figure(name: str, topic: str, partition: int) -> float | None:
                labels = {"topic": topic, "partition": str(partition)}
                registry = router.metrics.registry
                return registry.get_sample_value(f"offbook_feed_{name}", labels)

            await until(lambda: figure("complete_timestamp_seconds", "tips", 1) is not None)
            await until(lambda: figure("silent", FILES, 1) == 1)
            assert figure("last_event_timestamp_seconds", FILES, 0) == said // SECOND - 60
            assert figure("last_heartbeat_timestamp_seconds", FILES, 0) == said // SECOND - 3600
            assert figure("complete_timestamp_seconds", FILES, 0) == said // SECOND - 60
            assert figure("complete_timestamp_seconds", FILES, 1) is None
            assert figure("last_event_timestamp_seconds", FILES, 1) is None
            assert figure("silent", FILES, 0) == 0, "one heartbeat is no rhythm"
            begun = clock()
            await is_past(bench, "tips", begun + SECOND)
            ended = figure("end_reached_timestamp_seconds", FILES, 0)
            assert ended is not None
            assert ended > begun / SECOND - 5
            report = json.loads(router.health.readiness().json())
            assert report["status"] == "ok"
            assert list(report["feeds"]) == list(STREAM_TOPICS)
            assert report["unfed"]["chat-burst"] == "nothing has come on chat.keyword-hits yet"
            files, tips = (report["feeds"][topic] for topic in (FILES, "tips"))
            assert (files["moves_by"], tips["moves_by"]) == ("heartbeats", "clock")
            assert files["last_heartbeat"] == rfc3339(said - HOUR)
            assert files["complete_to"] is None
            assert files["silent"] == files["partitions"]["1"]["silent"]
            assert "never had a heartbeat" in files["silent"]
            assert tips["silent"] is None

    feeds = {"crm.edits": FeedSettings(expected_every=Duration("30m"))}
    run(kafka, topic_prefix, work, feeds=feeds, **IDLE)


def test_heartbeats_that_are_not_minded_are_as_if_there_were_none(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        entry = encode_entry(Standing(Known(None, clock() - HOUR), None), clock())
        await bench.send(FEEDS_TOPIC, [entry], key=f"{FILES}/0".encode())
        async with bench.routing() as router:
            await bench.send(FILES, [heartbeat(clock())], 1)
            await until(lambda: router.count(FILES, "accepted") == 1)
            await is_past(bench, FILES, clock() + SECOND)

    feeds = {FILES: FeedSettings(heartbeats=False)}
    run(kafka, topic_prefix, work, feeds=feeds, **IDLE)


def test_what_is_no_entry_on_the_feed_log_stops_nobody(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        for key, value in ((b"x", b"{}"), (b"tips/0", b"{"), (b"tips/0", b"[]"), (b"x", None)):
            await bench.send(FEEDS_TOPIC, [value], key=key)
        async with bench.routing():
            await is_past(bench, "tips", clock())

    run(kafka, topic_prefix, work, **IDLE)


def test_nothing_is_committed_beyond_a_first_heartbeat_that_nobody_knows_of(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    """Killed in between, the topic would move with the clock for ever after."""

    async def work(bench: Bench) -> None:
        await refuse_all(bench, FEEDS_TOPIC)
        async with bench.routing() as router:
            await bench.send(FILES, [heartbeat(clock())], 0)
            await until(lambda: router.count(FILES, "accepted") == 1)
            consumer: Any = router.router._consumer
            files = TopicPartition(bench.name(FILES), 0)
            await is_past(bench, "tips", clock() + 2 * SECOND)
            assert not await consumer.committed(files)
            await take_all(bench, FEEDS_TOPIC)

            async def committed() -> bool:
                return await consumer.committed(files) == 1

            await comes_about(committed, 30)
            assert (await entries(bench))[FILES, 0].last_heartbeat is not None

    run(apache_kafka, topic_prefix, work, **IDLE)


def test_entries_of_partitions_that_are_gone_are_taken_back(
    apache_kafka: ApacheKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            for number in range(2):
                await bench.send(FILES, [heartbeat(clock())], number)
            await until(lambda: router.count(FILES, "accepted") == 2)
            await comes_about(lambda: told(bench, {0, 1}))
            await bench.make_anew(FILES, 1)
            await comes_about(lambda: told(bench, {0}), 30)

    run(apache_kafka, topic_prefix, work, **IDLE)


async def told(bench: Bench, numbers: set[int]) -> bool:
    return {number for topic, number in await entries(bench) if topic == FILES} == numbers
