"""What comes while a partition is worked on is handed over together."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from streams.monitor.partition_queues import PartitionQueues


def message(partition: int, offset: int, size: int | None = 10) -> Any:
    value = None if size is None else bytes(size)
    return SimpleNamespace(partition=partition, offset=offset, value=value)


def handed_over(*messages: Any) -> list[tuple[int, list[int]]]:
    """The calls that queues make of messages, all but the first of which come during the first."""
    calls: list[tuple[int, list[int]]] = []

    async def main() -> None:
        begun, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def take(number: int, some: list[Any]) -> None:
            calls.append((number, [one.offset for one in some]))
            begun.set()
            await go.wait()
            if sum(len(offsets) for _, offsets in calls) == len(messages):
                done.set()

        queues = PartitionQueues(take)
        await queues.put(messages[0])
        await begun.wait()
        for one in messages[1:]:
            await queues.put(one)
        go.set()
        await done.wait()
        await queues.stop()

    asyncio.run(asyncio.wait_for(main(), 30))
    return calls


def test_what_came_meanwhile_is_handed_over_together() -> None:
    calls = handed_over(*(message(0, offset) for offset in range(5)))
    assert calls == [(0, [0]), (0, [1, 2, 3, 4])]


def test_partitions_do_not_wait_for_each_other_and_are_not_mixed() -> None:
    calls = handed_over(message(0, 0), message(1, 7), message(0, 1), message(1, 8))
    assert sorted(calls) == [(0, [0]), (0, [1]), (1, [7, 8])]


def test_no_more_is_handed_over_than_can_be_worked_off_in_a_moment() -> None:
    sizes = (10, 200_000, 200_000, 200_000)
    calls = handed_over(*(message(0, offset, size) for offset, size in enumerate(sizes)))
    assert calls == [(0, [0]), (0, [1, 2]), (0, [3])]


def test_a_message_without_a_value_is_one_too() -> None:
    assert handed_over(message(0, 0), message(0, 1, None)) == [(0, [0]), (0, [1])]


def test_what_comes_of_a_partition_that_somebody_reads_is_discarded_and_nobody_waits() -> None:
    async def main() -> None:
        read, done = asyncio.Event(), asyncio.Event()
        taken: list[tuple[int, int]] = []

        async def take(number: int, some: list[Any]) -> None:
            if number == 0:
                await read.wait()
            taken.extend((number, one.offset) for one in some)
            if (0, 1000) in taken:
                done.set()

        queues = PartitionQueues(take)

        async def deliver() -> None:
            for offset in range(1000):
                await queues.put(message(0, offset))
            await queues.put(message(1, 7))

        delivering = asyncio.create_task(deliver())
        await asyncio.sleep(0.01)
        assert queues.waits
        with queues.passing_over(0):
            await delivering
            assert not queues.waits
        read.set()
        await queues.put(message(0, 1000))
        await done.wait()
        assert (1, 7) in taken
        assert (0, 999) not in taken
        await queues.stop()

    asyncio.run(asyncio.wait_for(main(), 30))
