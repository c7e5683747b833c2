"""A year of an account that is never still, on Kafka: `python -m bench.year`.

An integration account looks at 250 customers an hour, day and night, for 365 days, while a small
company works and some of it defraud: at the start, in the middle and at the end, the account itself
in the middle and at the end. Apache Kafka, the router and one monitor in a process of its own. A
month is produced, and the next one once all of it is applied; a row says what it cost. Then the
monitor is killed and started again, and has to find one more fraud.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.installation import Worker, environment_of, produce, servers, until
from bench.mix_company import Line
from bench.year.company import Company
from bench.year.written import Following, Written
from contract.kinds import SOURCE_TOPICS
from contract.times import DAY, MINUTE, SECOND
from sinks.dead_letters import dead_letter_topic
from streams.settings.settings import Settings
from streams.wire.kafka import ALERTS_TOPIC, CHANGELOG_TOPIC
from streams.wire.topics import create_topics

PARTITIONS = 4
_MONTH = 30
_KIB, _MIB = 1024, 1024 * 1024
#: How many seconds a month, or a start, may take.
_PATIENCE = 1800.0


class Year:
    """One installation on one broker, with topics of its own."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path, batch: int) -> None:
        self._bootstrap = bootstrap
        self._folder = folder
        self._prefix = f"year{time.time_ns() // 1_000_000}."
        self._environment = environment_of(bootstrap, self._prefix) | {
            "OFFBOOK_REDIS_URL": redis_url,
            "OFFBOOK_SOURCE_PARTITIONS": "1",
            "OFFBOOK_BATCH_EVENTS": str(batch),
        }

    async def run(self, days: int) -> bool:
        """Whether all frauds were found, and nothing was left out."""
        settings = Settings(
            kafka_bootstrap=self._bootstrap, topic_prefix=self._prefix, source_partitions=1
        )
        await asyncio.to_thread(create_topics, settings)
        company = Company((time.time_ns() // 1000 // DAY - days - 2) * DAY, days)
        async with AIOKafkaConsumer(
            *(self._prefix + it for it in (ALERTS_TOPIC, CHANGELOG_TOPIC)),
            bootstrap_servers=self._bootstrap,
            auto_offset_reset="earliest",
        ) as consumer:
            following = Following(consumer, self._prefix)
            reading = asyncio.create_task(following.run())
            workers = [Worker(self._folder, self._environment, "router")]
            try:
                workers.append(await self._monitor())
                await self._produce(company.documents())
                await until(workers[0].ready, _PATIENCE, "the router is ready")
                for first in range(0, days, _MONTH):
                    beyond = min(first + _MONTH, days)
                    await self._month(company, first, beyond, workers[-1], following)
                workers[-1].kill()
                workers.append(await self._monitor())
                await self._month(company, days, days + 1, workers[-1], following)
                return await self._told(company, following.written, consumer)
            finally:
                reading.cancel()
                for worker in workers:
                    worker.end()

    async def _monitor(self) -> Worker:
        """One that is ready."""
        began = time.monotonic()
        monitor = Worker(self._folder, self._environment, "monitor")
        await until(monitor.ready, _PATIENCE, "the monitor is ready")
        print(f"a monitor is ready after {time.monotonic() - began:.0f} s", flush=True)
        return monitor

    async def _month(
        self, company: Company, first: int, beyond: int, monitor: Worker, following: Following
    ) -> None:
        """Have what happens from one day on, before another, applied; a row about it."""
        written, began = following.written, time.monotonic()
        used, bytes_ = monitor.processor_seconds(), written.bytes
        events = await self._produce(company.of(first, beyond))
        end = company.start + beyond * DAY - MINUTE
        await until(lambda: _all_read(monitor, end), _PATIENCE, "a month is applied")
        await following.to_the_end()
        used, bytes_ = monitor.processor_seconds() - used, written.bytes - bytes_
        size, records = written.state
        print(
            f"day {beyond:3}: {events:7,} events in {time.monotonic() - began:4.0f} s,"
            f" {used / events * 1e6:5.0f} µs of CPU and {bytes_ / events / _KIB:5.2f} KiB written"
            f" an event; state {size / _KIB:6.1f} KiB in {records} records;"
            f" {monitor.memory() / _MIB:4.0f} MiB resident; {written.alerts:,} alerts,"
            f" {written.revisions:,} revisions so far",
            flush=True,
        )

    async def _told(self, company: Company, written: Written, consumer: Any) -> bool:
        """Whether all is as it should be, with a line about each part."""
        names = (self._prefix + dead_letter_topic(it) for it in (*SOURCE_TOPICS, ALERTS_TOPIC))
        letters = sum(
            (await consumer.end_offsets([TopicPartition(it, 0) for it in names])).values()
        )
        missing = [it for it in company.frauds if it not in written.found]
        revisions = ", ".join(f"{count:,} of {it}" for it, count in written.of_hot.most_common())
        print(f"alerts about the hot account, revised or not: {revisions}")
        print(f"frauds: {len(company.frauds)}, not found: {missing or 'none'}")
        print(f"dead letters: {letters}, entities set aside: {len(written.aside)}")
        return not (missing or letters or written.aside)

    async def _produce(self, lines: Iterable[Line]) -> int:
        count, _ = await produce(self._bootstrap, self._prefix, lines, 1)
        return count


def _all_read(monitor: Worker, upto: int) -> bool:
    """Whether each partition has applied what is before a time (µs)."""
    samples = monitor.metrics().items()
    times = [at for name, at in samples if name.startswith("offbook_stream_time_seconds{")]
    return len(times) == PARTITIONS and min(times) * SECOND >= upto


def main() -> int:
    """Run by itself: 1 if something was not found, or was left out."""
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--days", type=int, default=365, help="simulated, at least 6")
    parser.add_argument(
        "--batch", type=int, default=Settings().batch_events, help="the most events of a record"
    )
    chosen = parser.parse_args()
    with servers() as (bootstrap, redis_url), tempfile.TemporaryDirectory() as folder:
        year = Year(bootstrap, redis_url, Path(folder), chosen.batch)
        return 0 if asyncio.run(year.run(chosen.days)) else 1


if __name__ == "__main__":
    sys.exit(main())
