"""One installation under test: its settings, its worker processes, its producer and its Redis."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contract.alert import Alert
from sinks.dead_letters import dead_letter_topic
from sinks.redis.keys import STREAM
from streams.settings.loading import load
from streams.settings.settings import Settings
from streams.wire.kafka import all_topics
from streams.wire.keyed_records import partition_of
from streams.wire.topics import create_topics
from tests.cli.company import Company, Record, partition
from tests.integration.essence import Essence, difference, essence, essences
from tests.parts.prepared import Prepared


def settings_for(bootstrap: str, redis_url: str, prefix: str, **more: str) -> dict[str, str]:
    """Environment of a worker: short sessions, so that a killed one is soon missed."""
    return {
        "OFFBOOK_KAFKA_BOOTSTRAP": bootstrap,
        "OFFBOOK_REDIS_URL": redis_url,
        "OFFBOOK_TOPIC_PREFIX": prefix,
        "OFFBOOK_GROUP_PREFIX": f"{prefix}offbook",
        "OFFBOOK_METRICS_PORT": "0",
        "OFFBOOK_SOURCE_PARTITIONS": "2",
        "OFFBOOK_SESSION_TIMEOUT": "2s",
        "OFFBOOK_HEARTBEAT_INTERVAL": "0.5s",
        "OFFBOOK_REBALANCE_TIMEOUT": "6s",
        # Longer than any fault of these tests: a producer that is held up is not a quiet source.
        "OFFBOOK_IDLE_AFTER": "15s",
        "OFFBOOK_LOG_FORMAT": "json",
        **more,
    }


class Worker:
    """One worker process. `end` is its exit status once it has ended."""

    def __init__(self, environment: dict[str, str], log: Path, roles: Sequence[str] = ()) -> None:
        self.log = log
        others = {k: v for k, v in os.environ.items() if not k.startswith("OFFBOOK_")}
        log.touch()
        self._process = Prepared(
            "tests.integration.worker_process", roles, environment=others | environment, out=log
        )

    @property
    def end(self) -> int | None:
        return self._process.poll()

    def send(self, what: signal.Signals) -> None:
        self._process.send_signal(what)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def tail(self) -> str:
        return self.log.read_text()[-3000:]

    def not_ready(self) -> str:
        """What it still waits for: its groups, its partitions or a server; empty when ready."""
        listening = re.search(r'"port": (\d+)', self.log.read_text())
        if listening is None:
            return "does not listen"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{listening[1]}/readyz", timeout=1):
                return ""
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError as error:
            return str(error)


class Installation:
    """A number of workers that are started again when they end, as a supervisor does."""

    def __init__(self, environment: dict[str, str], directory: Path) -> None:
        self.environment = environment
        self.settings: Settings = load(None, environment)
        self.directory = directory
        self.essence = essence
        self.workers: list[Worker] = []
        self.leaving: list[tuple[Worker, float]] = []
        self.wanted = 0
        self.started = 0
        self.unexpected: list[int] = []

    def create_topics(self) -> None:
        create_topics(self.settings)

    def scale(self, count: int) -> None:
        """Start workers up to `count`; surplus ones are asked to end."""
        self.wanted = count
        while len(self.workers) > count:
            self.ask_to_end(self.workers[0])
        self.supervise()

    def ask_to_end(self, worker: Worker) -> None:
        """SIGTERM; `settle` sees that it ends with status 0."""
        self.workers.remove(worker)
        worker.send(signal.SIGCONT)
        worker.send(signal.SIGTERM)
        self.leaving.append((worker, time.monotonic()))

    def supervise(self) -> None:
        """Replace workers that have ended."""
        for worker, since in list(self.leaving):
            if worker.end is None:
                assert time.monotonic() - since < 30, f"does not end: {worker.tail()}"
            else:
                # By the signal itself only before the worker was there to handle it.
                early = worker.end in (-signal.SIGTERM, 128 + signal.SIGTERM)
                killed = early and not worker.tail()
                assert worker.end == 0 or killed, f"status {worker.end}: {worker.tail()}"
                self.leaving.remove((worker, since))
        for worker in list(self.workers):
            if worker.end is not None:
                self.workers.remove(worker)
                if worker.end not in (0, -signal.SIGKILL):
                    self.unexpected.append(worker.end)
        while len(self.workers) < self.wanted:
            log = self.directory / f"worker-{self.started}.log"
            self.workers.append(Worker(self.environment, log))
            self.started += 1

    async def ready(self, seconds: float = 60.0) -> None:
        """Wait until all workers are.

        The embedded broker never lets anybody into a group again whose member went away while it
        was joining; a fault there must wait for the end of the joining.
        """
        end = time.monotonic() + seconds
        while reasons := await asyncio.to_thread(self._not_ready):
            assert time.monotonic() < end, f"not ready: {reasons}{self._logs()}"
            await asyncio.sleep(0.2)

    def _not_ready(self) -> list[str]:
        return [reason for worker in list(self.workers) if (reason := worker.not_ready())]

    def kill_one(self, rng: Random) -> None:
        worker = rng.choice(self.workers)
        worker.kill()
        self.supervise()

    def end(self) -> None:
        for worker in [*self.workers, *(worker for worker, _ in self.leaving)]:
            worker.send(signal.SIGCONT)
            worker.kill()
        self.workers.clear()

    # What goes in.

    async def produce(self, records: Sequence[Record], seconds: float, faults: Any = None) -> None:
        """Produce all, spread over `seconds`, each acknowledged however long that takes."""
        producer: Any = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka_bootstrap, acks="all", request_timeout_ms=60_000
        )
        await producer.start()
        begin = time.monotonic()
        acknowledged = []
        for n, record in enumerate(records):
            ahead = begin + seconds * n / len(records) - time.monotonic()
            if ahead > 0.02:
                await asyncio.sleep(ahead)
            acknowledged.append(
                await producer.send(
                    self.settings.topic_prefix + record.topic,
                    record.value,
                    key=record.key,
                    partition=partition(record, self.settings.source_partitions),
                )
            )
        await asyncio.gather(*acknowledged)
        await producer.stop()

    async def produce_documents(self, company: Company) -> None:
        records = [
            Record(e.origin.topic, e.id.encode(), e.id.encode(), msgspec.json.encode(document))
            for e, document in _documents(company)
        ]
        await self.produce(records, 0.0)

    # What comes out.

    def alerts(self) -> dict[str, Essence]:
        """The newest revision of each alert in Redis."""
        with redis.Redis.from_url(self.settings.redis_url) as client:
            keys = list(client.scan_iter("{ob}:alert:*"))
            values = client.mget(keys) if keys else []
        decoded = (msgspec.json.decode(value, type=Alert) for value in values)
        return essences(decoded, self.essence)

    def repeated_revisions(self) -> list[tuple[bytes, bytes]]:
        """Revisions that stand in the stream more than once."""
        with redis.Redis.from_url(self.settings.redis_url) as client:
            entries: Any = client.xrange(STREAM)
        seen: set[tuple[bytes, bytes]] = set()
        repeated = []
        for _, fields in entries:
            revision = (fields[b"alert_id"], fields[b"revision"])
            if revision in seen:
                repeated.append(revision)
            seen.add(revision)
        return repeated

    async def dead_letters(self) -> int:
        """How many there are, of whatever topic."""
        async with AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap) as consumer:
            letters = [
                TopicPartition(topic.name, number)
                for topic in all_topics(self.settings)
                if topic.name.startswith(dead_letter_topic("", self.settings.topic_prefix))
                for number in range(topic.partitions)
            ]
            return sum((await consumer.end_offsets(letters)).values())

    async def settle(self, expected: dict[str, Essence], seconds: float) -> None:
        """Wait until Redis holds exactly `expected`, and still does a little later."""
        end = time.monotonic() + seconds
        while True:
            self.supervise()
            found = self._alerts_if_up()
            if found == expected:
                await asyncio.sleep(3)
                found = self._alerts_if_up()
                if found == expected and not self.leaving:
                    return
            if time.monotonic() > end:
                raise AssertionError(difference(expected, found or {}) + self._logs())
            await asyncio.sleep(0.5)

    def _alerts_if_up(self) -> dict[str, Essence] | None:
        with contextlib.suppress(redis.RedisError):
            return self.alerts()
        return None

    def _logs(self) -> str:
        tails = [
            f"\n--- {log.name}\n{log.read_text()[-1500:]}"
            for log in sorted(self.directory.glob("worker-*.log"))[-4:]
        ]
        return "".join(tails)


def home(key: str, installation: Installation) -> int:
    return partition_of(key, installation.settings.keyed_partitions)


def _documents(company: Company) -> list[tuple[Any, Any]]:
    from contract.document import document

    return [(event, document(event)) for event in company.documents]
