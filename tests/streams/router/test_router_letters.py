"""Dead letters of a router: one line a minute tells of them, and what is sent again is taken in."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from sinks.dead_letters import REPLAYED_FROM
from tests.streams.router.routing import Bench, deletion, run, until

pytestmark = pytest.mark.integration

FILES = "endpoint.files"


def test_however_many_dead_letters_come_one_line_counts_them(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        await bench.send(FILES, [b"SECRET"] * 30)
        await bench.send("tips", [b"{}"] * 2)
        with capture_logs() as logs:
            async with bench.routing() as router:
                await until(lambda: router.read(FILES) + router.read("tips") == 32)
        told = [it for it in logs if it["event"].startswith("dead letters")]
        # At once, and the rest at the end: a minute has not passed between.
        assert 1 <= len(told) <= 2
        assert sum(it["letters"] for it in told) == 32
        assert {place for it in told for place in it["by"]} == {
            f"{topic_prefix}{FILES} decode",
            f"{topic_prefix}tips envelope",
        }
        assert "SECRET" not in str(told)

    run(kafka, topic_prefix, work)


def test_a_repeat_is_routed_only_if_it_was_sent_again_from_the_dead_letters(
    kafka: Any, topic_prefix: str
) -> None:
    again = [(REPLAYED_FROM, b"dlq.endpoint.files/0/0")]

    async def work(bench: Bench) -> None:
        await bench.send(FILES, [deletion("f-1"), deletion("f-1"), deletion("f-2")])
        await bench.send(FILES, [deletion("f-2")], headers=again)
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 4)
            assert router.count(FILES, "duplicate") == 2
        assert sorted(await bench.routed()) == ["f-1", "f-2", "f-2"]

    run(kafka, topic_prefix, work)


def test_a_record_with_neither_key_nor_value_is_a_dead_letter_and_nothing_stops(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        # Past a check of this client, which others don't have.
        at = TopicPartition(bench.name(FILES), 0)
        await bench.send(FILES, [deletion("f-1")])
        nothing = await bench.producer._message_accumulator.add_message(
            at, None, None, 30, headers=[]
        )
        await nothing
        await bench.send(FILES, [deletion("f-2")])
        async with bench.routing() as router:
            await until(lambda: router.read(FILES) == 3)
        assert await bench.routed() == ["f-1", "f-2"]
        (letter,) = await bench.all_of(f"dlq.{FILES}")
        assert (letter.key or b"", letter.value) == (b"", None)

    run(kafka, topic_prefix, work)
