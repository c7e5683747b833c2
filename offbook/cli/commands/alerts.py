"""Commands that find alerts and say why: `replay`, `explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from offbook.cli.commands.jobs import Jobs
from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Files,
    Lang,
    fail,
    known_of,
    nearest_to,
    settings_of,
    time_of,
)

if TYPE_CHECKING:
    from detectors.language.detector import Detector
    from streams.settings.own_detectors import Known


def replay(
    files: Files,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Where stream time ends (RFC 3339); by default the newest event."
        ),
    ] = None,
    detector: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this detector; may be repeated.", show_default=False),
    ] = None,
    allowances: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What was allowed while the service ran: `offbook allowances --all --json`.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    jobs: Jobs = None,
) -> None:
    """Run the detectors over files, without Kafka, in the order of event time. Each alert revision
    is a line of JSON on standard output; the summary goes to standard error."""
    import time

    import msgspec

    from contract.alert import Alert
    from contract.spelling.shown import shown_json
    from offbook.cli import terminal
    from offbook.cli.commands.allowing import agreements_of
    from offbook.cli.files.replay import replay as run
    from streams.settings.loading import configured_detectors

    end = time_of(until, "--until") if until is not None else None
    settings = settings_of(config)
    known = known_of(settings)
    detectors = configured_detectors(settings, known)
    if detector:
        detectors = _chosen(detectors, detector, known)
    encode, out = msgspec.json.Encoder().encode, sys.stdout.buffer

    def emit(alert: Alert) -> None:
        line = encode(alert)
        out.write(line if line.isascii() else shown_json(line.decode()).encode())
        out.write(b"\n")

    done = run(
        *(files, settings, detectors, emit, terminal.say),
        agreements=agreements_of(allowances),
        until=end,
        wall=time.time_ns() // 1000,
        progress=terminal.bar,
        jobs=jobs,
    )
    out.flush()
    for line in done.summary():
        terminal.say(line)
    if done.failures or known.refused:
        raise typer.Exit(WRONG)


def explain(
    alert_id: Annotated[
        str, typer.Argument(metavar="ALERT_ID", help="The whole id.", show_default=False)
    ],
    file: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Look in a replay's output, plain or gzip, `-` is standard input; by default in"
            " Redis.",
            show_default=False,
        ),
    ] = None,
    lang: Lang = "en",
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say why there is an alert: what happened when, by which rule, how far beyond its thresholds,
    and what to do."""
    from desk.explain.explanation import explain as lay_out
    from desk.explain.runbooks import in_ten_seconds
    from offbook.cli import terminal
    from offbook.cli.explain.alert_lookup import in_file, in_redis
    from offbook.cli.explain.explanation_text import show
    from offbook.cli.terminal import as_json
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    known = known_of(settings)
    enabled = {detector.id: detector for detector in configured_detectors(settings, known)}
    if file is None:
        alert = in_redis(alert_id, settings)
    else:
        alert = in_file(alert_id, file, terminal.say, known.by_id.keys())
    detector = enabled.get(alert.detector, known.by_id.get(alert.detector))
    explanation = lay_out(
        alert,
        detector,
        enabled=alert.detector in enabled,
        timezone=settings.timezone,
        meaning=in_ten_seconds(detector),
        topic_prefix=settings.topic_prefix,
    )
    if json:
        print(as_json(explanation))
    else:
        show(explanation, lang)


def _chosen(detectors: tuple[Detector, ...], ids: list[str], known: Known) -> tuple[Detector, ...]:
    enabled = {detector.id: detector for detector in detectors}
    for id_ in ids:
        if id_ in known.refused:
            fail(f"--detector: {id_} was refused", UNUSABLE)
        if id_ not in known.by_id:
            near = nearest_to(id_, list(known.by_id))
            fail(f"--detector: there is no detector {id_}{near}", UNUSABLE)
        if id_ not in enabled:
            fail(f"--detector: {id_} is stopped by the settings (enabled = false)", UNUSABLE)
    return tuple(detector for id_, detector in enabled.items() if id_ in ids)
