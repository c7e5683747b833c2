"""The command `offbook`. Modules are imported where they are needed: `--help` is quick."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, NoReturn

import typer

from offbook import __version__
from offbook.cli.commands import (
    alerts,
    allowing,
    connecting,
    dead_letters,
    desk,
    detectors,
    events,
    quality,
    robots,
    service,
    standing,
    working,
)
from offbook.cli.commands.options import UNUSABLE, WRONG
from streams.service import last_resort

app = typer.Typer(
    name="offbook",
    help="Watches a sales company's event streams for off-the-books deals, snatched customers and"
    " fabricated sales.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would show employees and customers.
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
topics_app = typer.Typer(help="The topics on Kafka.", no_args_is_help=True, rich_markup_mode=None)
alerts_app = typer.Typer(
    help="The alerts as they stand, to work with.", no_args_is_help=True, rich_markup_mode=None
)
letters_app = typer.Typer(
    help="The dead letters: what was set aside, and what is done about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
detectors_app = typer.Typer(
    cls=detectors.ByDefaultTheList,
    help="The detectors with their parameters; `check` for those of your own.",
    rich_markup_mode=None,
)

connect_app = typer.Typer(
    help="From your own systems to events, by a page of TOML.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

for command in (
    service.demo,
    service.worker,
    desk.desk,
    service.status,
    service.rebuild,
    service.heartbeat,
    events.produce,
    events.validate,
    alerts.replay,
    alerts.explain,
    events.simulate,
    quality.score,
    quality.tune,
    standing.export,
    allowing.allow,
    allowing.allowances,
    allowing.disallow,
    robots.robots,
    connecting.doctor,
):
    app.command()(command)
topics_app.command("create")(service.topics_create)
app.add_typer(topics_app, name="topics")
alerts_app.command("list")(standing.listed)
for step in (
    standing.show,
    working.ack,
    working.assign,
    working.note,
    working.propose,
    working.close,
    working.reopen,
    standing.watch,
    standing.person,
    standing.stats,
    working.token,
):
    alerts_app.command()(step)
app.add_typer(alerts_app, name="alerts")
letters_app.command("list")(dead_letters.listed)
for about_letters in (dead_letters.show, dead_letters.replay, dead_letters.drop):
    letters_app.command()(about_letters)
app.add_typer(letters_app, name="dlq")
detectors_app.command("list")(detectors.listed)
detectors_app.command()(detectors.check)
app.add_typer(detectors_app, name="detectors")
connect_app.command("list")(connecting.presets)
connect_app.command("init")(connecting.init)
connect_app.command("try")(connecting.attempt)
connect_app.command("test")(connecting.cases)
connect_app.command()(connecting.company)
connect_app.command()(connecting.run)
connect_app.command()(connecting.retry)
app.add_typer(connect_app, name="connect")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"offbook {__version__}")
        raise typer.Exit


@app.callback()
def _offbook(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run the command of `sys.argv`; foreseen errors are one line each and an exit status."""
    last_resort.install()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese shows escapes; it is no reason to fail.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    signal.signal(signal.SIGTERM, _unwind)
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = _unread()
    except SystemExit as stop:
        # Typer's answer to a broken pipe, which would look like ours to bad input.
        status = _unread() if isinstance(stop.__context__, BrokenPipeError) else stop.code
    except typer.Abort:
        status = 130
    except Exception as error:  # noqa: BLE001 - raised again if it is none we foresaw
        status = _foreseen(error)
    sys.exit(status if isinstance(status, int) else 0)


def _unwind(number: int, _: object) -> None:
    """Let SIGTERM end a command like Ctrl-C, so that no child process and no half-written file is
    left behind. The worker handles the signal itself."""
    raise SystemExit(128 + number)


def _unread() -> int:
    """The reader of our output has gone, as `| head` does: end like a process that SIGPIPE ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
    return 128 + signal.SIGPIPE


def _foreseen(error: Exception) -> int:
    """Print a foreseen error in one line. All errors of ours carry `retryable`, which says that
    they are written for people. Any other error is a fault in the program, for which we need to
    know where it was raised."""
    from contract.spelling.shown import shown_lines

    show = getattr(error, "show", None)
    if callable(show) and hasattr(error, "exit_code"):
        # Typer's own: it quotes what was typed.
        text = shown_lines(error.format_message().expandtabs(4))  # type: ignore[attr-defined]
        error.format_message = lambda: text  # type: ignore[attr-defined]
        show()
        return int(error.exit_code)
    if not hasattr(error, "retryable"):
        last_resort.tell(error)
        return WRONG
    from connectors.mapping.wrong import PageError
    from offbook.cli.files.ndjson import InputError
    from streams.settings.settings import SettingsError

    for line in shown_lines(str(error)).split("\n"):
        print(f"offbook: {line}", file=sys.stderr)
    return UNUSABLE if isinstance(error, InputError | PageError | SettingsError) else WRONG
