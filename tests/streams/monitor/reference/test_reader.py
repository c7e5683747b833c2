"""Reference topics read whole, kept up with, and never behind an event's judgement."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from contract.times import DAY
from offbook.cli.demo.embedded import EmbeddedKafka
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.monitor.reference import reader
from streams.monitor.reference.reader import ReferenceReader
from streams.settings.feeds import FeedSettings
from tests.parts.paused import paused
from tests.streams.router.routing import MONDAY, Bench, document, run, until

ACCOUNTS = "reference.accounts"
EMPLOYEES = "reference.employees"
CUSTOMERS = "reference.customers"


def account(id_: str, name: str, at: int = MONDAY) -> bytes:
    return document("reference.account", f"{id_} {name}", at, account=id_, name=name)


@asynccontextmanager
async def reading(bench: Bench) -> AsyncIterator[tuple[ReferenceReader, Metrics, Health]]:
    metrics, health = Metrics(), Health()
    reader = ReferenceReader(bench.settings, metrics, health)
    try:
        await asyncio.wait_for(reader.start(), 60)
        yield reader, metrics, health
    finally:
        await reader.stop()


@pytest.mark.integration
def test_it_starts_with_all_there_is(kafka: Any, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        for number in range(300):
            id_ = f"6222{number}"
            await bench.send(ACCOUNTS, [account(id_, "old"), account(id_, "new")], number % 2)
        await bench.send(ACCOUNTS, [None], key=b"62220")
        await bench.send(ACCOUNTS, [b"no document", document("tip", "t", MONDAY, tip="T")])
        employee = document("reference.employee", "e", MONDAY, employee="E-1", accounts=["6217"])
        await bench.send(EMPLOYEES, [employee])
        async with reading(bench) as (reader, metrics, health):
            assert reader.reference.entries("accounts") == 299
            assert {one.name for one in reader.reference.accounts.values()} == {"new"}
            assert reader.reference.holder("6217") == "E-1"
            assert not reader.reference.has("customers")
            entries = {
                kind: metrics.registry.get_sample_value("offbook_reference_entries", {"kind": kind})
                for kind in ("accounts", "employees", "customers")
            }
            assert entries == {"accounts": 299, "employees": 1, "customers": 0}
            assert health.readiness().ok

    run(kafka, topic_prefix, work)


@pytest.mark.integration
def test_what_was_produced_before_the_barrier_has_been_read_behind_it(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with reading(bench) as (reader, _, _):
            for number in range(40):
                await bench.send(ACCOUNTS, [account(f"6222{number}", "new")], number % 2)
                now = time.time_ns() // 1_000_000
                await asyncio.wait_for(
                    asyncio.gather(*(reader.caught_up_since(now) for _ in range(4))), 30
                )
                assert f"6222{number}" in reader.reference.accounts

    run(kafka, topic_prefix, work)


@pytest.mark.integration
def test_the_barrier_does_not_wait_for_the_fetch_under_way(
    kafka: Any, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_FETCH_WAIT_MS", 600_000)

    async def work(bench: Bench) -> None:
        async with reading(bench) as (reader, _, _):
            async with asyncio.timeout(30):
                for _ in range(100):
                    await reader.caught_up_since(time.time_ns() // 1_000_000)

    run(kafka, topic_prefix, work)


@pytest.mark.integration
def test_a_backlog_costs_no_question(fresh_kafka: EmbeddedKafka, topic_prefix: str) -> None:
    async def work(bench: Bench) -> None:
        async with reading(bench) as (reader, _, _):
            with paused(fresh_kafka):
                for _ in range(1000):
                    await asyncio.wait_for(reader.caught_up_since(MONDAY // 1000), 0.1)

    run(fresh_kafka, topic_prefix, work)


@pytest.mark.integration
def test_while_the_broker_does_not_answer_the_barrier_holds_and_says_why(
    fresh_kafka: EmbeddedKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        async with reading(bench) as (reader, _, health):
            with paused(fresh_kafka):
                barrier = asyncio.create_task(reader.caught_up_since(time.time_ns() // 1_000_000))
                await until(lambda: not health.readiness().ok)
                assert "judgements wait" in health.readiness().checks["reference topics"].reason
                assert not barrier.done()
            await asyncio.wait_for(barrier, 60)
            assert health.readiness().ok

    run(fresh_kafka, topic_prefix, work)


@pytest.mark.integration
def test_a_document_from_the_future_is_refused_by_whoever_reads_it_when(
    kafka: Any, topic_prefix: str
) -> None:
    now = time.time_ns() // 1000

    async def work(bench: Bench) -> None:
        ahead = account("6222", "ahead", now + DAY)
        await bench.send(ACCOUNTS, [ahead])
        await bench.send(ACCOUNTS, [account("6223", "new", now - 9 * DAY)])
        # Written when its time was still two days ahead, however late it is read.
        written = (now - 9 * DAY - 2 * DAY) // 1000
        await bench.send(ACCOUNTS, [account("6224", "ahead", now - 9 * DAY)], timestamp_ms=written)
        async with reading(bench) as (reader, _, _):
            assert reader.reference.accounts.keys() == {"6223"}

    run(kafka, topic_prefix, work)


@pytest.mark.integration
def test_whoever_waits_is_let_go_when_it_stops(
    fresh_kafka: EmbeddedKafka, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        reader = ReferenceReader(bench.settings, Metrics(), Health())
        await reader.start()
        with paused(fresh_kafka):
            barrier = asyncio.create_task(reader.caught_up_since(time.time_ns() // 1_000_000))
            await asyncio.sleep(0)
        await asyncio.wait_for(reader.stop(), 30)
        await asyncio.wait([barrier], timeout=5)
        assert barrier.done()

    run(fresh_kafka, topic_prefix, work)


@pytest.mark.integration
def test_heartbeats_and_documents_of_strangers_are_no_reference_data(
    kafka: Any, topic_prefix: str
) -> None:
    async def work(bench: Bench) -> None:
        ours, stranger = (
            document("reference.customer", id_, MONDAY, customer="C-1", owner=id_)
            for id_ in ("E-1", "E-2")
        )
        beat = document("heartbeat", "h", MONDAY)
        values = [ours, stranger.replace(b'"/test"', b'"/stranger"'), beat]
        await bench.send(CUSTOMERS, values, key=b"C-1")
        async with reading(bench) as (reader, _, _):
            stated = reader.reference.owner("C-1")
            assert stated is not None
            assert stated.owner == "E-1"

    feeds = {CUSTOMERS: FeedSettings(sources=("/test",))}
    run(kafka, topic_prefix, work, feeds=feeds)
