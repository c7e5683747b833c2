"""The process of the desk: from settings to a port, until SIGTERM.

Redis and Kafka may be away, at the start too: the port answers 503 with the reason until they are
there. What cannot pass, such as a topic that nobody created, ends the process with one line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import structlog

from contract.spelling.shown import shown
from desk.acting import Acting
from desk.api.routes import Api
from desk.audit import Audit
from desk.catalogue import detectors_told
from desk.desk import Desk
from desk.http.access import Access
from desk.http.figures import DeskFigures
from desk.http.limits import Limits
from desk.index import Index, StaleError
from desk.kafka_log import KafkaLog
from desk.pages.explaining import explaining
from desk.pages.routes import Pages
from desk.readers import Readers, load_readers
from desk.server import DeskServer
from desk.sight import Sights
from sinks.ending import ended
from sinks.faults import is_for_people, told
from sinks.health import Health
from sinks.redis.reading import RedisReading
from sinks.waiting import until_it_works
from streams.service import logs
from streams.service.signals import signals
from streams.settings.detectors import four_eyes
from streams.settings.settings import Settings, SettingsError
from streams.wire.kafka import ACTIONS_TOPIC, AUDIT_TOPIC
from streams.wire.kafka_access import KafkaAccessError, knock
from streams.wire.topics import require_topics

#: Seconds between two looks whether Kafka is still there.
_KNOCK_EVERY: Final = 10.0
#: Seconds an answer of Redis may take. What is kept current once a second waits no longer.
_REDIS_PATIENCE: Final = 2.5

_log = structlog.get_logger(__name__)


def readers_of(settings: Settings) -> Readers:
    """Whoever may read. Raises `SettingsError` if there is no file of them, it is wrong, or there
    is a viewer and nothing to make pseudonyms from."""
    if settings.readers_file is None:
        raise SettingsError(
            "readers_file: is not set: name a TOML file with a table [readers.<name>] for each"
            " reader (docs/desk.md)"
        )
    readers = load_readers(Path(settings.readers_file))
    viewers = readers.of_role("viewer")
    if viewers and settings.pseudonym_secret is None:
        raise SettingsError(
            f"pseudonym_secret: is needed, for {viewers[0]} is viewer: write the output of"
            " `openssl rand -hex 32` to a file and name it in OFFBOOK_PSEUDONYM_SECRET_FILE"
        )
    return readers


def main(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT. The process's exit status."""
    readers = readers_of(settings)
    logs.configure(settings.log_format)
    try:
        asyncio.run(run_desk(settings, readers))
    except Exception as error:  # noqa: BLE001 - this is where all of them are told
        unexpected = "" if is_for_people(error) else "unexpected "
        if unexpected:
            _log.exception("unexpected error: please report it, with the lines below it")
        print(f"offbook desk: {unexpected}{shown(told(error))}", file=sys.stderr)
        return 1
    return 0


async def run_desk(
    settings: Settings,
    readers: Readers,
    *,
    limits: Limits | None = None,
    stopping: asyncio.Event | None = None,
    on_listening: Callable[[int], None] | None = None,
) -> None:
    """Serve until `stopping` is set or a signal comes. Raises what prevents it from starting or
    going on. `on_listening` is called with the port."""
    stopping = stopping or asyncio.Event()
    health = Health()
    health.expect("broker", reason="the broker is being looked for")
    reading = RedisReading(settings.redis_url, _REDIS_PATIENCE)
    kafka = KafkaLog(settings)
    index = Index(reading, health)
    desk = Desk(
        index=index,
        reading=reading,
        acting=Acting(settings, reading, four_eyes(settings), kafka),
        audit=Audit(kafka),
        readers=readers,
        sights=Sights(settings.pseudonym_secret),
        detectors=detectors_told(settings),
        may_write=lambda: _may_write(health),
    )
    server = DeskServer(
        (
            Api(desk, Access(readers, limits or Limits())),
            Pages(
                desk,
                readers,
                explaining(settings),
                timezone=settings.timezone,
                secure=(settings.desk_url or "").startswith("https://"),
            ),
        ),
        health,
        DeskFigures(lambda: float(len(index))),
        host=settings.desk_host,
        port=settings.desk_port,
        origin=settings.desk_cors_origin,
    )
    port = await server.start()
    if on_listening is not None:
        on_listening(port)
    _log.info("listening", host=settings.desk_host, port=port)
    logs.tell_of_tasks(asyncio.get_running_loop())
    with signals(stopping):
        try:
            await _until(stopping, index.run(), _watch_kafka(settings, health))
        finally:
            await server.stop()
            await kafka.close()
            await reading.close()
    _log.info("ended")


def _may_write(health: Health) -> None:
    check = health.readiness().checks["broker"]
    if not check.ok:
        raise StaleError(f"Kafka: {check.reason}")


async def _watch_kafka(settings: Settings, health: Health) -> None:
    """Wait for Kafka with our topics, which no request may create, and then go on looking."""

    async def there() -> None:
        # By itself first: unlike a coroutine, the thread below cannot be cancelled.
        await knock(settings)
        await asyncio.to_thread(require_topics, settings, [ACTIONS_TOPIC, AUDIT_TOPIC])

    await until_it_works(there, f"Kafka at {settings.kafka_bootstrap}", health, "broker")
    while True:
        health.ok("broker")
        await asyncio.sleep(_KNOCK_EVERY)
        try:
            await knock(settings)
        except KafkaAccessError as error:
            health.bad("broker", told(error))
            await until_it_works(
                lambda: knock(settings), f"Kafka at {settings.kafka_bootstrap}", health, "broker"
            )


async def _until(stopping: asyncio.Event, *work: Coroutine[Any, Any, None]) -> None:
    """Do all of the work until asked to stop, or until one part of it fails."""
    tasks = [asyncio.create_task(it) for it in work]
    stop = asyncio.create_task(stopping.wait())
    try:
        done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stop}:
            task.result()
    finally:
        await ended([stop, *tasks])
