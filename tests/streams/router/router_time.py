"""How far each source topic is, as monitors hear it from routers."""

from __future__ import annotations

import time

from contract.kinds import STREAM_TOPICS
from detectors.engine.stream_time import Now, topics
from streams.wire.keyed_records import Mark, StreamTime
from tests.streams.router.routing import Bench, comes_about


def clock() -> int:
    return time.time_ns() // 1000


async def marks_of(bench: Bench, topic: str) -> dict[int, Mark]:
    """The newest marks of a topic on the first keyed partition, by source partition."""
    batches = (await bench.batches())[0]
    marks = (mark for batch in batches for mark in batch.marks)
    return {mark.partition: mark for mark in marks if STREAM_TOPICS[mark.topic] == topic}


async def now(bench: Bench) -> Now:
    batches = (await bench.batches())[0]
    return StreamTime(mark for batch in batches for mark in batch.marks).now()


async def is_past(bench: Bench, topic: str, moment: int, seconds: float = 60.0) -> None:
    """Wait until a topic is said to be complete up to a later time than `moment`."""

    async def past() -> bool:
        at = (await now(bench)).of(topics((topic,)))
        return at is not None and at > moment

    await comes_about(past, seconds)
