"""The service: roles in one process and event loop, with their start-up checks, health and end.

If Kafka or Redis is away at the start, it is waited for. A role that fails ends the process, with
one line that says why. A supervisor can then simply restart it, since no role keeps anything that
is not in Kafka.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar, get_args

import structlog

from contract.spelling.shown import shown
from detectors.engine.engine import Engine
from detectors.engine.silent import Signs
from sinks.ending import ended
from sinks.faults import is_for_people, told
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.sink import RedisSink
from sinks.waiting import until_it_works
from streams.service import logs
from streams.service.canary import Canary
from streams.service.http import HttpServer
from streams.service.kafka_watch import KafkaWatch
from streams.service.refused import tell_refused
from streams.service.reload import ConfigFile, Judging, Reload
from streams.service.signals import signals
from streams.settings.loading import configured_detectors, judged_detectors
from streams.settings.own_detectors import known_detectors
from streams.settings.settings import Settings
from streams.wire.kafka import ACTIONS_TOPIC, ALERTS_TOPIC, group, security, topic_name
from streams.wire.kafka_access import knock
from streams.wire.topics import check_topics

if TYPE_CHECKING:
    from streams.monitor.monitor import Monitor

Role = Literal["router", "monitor", "delivery"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
#: What runs in a process: its roles, and what goes with them.
Part = Role | Literal["reload", "telling", "canary"]

#: Seconds each role may take to finish what it has in hand; then the process ends regardless.
_PATIENCE: Final = 25.0
_SECOND: Final = 1_000_000

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class _Running(Protocol):
    def stop(self) -> None: ...

    async def run(self) -> None: ...


class WorkerError(RuntimeError):
    """A role ended unexpectedly, or did not end when asked to. One line."""

    retryable = True


class _StoppedError(Exception):
    """Asked to stop before everything had started."""


def main(
    settings: Settings, roles: Collection[Role] = ROLES, config: ConfigFile | None = None
) -> int:
    """Run until SIGTERM or SIGINT, then finish the work in hand. The process's exit status."""
    logs.configure(settings.log_format)
    status = 0
    try:
        asyncio.run(run_worker(settings, roles, config=config))
    except Exception as error:  # noqa: BLE001 - this is where all of them are told
        status = 1
        unexpected = "" if is_for_people(error) else "unexpected "
        if unexpected:
            _log.exception("unexpected error: please report it, with the lines below it")
        print(f"offbook worker: {unexpected}{shown(told(error))}", file=sys.stderr)
    sys.stderr.flush()
    sys.stdout.flush()
    if status:
        # Faust's consumer thread, left behind by an error, would keep the process alive.
        os._exit(status)
    return status


async def run_worker(
    settings: Settings,
    roles: Collection[Role] = ROLES,
    *,
    config: ConfigFile | None = None,
    stopping: asyncio.Event | None = None,
    on_listening: Callable[[int], None] | None = None,
) -> None:
    """Run `roles` until `stopping` is set or a signal comes, then finish the current work.

    `config`, if given, is watched, and read again at once when a SIGHUP comes. Raises whatever
    prevents it from starting or continuing: an error of one line whose `retryable` says whether a
    restart can help. `on_listening` is called with the port of `/metrics` and `/readyz`.
    """
    stopping = stopping or asyncio.Event()
    # All detectors: one that is stopped now may be started later, and its alerts still arrive.
    metrics, health = Metrics(), Health()
    tell_refused(known_detectors(settings.detectors_path), metrics, health)
    health.expect("start", reason="checking Kafka")
    server = HttpServer(metrics, health, host=settings.metrics_host, port=settings.metrics_port)
    logs.tell_of_tasks(asyncio.get_running_loop())
    reload_asked = asyncio.Event()
    # Before anybody can see that it is there, and ask for a reload.
    with signals(stopping, reload_asked if config is not None else None):
        port = await server.start()
        if on_listening is not None:
            on_listening(port)
        _log.info("listening", host=settings.metrics_host, port=port, roles=sorted(roles))
        watching = asyncio.create_task(KafkaWatch(settings, metrics).run(), name="kafka")
        try:
            await _run_roles(settings, roles, metrics, health, stopping, config, reload_asked)
        except _StoppedError:
            pass
        finally:
            await ended([watching])
            await server.stop()
    _log.info("ended")


