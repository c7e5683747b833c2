"""Commands that say what is known and agreed on: `offbook allow`, `allowances`, `disallow`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from offbook.cli.commands.options import (
    UNUSABLE,
    Config,
    Lang,
    day_of,
    fail,
    known_of,
    settings_of,
    time_of,
)

if TYPE_CHECKING:
    from contract.allowance import AllowanceRecord
    from desk.allowing import Allowing
    from detectors.language.allowance import Agreements
    from offbook.cli.alerts.session import Session
    from streams.settings.settings import Settings

_T = TypeVar("_T")


def allow(
    reason: Annotated[
        str, typer.Option("--reason", "-m", metavar="TEXT", help="Why.", show_default=False)
    ],
    until: Annotated[
        str,
        typer.Option(
            metavar="DAY",
            help="The last day on which it holds, or a time (RFC 3339); within a year.",
            show_default=False,
        ),
    ],
    alert: Annotated[
        str | None,
        typer.Option(
            metavar="ALERT_ID",
            help="What this alert is about, to its detector; its order only if --order says so.",
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="To this detector; may be repeated.", show_default=False),
    ] = None,
    list_: Annotated[
        str | None,
        typer.Option(
            "--list",
            metavar="NAME",
            help="To the detectors that take this list (`allow_lists` in their settings).",
        ),
    ] = None,
    employee: Annotated[str | None, typer.Option(metavar="ID", help="About them.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="About them.")] = None,
    order: Annotated[str | None, typer.Option(metavar="ID", help="About it.")] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="About it.")] = None,
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Say what is known and agreed on from now on, to an end and for a reason: alerts on it are
    still raised, recorded and counted, and wake nobody. It needs a lead."""
    from desk.acting import existing
    from desk.allowing import Wish
    from offbook.cli.alerts.allowance_pages import AllowancePages

    settings = settings_of(config)
    ends = _end_of(until, settings.timezone)
    ids = {"employee": employee, "customer": customer, "order": order, "account": account}

    async def put(session: Session, allowing: Allowing) -> AllowanceRecord:
        about, to = ids, tuple(detector or ())
        if alert is not None:
            found = (await existing(session.reading, alert)).alert
            about = {it: ids[it] or (None if it == "order" else getattr(found, it)) for it in ids}
            to = to or (() if list_ is not None else (found.detector,))
        wish = Wish(until=ends, reason=reason, detectors=to, list=list_, **about)
        return await allowing.allow(session.reader, wish)

    AllowancePages(lang, settings.timezone).one(_run(settings, put))


def allowances(
    all_: Annotated[
        bool, typer.Option("--all", help="Those that have ended too: what a replay needs.")
    ] = False,
    lang: Lang = "en",
    json: Annotated[
        bool, typer.Option("--json", help="One a line, as `offbook replay --allowances` reads.")
    ] = False,
    config: Config = None,
) -> None:
    """What is allowed, by whom, until when and why."""
    import sys
    import time

    import msgspec

    from desk.acting import DeniedError
    from desk.rights import sees_names
    from offbook.cli.alerts.allowance_pages import AllowancePages

    settings = settings_of(config)

    async def ask(session: Session, allowing: Allowing) -> list[AllowanceRecord]:
        if not sees_names(session.reader):
            raise DeniedError("allowances name people and accounts, which a viewer does not see")
        return await allowing.known()

    now = time.time_ns() // 1000
    found = [it for it in _run(settings, ask) if all_ or it.span[1] >= now]
    if not json:
        AllowancePages(lang, settings.timezone).listed(found)
        return
    for it in found:
        sys.stdout.write(msgspec.json.encode(it).decode() + "\n")


def disallow(
    allowance_id: Annotated[
        str, typer.Argument(metavar="ALLOWANCE_ID", help="The whole id.", show_default=False)
    ],
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """End an allowance now: what happens from now on is told again. It needs a lead."""
    from offbook.cli.alerts.allowance_pages import AllowancePages

    settings = settings_of(config)

    async def end(session: Session, allowing: Allowing) -> AllowanceRecord:
        return await allowing.end(session.reader, allowance_id)

    AllowancePages(lang, settings.timezone).one(_run(settings, end))


def agreements_of(file: Path | None) -> Agreements:
    """The allowances in a file, as `offbook allowances --all --json` writes it."""
    from contract.allowance import AllowanceRecord
    from detectors.language.allowance import Agreements

    agreements = Agreements()
    if file is None:
        return agreements
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        fail(f"--allowances: {file}: cannot be read: {error.strerror}", UNUSABLE)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                agreements.put(AllowanceRecord.decoded(line))
            except ValueError:
                fail(
                    f"--allowances: {file}:{number}: is no allowance; write the file with"
                    " `offbook allowances --all --json`",
                    UNUSABLE,
                )
    return agreements


def _run(settings: Settings, work: Callable[[Session, Allowing], Awaitable[_T]]) -> _T:
    from desk.allowing import Allowing
    from offbook.cli.alerts.session import run
    from streams.settings.loading import configured_detectors

    known = known_of(settings)
    enabled = {it.id: it for it in configured_detectors(settings, known)}

    async def with_the_log(session: Session) -> _T:
        allowing = Allowing(settings, {**known.by_id, **enabled})
        try:
            return await work(session, allowing)
        finally:
            await allowing.close()

    return run(settings, with_the_log)


def _end_of(text: str, timezone: str) -> int:
    """The last microsecond of a day in company time, or a time as it is."""
    from zoneinfo import ZoneInfo

    from contract.times import end_of_day

    if "T" in text.upper():
        return time_of(text, "--until")
    try:
        return end_of_day(day_of(text, "--until"), ZoneInfo(timezone))
    except OverflowError:
        fail("--until: is too far away", UNUSABLE)
