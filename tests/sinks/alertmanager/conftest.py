"""An Alertmanager with our routes, whose pages are caught, and workers that tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from cases.handling import Logged
from contract.alert import Alert
from sinks.alertmanager.client import Client
from sinks.alertmanager.teams import Teams
from sinks.alertmanager.telling import Telling
from sinks.alertmanager.told import ToldStore
from sinks.alertmanager.words import Wording
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import BATCH, RedisSink
from tests.sinks.alertmanager import real
from tests.sinks.some_alerts import revisions

WORDING = Wording(
    personal="full", desk="https://desk.example", runbooks="https://docs.example/runbooks", zone=UTC
)


class KnownTeams(Teams):
    """Teams that need no Kafka."""

    def __init__(self, teams: dict[str, str] | None = None) -> None:
        super().__init__("")
        self.read.set()
        self.teams = teams or {}

    def of(self, employee: str | None) -> str:
        return self.teams.get(employee or "", "")

    async def run(self) -> None:
        await asyncio.Event().wait()


@dataclass
class Teller:
    """One worker that tells Alertmanager."""

    redis: str
    alertmanager: str
    teams: dict[str, str] = field(default_factory=lambda: {"e-7": "East"})
    resend: float = 1.0
    holds: float = 60.0
    timeout: float = 2.0
    calm: float = 3.0
    wording: Wording = WORDING
    metrics: Metrics = field(default_factory=Metrics)
    health: Health = field(default_factory=Health)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Teller]:
        telling = Telling(
            ToldStore(self.redis, timeout=2.0),
            Client(self.alertmanager, timeout=self.timeout),
            KnownTeams(self.teams),
            self.metrics,
            self.health,
            wording=self.wording,
            resend=self.resend,
            holds=self.holds,
            calm=self.calm,
        )
        task = asyncio.create_task(telling.run())
        try:
            yield self
        finally:
            telling.stop()
            await asyncio.wait_for(task, 10)

    def figure(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"offbook_alertmanager_{name}", labels)


async def deliver(url: str, *told: Alert | Logged) -> None:
    """What delivery does with these."""
    sink = RedisSink(url)
    try:
        for start in range(0, len(told), BATCH):
            part = told[start : start + BATCH]
            alerts = [it for it in part if isinstance(it, Alert)]
            await sink.write(revisions(alerts), [it for it in part if isinstance(it, Logged)])
    finally:
        await sink.close()


@pytest.fixture
def pager() -> Iterator[real.Pager]:
    with real.pager() as caught:
        yield caught


@pytest.fixture
def alertmanager(pager: real.Pager, tmp_path: Path) -> Iterator[real.Alertmanager]:
    waits: dict[str, Any] = {"group_wait": "1s", "group_interval": "1s"}
    server = real.Alertmanager(real.binary(), tmp_path, real.config(pager.url, **waits))
    server.start()
    try:
        yield server
    finally:
        server.stop()
