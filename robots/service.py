"""The receiver as a process: from its settings to its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp
import structlog

from contract.duration import Duration
from contract.times import SECOND
from robots.entries import entries_of
from robots.figures import Figures
from robots.fitting import Fitted
from robots.kinds.catalogue import KINDS
from robots.kinds.kind import Voice
from robots.notification import Notification
from robots.outbox import Compose, Outbox, Send
from robots.pace import Pace
from robots.post import Post
from robots.receiver import MakeGuard, Receiver
from robots.settings import Robot, RobotSettings

#: Seconds that what is in hand gets at the end, one attempt at least. An orchestrator kills after
#: 30.
PATIENCE: Final = 20.0

_log = structlog.get_logger(__name__)


async def run_robots(
    settings: RobotSettings,
    make_guard: MakeGuard,
    *,
    stopping: asyncio.Event | None = None,
    on_listening: Callable[[int], None] | None = None,
) -> None:
    """Run until `stopping` is set or a signal comes, then finish what is in hand. Raises
    `ListenError`. `on_listening` is called with the port."""
    stopping = stopping or asyncio.Event()
    table = settings.receiver
    figures = Figures(robot.name for robot in settings.robots)
    # HTTPS_PROXY is heeded: many companies let nothing out by another way.
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), trust_env=True, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        outboxes = {
            robot.name: outbox_of(
                robot, settings, Post(session, robot, table.timeout / SECOND), figures
            )
            for robot in settings.robots
        }
        receiver = Receiver(
            outboxes, figures, make_guard, host=table.host, port=table.port, bearer=settings.bearer
        )
        port = await receiver.start()
        for outbox in outboxes.values():
            outbox.start()
        if on_listening is not None:
            on_listening(port)
        _log.info("listening", host=table.host, port=port, robots=sorted(outboxes))
        if settings.bearer is None and table.host not in ("127.0.0.1", "localhost", "::1"):
            _log.warning("whoever reaches the port can post to the robots: set bearer_token_file")
        with _signals(stopping):
            try:
                await stopping.wait()
            finally:
                await receiver.stop(PATIENCE)
    _log.info("ended")


def outbox_of(robot: Robot, settings: RobotSettings, send: Send, figures: Figures) -> Outbox:
    """The outbox of a robot, as the settings have it."""
    kind, table = KINDS[robot.kind], settings.receiver
    return Outbox(
        robot.name,
        composing(robot, table.timezone),
        send,
        Pace(robot.per_minute or kind.per_minute, kind.per_second),
        figures,
        deadline=_seconds(table.deadline),
        window=_seconds(table.repeat_window),
        hold=kind.hold,
    )


def composing(robot: Robot, timezone: str) -> Compose:
    """What makes messages for a robot; times are those of the zone."""
    kind, zone = KINDS[robot.kind], ZoneInfo(timezone)
    voice = Voice(robot.language, robot.mention)

    def compose(notifications: Sequence[Notification]) -> Fitted:
        entries = [it for each in notifications for it in entries_of(each, voice.language, zone)]
        more = sum(it.truncated_alerts for it in notifications)
        return kind.message(sorted(entries, key=lambda it: it.rank), more, voice)

    return compose


def _seconds(duration: Duration) -> float:
    return duration / SECOND


@contextmanager
def _signals(stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGINT)
    for it in caught:
        loop.add_signal_handler(it, stopping.set)
    try:
        yield
    finally:
        for it in caught:
            loop.remove_signal_handler(it)
