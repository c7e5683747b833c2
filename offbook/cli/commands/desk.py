"""The command that serves alerts to people and their tools: `desk`."""

from __future__ import annotations

import typer

from offbook.cli.commands.options import Config, settings_of


def desk(config: Config = None) -> None:
    """Serve what stands of alerts over HTTP, and take what people do about them, until SIGTERM.
    Needs `readers_file`."""
    from desk.service import main

    raise typer.Exit(main(settings_of(config)))
