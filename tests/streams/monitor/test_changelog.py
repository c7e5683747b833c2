"""What is written to the changelog, and what two workers write there at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from detectors.engine.engine import Engine
from detectors.engine.stream_time import UNKNOWN
from offbook.cli.demo.embedded import EmbeddedKafka
from streams.monitor.changelog import Changelog, SupersededError
from streams.monitor.partition_reader import PartitionReader
from streams.wire.kafka import CHANGELOG_TOPIC
from tests.parts.paused import paused
from tests.streams.monitor.monitoring import (
    EMPLOYEE,
    HOME,
    Bench,
    deletions,
)

pytestmark = pytest.mark.integration


def test_a_write_to_the_changelog_waits_for_the_broker(
    fresh_kafka: EmbeddedKafka, topic_prefix: str
) -> None:
    bench = Bench(fresh_kafka.bootstrap, topic_prefix)

    async def run() -> None:
        async with bench.open():
            reader = PartitionReader(bench.settings)
            changelog = Changelog(bench.topic(CHANGELOG_TOPIC), lambda: bench.producer, reader)
            partition = await changelog.load(HOME)
            await changelog.write_applied(partition)
            with paused(fresh_kafka):
                writing = asyncio.create_task(changelog.write_applied(partition))
                await asyncio.sleep(1)
                assert not writing.done()
            await asyncio.wait_for(writing, 20)
            assert partition.tail == 2
            await reader.stop()

    asyncio.run(run())


class TestTwoWritersOfOneChangelog:
    """A paused worker that wakes up late, and the one that has its partition by now."""

    async def _changelog(self, bench: Bench) -> tuple[Changelog, PartitionReader]:
        reader = PartitionReader(bench.settings)
        topic = bench.topic(CHANGELOG_TOPIC)
        return Changelog(topic, lambda: bench.producer, reader), reader

    def _take(self, bench: Bench, partition: Any, count: int, offset: int) -> None:
        engine = Engine(bench.detectors, bench.reference)
        step = engine.step(EMPLOYEE, partition.state(EMPLOYEE), deletions(count), UNKNOWN)
        partition.put(EMPLOYEE, step.state, offset)

    def test_the_late_one_learns_that_it_is_late(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                for offset in (0, 1):
                    self._take(bench, new, offset + 1, offset)
                    await changelog.write_entities(new, [EMPLOYEE], offset)
                    new.applied = offset
                    await changelog.write_applied(new)
                self._take(bench, late, 1, 0)
                with pytest.raises(SupersededError):
                    await changelog.write_entities(late, [EMPLOYEE], 0)
                await reader.stop()

        asyncio.run(run())

    def test_the_new_one_puts_its_own_state_on_top(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                self._take(bench, new, 2, 1)
                new.applied = 1
                await changelog.write_entities(new, [EMPLOYEE], 1)
                self._take(bench, late, 1, 0)
                late.tail = new.tail  # it wrote before it could learn better
                await changelog.write_entities(late, [EMPLOYEE], 0)
                await changelog.write_applied(new)
                records = [r for r in await bench.records(CHANGELOG_TOPIC) if r.partition == HOME]
                last = [record for record in records if record.key == EMPLOYEE.encode()][-1]
                assert last.value == new.values[EMPLOYEE]
                assert (await changelog.load(HOME)).values == new.values
                await reader.stop()

        asyncio.run(run())

    def test_a_state_covered_by_an_older_one_is_written_anew_at_loading(self, bench: Bench) -> None:
        async def run() -> None:
            async with bench.open():
                changelog, reader = await self._changelog(bench)
                late, new = await changelog.load(HOME), await changelog.load(HOME)
                self._take(bench, new, 2, 1)
                new.applied = 1
                await changelog.write_entities(new, [EMPLOYEE], 1)
                self._take(bench, late, 1, 0)
                late.tail = new.tail
                await changelog.write_entities(late, [EMPLOYEE], 0)
                loaded = await changelog.load(HOME)
                await changelog.rewrite_outdated(loaded)
                last = [r for r in await bench.records(CHANGELOG_TOPIC) if r.partition == HOME][-1]
                assert last.value == new.values[EMPLOYEE]
                await reader.stop()

        asyncio.run(run())
