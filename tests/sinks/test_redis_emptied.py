"""A real Redis that is emptied under delivery: it is told of, over every restart, until it is
filled anew from the alerts topic."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import redis
from aiokafka import AIOKafkaConsumer, TopicPartition

from offbook.cli.demo.embedded import EmbeddedRedis
from sinks.redis.connection import Connection
from sinks.redis.held import WITHOUT_END, Held, Span
from tests.sinks.some_alerts import alert, contents
from tests.sinks.test_delivery import Bench, Worker, complete, log, run, until

pytestmark = pytest.mark.integration

MISSING = "offbook_redis_missing_revisions"


def empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def lacks(worker: Worker, revisions: int) -> bool:
    return worker.figure(MISSING) == revisions


def says_so(worker: Worker, revisions: int) -> bool:
    """In readiness, which it does not change: no restart brings them back."""
    report = worker.health.readiness()
    return report.ok and f"lacks {revisions} revisions" in report.checks["redis"].reason


async def from_the_beginning(bench: Bench) -> None:
    """Set the group back, as `kafka-consumer-groups --reset-offsets --to-earliest` does."""
    async with AIOKafkaConsumer(
        bootstrap_servers=bench.bootstrap,
        group_id=f"{bench.prefix}offbook-delivery",
        enable_auto_commit=False,
    ) as consumer:
        partitions = [TopicPartition(bench.topic, n) for n in range(4)]
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))


def test_an_emptied_redis_is_told_of_over_restarts_until_it_is_filled_anew(
    kafka: Any, redis_url: str, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        first, later = log(alerts=53, revisions=1), [alert(f"later{n}") for n in range(4)]
        worker = bench.worker(redis_url)
        async with worker.running():
            await bench.send(first)
            await until(lambda: complete(redis_url, first))
            await until(lambda: lacks(worker, 0))  # It was new and empty, and that was right.
        worker = bench.worker(redis_url)
        async with worker.running():
            await bench.send(later)
            await until(lambda: complete(redis_url, [*first, *later]))
            await until(lambda: lacks(worker, 0))
            empty(redis_url)
            # What this worker wrote it writes again by itself, and 53 of 57 are gone.
            await until(lambda: lacks(worker, 53))
            await until(lambda: says_so(worker, 53))
            assert len(contents(redis_url).newest) == 4
        worker = bench.worker(redis_url)
        async with worker.running():
            await until(lambda: lacks(worker, 53))
        empty(redis_url)  # While nobody delivers.
        worker = bench.worker(redis_url)
        async with worker.running():
            await until(lambda: lacks(worker, 57))
        await from_the_beginning(bench)
        worker = bench.worker(redis_url)
        async with worker.running():
            await until(lambda: complete(redis_url, [*first, *later]))
            await until(lambda: lacks(worker, 0))
            assert len(contents(redis_url).newest) == 57

    run(kafka, topic_prefix, work)


def test_an_account_is_never_taken_back_unless_it_begins_elsewhere(redis_url: str) -> None:
    steps = {
        Span(0, 5): Span(0, 5),
        Span(0, 3): Span(0, 5),  # By a worker that was paused.
        Span(0, 9): Span(0, 9),
        Span(7, 7): Span(7, 7),
        Span(0, 2): Span(0, 2),  # Filled anew.
        Span(0, WITHOUT_END): Span(0, WITHOUT_END),
        Span(0, 4): Span(0, 4),
    }

    async def work() -> None:
        connection = Connection(redis_url, 5.0)
        held = Held(connection)
        for written, read in steps.items():
            await held.write(3, written)
            assert await held.read([2, 3]) == {3: read}
        await connection.close()

    asyncio.run(work())


def test_a_redis_that_is_killed_and_comes_back_with_all_it_had_lacks_nothing(
    kafka: Any, fresh_redis: EmbeddedRedis, topic_prefix: str
) -> None:
    url = fresh_redis.url

    async def work(bench: Bench) -> None:
        expected = log(alerts=30, revisions=2)
        worker = bench.worker(url)
        async with worker.running():
            await bench.send(expected[:30])
            await until(lambda: complete(url, expected[:30]))
            fresh_redis.kill()
            await until(lambda: worker.figure("offbook_redis_up") == 0)
            await bench.send(expected[30:])
            fresh_redis.start()
            await until(lambda: complete(url, expected))
            await until(lambda: worker.figure("offbook_redis_up") == 1 and lacks(worker, 0))

    run(kafka, topic_prefix, work)


def test_a_redis_that_comes_back_empty_lacks_what_was_there_before_this_worker(
    kafka: Any, topic_prefix: str
) -> None:
    """Without an append-only file, killed and started again."""

    async def work(bench: Bench, forgetful: EmbeddedRedis) -> None:
        expected = log(alerts=20, revisions=1)
        async with bench.worker(forgetful.url).running():
            await bench.send(expected)
            await until(lambda: complete(forgetful.url, expected))
        worker = bench.worker(forgetful.url)
        async with worker.running():
            await until(lambda: lacks(worker, 0))
            forgetful.kill()
            await until(lambda: worker.figure("offbook_redis_up") == 0)
            forgetful.start()
            await until(lambda: lacks(worker, 20))

    with EmbeddedRedis() as forgetful:
        run(kafka, topic_prefix, lambda bench: work(bench, forgetful))
