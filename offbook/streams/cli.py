"""The command `offbook`. Modules are imported where they are needed: `--help` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from offbook import __version__

if TYPE_CHECKING:
    from datetime import date

    from offbook.detectors.detector import Detector
    from offbook.streams.settings import Settings

#: Exit statuses: the work found or met something wrong; what was asked for cannot be done.
WRONG, UNUSABLE = 1, 2

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
app.add_typer(topics_app, name="topics")

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
Lang = Annotated[Literal["en", "zh"], typer.Option(help="The language of what people read.")]


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


@app.command()
def demo(
    rate: Annotated[
        float,
        typer.Option(
            "--rate", "--speed", min=1.0, metavar="N", help="How many events a second are played."
        ),
    ] = 25.0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up at the end, until Ctrl-C, to look around.")
    ] = False,
) -> None:
    """Everything on this machine, nothing installed beforehand: a story with frauds in it is
    played into Kafka, and the alerts are shown as they land in Redis."""
    from offbook.streams.demo import run

    raise typer.Exit(run(rate=rate, keep=keep))


@app.command()
def worker(
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE",
            help="router, monitor or delivery; may be repeated. Without it all three.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Where /metrics, /healthz and /readyz are."
        ),
    ] = None,
    metrics_host: Annotated[
        str | None, typer.Option(metavar="HOST", help="Their address; loopback by default.")
    ] = None,
) -> None:
    """The service: reads events from Kafka, writes alerts to Kafka and Redis, until SIGTERM."""
    from msgspec import structs

    roles = _roles(role)
    settings = from_file = _settings(config)
    if metrics_port is not None:
        settings = structs.replace(settings, metrics_port=metrics_port)
    if metrics_host is not None:
        settings = structs.replace(settings, metrics_host=metrics_host)
    from offbook.streams.reload import ConfigFile
    from offbook.streams.worker import main as run

    file = None if config is None else ConfigFile(config, os.environ, from_file)
    raise typer.Exit(run(settings, roles, file))


@topics_app.command("create")
def topics_create(config: Config = None) -> None:
    """Create every topic with its partitions and cleanup policy. What is there stays as it is."""
    from offbook.streams.topics import create_topics

    reports = create_topics(_settings(config))
    for report in reports:
        topic = report.topic
        what = f"{topic.partitions} partitions, {topic.cleanup}"
        print(f"{report.standing:13}  {topic.name:30}  {report.why or what}")
    unusable = [report.topic.name for report in reports if not report.usable]
    if unusable:
        _fail(f"cannot work with {', '.join(unusable)} as they are", WRONG)


@app.command()
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

    from offbook.events.types import SOURCE_TOPICS
    from offbook.streams import terminal
    from offbook.streams.produce import PrintSink, Sink, age_warning, kafka_sink
    from offbook.streams.produce import produce as send

    if rate is not None and rate <= 0:
        _fail("--rate: must be more than 0", UNUSABLE)
    target: int | Literal["now"] | None = None
    if rebase is not None:
        target = "now" if rebase == "now" else _time(rebase, "--rebase")
    settings = _settings(config)
    with ExitStack() as stack:
        sink: Sink
        if dry_run:
            sink = PrintSink(sys.stdout.buffer)
        else:
            sink = stack.enter_context(kafka_sink(settings, SOURCE_TOPICS))
        advance = stack.enter_context(terminal.progress("producing", files))
        done = send(files, settings, sink, terminal.say, rebase=target, rate=rate, advance=advance)
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


@app.command()
def validate(files: Files) -> None:
    """Say, line by line, what is wrong: `file:line: field: reason; mend`. Exit status 1 if
    anything is."""
    from offbook.streams import terminal
    from offbook.streams.validate import validate as check

    with terminal.progress("validating", files) as advance:
        found = check(files, print, advance)
    terminal.say(found.summary())
    if found.bad:
        raise typer.Exit(WRONG)


@app.command()
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
    config: Config = None,
) -> None:
    """Run the detectors over files, without Kafka. Each alert revision is a line of JSON on
    standard output; the summary goes to standard error."""
    import msgspec

    from offbook.events.alert import Alert
    from offbook.streams import terminal
    from offbook.streams.replay import replay as run
    from offbook.streams.settings import configured_detectors

    end = _time(until, "--until") if until is not None else None
    settings = _settings(config)
    detectors = configured_detectors(settings)
    if detector:
        detectors = _chosen(detectors, detector)
    encode, out = msgspec.json.Encoder().encode, sys.stdout.buffer

    def emit(alert: Alert) -> None:
        out.write(encode(alert) + b"\n")

    with terminal.progress("replaying", files) as advance:
        done = run(files, settings, detectors, emit, terminal.say, until=end, advance=advance)
    out.flush()
    for line in done.summary():
        terminal.say(line)
    if done.failures:
        raise typer.Exit(WRONG)


@app.command()
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
    from offbook.simulation.plan import Plan, PlanError
    from offbook.streams import terminal
    from offbook.streams.simulate import LabelsError
    from offbook.streams.simulate import simulate as run

    try:
        plan = Plan(days, reps, customers, fraud_rate, seed, _day(start, "--start"))
    except PlanError as error:
        _fail(str(error), UNUSABLE)
    try:
        with terminal.bar("simulating", days) as advance:
            summary = run(plan, sys.stdout.buffer, labels, advance)
    except LabelsError as error:
        _fail(str(error), UNUSABLE)
    for line in summary:
        terminal.say(line)


@app.command()
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
    lang: Lang = "en",
) -> None:
    """How well the detectors see: recall, precision, delay and false alerts, by detector and in
    all. Lines that are no alerts are named and passed over; then the exit status is 1."""
    from offbook.detectors.catalogue import BY_ID
    from offbook.scoring.picture import Row, draw
    from offbook.scoring.score import score as figures
    from offbook.streams import terminal
    from offbook.streams.score_table import as_json, show_score
    from offbook.streams.scoring import read_and_score

    _drawable(picture)
    with terminal.progress("scoring", [alerts]) as advance:
        done = read_and_score(alerts, labels, terminal.say, advance)
    found = figures(done.outcomes, list(BY_ID))
    if json:
        print(as_json({"company": done.labels.company, "score": found, "outcomes": done.outcomes}))
    else:
        show_score(found, done.labels, lang)
    if picture is not None:
        rows = [Row(row.detector, row.recall, row.alerts.rate) for row in found.detectors]
        _write(picture, draw(rows, lang))
    terminal.say(f"{done.revisions} alert revisions, {done.bad} bad lines")
    for line in done.strange:
        terminal.say(line)
    if done.bad or done.strange:
        raise typer.Exit(WRONG)


@app.command()
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
) -> None:
    """Replay the events once for each value of a detector's parameter, with that detector alone,
    and show what each value finds. Standard input cannot be read more than once: save it first."""
    from functools import partial

    from offbook.scoring.picture import Row, draw
    from offbook.streams import terminal
    from offbook.streams.score_table import as_json, show_trials
    from offbook.streams.scoring import read_labels
    from offbook.streams.tune import tune as run

    _drawable(picture)
    if picture is not None and labels is None:
        _fail("--picture: shows recall and precision: give --labels too", UNUSABLE)
    known = read_labels(labels) if labels is not None else None
    done = run(
        *(detector, param, values, files, _settings(config), known, terminal.say),
        partial(terminal.progress, files=files),
    )
    if json:
        print(as_json(done))
    else:
        show_trials(done, lang)
    if picture is not None:
        rows = [
            Row(f"{param} = {trial.value}", trial.score.recall, trial.score.alerts.rate)
            for trial in done.trials
            if trial.score is not None
        ]
        _write(picture, draw(rows, lang, about=detector))
    for line in done.failures:
        terminal.say(line)
    if done.failures:
        raise typer.Exit(WRONG)


@app.command()
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
    language: Annotated[
        str, typer.Option("--lang", metavar="en|zh", help="English or Chinese.")
    ] = "en",
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say why there is an alert: what happened when, by which rule, how far beyond its thresholds,
    and what to do."""
    import msgspec

    from offbook.detectors.catalogue import BY_ID
    from offbook.streams.alert_lookup import in_file, in_redis
    from offbook.streams.explanation import explain as lay_out
    from offbook.streams.explanation_text import show
    from offbook.streams.runbooks import in_ten_seconds
    from offbook.streams.settings import configured_detectors

    if language not in ("en", "zh"):
        _fail(f"--lang: there is no {language}: en, zh", UNUSABLE)
    settings = _settings(config)
    enabled = {detector.id: detector for detector in configured_detectors(settings)}
    alert = in_redis(alert_id, settings) if file is None else in_file(alert_id, file)
    explanation = lay_out(
        alert,
        enabled.get(alert.detector, BY_ID.get(alert.detector)),
        enabled=alert.detector in enabled,
        timezone=settings.timezone,
        meaning_zh=in_ten_seconds(alert.detector),
        topic_prefix=settings.topic_prefix,
    )
    if json:
        print(msgspec.json.format(msgspec.json.encode(explanation), indent=2).decode())
    else:
        show(explanation, "zh" if language == "zh" else "en")


