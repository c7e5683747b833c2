"""How fast the plain Faust program is on the same events, produced to topics of its own."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import islice
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.installation import Process, produce, until
from bench.mix import Mix
from contract.kinds import STREAM_TOPICS


async def plain(
    bootstrap: str, folder: Path, start: int, events: int, prefix_events: int, partitions: int
) -> tuple[float, float]:
    """Of two workers of the plain Faust program on the first events of the mix: events a second,
    and processor seconds an event."""
    prefix = f"plain{time.time_ns() // 1_000_000}."
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    names = [*STREAM_TOPICS, "by-account", "by-order", "by-employee", "by-customer"]
    await admin.create_topics([NewTopic(prefix + name, partitions, 1) for name in names])
    await admin.close()
    environment = {"BENCH_BOOTSTRAP": bootstrap, "BENCH_PREFIX": prefix}
    workers = [
        Process(
            folder / f"plain-{number}.log",
            environment,
            *("bench.peers.plain_faust", "worker", "--without-web", "--loglevel=warn"),
        )
        for number in range(2)
    ]
    try:
        # Both have their partitions when both tell of their progress.
        await until(lambda: all(_progress(one) for one in workers), 120, "plain Faust is up")
        await asyncio.sleep(15)
        mix = islice(Mix(events, start=start, run="1-"), prefix_events)
        before = sum(worker.processor_seconds() for worker in workers)
        started = time.time()
        count, took = await produce(bootstrap, prefix, mix, partitions)
        ended = await _standstill(workers)
        expected = _reads(Mix(events, start=start, run="1-"), prefix_events)
        found = sum(_progress(one)["read"] for one in workers)
        used = sum(worker.processor_seconds() for worker in workers) - before
    finally:
        for worker in workers:
            worker.end()
    rate = count / (ended - started)
    print(
        f"plain Faust, two workers: {rate:,.0f} raw events/s ({count:,} events, the first of "
        f"the same, in {ended - started:.1f} s; producing them took {took:.1f} s of "
        f"that; {used:.0f} processor seconds; read {found:,} of {expected:,})",
        flush=True,
    )
    return rate, used / count


def _progress(worker: Process) -> dict[str, Any]:
    worker.check()
    _, found, line = worker.log.read_text(errors="replace").rpartition('{"read"')
    return json.loads(found + line[: line.index("}") + 1]) if "}" in line else {}


async def _standstill(workers: list[Process]) -> float:
    """When the last of them last did something, once nothing has been done for 8 s."""
    while True:
        last = max(_progress(worker)["at"] for worker in workers)
        if last and time.time() - last > 8:
            return float(last)
        await asyncio.sleep(1)


def _reads(mix: Mix, events: int) -> int:
    """How many times the plain program reads so many events: once an agent of their topic."""
    agents = {"crm.edits": 3, "payments": 2, "shipments": 1, "chat.keyword-hits": 2}
    agents |= {"endpoint.files": 1, "hr.changes": 1}
    return sum(agents.get(line.topic, 0) for line in islice(mix, events))
