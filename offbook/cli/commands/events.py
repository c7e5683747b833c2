"""Commands that make, check or send events: `produce`, `validate`, `simulate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Files,
    day_of,
    fail,
    settings_of,
    time_of,
)


def produce(
    files: Files,
    config: Config = None,
    rebase: Annotated[
        str | None,
        typer.Option(
            metavar="now|TIME",
            help="Move every time alike so that the newest event falls on TIME (RFC 3339).",
        ),
    ] = None,
    rate: Annotated[
        float | None, typer.Option(metavar="N", help="At most so many events a second.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print the documents as they would be sent, for `offbook replay -` to compare.",
        ),
    ] = False,
) -> None:
    """Produce CloudEvents to their topics, reference documents first. Bad lines are named and not
    sent; then the exit status is 1."""
    from contextlib import ExitStack

    from contract.kinds import SOURCE_TOPICS
    from offbook.cli import terminal
    from offbook.cli.files.produce import (
        Destination,
        PrintDestination,
        age_warning,
        kafka_destination,
    )
    from offbook.cli.files.produce import produce as send

    if rate is not None and rate <= 0:
        fail("--rate: must be more than 0", UNUSABLE)
    target: int | Literal["now"] | None = None
    if rebase is not None:
        target = "now" if rebase == "now" else time_of(rebase, "--rebase")
    settings = settings_of(config)
    with ExitStack() as stack:
        destination: Destination
        if dry_run:
            destination = PrintDestination(sys.stdout.buffer)
        else:
            destination = stack.enter_context(kafka_destination(settings, SOURCE_TOPICS))
        advance = stack.enter_context(terminal.progress("producing", files))
        done = send(
            files, settings, destination, terminal.say, rebase=target, rate=rate, advance=advance
        )
    terminal.say(done.summary())
    if done.misplaced:
        terminal.say(
            f"{done.misplaced} events lie on another side of a date in the data than before, for"
            " dates move by whole days: choose a TIME at the newest event's time of day"
        )
    if not dry_run and (warning := age_warning(done, settings)):
        terminal.say(warning)
    if done.bad:
        raise typer.Exit(WRONG)


def validate(files: Files, config: Config = None) -> None:
    """Say, line by line, what is wrong: `file:line: field: reason; mend`. Exit status 1 if
    anything is. What is read otherwise than it was sent is summed up on standard error.

    Of --config it takes phone_region, where phones without a country code are at home."""
    from offbook.cli import terminal
    from offbook.cli.files.validate import validate as check

    region = settings_of(config).phone_region
    with terminal.progress("validating", files) as advance:
        found = check(files, print, advance, region=region)
    for line in found.summary():
        terminal.say(line)
    if found.bad or found.conflicts:
        raise typer.Exit(WRONG)


def simulate(
    days: Annotated[int, typer.Option(metavar="N", help="How many days.")] = 90,
    reps: Annotated[int, typer.Option(metavar="N", help="How many people sell.")] = 200,
    customers: Annotated[int, typer.Option(metavar="N", help="To how many customers.")] = 5000,
    fraud_rate: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            help="Frauds begun in 30 days, as a share of the reps. 0.02 is a company; the default"
            " has every kind of fraud about three times, easy and disguised.",
        ),
    ] = 0.4,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Another company; the same one for the same number.")
    ] = 1,
    start: Annotated[
        str, typer.Option(metavar="DAY", help="The first day. Chinese holidays are kept.")
    ] = "2026-01-05",
    labels: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where to write which events were fraud, as JSON."),
    ] = Path("labels.json"),
) -> None:
    """Write the events of a company that does not exist to standard output, in the order of
    arrival, reference documents first, and to a second file which of them were fraud."""
    from offbook.cli import terminal
    from offbook.cli.quality.simulate import LabelsError
    from offbook.cli.quality.simulate import simulate as run
    from simulation.plan import Plan, PlanError

    try:
        plan = Plan(days, reps, customers, fraud_rate, seed, day_of(start, "--start"))
    except PlanError as error:
        fail(str(error), UNUSABLE)
    try:
        with terminal.bar("simulating", days) as advance:
            summary = run(plan, sys.stdout.buffer, labels, advance)
    except LabelsError as error:
        fail(str(error), UNUSABLE)
    for line in summary:
        terminal.say(line)
