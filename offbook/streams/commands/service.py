"""Commands that run the service, or show it: `demo`, `worker`, `topics create`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from offbook.streams.commands.options import UNUSABLE, WRONG, Config, fail, settings_of


def demo(
    rate: Annotated[
        float,
        typer.Option(
            "--rate", "--speed", min=1.0, metavar="N", help="How many events a second are played."
        ),
    ] = 25.0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up at the end, until Ctrl-C, to look around.")
    ] = False,
) -> None:
    """Everything on this machine, nothing installed beforehand: a story with frauds in it is
    played into Kafka, and the alerts are shown as they land in Redis."""
    from offbook.streams.demo import run

    raise typer.Exit(run(rate=rate, keep=keep))


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
    from offbook.streams.reload import ConfigFile
    from offbook.streams.worker import main as run

    file = None if config is None else ConfigFile(config, os.environ, from_file)
    raise typer.Exit(run(settings, roles, file))


def topics_create(config: Config = None) -> None:
    """Create every topic with its partitions and cleanup policy. What is there stays as it is."""
    from offbook.events.shown import shown
    from offbook.streams.topics import create_topics

    reports = create_topics(settings_of(config))
    for report in reports:
        topic = report.topic
        what = f"{topic.partitions} partitions, {topic.cleanup}"
        print(f"{report.standing:13}  {topic.name:30}  {shown(report.why or what)}")
    unusable = [report.topic.name for report in reports if not report.usable]
    if unusable:
        fail(f"cannot work with {', '.join(unusable)} as they are", WRONG)


def _roles(wanted: list[str] | None) -> tuple[Any, ...]:
    from typing import get_args

    from offbook.streams.kafka import Role

    known = get_args(Role)
    for role in wanted or ():
        if role not in known:
            fail(f"there is no role {role}: {', '.join(known)}", UNUSABLE)
    return tuple(role for role in known if not wanted or role in wanted)
