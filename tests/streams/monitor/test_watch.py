"""Partitions of which Faust delivers nothing are read without it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from contract.kinds import STREAM_TOPICS
from streams.monitor import watch
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.progress import Progress
from streams.wire.keyed_records import Batch, mark
from tests.detectors import timeline as tell
from tests.streams.monitor.monitoring import (
    Bench,
    applied,
    commit,
    deletions,
    until,
)

pytestmark = pytest.mark.integration


def test_a_partition_that_faust_never_delivers_is_read_all_the_same(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            last = await bench.key(*deletions(5))
            await commit(bench, 5)
            async with bench.running() as monitor:
                await until(lambda: applied(monitor, last))
            assert [alert.revision for alert in await bench.alerts()] == [1, 2]

    asyncio.run(run())


def lag(bench: Bench) -> float | None:
    return bench.metrics.registry.get_sample_value(
        "offbook_consumer_lag_records", {"topic": "offbook.keyed"}
    )


async def fill(bench: Bench, count: int) -> dict[int, int]:
    """So many records on every keyed partition, of which Faust will deliver none."""
    last: dict[int, int] = {}
    for n in range(count):
        last |= await bench.tick(tell.at("2026-03-02 09:00") + n)
    await commit(bench, count, range(4))
    return last


def test_partitions_that_all_stand_still_are_read_side_by_side_and_the_pulse_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them takes for ever: the others do not wait for it, nor does the loop that watches."""
    held, let_go = asyncio.Event(), asyncio.Event()
    apply = Progress._apply

    async def held_up(self: Progress, partition: EntityPartition, records: Any) -> None:
        if partition.number == 0:
            held.set()
            await let_go.wait()
        await apply(self, partition, records)

    async def run() -> None:
        monkeypatch.setattr(Progress, "_apply", held_up)
        async with bench.open():
            last = await fill(bench, 3)
            async with bench.running() as monitor:
                await asyncio.wait_for(held.wait(), 40)
                others = {number: at for number, at in last.items() if number}
                await until(lambda: applied(monitor, others))
                assert not applied(monitor, {0: 0})
                await until(lambda: (lag(bench) or 0) > 0, 10)
                pulses = []
                monkeypatch.setattr(bench.health, "pulse", pulses.append)
                await until(lambda: len(pulses) >= 2, 10)
                let_go.set()
                await until(lambda: applied(monitor, last))
                await until(lambda: lag(bench) == 0, 10)

    asyncio.run(run())


def test_a_partition_that_is_read_without_faust_is_let_go_in_the_middle(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that joins does not wait until all of it was read."""
    apply = Progress._apply

    async def slow(self: Progress, partition: EntityPartition, records: Any) -> None:
        await asyncio.sleep(1.0)
        await apply(self, partition, records)

    async def run() -> None:
        async with bench.open():
            last = await fill(bench, 300)
            monkeypatch.setattr(Progress, "_apply", slow)
            async with bench.running() as one:
                await until(lambda: applied(one, dict.fromkeys(last, 1)))
                monkeypatch.setattr(Progress, "_apply", apply)
                async with bench.running() as other:
                    # All that is left at a time would take the first a minute.
                    monkeypatch.setattr(one._progress, "_apply", partial(slow, one._progress))
                    await until(lambda: 0 < len(other._app.partitions) < 4, 30)
                    theirs = set(other._app.partitions)
                    await until(lambda: applied(other, {n: last[n] for n in theirs}), 60)

    asyncio.run(run())


async def tick_of(bench: Bench, partition: int, count: int) -> dict[int, int]:
    """So many records on one keyed partition."""
    marks = Batch([mark(topic, 0, 1, tell.at("2026-03-02 09:00")) for topic in STREAM_TOPICS])
    sent = [await bench.send(partition, marks) for _ in range(count)]
    return {partition: sent[-1].offset}


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Partition 0 is worked on, and does not come to an end before this is set."""
    let_go, apply = asyncio.Event(), Progress._apply

    async def held_up(self: Progress, partition: EntityPartition, records: Any) -> None:
        if partition.number == 0:
            await let_go.wait()
        await apply(self, partition, records)

    monkeypatch.setattr(Progress, "_apply", held_up)
    return let_go


def test_faust_delivers_the_others_while_one_that_has_much_is_read_without_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, held_up: asyncio.Event
) -> None:
    async def run() -> None:
        async with bench.open():
            last = await fill(bench, 3)
            async with bench.running() as monitor:
                others = {number: at for number, at in last.items() if number}
                await until(lambda: applied(monitor, others) and 0 in monitor._watch._healing)
                monkeypatch.setattr(watch, "_STANDSTILL", 1e9)
                last |= await tick_of(bench, 0, 200)
                others = await tick_of(bench, 1, 1)
                await until(lambda: applied(monitor, others))
                held_up.set()
                last |= await tick_of(bench, 0, 1)
                await until(lambda: applied(monitor, last | others))

    asyncio.run(run())


def test_that_others_come_late_behind_one_that_has_much_does_not_end_the_monitor(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, held_up: asyncio.Event
) -> None:
    monkeypatch.setattr(watch, "_LOOK_EVERY", 0.1)

    async def run() -> None:
        async with bench.open(), bench.running() as monitor:
            much = await tick_of(bench, 0, 200)
            await until(lambda: monitor._queues.waits)
            monkeypatch.setattr(watch, "_STANDSTILL", 0.3)
            for _ in range(watch._ENOUGH + 2):
                last = await tick_of(bench, 1, 1)
                await until(lambda: applied(monitor, last))  # noqa: B023
            assert monitor._queues.waits
            held_up.set()
            await until(lambda: applied(monitor, much | last))

    asyncio.run(run())
