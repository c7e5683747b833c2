"""What people see: progress and alerts, coloured on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import orjson

from contract.alert import Alert
from contract.spelling.shown import shown, shown_json
from contract.times import moment, parse_rfc3339

if TYPE_CHECKING:
    from rich.console import Console

    from offbook.cli.files.ndjson import Advance

_COLOURS = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def colour(alert: Alert) -> str:
    """The style in which an alert is shown: by severity, green once it is withdrawn."""
    return _COLOURS[alert.severity] if alert.state == "firing" else "green"


def say(line: str) -> None:
    """Print one line on standard error, so that standard output has only what was asked for."""
    print(shown(line), file=sys.stderr)


def as_json(it: Any) -> str:
    """`it` for machines, a line for each field; characters that control a terminal are escaped."""
    text = orjson.dumps(msgspec.to_builtins(it), option=orjson.OPT_INDENT_2)
    return shown_json(text.decode())


@contextmanager
def progress(what: str, files: Sequence[str]) -> Iterator[Advance | None]:
    """A bar over the bytes of `files` on a terminal; nothing, and None, elsewhere."""
    sizes = [Path(name).stat().st_size if Path(name).is_file() else 0 for name in files]
    with bar(what, sum(sizes) if all(sizes) else None) as advance:
        yield advance


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Advance | None]:
    """A bar up to `total`, if that is known, on a terminal; nothing, and None, elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.advance(task, count)


class AlertPrinter:
    """Prints alerts to standard output as people read them.

    The first revision of an alert is printed in full; later ones in one line, if state, severity or
    score changed, otherwise not at all.
    """

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._known: dict[str, Alert] = {}
        self._console: Console | None = None
        if sys.stdout.isatty():
            from rich.console import Console

            self._console = Console(highlight=False)

    @property
    def known(self) -> dict[str, Alert]:
        """The newest revision of each alert, by id."""
        return self._known

    def show(self, alert: Alert, seconds: float | None = None) -> None:
        """Print one revision. `seconds` is the time from the event that caused it to the alert, if
        known."""
        before = self._known.get(alert.alert_id)
        self._known[alert.alert_id] = alert
        if before is None:
            self._print(self._whole(alert, seconds), alert)
        elif (before.state, before.severity, before.score) != (
            alert.state,
            alert.severity,
            alert.score,
        ):
            self._print([self._change(before, alert)], alert)

    def line(self, text: str = "", style: str = "") -> None:
        """Print a line between the alerts."""
        text = shown(text)
        if self._console is None:
            print(text, flush=True)
        else:
            self._console.print(text, style=style or None, markup=False)

    @property
    def console(self) -> Console | None:
        """The terminal; None in a pipe."""
        return self._console

    def _whole(self, alert: Alert, seconds: float | None) -> list[str]:
        about = [
            f"{name} {value}"
            for name, value in (
                ("employee", alert.employee),
                ("customer", alert.customer),
                ("order", alert.order),
                ("account", alert.account),
                ("held by", alert.account_holder),
            )
            if value is not None
        ]
        count = len(alert.evidence)
        facts = [
            f"evidence {count} event{'' if count == 1 else 's'}, {self._period(alert)}",
            f"runbook docs/runbooks/{alert.detector}.md",
        ]
        if seconds is not None:
            facts.append(f"{seconds:.1f} s after its last event was produced")
        return [
            f"{alert.severity.upper()} {alert.score}  {alert.title.en} · {alert.title.zh}"
            f"  [{alert.detector}]" + ("" if alert.state == "firing" else f"  {alert.state}"),
            f"    {alert.summary.en}",
            f"    {alert.summary.zh}",
            f"    {', '.join(about)}" if about else "    nobody known yet",
            f"    {' · '.join(facts)}",
        ]

    def _change(self, before: Alert, alert: Alert) -> str:
        what = []
        if alert.state != before.state:
            what.append(f"{alert.state}: {alert.summary.en} {alert.summary.zh}")
        if alert.severity != before.severity:
            what.append(f"now {alert.severity}")
        if alert.score != before.score:
            what.append(f"score {before.score} → {alert.score}")
        whom = alert.employee or alert.customer or alert.order or alert.account or "?"
        return f"  ↳ revision {alert.revision} of {alert.detector} ({whom}): {'; '.join(what)}"

    def _period(self, alert: Alert) -> str:
        first, last = (
            moment(parse_rfc3339(text)).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
            for text in (alert.first_event_at, alert.last_event_at)
        )
        return first if first == last else f"{first} to {last}"

    def _print(self, lines: Sequence[str], alert: Alert) -> None:
        lines = [shown(line) for line in lines]
        if self._console is None:
            for line in lines:
                print(line)
            print(flush=True)
            return
        from rich.text import Text

        bar = colour(alert)
        for number, line in enumerate(lines):
            style = bar if number == 0 else "dim" if number >= 3 else ""
            text = Text(line.removeprefix("    "), style=style)
            # Wrapped here, that what is wrapped has the mark too.
            for part in text.wrap(self._console, self._console.width - 2):
                self._console.print(Text("▌ ", style=bar) + part, soft_wrap=True)
        self._console.print()
