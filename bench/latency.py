"""How long an alert takes, from the record that causes it to Redis, while events go on coming."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import redis.asyncio as aioredis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.documents import document
from bench.installation import Worker, until
from bench.mix import Mix
from bench.mix_company import Line
from contract.times import SECOND, rfc3339
from sinks.redis.keys import STREAM
from streams.wire.kafka import ALERTS_TOPIC
from streams.wire.keyed_records import KEYED_TOPIC, decode_batch

_MIB = 1024 * 1024


class Latency:
    """Measures one installation, whose topics begin with `prefix`, under a steady load."""

    def __init__(
        self,
        bootstrap: str,
        redis_url: str,
        folder: Path,
        prefix: str,
        environment: dict[str, str],
    ) -> None:
        self._bootstrap = bootstrap
        self._redis_url = redis_url
        self._folder = folder
        self._prefix = prefix
        self._environment = environment

    async def measure(self, monitor: Worker, start: int, seconds: int) -> None:
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


def _probe(number: int, start: int) -> Line:
    data = {"shipment": f"probe-{number}", "status": "dispatched"}
    at = rfc3339(start + number * SECOND // 10)
    return document("shipments", "shipment", f"probe-{number}", at, data)
