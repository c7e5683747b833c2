"""A stretch of a partition, read exactly and in no group."""

from __future__ import annotations

import asyncio

import pytest

from streams.monitor.partition_reader import PartitionReader, RecordsGoneError
from streams.wire.keyed_records import KEYED_TOPIC
from tests.streams.monitor.monitoring import (
    HOME,
    Bench,
    deletions,
)

pytestmark = pytest.mark.integration


def test_a_reader_reads_exactly_what_it_is_asked_for(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            await bench.key(*deletions(9))
            reader = PartitionReader(bench.settings)
            topic = bench.topic(KEYED_TOPIC)
            for start, end, wanted in ((0, None, 9), (3, 5, 2), (8, None, 1), (9, None, 0)):
                found = [
                    r.offset async for some in reader.read(topic, HOME, start, end) for r in some
                ]
                assert found == list(range(start, start + wanted))
            await reader.stop()

    asyncio.run(run())


def test_records_gone_are_named() -> None:
    error = RecordsGoneError("offbook.keyed", 2, 5, 9)
    assert str(error) == (
        "offbook.keyed[2]: records 5 to 8 were not applied yet and are gone from the topic"
    )
