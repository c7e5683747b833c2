"""Commands that show alerts as they stand: `offbook alerts list`, `show`, `watch`, and `export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from offbook.cli.commands.options import (
    WRONG,
    AlertId,
    Config,
    Json,
    Lang,
    fail,
    known_of,
    settings_of,
    time_of,
)

OfSeverity = Annotated[
    Literal["critical", "warning", "info"] | None, typer.Option(help="Only these.")
]


def listed(
    severity: OfSeverity = None,
    detector: Annotated[str | None, typer.Option(metavar="ID", help="Only its alerts.")] = None,
    state: Annotated[
        Literal["new", "acknowledged", "closed"] | None,
        typer.Option(help="Only these; without, all that is not closed."),
    ] = None,
    employee: Annotated[str | None, typer.Option(metavar="ID", help="Only on them.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Only on them.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what was detected since (RFC 3339).")
    ] = None,
    shelf: Annotated[
        Literal["open", "shadow", "suppressed"],
        typer.Option(help="`shadow`: of detectors on trial; `suppressed`: covered by allowances."),
    ] = "open",
    most: Annotated[int, typer.Option("--most", metavar="N", help="At most so many.")] = 100,
    lang: Lang = "en",
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet: UTF-8.")] = False,
    config: Config = None,
) -> None:
    """The alerts that somebody has work with, as cases: the worst first, what is one deal
    together."""
    from desk.stored import Wanted, grouped
    from desk.stored import listed as find
    from offbook.cli.alerts.pages import Pages, for_machines
    from offbook.cli.alerts.session import run
    from offbook.cli.alerts.spreadsheet import as_csv
    from offbook.cli.terminal import as_json

    settings = settings_of(config)
    wanted = Wanted(
        shelf=shelf,
        severity=severity,
        detector=detector,
        state=state,
        employee=employee,
        customer=customer,
        since=None if since is None else time_of(since, "--since"),
    )
    found = run(settings, lambda session: find(session.reading, wanted))
    if not json and not csv:
        Pages(lang, settings.timezone).listed(found, most)
        return
    cases = {
        it.alert_id: case.case_id
        for case in grouped(it.alert for it in found)
        for it in case.alerts
    }
    if csv:
        sys.stdout.buffer.write(as_csv(found[:most], cases, lang).encode())
    else:
        print(as_json([for_machines(it, cases[it.alert.alert_id]) for it in found[:most]]))


def show(alert_id: AlertId, lang: Lang = "en", json: Json = False, config: Config = None) -> None:
    """One alert: why there is one, how it is worked, and what else is the same deal."""
    from cases.grouping import case_with
    from desk.stored import Standing, Wanted, grouped, one
    from desk.stored import listed as find
    from offbook.cli.alerts.pages import Pages, for_machines
    from offbook.cli.alerts.session import Session, run
    from offbook.cli.commands.alerts import explain
    from offbook.cli.terminal import as_json

    async def ask(session: Session) -> tuple[Standing | None, list[Standing]]:
        return await one(session.reading, alert_id), await find(session.reading, Wanted())

    settings = settings_of(config)
    found, open_ones = run(settings, ask)
    if found is None:
        fail(f"there is no alert {alert_id}; `offbook alerts list` has those that are open", WRONG)
    by_id = {it.alert.alert_id: it for it in open_ones} | {alert_id: found}
    case = case_with(alert_id, grouped(it.alert for it in by_id.values()))
    assert case is not None, "every alert is of a case"
    if json:
        print(as_json(for_machines(found, case.case_id)))
        return
    explain(alert_id, file=None, lang=lang, config=config, json=False)
    others = [by_id[it.alert_id] for it in case.alerts if it.alert_id != alert_id]
    Pages(lang, settings.timezone).handling(found, others)


def watch(
    severity: Annotated[
        Literal["critical", "warning", "info"], typer.Option(help="These and worse.")
    ] = "warning",
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Print what is raised, gets worse or is withdrawn, and what is done about it, as it
    happens."""
    from offbook.cli.alerts.pages import Pages
    from offbook.cli.alerts.session import run
    from offbook.cli.alerts.watching import watch as follow

    settings = settings_of(config)
    pages = Pages(lang, settings.timezone)
    run(settings, lambda session: follow(session, pages, severity, lang))


def export(
    alert_id: AlertId,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where; by default a folder named after the case, here.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Write the case of an alert as a folder that can be read without Offbook: pages in both
    languages, the evidence as it stood on Kafka, rules and numbers, actions, and checksums."""
    import time

    from contract.times import SECOND, rfc3339
    from offbook import __version__
    from offbook.cli.alerts.session import Session, run
    from offbook.cli.export.case_folder import write_case
    from offbook.cli.export.exported import About, Exported
    from offbook.cli.export.gather import gather
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    known = known_of(settings)
    enabled = {it.id: it for it in configured_detectors(settings, known)}

    async def ask(session: Session) -> tuple[str, str, list[Exported]]:
        return (session.reader.name, *await gather(session, alert_id, known, enabled))

    name, case_id, alerts = run(settings, ask)
    now = time.time_ns() // 1000 // SECOND * SECOND
    about = About(case_id=case_id, by=name, at=rfc3339(now), version=__version__)
    folder = to or Path(f"case-{case_id}")
    files = write_case(folder, about, alerts)
    gone = sum(not it.is_there for alert in alerts for it in alert.records)
    print(f"{folder}: {len(files)} files, {len(alerts)} alerts of case {case_id}")
    if gone:
        print(f"{gone} records of the evidence are no longer on Kafka; the page says which")


def person(
    employee: Annotated[
        str, typer.Argument(metavar="EMPLOYEE", help="Their id.", show_default=False)
    ],
    lang: Lang = "en",
    json: Json = False,
    config: Config = None,
) -> None:
    """Everything of the last 30 days about an employee, in order: events that alerts rest on, the
    alerts, what was done about them."""
    from cases.timeline import Moment
    from offbook.cli.alerts.pages import Pages
    from offbook.cli.alerts.person import known_of_person
    from offbook.cli.alerts.session import Session, run
    from offbook.cli.terminal import as_json

    settings = settings_of(config)

    async def ask(session: Session) -> tuple[Moment, ...]:
        return await known_of_person(session, employee)

    moments = run(settings, ask)
    if json:
        print(as_json(moments))
    else:
        Pages(lang, settings.timezone).person(moments)


def stats(
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what was detected since (RFC 3339).")
    ] = None,
    lang: Lang = "en",
    json: Json = False,
    config: Config = None,
) -> None:
    """How the alerts of each detector were worked: raised, open, closed as what, precision with its
    95 % interval, how long it took; and whether to keep, tune or retire it."""
    from cases.stats import stats_of
    from desk.rows import row_of
    from desk.stored import Standing, Wanted
    from desk.stored import listed as find
    from offbook.cli.alerts.session import Session, run
    from offbook.cli.alerts.stats_table import table
    from offbook.cli.terminal import as_json

    settings = settings_of(config)
    start = None if since is None else time_of(since, "--since")

    async def ask(session: Session) -> list[Standing]:
        opened = await find(session.reading, Wanted(since=start))
        return opened + await find(session.reading, Wanted(shelf="closed", since=start))

    found = run(settings, ask)
    figures = stats_of(row_of(it.alert, it.handling).worked for it in found)
    if json:
        print(as_json(figures))
        return
    for line in table(figures, lang):
        print(line)
