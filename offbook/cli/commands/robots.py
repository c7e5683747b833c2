"""The command that brings alerts into group chats: `robots`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def robots(
    config: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="The robots, in TOML; see docs/robots.md.", show_default=False
        ),
    ],
) -> None:
    """Take Alertmanager's notifications and post them to group robots of DingTalk, Feishu, Lark and
    WeCom, until SIGTERM."""
    import asyncio
    from functools import partial

    from contract.times import SECOND
    from robots.loading import load
    from robots.service import run_robots
    from robots.settings import RobotSettingsError
    from streams.service import logs
    from streams.service.http_guard import PATIENCE, Guard
    from streams.settings.settings import SettingsError

    try:
        settings = load(config)
    except RobotSettingsError as error:
        raise SettingsError(*error.problems) from None
    logs.configure(settings.receiver.log_format)
    # An answer takes as long as a delivery may; Alertmanager opens a connection for each.
    patience = settings.receiver.deadline / SECOND + PATIENCE
    asyncio.run(run_robots(settings, partial(Guard, patience=patience, most=256)))
