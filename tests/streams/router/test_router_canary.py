"""The canary passes a router, and is none of the feed whose topic it uses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.canary import SOURCE, TOPIC, document
from contract.duration import Duration
from contract.times import HOUR, SECOND
from sinks.ending import ended
from streams.settings.feeds import FeedSettings
from tests.streams.router.router_time import clock, is_past
from tests.streams.router.routing import Bench, comes_about, run, until
from tests.streams.router.routing import document as event

pytestmark = pytest.mark.integration


def test_it_is_routed_and_neither_counted_nor_a_sign_of_life_of_its_feed(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            now = clock()
            await bench.send(TOPIC, [document(now - HOUR), document(now)])

            async def both() -> bool:
                return len(await bench.routed()) == 2

            await comes_about(both)
            assert router.read(TOPIC) == 0
            assert router.router._keeper._ours()[TOPIC, 0].known.event is None
            # What comes of its feed is taken as ever.
            await bench.send(TOPIC, [event("hr.change", "h-1", now, employee="E-1", kind="left")])
            await until(lambda: router.count(TOPIC, "accepted") == 1)
            assert router.read(TOPIC) == 1

    # Whoever may send there is said by name, and it is not among them.
    feeds = {TOPIC: FeedSettings(sources=("/test",))}
    run(kafka, topic_prefix, work, feeds=feeds, idle_after=Duration("1h"))


def test_time_waits_for_no_canary(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        async def sing() -> None:
            while True:
                for partition in range(2):
                    await bench.send(TOPIC, [document(clock())], partition)
                await asyncio.sleep(0.5)

        async with bench.routing():
            begun = clock()
            await is_past(bench, TOPIC, begun)
            singing = asyncio.create_task(sing())
            await is_past(bench, TOPIC, begun + 5 * SECOND)
            await ended([singing])

    run(kafka, topic_prefix, work, idle_after=Duration("2s"))


def test_it_is_not_routed_where_it_is_turned_off(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        async with bench.routing() as router:
            now = clock()
            await bench.send(TOPIC, [document(now)])
            await bench.send(TOPIC, [event("hr.change", "h-1", now, employee="E-1", kind="left")])
            await until(lambda: router.count(TOPIC, "accepted") == 1)
        assert await bench.routed() == ["h-1"]
        assert SOURCE not in str(await bench.batches())

    run(kafka, topic_prefix, work, canary=False)
