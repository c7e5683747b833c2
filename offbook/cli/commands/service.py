"""Commands that run the service, or show it: `demo`, `worker`, `topics create`, `status`,
`heartbeat`."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    fail,
    known_of,
    nearest_to,
    settings_of,
    time_of,
)


def demo(
    rate: Annotated[
        float,
        typer.Option(
            "--rate", "--speed", min=1.0, metavar="N", help="How many events a second are played."
        ),
    ] = 25.0,
    keep: Annotated[
        bool | None,
        typer.Option(
            "--keep/--no-keep",
            help="Stay up at the end, until Ctrl-C, to look around; by default on a terminal.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Everything on this machine, nothing installed beforehand: a story with frauds in it is
    played into Kafka, and the alerts are shown as they land in Redis."""
    from offbook.cli.demo.demo import run

    raise typer.Exit(run(rate=rate, keep=sys.stdout.isatty() if keep is None else keep))


def worker(
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE",
            help="router, monitor or delivery; may be repeated. Without it all three.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Where /metrics, /healthz and /readyz are."
        ),
    ] = None,
    metrics_host: Annotated[
        str | None, typer.Option(metavar="HOST", help="Their address; loopback by default.")
    ] = None,
) -> None:
    """The service: reads events from Kafka, writes alerts to Kafka and Redis, until SIGTERM."""
    from msgspec import structs

    roles = _roles(role)
    settings = from_file = settings_of(config)
    if metrics_port is not None:
        settings = structs.replace(settings, metrics_port=metrics_port)
    if metrics_host is not None:
        settings = structs.replace(settings, metrics_host=metrics_host)
    from streams.service.reload import ConfigFile
    from streams.service.worker import main as run

    file = None if config is None else ConfigFile(config, os.environ, from_file)
    raise typer.Exit(run(settings, roles, file))


def topics_create(config: Config = None) -> None:
    """Create every topic with its partitions and cleanup policy. What is there stays as it is."""
    from contract.spelling.shown import shown
    from streams.wire.topics import create_topics

    reports = create_topics(settings_of(config))
    for report in reports:
        topic = report.topic
        what = f"{topic.partitions} partitions, {topic.cleanup}"
        print(f"{report.standing:13}  {topic.name:30}  {shown(report.why or what)}")
    unusable = [report.topic.name for report in reports if not report.usable]
    if unusable:
        fail(f"cannot work with {', '.join(unusable)} as they are", WRONG)


def status(
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """How each feed stands: its newest event and heartbeat, up to when it is complete, what waits
    for it. Status 1 if a sender is silent or no router runs."""
    from offbook.cli.status import status as ask
    from offbook.cli.status import table
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    found = ask(settings, configured_detectors(settings, known_of(settings)))
    if json:
        print(found.json().decode())
    else:
        for line in table(found, settings):
            print(line)
    if not found.ok:
        raise typer.Exit(WRONG)


def rebuild(config: Config = None) -> None:
    """Make Redis again from the topics: alerts, and what was done about them. What Redis has
    stays, what it lacks comes back; the service may run meanwhile."""
    from offbook.cli import terminal
    from offbook.cli.rebuild import Rebuilt
    from offbook.cli.rebuild import rebuild as run

    def told(topic: str, rebuilt: Rebuilt) -> None:
        if sys.stderr.isatty():
            print(f"\r{topic}: {rebuilt.read} records", end="", file=sys.stderr)

    for topic, rebuilt in run(settings_of(config), told).items():
        foreign = f", {rebuilt.foreign} that are none" if rebuilt.foreign else ""
        terminal.say(
            f"{topic}: {rebuilt.read} records read, {rebuilt.written} were not in Redis{foreign}"
        )


def heartbeat(
    topics: Annotated[
        list[str],
        typer.Argument(
            metavar="TOPIC", help="Source topics, such as crm.edits.", show_default=False
        ),
    ],
    config: Config = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Up to when everything has been sent, such as 2026-03-22T20:00:00+08:00. Now by"
            " default: only right behind the last event.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Who says so; by default the first of the topic's `sources` in the settings.",
        ),
    ] = None,
) -> None:
    """Say that everything which happened so far has been sent: one heartbeat to each partition of
    each TOPIC. From the first one on these topics no longer move with the clock."""
    from time import time_ns

    from contract.decoding.decode import FUTURE
    from contract.kinds import SOURCE_TOPICS
    from contract.times import rfc3339
    from offbook.cli.heartbeat import beat

    for topic in topics:
        if topic not in SOURCE_TOPICS:
            fail(
                f"there is no source topic {topic}{nearest_to(topic, list(SOURCE_TOPICS))}",
                UNUSABLE,
            )
    now = time_ns() // 1000
    at = now if time is None else time_of(time, "--time")
    if at > now + FUTURE:
        fail("--time: lies ahead of the clock", UNUSABLE)
    for topic, count in beat(settings_of(config), list(dict.fromkeys(topics)), at, source).items():
        partitions = f"{count} partition{'' if count == 1 else 's'}"
        print(f"{topic}: complete up to {rfc3339(at)}, said on {partitions}")


def _roles(wanted: list[str] | None) -> tuple[Any, ...]:
    from typing import get_args

    from streams.wire.kafka import Role

    known = get_args(Role)
    for role in wanted or ():
        if role not in known:
            fail(f"there is no role {role}: {', '.join(known)}", UNUSABLE)
    return tuple(role for role in known if not wanted or role in wanted)
