"""All connectors of a process, from their pages to its end. One that fails stops no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol

import structlog

from connectors.mapping.wrong import PageError
from connectors.receiving.figures import Figures
from connectors.receiving.folder import FolderWatch
from connectors.receiving.intake import Intake
from connectors.receiving.jobs import Job, topics_of
from connectors.receiving.kafka_in import KafkaInput
from connectors.receiving.outbox import Outbox, paused
from connectors.receiving.poll import Poller
from connectors.receiving.settings import Folder, KafkaIn, Poll, Webhook
from connectors.receiving.webhook import Door, WebhookServer
from connectors.signatures.setting import SignatureSettingError
from sinks.backoff import Backoff
from sinks.health import Health
from sinks.tally import Tally
from streams.service.http import HttpServer
from streams.service.signals import signals
from streams.settings.settings import Settings

#: Seconds that what is in hand gets at the end. An orchestrator kills after 30.
PATIENCE: Final = 20.0

_log = structlog.get_logger(__name__)


class Receiver(Protocol):
    """Takes records until `stopping` is set."""

    async def run(self, stopping: asyncio.Event) -> None: ...


async def run_connectors(
    jobs: Sequence[Job],
    settings: Settings,
    *,
    host: str,
    port: int,
    stopping: asyncio.Event | None = None,
    on_listening: Callable[[int, int], None] | None = None,
) -> None:
    """Run until `stopping` is set or a signal comes, then finish what is in hand.

    Raises `PageError` for secrets and folders that cannot be used, `ListenError`s, `TopicsError`,
    and `KafkaAccessError` where waiting does not help. `on_listening` is called with the ports of
    the webhooks, 0 if there are none, and of the metrics.
    """
    stopping = stopping or asyncio.Event()
    health, letters = (
        Health(),
        Tally("dead letters of connectors; `offbook dlq list` shows them"),
    )
    webhooks = [it.name for it in jobs if isinstance(it.receiving, Webhook)]
    figures = Figures([it.name for it in jobs], webhooks)
    topics = {topic for it in jobs for topic in topics_of(it.page)}
    outbox = Outbox(settings, topics, [it.name for it in jobs], health)
    intakes = [Intake(job, outbox, figures, letters) for job in jobs]
    for it in jobs:
        figures.up(it.name, partial(health.holds, f"connector {it.name}"))
    doors, receivers = _ways_in(intakes, figures, health, settings)
    server = WebhookServer(doors, figures, health, host=host, port=port) if doors else None
    monitoring = HttpServer(figures, health, host=settings.metrics_host, port=settings.metrics_port)
    with signals(stopping):
        metrics_port = await monitoring.start()
        try:
            webhook_port = await server.start() if server is not None else 0
            if on_listening is not None:
                on_listening(webhook_port, metrics_port)
            _log.info(
                "listening",
                connectors=sorted(it.name for it in jobs),
                host=host,
                port=webhook_port,
                metrics_port=metrics_port,
            )
            await _until(stopping, outbox, receivers, health, letters, server)
        finally:
            stopping.set()
            if server is not None:
                await server.stop()
            await outbox.close()
            for intake in intakes:
                intake.close()
            letters.tell(time.monotonic(), last=True)
            await monitoring.stop()
    _log.info("ended")


def _ways_in(
    intakes: Sequence[Intake], figures: Figures, health: Health, settings: Settings
) -> tuple[list[Door], list[tuple[str, Receiver]]]:
    """Raises `PageError` with all that cannot be used."""
    doors: list[Door] = []
    receivers: list[tuple[str, Receiver]] = []
    problems: list[str] = []
    for intake in intakes:
        how, name = intake.job.receiving, intake.job.name
        try:
            if isinstance(how, Webhook):
                doors.append(Door(intake, how))
            elif isinstance(how, Folder):
                path = intake.job.base / how.path
                if not path.is_dir():
                    raise LookupError(f"receive.folder.path: there is no folder {path}: make it")
                receivers.append((name, FolderWatch(intake, how, figures, health)))
            elif isinstance(how, KafkaIn):
                receivers.append((name, KafkaInput(intake, how, settings, health)))
            elif isinstance(how, Poll):
                receivers.append((name, Poller(intake, how, figures, health)))
        except SignatureSettingError as error:
            problems.append(f"{name}: receive.webhook.{error}")
        except LookupError as error:
            its = "" if isinstance(error, KeyError) else str(error.args[0])
            problems.append(f"{name}: {its or _UNREADABLE}")
        except (OSError, ValueError):
            problems.append(f"{name}: {_UNREADABLE}")
    if problems:
        raise PageError(*problems)
    return doors, receivers


_UNREADABLE: Final = (
    "receive.poll.headers: what …_env or …_file names cannot be read: is it there, may we read it,"
    " is it one line?"
)


async def _until(
    stopping: asyncio.Event,
    outbox: Outbox,
    receivers: Sequence[tuple[str, Receiver]],
    health: Health,
    letters: Tally,
    server: WebhookServer | None,
) -> None:
    """Run the receivers until `stopping` is set and they have finished what they have in hand."""
    await outbox.connected(stopping)
    tasks = [
        asyncio.create_task(_kept_up(name, it, stopping, health), name=name)
        for name, it in receivers
    ]
    tasks.append(asyncio.create_task(outbox.watch(stopping), name="broker"))
    try:
        while not await paused(stopping, 1.0):
            health.pulse("connectors")
            letters.tell(time.monotonic())
            if server is not None:
                server.look()
        if server is not None:
            await server.stop()
        _, late = await asyncio.wait(tasks, timeout=PATIENCE)
        for it in late:
            _log.warning("not finished in time: it is taken again", connector=it.get_name())
    finally:
        for it in tasks:
            it.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_up(name: str, receiver: Receiver, stopping: asyncio.Event, health: Health) -> None:
    backoff = Backoff(1.0, 60.0)
    while not stopping.is_set():
        try:
            await receiver.run(stopping)
        except Exception:  # noqa: BLE001 - whatever it is, the others go on
            health.bad(f"connector {name}", "a fault of ours; its log says where")
            _log.exception("a connector failed, and begins again", connector=name)
            await paused(stopping, backoff.longer())