@app.command()
def detectors(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="All about this one.", show_default=False)
    ] = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """The detectors with their parameters, as the settings have them."""
    import time
    from zoneinfo import ZoneInfo

    import msgspec

    from offbook.detectors.catalogue import BY_ID
    from offbook.streams.detector_sheet import ending, sheet
    from offbook.streams.settings import configured_detectors

    settings = _settings(config)
    zone, now = ZoneInfo(settings.timezone), time.time_ns() // 1000
    enabled = {detector.id: detector for detector in configured_detectors(settings)}
    if id_ is not None and id_ not in BY_ID:
        _fail(f"there is no detector {id_}{_nearest(id_, list(BY_ID))}", UNUSABLE)
    ids = [id_] if id_ is not None else list(BY_ID)
    if json:
        rows = [
            {
                "enabled": name in enabled,
                "mode": "shadow" if found.shadow else "live",
                "allowances": len(found.allowances),
                "ending": msgspec.to_builtins(ending(found, now, zone)),
                **msgspec.to_builtins(sheet(found)),
            }
            for name in ids
            for found in [enabled.get(name, BY_ID[name])]
        ]
        print(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return
    for name in ids:
        found = enabled.get(name, BY_ID[name])
        row = sheet(found)
        standing = "  (shadow: wakes nobody)" if found.shadow else ""
        if name not in enabled:
            standing = "  (stopped by the settings)"
        print(f"{row.id}  {'/'.join(row.severities)}{standing}")
        print(f"    {row.title_en} · {row.title_zh}")
        if id_ is not None:
            print("\n" + "\n".join(f"    {line}".rstrip() for line in row.text.splitlines()) + "\n")
        else:
            print(f"    {row.catches}")
        for param in row.params:
            print(f"    {param.name} = {param.default}  # {param.kind}: {param.meaning}")
        if found.allowances:
            count = len(found.allowances)
            print(f"    {count} allowance{'s' if count > 1 else ''}")
        for end in ending(found, now, zone):
            word = "expired" if end.expired else "expires"
            print(f"    allowance {end.position} {word} {end.until}: {end.reason}")
        if row.needs:
            print(f"    needs {', '.join(row.needs)}: silent without")
        if id_ is not None:
            print(f"    runbook {row.runbook}")
            print(f"    set it in TOML under [detectors.{row.id}]; enabled = false stops it")
        print()


def main() -> NoReturn:
    """Run the command of `sys.argv`; foreseen errors are one line each and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese shows escapes; it is no reason to fail.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # Who read our output has gone, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except typer.Abort:
        status = 130
    except Exception as error:  # noqa: BLE001 - raised again if it is none we foresaw
        status = _foreseen(error)
    sys.exit(status if isinstance(status, int) else 0)


def _foreseen(error: Exception) -> int:
    """Say it in a line. Every error of ours says with `retryable` that it is written for people;
    any other is a fault in the program, and its traceback is needed."""
    show = getattr(error, "show", None)
    if callable(show) and hasattr(error, "exit_code"):
        show()
        return int(error.exit_code)
    if not hasattr(error, "retryable"):
        raise error
    from offbook.streams.ndjson import InputError
    from offbook.streams.settings import SettingsError

    for line in str(error).splitlines():
        print(f"offbook: {line}", file=sys.stderr)
    return UNUSABLE if isinstance(error, InputError | SettingsError) else WRONG


def _fail(line: str, status: int) -> NoReturn:
    print(f"offbook: {line}", file=sys.stderr)
    raise typer.Exit(status)


def _settings(config: Path | None) -> Settings:
    from offbook.streams.settings import load

    return load(config, os.environ)


def _drawable(picture: Path | None) -> None:
    if picture is not None and picture.suffix.lower() != ".svg":
        _fail(f"--picture: {picture}: only SVG can be drawn: name it {picture.stem}.svg", UNUSABLE)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _fail(f"{path}: cannot be written: {error.strerror}", UNUSABLE)


def _roles(wanted: list[str] | None) -> tuple[Any, ...]:
    from typing import get_args

    from offbook.streams.kafka import Role

    known = get_args(Role)
    for role in wanted or ():
        if role not in known:
            _fail(f"there is no role {role}: {', '.join(known)}", UNUSABLE)
    return tuple(role for role in known if not wanted or role in wanted)


def _time(text: str, option: str) -> int:
    from offbook.events.times import parse_rfc3339

    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        _fail(
            f"{option}: expected a time with an offset such as 2026-03-22T20:00:00+08:00", UNUSABLE
        )


def _day(text: str, option: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        _fail(f"{option}: expected a day such as 2026-01-05", UNUSABLE)


def _chosen(detectors: tuple[Detector, ...], ids: list[str]) -> tuple[Detector, ...]:
    from offbook.detectors.catalogue import BY_ID

    enabled = {detector.id: detector for detector in detectors}
    for id_ in ids:
        if id_ not in BY_ID:
            _fail(f"--detector: there is no detector {id_}{_nearest(id_, list(BY_ID))}", UNUSABLE)
        if id_ not in enabled:
            _fail(f"--detector: {id_} is stopped by the settings (enabled = false)", UNUSABLE)
    return tuple(detector for id_, detector in enabled.items() if id_ in ids)


def _nearest(name: str, known: list[str]) -> str:
    from offbook.streams.setting_values import nearest

    return nearest(name, known)
