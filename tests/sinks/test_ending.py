"""A task ends when it is to, though it has lost a cancellation."""

from __future__ import annotations

import asyncio

from sinks.ending import ended


def test_a_task_that_has_lost_a_cancellation_is_cancelled_again() -> None:
    async def loses_one() -> None:
        lost = False
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost = True

    async def fails() -> None:
        raise ValueError

    async def run() -> bool:
        tasks = [asyncio.create_task(loses_one()), asyncio.create_task(fails())]
        await asyncio.sleep(0)
        await ended(tasks)
        return all(it.done() for it in tasks)

    assert asyncio.run(run())
