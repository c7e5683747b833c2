"""A desk on real servers: Kafka, Redis, a delivery between them, and the process or the loop that
serves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contract.alert import Alert
from desk.http.limits import Limits
from desk.service import readers_of, run_desk
from sinks.delivery.delivery import Delivery
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from streams.settings.loading import load
from streams.settings.settings import Settings
from tests.sinks.some_alerts import revisions

ROLES = {"vera": "viewer", "chen": "oncall", "wu": "oncall", "lead": "lead", "audra": "auditor"}
SECRET = "0123456789abcdef0123456789abcdef"


def token(name: str) -> str:
    """That of a reader of `write_readers`."""
    return f"token-of-{name}"


def write_readers(folder: Path, **employees: str) -> Path:
    """A file of readers, one of each role and a second who is on call."""
    file = folder / "readers.toml"
    lines = []
    for name, role in ROLES.items():
        lines += [f"[readers.{name}]", f'role = "{role}"']
        lines.append(f'token_sha256 = "{sha256(token(name).encode()).hexdigest()}"')
        if name in employees:
            lines.append(f'employee = "{employees[name]}"')
    file.write_text("\n".join(lines), "utf-8")
    return file


def variables(bootstrap: str, url: str, prefix: str, readers: Path) -> dict[str, str]:
    """The environment of a desk."""
    return {
        "OFFBOOK_KAFKA_BOOTSTRAP": bootstrap,
        "OFFBOOK_REDIS_URL": url,
        "OFFBOOK_TOPIC_PREFIX": prefix,
        "OFFBOOK_READERS_FILE": str(readers),
        "OFFBOOK_PSEUDONYM_SECRET": SECRET,
        "OFFBOOK_DESK_PORT": "0",
    }


async def make_topics(settings: Settings) -> None:
    """Those that the desk and delivery need."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    prefix = settings.topic_prefix
    names = ("offbook.alerts", "offbook.actions", "offbook.audit")
    await admin.create_topics(
        [
            *(NewTopic(f"{prefix}{it}", 4, 1) for it in names),
            *(NewTopic(f"{prefix}dlq.{it}", 1, 1) for it in names[:2]),
        ]
    )
    await admin.close()


async def write(url: str, *alerts: Alert) -> None:
    """Put alerts into Redis as delivery does."""
    sink = RedisSink(url)
    try:
        for start in range(0, len(alerts), 200):
            await sink.write(revisions(alerts[start : start + 200]))
    finally:
        await sink.close()


@asynccontextmanager
async def delivering(settings: Settings) -> AsyncIterator[Delivery]:
    """A delivery worker."""
    sink = RedisSink(settings.redis_url, timeout=2.0)
    prefix = settings.topic_prefix
    delivery = Delivery(
        sink,
        Metrics(detectors={"offbook-payment": ("critical",)}),
        Health(),
        bootstrap=settings.kafka_bootstrap,
        topic=f"{prefix}offbook.alerts",
        actions=f"{prefix}offbook.actions",
        group=f"{prefix}offbook-delivery",
        prefix=prefix,
        session_timeout=6.0,
    )
    task = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        delivery.stop()
        await asyncio.wait_for(task, 30)
        await sink.close()


class Client:
    """Asks a desk, each time as some reader."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def get(self, path: str, by: str | None = "chen", **more: Any) -> tuple[int, Any]:
        """Status and JSON."""
        return await self.ask("GET", path, by, **more)

    async def post(self, path: str, body: Any = None, by: str | None = "chen") -> tuple[int, Any]:
        """Status and JSON of what was sent as JSON."""
        return await self.ask("POST", path, by, json={} if body is None else body)

    async def ask(self, method: str, path: str, by: str | None, **more: Any) -> tuple[int, Any]:
        headers = {**({"Authorization": f"Bearer {token(by)}"} if by else {})}
        headers |= more.pop("headers", {})
        async with self.session.request(method, path, headers=headers, **more) as answer:
            return answer.status, msgspec.json.decode(await answer.read() or b"null")

    async def until(
        self, path: str, holds: Callable[[int, Any], bool], by: str = "chen", seconds: float = 30
    ) -> Any:
        """Ask until it holds of status and JSON; return the JSON."""
        end = time.monotonic() + seconds
        while True:
            status, body = await self.get(path, by)
            if holds(status, body):
                return body
            assert time.monotonic() < end, (status, body)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def serving(settings: Settings, limits: Limits | None = None) -> AsyncIterator[Client]:
    """A desk in this loop, once it listens."""
    stopping, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        run_desk(
            settings,
            readers_of(settings),
            limits=limits or Limits(1000, 10_000),
            stopping=stopping,
            on_listening=port.set_result,
        )
    )
    try:
        await asyncio.wait([task, port], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        base = f"http://127.0.0.1:{await port}"
        # Of an address that is a number, cookies are kept only if one says so.
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(base, cookie_jar=jar) as session:
            yield Client(session)
    finally:
        stopping.set()
        await asyncio.wait_for(task, 30)


def at_the_desk(
    kafka: Any,
    url: str,
    prefix: str,
    folder: Path,
    work: Callable[[Client, Settings], Awaitable[None]],
    *alerts: Alert,
    delivery: bool = True,
    **more: Any,
) -> None:
    """Do some work at a desk that knows these alerts."""

    async def run() -> None:
        settings = load(
            more.pop("config", None),
            variables(kafka.bootstrap, url, prefix, write_readers(folder, **more.pop("are", {})))
            | {f"OFFBOOK_{name.upper()}": str(it) for name, it in more.items() if name != "limits"},
        )
        await make_topics(settings)
        await write(url, *alerts)
        async with serving(settings, more.get("limits")) as client:
            await client.until("/api/stats", lambda status, _: status == 200)
            await client.until("/readyz", lambda status, _: status == 200)
            if not delivery:
                await work(client, settings)
                return
            async with delivering(settings):
                await work(client, settings)

    asyncio.run(run())


async def records(settings: Settings, topic: str) -> list[Any]:
    """All that is on a topic, as JSON."""
    found: list[Any] = []
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap) as consumer:
        partitions = [TopicPartition(f"{settings.topic_prefix}{topic}", it) for it in range(4)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        for _ in range(4):
            for part in (await consumer.getmany(timeout_ms=250)).values():
                found += [msgspec.json.decode(it.value) for it in part]
    return found


def ids(page: Any) -> Sequence[str]:
    """Of the alerts of a page, in order."""
    return [it["alert_id"] for it in page["alerts"]]
