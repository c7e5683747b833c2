"""Commands that measure how well the detectors see: `score`, `tune`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offbook.cli.commands.jobs import Jobs
from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Files,
    Lang,
    drawable,
    fail,
    known_of,
    settings_of,
    write,
)


def score(
    alerts: Annotated[
        str,
        typer.Argument(
            metavar="ALERTS",
            help="What `offbook replay` writes; plain or gzip, `-` is standard input.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        str,
        typer.Argument(
            metavar="LABELS",
            help="What really happened: the JSON document of docs/scoring.md.",
            show_default=False,
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="For machines, with intervals.")] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Draw it there, with intervals, as SVG."),
    ] = None,
    config: Config = None,
    lang: Lang = "en",
) -> None:
    """How well the detectors see: recall, precision, delay and false alerts, by detector and in
    all. Lines that are no alerts are named and passed over; then the exit status is 1.

    Of --config it takes which detectors are on trial: replayed alerts do not say so."""
    from offbook.cli import terminal
    from offbook.cli.quality.score_table import show_score
    from offbook.cli.quality.scoring import read_and_score
    from scoring.picture import Row, draw
    from scoring.score import score as figures
    from scoring.words import WORDS
    from streams.settings.loading import configured_detectors

    drawable(picture)
    settings = settings_of(config)
    known = known_of(settings)
    ids = list(known.by_id)
    trials = [it.id for it in configured_detectors(settings, known) if it.shadow]
    with terminal.progress("scoring", [alerts]) as advance:
        done = read_and_score(alerts, labels, terminal.say, advance, on_trial=trials, known_ids=ids)
    found = figures(done.outcomes, ids)
    if json:
        print(
            terminal.as_json(
                {"company": done.labels.company, "score": found, "outcomes": done.outcomes}
            )
        )
    else:
        show_score(found, done.labels, lang)
    if picture is not None:
        rows = [Row(row.detector, row.recall, row.alerts.rate) for row in found.detectors]
        rows += [
            Row(f"{row.detector} ({WORDS[lang].trial})", row.recall, row.alerts.rate)
            for row in found.trials
        ]
        write(picture, draw(rows, lang))
    terminal.say(f"{done.revisions} alert revisions, {done.bad} bad lines")
    for line in done.strange:
        terminal.say(line)
    if done.bad or done.strange:
        raise typer.Exit(WRONG)


def tune(
    detector: Annotated[str, typer.Argument(metavar="DETECTOR", show_default=False)],
    param: Annotated[str, typer.Argument(metavar="PARAM", show_default=False)],
    files: Files,
    values: Annotated[
        str,
        typer.Option(
            metavar="V,V,…",
            help="What to try beside the value in force, as the settings file has it.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="LABELS", help="What really happened, for recall and precision: docs/scoring.md"
        ),
    ] = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="For machines, with intervals.")] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Draw recall and precision there; with --labels."),
    ] = None,
    lang: Lang = "en",
    jobs: Jobs = None,
) -> None:
    """Replay the events by each value of a detector's parameter, with that detector alone, and show
    what each value finds. The events are read once."""
    import time

    from offbook.cli import terminal
    from offbook.cli.quality.score_table import show_trials
    from offbook.cli.quality.scoring import read_labels
    from offbook.cli.quality.tune import tune as run
    from scoring.picture import Row, draw

    drawable(picture)
    if picture is not None and labels is None:
        fail("--picture: shows recall and precision: give --labels too", UNUSABLE)
    cases = read_labels(labels) if labels is not None else None
    settings = settings_of(config)
    refused = known_of(settings).refused
    done = run(
        *(detector, param, values, files, settings, cases, terminal.say, terminal.bar),
        wall=time.time_ns() // 1000,
        jobs=jobs,
    )
    if json:
        print(terminal.as_json(done))
    else:
        show_trials(done, lang)
    if picture is not None:
        rows = [
            Row(f"{param} = {trial.value}", trial.score.recall, trial.score.alerts.rate)
            for trial in done.trials
            if trial.score is not None
        ]
        write(picture, draw(rows, lang, about=detector))
    for line in done.failures:
        terminal.say(line)
    if done.failures or refused:
        raise typer.Exit(WRONG)
