"""How long a monitor takes until it has its states back: `python -m bench.recovery`.

One partition of the changelog is filled with states as monitors write them, then a monitor is
started as an operator starts it, which reads them. `compacted` is what a broker leaves in the end:
each entity of a company once. `uncompacted` is all that was written, as it stands there before.
`busy` are employees with ten thousand events each, in segments.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from msgspec import Struct

from bench.changelog import size_of
from bench.installation import Worker, environment_of, kafka
from bench.recovery.histories import Written, busy, compacted, company, copies
from streams.settings.settings import Settings
from streams.wire.kafka import CHANGELOG_TOPIC, MAX_REQUEST, topic_name
from streams.wire.topics import create_topics

KINDS = {
    "compacted": lambda settings: compacted(company(settings)),
    "uncompacted": company,
    "busy": busy,
}
_MIB = 2**20
#: Bytes of a produce batch, as the monitor has it.
_BATCH = 512 * 1024
#: Writes that may wait for the broker.
_AHEAD = 2_000
#: Seconds between two looks at what the monitor says, and how many it may take.
_LOOK_EVERY, _PATIENCE = 0.1, 1_800.0


class Filled(Struct, frozen=True):
    """What stands on the changelog: records, writes, and bytes of records."""

    records: int
    writes: int
    bytes: int


async def fill(settings: Settings, history: Iterable[Written]) -> Filled:
    """Write it to the first partition of the changelog, write by write."""
    topic = topic_name(settings, CHANGELOG_TOPIC)
    records = writes = size = 0
    sent: list[Any] = []
    async with AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        acks="all",
        max_batch_size=_BATCH,
        max_request_size=MAX_REQUEST,
    ) as producer:
        for written in history:
            left = deque(written)
            while left:
                builder = producer.create_batch()
                while left and _fits(builder, left[0]):
                    records += 1
                    size += size_of([left.popleft()])
                builder.close()
                sent.append(await producer.send_batch(builder, topic, partition=0))
                writes += 1
            if len(sent) > _AHEAD:
                await asyncio.gather(*sent)
                sent.clear()
        await asyncio.gather(*sent)
    return Filled(records, writes, size)


def _fits(builder: Any, entry: Any) -> bool:
    key, value, headers = entry
    return builder.append(key=key, value=value, timestamp=None, headers=headers) is not None


async def measure(environment: dict[str, str], filled: Filled, folder: Path) -> None:
    """Start a monitor and print what it takes."""
    begun = time.monotonic()
    worker = Worker(folder, environment, "monitor")
    try:
        told, reading, used = "", 0.0, 0.0
        while True:
            ok, reason = await asyncio.to_thread(worker.condition, "recovery")
            now = time.monotonic()
            if ok:
                break
            if now - begun > _PATIENCE:
                raise RuntimeError(f"not within {_PATIENCE:.0f} s: {reason}")
            if not reading and "state" in reason:
                reading, used = now, worker.processor_seconds()
            if reason != told:
                print(f"  {now - begun:5.1f} s: {reason}", flush=True)
                told = reason
            await asyncio.sleep(_LOOK_EVERY)
        used = worker.processor_seconds() - used
        took = _took(worker.log)
        print(
            f"  states read in {took:.1f} s: {filled.bytes / _MIB / took:.1f} MiB/s,"
            f" {filled.records / took:,.0f} records/s; ready {now - reading:.1f} s after it was"
            f" known what to read and {now - begun:.1f} s after the start; {used:.1f} CPU s,"
            f" at most {worker.peak() / _MIB:,.0f} MiB resident",
            flush=True,
        )
    finally:
        worker.end()


def _took(log: Path) -> float:
    """The seconds that the monitor itself says."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return float(next(it["seconds"] for it in lines if it.get("event") == "partition loaded"))


async def run(kind: str, bootstrap: str, megabytes: int, batch: int, folder: Path) -> None:
    """One kind of changelog: fill it, and read it."""
    prefix = f"bench{time.time_ns() // 1_000_000}."
    ours = {"OFFBOOK_KEYED_PARTITIONS": "1", "OFFBOOK_LOG_FORMAT": "json"}
    settings = Settings(
        kafka_bootstrap=bootstrap, topic_prefix=prefix, keyed_partitions=1, batch_events=batch
    )
    await asyncio.to_thread(create_topics, settings)
    begun = time.monotonic()
    filled = await fill(settings, copies(lambda: KINDS[kind](settings), megabytes * 1_000_000))
    print(
        f"{kind}: {filled.bytes / _MIB:,.0f} MiB in {filled.records:,} records of {filled.writes:,}"
        f" writes, made in {time.monotonic() - begun:.0f} s",
        flush=True,
    )
    await measure(environment_of(bootstrap, prefix) | ours, filled, folder)


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(prog="python -m bench.recovery", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500, help="on the changelog")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only this; repeatable")
    parser.add_argument(
        "--batch", type=int, default=Settings().batch_events, help="events that are taken together"
    )
    chosen = parser.parse_args()
    with kafka() as bootstrap:
        for kind in chosen.kind or KINDS:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(run(kind, bootstrap, chosen.megabytes, chosen.batch, Path(folder)))


if __name__ == "__main__":
    main()
