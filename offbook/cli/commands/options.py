"""What several commands share: options, and how a value is read or refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from datetime import date

    from streams.settings.own_detectors import Known
    from streams.settings.settings import Settings

#: Exit statuses: the work found or met something wrong; what was asked for cannot be done.
WRONG, UNUSABLE = 1, 2

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="CloudEvents as NDJSON, one document a line; plain or gzip, `-` is standard input.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="OFFBOOK_CONFIG",
        help="Settings in TOML. OFFBOOK_* environment variables go over it.",
        show_default=False,
        show_envvar=True,
    ),
]
AlertId = Annotated[
    str, typer.Argument(metavar="ALERT_ID", help="The whole id.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Lang = Annotated[Literal["en", "zh"], typer.Option(help="The language of what people read.")]


def fail(line: str, status: int) -> NoReturn:
    """Print in one line what is wrong, and end with `status`."""
    from contract.spelling.shown import shown

    print(f"offbook: {shown(line)}", file=sys.stderr)
    raise typer.Exit(status)


def settings_of(config: Path | None) -> Settings:
    """The settings of the file, with the environment over it."""
    from streams.settings.loading import load

    return load(config, os.environ)


def who_sees_letters(settings: Settings) -> str:
    """Who it is. Letters name people, which a viewer does not see."""
    from desk.acting import DeniedError
    from desk.rights import sees_names
    from offbook.cli.alerts.session import reader_of

    reader = reader_of(settings, os.environ)
    if not sees_names(reader):
        raise DeniedError("dead letters name people, whom a viewer does not see")
    return reader.name


def known_of(settings: Settings) -> Known:
    """All detectors there are under the settings. Those refused are told of: what they would find
    is not found, and that must not look like nothing found."""
    from offbook.cli import terminal
    from streams.settings.own_detectors import known_detectors

    known = known_detectors(settings.detectors_path)
    for id_, problem in known.refused.items():
        terminal.say(f"REFUSED: detector {id_}: {problem}")
    return known


def drawable(picture: Path | None) -> None:
    """Refuse a picture in a format that we cannot draw."""
    if picture is not None and picture.suffix.lower() != ".svg":
        fail(f"--picture: {picture}: only SVG can be drawn: name it {picture.stem}.svg", UNUSABLE)


def write(path: Path, text: str) -> None:
    """Write a file that was asked for, or say why that is not possible."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{path}: cannot be written: {error.strerror}", UNUSABLE)


def time_of(text: str, option: str) -> int:
    """Microseconds of an RFC 3339 time that `option` was given."""
    from contract.times import parse_rfc3339
    from offbook.cli.files.written_times import time_fault

    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        fail(f"{option}: {time_fault(text)}", UNUSABLE)


def day_of(text: str, option: str) -> date:
    """The day that `option` was given."""
    from datetime import date

    from offbook.cli.files.written_times import day_fault

    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{option}: {day_fault(text)}", UNUSABLE)


def nearest_to(name: str, known: list[str]) -> str:
    """`; did you mean …?` if one of `known` is like `name`."""
    from contract.spelling.nearest import nearest

    return nearest(name, known)
