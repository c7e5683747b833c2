"""How much is still to be read, also by a router that is held up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from contract.kinds import SOURCE_TOPICS
from streams.router import router as module
from streams.router.outboxes import Outboxes
from streams.router.source_reader import SourceReader
from tests.streams.router.routing import Bench, RunningRouter, deletion, run, until

pytestmark = pytest.mark.integration

FILES = "endpoint.files"


def lag(router: RunningRouter, topic: str = FILES) -> float | None:
    figure = "offbook_consumer_lag_records"
    return router.metrics.registry.get_sample_value(figure, {"topic": topic})


def test_lag_grows_while_a_router_is_held_up_and_goes_when_it_reads_on(
    kafka: Any, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LAG_EVERY", 0.1)
    room, free = Outboxes.room, asyncio.Event()

    async def held_up(self: Outboxes) -> None:
        await free.wait()
        await room(self)

    async def work(bench: Bench) -> None:
        free.set()
        async with bench.routing() as router:
            await until(lambda: lag(router) == 0)
            assert all(lag(router, topic) == 0 for topic in SOURCE_TOPICS)
            monkeypatch.setattr(Outboxes, "room", held_up)
            free.clear()
            # It may be past the gate already, and take the first of them.
            await bench.send(FILES, [deletion("f-0")])
            await until(lambda: router.read(FILES) == 1)
            last = 0.0
            for part in range(1, 4):
                await bench.send(FILES, [deletion(f"f-{part}-{n}") for n in range(50)])
                await bench.send(FILES, [deletion(f"f-{part}")])
                await until(lambda: (lag(router) or 0) > last)  # noqa: B023
                last = lag(router) or 0
            assert last >= 100
            free.set()
            await until(lambda: lag(router) == 0)
            assert router.read(FILES) == 1 + 3 * 51

    run(kafka, topic_prefix, work)


def test_a_partition_that_goes_while_the_broker_is_asked_is_not_counted() -> None:
    here, gone = TopicPartition("payments", 0), TopicPartition("payments", 1)

    class Consumer:
        """Whose rebalance takes a partition away as soon as it has asked for the ends."""

        def __init__(self) -> None:
            self.ours = {here, gone}

        def assignment(self) -> set[TopicPartition]:
            return set(self.ours)

        async def end_offsets(self, asked: Any) -> dict[TopicPartition, int]:
            self.ours = {here}
            return dict.fromkeys(asked, 9)

        def highwater(self, partition: TopicPartition) -> int:
            assert partition in self.ours, "aiokafka asserts it"
            return 7

        async def position(self, partition: TopicPartition) -> int:
            return 4

    assert asyncio.run(SourceReader(Consumer(), ()).unread()) == {"payments": 5}