async def _run_roles(
    settings: Settings,
    roles: Collection[Role],
    metrics: Metrics,
    health: Health,
    stopping: asyncio.Event,
    config: ConfigFile | None,
    reload_asked: asyncio.Event,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        await _unless(stopping, _kafka(settings, health))
        running: dict[Part, _Running] = {}
        judging: list[Judging] = []
        if "router" in roles:
            from streams.router.router import Router

            running["router"] = router = Router(settings, metrics, health)
            judging.append(router)
        if "monitor" in roles:
            running["monitor"] = monitor = await _monitor(
                settings, metrics, health, stopping, stack
            )
            judging.append(monitor)
        if "delivery" in roles:
            running["delivery"] = _delivery(settings, metrics, health, stack)
            if settings.canary:
                running["canary"] = Canary(settings, metrics)
            if settings.alertmanager_url is not None:
                from streams.service.notification import telling

                running["telling"] = telling(settings, metrics, health)
        if config is not None:
            running["reload"] = Reload(config, judging, metrics, health, reload_asked)
        health.ok("start")
        await _run_until(running, stopping)


async def _kafka(settings: Settings, health: Health) -> None:
    """Wait until Kafka answers. Raises if it refuses us, or if its topics cannot be used."""

    async def check() -> None:
        # By itself first: unlike a coroutine, the thread below cannot be cancelled.
        await knock(settings)
        await asyncio.to_thread(check_topics, settings)

    await until_it_works(check, f"Kafka at {settings.kafka_bootstrap}", health, "start")


async def _monitor(
    settings: Settings,
    metrics: Metrics,
    health: Health,
    stopping: asyncio.Event,
    stack: contextlib.AsyncExitStack,
) -> Monitor:
    # Faust takes half a second to import: other roles do without.
    from streams.monitor.monitor import Monitor
    from streams.monitor.reference.reader import ReferenceReader

    reader = ReferenceReader(settings, metrics, health)
    stack.push_async_callback(reader.stop)
    await _unless(stopping, reader.start())
    detectors = judged_detectors(settings, configured_detectors(settings))
    engine = Engine(
        *(detectors, reader.reference, settings.common),
        signs=Signs(),
        agreements=reader.agreements,
    )
    return Monitor(settings, engine, reader, metrics, health)


def _delivery(
    settings: Settings, metrics: Metrics, health: Health, stack: contextlib.AsyncExitStack
) -> _Running:
    from sinks.delivery.delivery import Delivery

    sink = RedisSink(
        settings.redis_url,
        maxlen=settings.redis_stream_maxlen,
        kept=settings.closed_kept // _SECOND,
    )
    stack.push_async_callback(sink.close)
    return Delivery(
        sink,
        metrics,
        health,
        bootstrap=settings.kafka_bootstrap,
        topic=topic_name(settings, ALERTS_TOPIC),
        actions=topic_name(settings, ACTIONS_TOPIC),
        group=group(settings, "delivery"),
        prefix=settings.topic_prefix,
        security=security(settings),
        session_timeout=settings.session_timeout / _SECOND,
    )


async def _run_until(running: Mapping[Part, _Running], stopping: asyncio.Event) -> None:
    """Run everything until `stopping` is set or the first role ends; then stop the rest, in the
    order in which events flow."""
    tasks = {role: asyncio.create_task(part.run(), name=role) for role, part in running.items()}
    stop = asyncio.create_task(stopping.wait())
    try:
        done, _ = await asyncio.wait([stop, *tasks.values()], return_when=asyncio.FIRST_COMPLETED)
        for role, task in tasks.items():
            if task in done:
                task.result()
                raise WorkerError(f"the {role} ended by itself")
        for role, task in tasks.items():
            running[role].stop()
            done, _ = await asyncio.wait([task], timeout=_PATIENCE)
            if not done:
                raise WorkerError(f"the {role} did not end in {_PATIENCE:.0f} s; nothing is lost")
            task.result()
    finally:
        stop.cancel()
        for role, task in tasks.items():
            if not task.done():
                running[role].stop()
        await asyncio.wait([stop, *tasks.values()], timeout=_PATIENCE)
        for task in tasks.values():
            task.cancel()


async def _unless(stopping: asyncio.Event, work: Awaitable[_T]) -> _T:
    """Wait for `work`, unless asked to stop."""
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise _StoppedError
        return task.result()
    finally:
        stop.cancel()
        task.cancel()
