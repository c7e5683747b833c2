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
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio as aioredis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from msgspec import Struct

from bench.installation import Process, Worker, produce, servers, until
from bench.mix import Line, Mix, reference
from contract.kinds import KIND_OF_TYPE, STREAM_TOPICS
from contract.times import DAY, SECOND, rfc3339
from simulation.plan import Plan
from simulation.simulate import Simulation
from sinks.redis.keys import STREAM
from streams.settings.settings import Settings
from streams.wire.kafka import ALERTS_TOPIC
from streams.wire.keyed_records import KEYED_TOPIC, decode_batch, partition_of
from streams.wire.topics import create_topics

_PARTITIONS = 4
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
class _Routing:
    """When it began, and the processor seconds it used."""

    began: float = 0.0
    used: float = 0.0


class EndToEnd:
    """One installation on one broker, with topics of its own."""

    def __init__(self, bootstrap: str, redis_url: str, folder: Path) -> None:
        self._bootstrap = bootstrap
        self._redis_url = redis_url
        self._folder = folder
        self._prefix = f"bench{time.time_ns() // 1_000_000}."
        self._environment = {
            "OFFBOOK_KAFKA_BOOTSTRAP": bootstrap,
            "OFFBOOK_REDIS_URL": redis_url,
            "OFFBOOK_TOPIC_PREFIX": self._prefix,
            "OFFBOOK_GROUP_PREFIX": f"{self._prefix}offbook",
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

    async def run(self, events: int, prefix_events: int, seconds: int) -> None:
        """The mix: two passes, plain Faust, latency."""
        # The events are of the last weeks: between two passes the wall clock must not move
        # stream time past those that are still to come.
        self._environment["OFFBOOK_IDLE_AFTER"] = "1d"
        await self._create_topics()
        start = self._now - 23 * DAY
        documents, took = await self._produce(reference(start=start))
        print(f"produced {documents:,} reference documents in {took:.0f} s", flush=True)
        with self._monitors(1) as workers:
            await self._ready(workers, documents)
            rate = await self._passes(workers, start, events)
        began = time.monotonic()
        with self._monitors(1) as [monitor]:
            await until(monitor.ready, 300, "the monitor is ready again")
            took, held = time.monotonic() - began, monitor.memory() / _MIB
            print(f"started anew: ready after {took:.0f} s; the monitor holds {held:,.0f} MiB")
            if prefix_events:
                plain = await self._plain(start, events, prefix_events)
                print(f"ratio: {rate / plain:.1f} times the plain Faust program", flush=True)
            if seconds:
                await self._latency(monitor, start + 20 * DAY, seconds)

    async def _produce(self, lines: Any) -> tuple[int, float]:
        return await produce(self._bootstrap, self._prefix, lines, _PARTITIONS)

    async def _passes(self, monitors: Sequence[Worker], start: int, events: int) -> float:
        """Two passes over the same customers; the rate of the first."""
        rates = []
        for number in (1, 2):
            mix = Mix(events, start=start + (number - 1) * 10 * DAY, run=f"{number}-")
            end = self._now - (23 - 10 * number) * DAY
            rates.append(await self._pass(monitors, f"pass {number}", mix, end))
        return rates[0]

    async def _pass(
        self, monitors: Sequence[Worker], name: str, lines: Iterable[Line], end: int
    ) -> float:
        """Events a second of `lines`, none of which is later than the event time `end` (µs)."""
        count, took = await self._produce(lines)
        print(f"{name}: produced {count:,} events in {took:.0f} s", flush=True)
        used = sum(monitor.processor_seconds() for monitor in monitors)
        async with self._routing(count) as router:
            routed = time.monotonic()
            await self._drained(end)
            drained = time.monotonic()
        took = drained - router.began
        used = sum(monitor.processor_seconds() for monitor in monitors) - used
        held = sum(monitor.memory() for monitor in monitors) / _MIB
        who = "the monitor holds" if len(monitors) == 1 else f"{len(monitors)} monitors hold"
        print(
            f"{name}: {count / took:,.0f} raw events/s end to end ({count:,} in {took:.1f} s,"
            f" routed after {routed - router.began:.1f} s; processor seconds: router"
            f" {router.used:.0f}, monitor {used:.0f}); {who} {held:,.0f} MiB",
            flush=True,
        )
        return count / took

    @asynccontextmanager
    async def _routing(self, count: int) -> AsyncIterator[_Routing]:
        """A router that has read `count` records when the body begins."""
        worker = Worker(self._folder, self._environment, "router")
        routing = _Routing()
        try:
            await until(lambda: _read(worker) > 0, _PATIENCE, "the router reads")
            routing.began = time.monotonic()
            await until(lambda: _read(worker) >= count, _PATIENCE, "all is read")
            yield routing
            routing.used = worker.processor_seconds()
        finally:
            worker.end()

    async def _drained(self, end: int) -> None:
        """Send, behind all others, an event to each keyed partition; wait for what it raises."""
        wanted: dict[int, str] = {}
        for n in range(10_000):
            employee = f"last-{end}-{n}"
            wanted.setdefault(partition_of(f"employee:{employee}", _PARTITIONS), employee)
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

    async def _plain(self, start: int, events: int, prefix_events: int) -> float:
        """The rate of two workers of the plain Faust program on the first events of the mix."""
        prefix = f"plain{time.time_ns() // 1_000_000}."
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        names = [*STREAM_TOPICS, "by-account", "by-order", "by-employee", "by-customer"]
        await admin.create_topics([NewTopic(prefix + name, _PARTITIONS, 1) for name in names])
        await admin.close()
        environment = {"BENCH_BOOTSTRAP": self._bootstrap, "BENCH_PREFIX": prefix}
        workers = [
            Process(
                self._folder / f"plain-{number}.log",
                environment,
                *("bench.plain_faust", "worker", "--without-web", "--loglevel=warn"),
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
            count, took = await produce(self._bootstrap, prefix, mix, _PARTITIONS)
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
        return rate

    async def _latency(self, monitor: Worker, start: int, seconds: int) -> None:
        """Of an alert a probe raises, from its record's timestamp to its entry in Redis."""
        router = Worker(self._folder, self._environment, "router")
        delivery = Worker(self._folder, self._environment, "delivery")
        client: Any = aioredis.Redis.from_url(self._redis_url)
        try:
            await until(router.ready, 120, "the router is ready")
            await until(delivery.ready, 120, "delivery is ready")
            begun = time.time_ns() // 1_000_000
            used = monitor.processor_seconds(), router.processor_seconds()
            stamps = await self._at_rate(start, 2000, seconds)
            shares = (
                (monitor.processor_seconds() - used[0]) / seconds,
                (router.processor_seconds() - used[1]) / seconds,
            )
            await asyncio.sleep(5)
            written, after = {}, str(begun)
            # In pages: all the alerts of a pass at once would take the server too long.
            while entries := await client.xrange(STREAM, min=after, count=1000):
                for id_, fields in entries:
                    alert = json.loads(fields[b"data"])
                    if alert["revision"] == 1:
                        written[alert["evidence"][0]["id"]] = int(id_.split(b"-")[0])
                after = f"({entries[-1][0].decode()}"
        finally:
            router.end()
            delivery.end()
            await client.aclose()
        routed, raised = {}, {}
        async for record in self._since(begun, KEYED_TOPIC):
            routed.update(dict.fromkeys((e.id for e in decode_batch(record.value).events), record))
        async for record in self._since(begun, ALERTS_TOPIC):
            raised[json.loads(record.value)["evidence"][0]["id"]] = record
        there = sorted(stamps.keys() & written.keys() & routed.keys() & raised.keys())
        stages = {
            "in all": [written[id_] - stamps[id_] for id_ in there],
            "to the keyed topic": [routed[id_].timestamp - stamps[id_] for id_ in there],
            "from there to the alerts topic": [
                raised[id_].timestamp - routed[id_].timestamp for id_ in there
            ],
            "from there to Redis": [written[id_] - raised[id_].timestamp for id_ in there],
        }
        print(
            f"latency at 2,000 events/s, {len(there)} alerts in {seconds} s,"
            f" {len(stamps) - len(there)} missing; the monitor holds"
            f" {monitor.memory() / _MIB:,.0f} MiB and uses {shares[0]:.0%} of a core, the router"
            f" {shares[1]:.0%}"
        )
        for stage, took in stages.items():
            took.sort()
            print(
                f"  {stage}: median {statistics.median(took):.0f} ms,"
                f" p99 {took[int(len(took) * 0.99)]:.0f} ms, worst {took[-1]} ms",
                flush=True,
            )

    async def _since(self, begun: int, topic: str) -> AsyncIterator[Any]:
        """The records of a topic from the timestamp `begun` (ms) on."""
        async with AIOKafkaConsumer(
            self._prefix + topic, bootstrap_servers=self._bootstrap
        ) as consumer:
            partitions = consumer.assignment()
            ends = await consumer.end_offsets(partitions)
            starts = await consumer.offsets_for_times(dict.fromkeys(partitions, begun))
            for partition, start in starts.items():
                consumer.seek(partition, ends[partition] if start is None else start.offset)
            while any([await consumer.position(one) < ends[one] for one in partitions]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        yield record

    async def _at_rate(self, start: int, rate: int, seconds: int) -> dict[str, int]:
        """Produce `rate` events a second, every hundredth a probe: probe id to its timestamp."""
        stamps: dict[str, int] = {}
        waiting: list[tuple[str, Any]] = []
        mix = iter(Mix(rate * seconds, start=start, days=2, run="3-"))
        async with AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks=1) as producer:
            begun = time.monotonic()
            sent = 0
            while sent < rate * seconds:
                due = min(int((time.monotonic() - begun) * rate), rate * seconds)
                for number in range(sent, due):
                    probe = number % 100 == 0
                    line = _probe(number, start) if probe else next(mix, None)
                    if line is None:
                        break
                    future = await producer.send(
                        self._prefix + line.topic, line.document, line.key.encode()
                    )
                    if probe:
                        waiting.append((line.id, future))
                sent = due
                await asyncio.sleep(0.002)
            for id_, future in waiting:
                stamps[id_] = (await future).timestamp
        return stamps


def _read(router: Worker) -> int:
    try:
        return router.read()
    except OSError:
        return 0


def _document(topic: str, type_: str, id_: str, at: str, data: dict[str, Any]) -> Line:
    document = {
        "specversion": "1.0",
        "id": id_,
        "source": "//bench.example.com",
        "type": f"offbook.{type_}.v1",
        "time": at,
        "data": data,
    }
    return Line(topic, id_, id_, json.dumps(document).encode())


def _simulated(document: bytes) -> Line:
    event = msgspec.json.decode(document, type=_Envelope)
    return Line(KIND_OF_TYPE[event.type].topic, event.id, event.id, document)


def _deletion(employee: str, at: str) -> Line:
    data = {"employee": employee, "action": "delete", "count": 50}
    return _document("endpoint.files", "endpoint.file", employee, at, data)


def _probe(number: int, start: int) -> Line:
    data = {"shipment": f"probe-{number}", "status": "dispatched"}
    at = rfc3339(start + number * SECOND // 10)
    return _document("shipments", "shipment", f"probe-{number}", at, data)


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
