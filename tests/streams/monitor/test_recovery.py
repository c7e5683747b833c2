"""How far the reading of states is, as readiness and figures tell it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.monitor.partition_reader import PartitionReader
from streams.monitor.recovery.reading import Reading
from streams.monitor.recovery.recovery import Recovery, sentence, shown
from streams.wire.kafka import CHANGELOG_TOPIC
from tests.streams.monitor.monitoring import EMPLOYEE, HOME, Bench, applied, deletions, until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reading(clock: Clock) -> Reading:
    return Reading(clock)


def read(reading: Reading, clock: Clock, number: int, upto: int, *, pace: int) -> None:
    """Read a partition on, `pace` offsets a second."""
    while reading.extents[number].at < upto:
        clock.now += 1
        at = min(reading.extents[number].at + pace, upto)
        reading.reached(number, at, pace // 2)


def test_before_kafka_has_said_how_much_it_is_nothing_is_claimed(reading: Reading) -> None:
    assert sentence(reading, {2, 0}) == (
        "reading states of partitions [0, 2]: Kafka has not said how much it is"
    )


def test_it_is_told_how_much_of_all_partitions_was_read_and_how_long_the_rest_takes(
    reading: Reading, clock: Clock
) -> None:
    for number in (1, 3, 4):
        reading.expect(number, 0, 1_000_000)
    reading.begin(1, 0, 1_000_000)
    read(reading, clock, 1, 1_000_000, pace=100_000)
    reading.done(1)
    reading.begin(3, 0, 1_000_000)
    read(reading, clock, 3, 200_000, pace=50_000)
    assert sentence(reading, {3, 4}) == (
        "reading states: 40 % (1 200 000 of 3 000 000 offsets), now partition 3, then 1 more;"
        " about 36 s left"
    )


def test_a_long_time_is_told_in_minutes(reading: Reading, clock: Clock) -> None:
    reading.begin(0, 0, 1_000_000)
    read(reading, clock, 0, 10_000, pace=1_000)
    assert sentence(reading, {0}).endswith("now partition 0; about 16 min left")


def test_what_is_left_is_reckoned_by_the_pace_of_the_last_seconds(
    reading: Reading, clock: Clock
) -> None:
    """Empty offsets at the beginning of a compacted topic go by in no time."""
    reading.begin(0, 0, 1_000_000)
    read(reading, clock, 0, 900_000, pace=300_000)
    read(reading, clock, 0, 950_000, pace=2_500)
    assert reading.seconds_left == pytest.approx(20)


def test_at_the_very_beginning_there_is_no_pace(reading: Reading, clock: Clock) -> None:
    reading.begin(0, 0, 1000)
    clock.now += 0.1
    reading.reached(0, 10, 10)
    assert sentence(reading, {0}) == ("reading states: 1 % (10 of 1 000 offsets), now partition 0")


def test_a_standstill_is_told_in_place_of_the_time_that_is_left(
    reading: Reading, clock: Clock
) -> None:
    reading.begin(0, 0, 1000)
    read(reading, clock, 0, 500, pace=100)
    clock.now += 35
    assert sentence(reading, {0}) == (
        "reading states: 50 % (500 of 1 000 offsets), now partition 0; nothing new for 35 s"
    )
    assert shown(reading)["seconds_left"] is None
    assert shown(reading)["seconds_without_progress"] == 35


def test_once_all_is_read_states_are_put_together(reading: Reading, clock: Clock) -> None:
    reading.begin(0, 0, 1000)
    read(reading, clock, 0, 1000, pace=250)
    clock.now += 7
    assert sentence(reading, {0, 1}) == (
        "reading states: 100 % (1 000 of 1 000 offsets), now putting partition 0 together for 7 s,"
        " then 1 more"
    )


def test_offsets_that_are_gone_from_the_topic_are_not_counted(reading: Reading) -> None:
    reading.begin(0, 600, 1000)
    reading.reached(0, 700, 3)
    assert reading.percent == 25
    assert shown(reading)["partitions"] == {
        "0": {"offsets": 400, "offsets_left": 300, "records_read": 3}
    }


def test_what_is_found_beyond_the_end_that_kafka_told_belongs_to_it(reading: Reading) -> None:
    reading.begin(0, 0, 10)
    reading.reached(0, 20, 20)
    assert (reading.percent, reading.offsets, reading.left) == (100, 20, 0)


def test_an_end_of_which_no_record_is_left_is_read_all_the_same(reading: Reading) -> None:
    reading.begin(0, 0, 10)
    reading.reached(0, 8, 2)
    reading.done(0)
    assert (reading.percent, reading.left) == (100, 0)


def test_a_partition_without_anything_is_no_division_by_nothing(reading: Reading) -> None:
    reading.begin(0, 0, 0)
    assert reading.percent == 100


def test_a_partition_that_is_begun_anew_counts_from_its_beginning(
    reading: Reading, clock: Clock
) -> None:
    reading.begin(0, 0, 1000)
    read(reading, clock, 0, 500, pace=100)
    reading.begin(0, 0, 1000)
    assert (reading.percent, reading.seconds_left) == (0, None)


def test_what_became_anothers_while_it_was_read_is_not_counted(reading: Reading) -> None:
    reading.begin(0, 0, 1000)
    reading.expect(1, 0, 500)
    reading.only({1})
    reading.reached(0, 1000, 10)
    reading.done(0)
    assert (reading.offsets, reading.left) == (500, 500)
    assert sentence(reading, {1}) == "reading states: 0 % (0 of 500 offsets), then 1 more"


def left(metrics: Metrics, partition: int) -> float | None:
    return metrics.registry.get_sample_value(
        "offbook_recovery_offsets_left", {"partition": str(partition)}
    )


def test_figures_and_readiness_have_it_until_all_states_are_there(
    reading: Reading, clock: Clock
) -> None:
    metrics, health = Metrics(), Health()
    recovery = Recovery(reading, metrics.recovery, health)
    recovery.waits()
    assert health.readiness().checks["recovery"].reason == ("waiting for partitions to be assigned")
    reading.expect(1, 0, 50)
    reading.begin(0, 0, 1000)
    read(reading, clock, 0, 500, pace=100)
    recovery.tell({0, 1}, ())
    assert health.readiness().checks["recovery"].reason == sentence(reading, {0, 1})
    assert json.loads(health.readiness().json())["recovering"] == shown(reading)
    assert (left(metrics, 0), left(metrics, 1)) == (500, 50)
    recovery.tell({1}, ())
    assert (left(metrics, 0), left(metrics, 1)) == (None, 50)
    reading.begin(1, 0, 50)
    reading.done(1)
    recovery.tell({1}, {1})
    assert health.readiness().ok
    assert "recovering" not in json.loads(health.readiness().json())
    assert left(metrics, 1) == 0


@pytest.mark.integration
def test_a_monitor_that_reads_its_states_shows_how_far_it_is_and_then_is_ready(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reading of the changelog stops half way until it was seen."""
    let_go = asyncio.Event()
    read = PartitionReader.read

    async def halting(
        self: PartitionReader, topic: str, partition: int, *args: Any, **more: Any
    ) -> AsyncIterator[list[Any]]:
        async for some in read(self, topic, partition, *args, **more):
            half = len(some) // 2
            if topic.endswith(CHANGELOG_TOPIC) and partition == HOME and half:
                yield some[:half]
                await let_go.wait()
                some = some[half:]
            yield some

    def recovery() -> Any:
        return bench.health.readiness().checks["recovery"]

    async def run() -> None:
        async with bench.open():
            async with bench.running() as first:
                last = await bench.key(*deletions(8))
                await until(lambda: applied(first, last))
            monkeypatch.setattr(PartitionReader, "read", halting)
            async with bench.running() as second:
                await until(lambda: recovery().reason.startswith("reading states: "))
                await until(lambda: f"now partition {HOME}" in recovery().reason)
                await until(lambda: "; nothing new for " in recovery().reason)
                assert not recovery().ok
                told = json.loads(bench.health.readiness().json())["recovering"]
                assert 0 < told["percent"] < 100
                assert told["partitions"][str(HOME)]["records_read"] > 0
                assert left(bench.metrics, HOME) == told["partitions"][str(HOME)]["offsets_left"]
                let_go.set()
                await until(lambda: recovery().ok)
                assert applied(second, last)
                assert EMPLOYEE in second._app.partitions[HOME].values
                assert "recovering" not in json.loads(bench.health.readiness().json())
                await until(lambda: left(bench.metrics, HOME) == 0)

    asyncio.run(run())
