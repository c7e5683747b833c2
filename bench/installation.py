"""Servers, topics, producers and worker processes for the benchmarks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from zlib import crc32

from aiokafka import AIOKafkaProducer

from bench.mix_company import Line
from offbook.cli.demo.embedded import EmbeddedRedis
from offbook.cli.demo.server_process import free_port
from tests.parts.apache_kafka import ApacheKafka


@contextlib.contextmanager
def kafka() -> Iterator[str]:
    """The bootstrap of the Kafka that KAFKA_BOOTSTRAP names, else of our own."""
    if bootstrap := os.environ.get("KAFKA_BOOTSTRAP"):
        yield bootstrap
    else:
        with ApacheKafka(heap_mb=1024) as broker:
            yield broker.bootstrap


@contextlib.contextmanager
def servers() -> Iterator[tuple[str, str]]:
    """(Kafka bootstrap, Redis URL): those KAFKA_BOOTSTRAP and REDIS_URL name, else our own."""
    with contextlib.ExitStack() as stack:
        bootstrap = stack.enter_context(kafka())
        redis = os.environ.get("REDIS_URL") or stack.enter_context(EmbeddedRedis()).url
        yield bootstrap, redis


async def produce(
    bootstrap: str, prefix: str, lines: Iterable[Line], partitions: int
) -> tuple[int, float]:
    """Produce all `lines` as fast as can be; how many, and in how many seconds."""
    started, count, sent = time.monotonic(), 0, []
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20, max_batch_size=256 * 1024
    ) as producer:
        for line in lines:
            key = line.key.encode()
            partition = crc32(key) % partitions
            sent.append(
                await producer.send(prefix + line.topic, line.document, key, partition=partition)
            )
            count += 1
            if len(sent) == 10_000:
                await asyncio.gather(*sent)
                sent = []
        await asyncio.gather(*sent)
    return count, time.monotonic() - started


def environment_of(bootstrap: str, prefix: str) -> dict[str, str]:
    """The settings of workers whose topics and groups are theirs alone."""
    return {
        "OFFBOOK_KAFKA_BOOTSTRAP": bootstrap,
        "OFFBOOK_TOPIC_PREFIX": prefix,
        "OFFBOOK_GROUP_PREFIX": f"{prefix}offbook",
    }


class Process:
    """A child process of the benchmark, with its output in a file."""

    def __init__(self, log: Path, environment: dict[str, str], *arguments: str) -> None:
        self.log = log
        # Settings of whoever runs the benchmark are not the benchmark's.
        own = {name: text for name, text in os.environ.items() if not name.startswith("OFFBOOK_")}
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=own | environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def check(self) -> None:
        """Raise `RuntimeError` if it has ended."""
        if self._process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.log.name} ended with {self._process.returncode}\n{tail}")

    def memory(self) -> int:
        """Resident bytes now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """The most resident bytes so far."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024

    def processor_seconds(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL, whatever it does."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """SIGTERM, and SIGKILL if that does not do."""
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()


class Worker(Process):
    """`offbook worker` with some roles."""

    def __init__(self, folder: Path, environment: dict[str, str], *roles: str) -> None:
        self.port = free_port()
        chosen = [word for role in roles for word in ("--role", role)]
        super().__init__(
            folder / f"{'-'.join(roles)}.log",
            environment,
            *("offbook", "worker", "--metrics-port", str(self.port), *chosen),
        )

    def metrics(self) -> dict[str, float]:
        """Each sample by its name and labels, as they stand on the page."""
        self.check()
        page = self._get("metrics")
        rows = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    def ready(self) -> bool:
        """Whether it says it is."""
        self.check()
        try:
            self._get("readyz")
        except OSError:
            return False
        return True

    def condition(self, name: str) -> tuple[bool, str]:
        """Whether a condition of its readiness holds, and what it says of it; (False, "") while it
        does not know of it."""
        self.check()
        try:
            page = self._get("readyz")
        except HTTPError as unready:
            page = unready.read().decode()
        except OSError:
            return False, ""
        check = json.loads(page)["checks"].get(name, {"ok": False, "reason": ""})
        return check["ok"], check["reason"]

    def read(self) -> int:
        """Source records counted so far, however they ended."""
        samples = self.metrics().items()
        return int(sum(value for name, value in samples if name.startswith("offbook_events_total")))

    def _get(self, page: str) -> str:
        url = f"http://127.0.0.1:{self.port}/{page}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text: Any = answer.read().decode()
        return str(text)


async def until(condition: Any, seconds: float, what: str) -> None:
    """Wait for what must come about within `seconds`."""
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(0.1)
