"""Events a second, latency and memory of a whole installation, beside a plain Faust program.

Apache Kafka, the router and each monitor in a process of its own. All events stand on the source
topics before the router starts; the rate is that of raw events from the first read to the last
applied, which is known when alerts of events that were sent behind all others stand on
`offbook.alerts`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer
from msgspec import Struct

from bench.documents import document
from bench.installation import Worker, environment_of, produce, servers, until
from bench.latency import Latency
from bench.mix import Mix
from bench.mix_company import Line, reference
from bench.peers.beside_plain import plain
from bench.ratios import Ratio
from contract.kinds import KIND_OF_TYPE, STREAM_TOPICS
from contract.times import DAY, rfc3339
from simulation.plan import Plan
from simulation.simulate import Simulation
from streams.settings.settings import Settings
from streams.wire.kafka import ALERTS_TOPIC
from streams.wire.keyed_records import partition_of
from streams.wire.topics import create_topics

PARTITIONS = 4
#: What a monitor does with an event costs three times what the router does: with one, the second
#: core is idle half of the time.
_MONITORS = 2
_MIB = 1024 * 1024
#: How many seconds any stage may take.
_PATIENCE = 1800.0


class _Envelope(Struct):
    id: str
    type: str


@dataclass
class Routing:
    """A router from its first record on: when that was, and the processor seconds it used since
    and in all."""

    began: float = 0.0
    used: float = 0.0
    whole: float = 0.0
    peak: int = 0


class Pass(Struct, frozen=True):
    """What some events took from the first that was read to the last that was applied: seconds,
    and processor seconds of the router and the monitors."""

    events: int
    seconds: float
    router: Routing
    monitors: float

    @property
    def rate(self) -> float:
        """Raw events a second."""
        return self.events / self.seconds

    @property
    def used(self) -> float:
        """Processor seconds an event."""
        return (self.router.used + self.monitors) / self.events


class EndToEnd:
    """One installation on one broker, with topics of its own."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path) -> None:
        self._bootstrap = bootstrap
        self._redis_url = redis_url
        self._folder = folder
        self._prefix = f"bench{time.time_ns() // 1_000_000}."
        self._environment = environment_of(bootstrap, self._prefix) | {
            "OFFBOOK_REDIS_URL": redis_url
        }
        self._now = time.time_ns() // 1000

    async def company(self, monitors: int = _MONITORS) -> None:
        """The simulated company as delivered: a stream as people make it."""
        lines = [_simulated(document) for document in Simulation(Plan()).lines()]
        known = [line for line in lines if line.topic not in STREAM_TOPICS]
        told = [line for line in lines if line.topic in STREAM_TOPICS]
        await self._create_topics()
        documents, _ = await self._produce(known)
        with self._monitors(monitors) as workers:
            await self._ready(workers, documents)
            await self._pass(workers, "the simulated company", told, self._now)

    @contextmanager
    def _monitors(self, count: int) -> Iterator[list[Worker]]:
        """So many processes that share the partitions of the keyed topic."""
        workers: list[Worker] = []
        try:
            for number in range(count):
                folder = self._folder / f"monitor-{number}"
                folder.mkdir(exist_ok=True)
                workers.append(Worker(folder, self._environment, "monitor"))
            yield workers
        finally:
            for worker in workers:
                worker.end()

    async def _ready(self, monitors: Sequence[Worker], documents: int) -> None:
        """Have the reference documents read. The router's marks are the first records a monitor
        meets."""
        async with self._routing(documents):
            for monitor in monitors:
                await until(monitor.ready, 120, "the monitor is ready")

    async def _create_topics(self) -> None:
        settings = Settings(kafka_bootstrap=self._bootstrap, topic_prefix=self._prefix)
        await asyncio.to_thread(create_topics, settings)

    async def run(self, events: int, prefix_events: int, seconds: int) -> list[Ratio]:
        """The mix: two passes, plain Faust, latency. The ratio of the first pass to plain Faust."""
        ratios = []
        # The events are of the last weeks: between two passes the wall clock must not move
        # stream time past those that are still to come.
        self._environment["OFFBOOK_IDLE_AFTER"] = "1d"
        await self._create_topics()
        start = self._now - 23 * DAY
        documents, took = await self._produce(reference(start=start))
        print(f"produced {documents:,} reference documents in {took:.0f} s", flush=True)
        with self._monitors(1) as workers:
            await self._ready(workers, documents)
            first = await self._passes(workers, start, events)
        began = time.monotonic()
        with self._monitors(1) as [monitor]:
            await until(monitor.ready, 300, "the monitor is ready again")
            took, held = time.monotonic() - began, monitor.memory() / _MIB
            print(f"started anew: ready after {took:.0f} s; the monitor holds {held:,.0f} MiB")
            if prefix_events:
                rate, used = await plain(
                    self._bootstrap, self._folder, start, events, prefix_events, PARTITIONS
                )
                print(f"ratio: {first.rate / rate:.1f} times the plain Faust program", flush=True)
                what = "processor time of plain Faust an event ÷ that of router and monitor"
                ratios.append(
                    Ratio("end-to-end", used / first.used, "higher", events, what, "one run")
                )
            if seconds:
                latency = Latency(
                    self._bootstrap,
                    self._redis_url,
                    self._folder,
                    self._prefix,
                    self._environment,
                )
                await latency.measure(monitor, start + 20 * DAY, seconds)
        return ratios

    async def _produce(self, lines: Any) -> tuple[int, float]:
        return await produce(self._bootstrap, self._prefix, lines, PARTITIONS)

    async def _passes(self, monitors: Sequence[Worker], start: int, events: int) -> Pass:
        """Two passes over the same customers; the first of them."""
        passes = []
        for number in (1, 2):
            mix = Mix(events, start=start + (number - 1) * 10 * DAY, run=f"{number}-")
            end = self._now - (23 - 10 * number) * DAY
            passes.append(await self._pass(monitors, f"pass {number}", mix, end))
        return passes[0]

    async def _pass(
        self, monitors: Sequence[Worker], name: str, lines: Iterable[Line], end: int
    ) -> Pass:
        """Of `lines`, none of which is later than the event time `end` (µs)."""
        count, took = await self._produce(lines)
        print(f"{name}: produced {count:,} events in {took:.0f} s", flush=True)
        used = sum(monitor.processor_seconds() for monitor in monitors)
        async with self._routing(count) as router:
            routed = time.monotonic()
            await self._drained(end)
            drained = time.monotonic()
        used = sum(monitor.processor_seconds() for monitor in monitors) - used
        done = Pass(count, drained - router.began, router, used)
        held = sum(monitor.memory() for monitor in monitors) / _MIB
        who = "the monitor holds" if len(monitors) == 1 else f"{len(monitors)} monitors hold"
        print(
            f"{name}: {done.rate:,.0f} raw events/s end to end ({count:,} in {done.seconds:.1f} s,"
            f" routed after {routed - router.began:.1f} s; processor seconds: router"
            f" {router.used:.0f}, monitor {used:.0f}); {who} {held:,.0f} MiB",
            flush=True,
        )
        return done

    @asynccontextmanager
    async def _routing(self, count: int) -> AsyncIterator[Routing]:
        """A router that has read `count` records when the body begins."""
        worker = Worker(self._folder, self._environment, "router")
        routing = Routing()
        try:
            await until(lambda: _read(worker) > 0, _PATIENCE, "the router reads")
            routing.began, before = time.monotonic(), worker.processor_seconds()
            await until(lambda: _read(worker) >= count, _PATIENCE, "all is read")
            yield routing
            routing.whole, routing.peak = worker.processor_seconds(), worker.peak()
            routing.used = routing.whole - before
        finally:
            worker.end()

    async def _drained(self, end: int) -> None:
        """Send, behind all others, an event to each keyed partition; wait for what it raises."""
        wanted: dict[int, str] = {}
        for n in range(10_000):
            employee = f"last-{end}-{n}"
            wanted.setdefault(partition_of(f"employee:{employee}", PARTITIONS), employee)
        lines = [_deletion(employee, rfc3339(end)) for employee in wanted.values()]
        missing = set(wanted.values())
        async with AIOKafkaConsumer(
            self._prefix + ALERTS_TOPIC,
            bootstrap_servers=self._bootstrap,
            auto_offset_reset="earliest",
        ) as consumer:
            await self._produce(lines)
            given_up = time.monotonic() + _PATIENCE
            while missing and time.monotonic() < given_up:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    for record in records:
                        missing.discard(json.loads(record.value)["employee"])
        if missing:
            raise RuntimeError("the monitor did not apply all that was routed")


def _read(router: Worker) -> int:
    try:
        return router.read()
    except OSError:
        return 0


def _simulated(document: bytes) -> Line:
    event = msgspec.json.decode(document, type=_Envelope)
    return Line(KIND_OF_TYPE[event.type].topic, event.id, event.id, document)


def _deletion(employee: str, at: str) -> Line:
    data = {"employee": employee, "action": "delete", "count": 50}
    return document("endpoint.files", "endpoint.file", employee, at, data)


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="of each pass; 0: no mix")
    parser.add_argument("--monitors", type=int, default=_MONITORS, help="of the company")
    parser.add_argument("--plain", type=int, default=60_000, help="events for plain Faust; 0: none")
    parser.add_argument("--seconds", type=int, default=60, help="of the latency run; 0: none")
    chosen = parser.parse_args()
    with servers() as (bootstrap, redis_url), tempfile.TemporaryDirectory() as folder:
        asyncio.run(EndToEnd(bootstrap, redis_url, Path(folder)).company(chosen.monitors))
        if chosen.events:
            bench = EndToEnd(bootstrap, redis_url, Path(folder))
            asyncio.run(bench.run(chosen.events, chosen.plain, chosen.seconds))


if __name__ == "__main__":
    main()
