"""Commands that find alerts and say why: `replay`, `explain`, `detectors`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Files,
    Lang,
    fail,
    nearest_to,
    settings_of,
    time_of,
)

if TYPE_CHECKING:
    from detectors.language.detector import Detector


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
    """Run the detectors over files, without Kafka, in the order of event time. Each alert revision
    is a line of JSON on standard output; the summary goes to standard error."""
    import time

    import msgspec

    from contract.alert import Alert
    from contract.spelling.shown import shown_json
    from offbook.cli import terminal
    from offbook.cli.files.replay import replay as run
    from streams.settings.loading import configured_detectors

    end = time_of(until, "--until") if until is not None else None
    settings = settings_of(config)
    detectors = configured_detectors(settings)
    if detector:
        detectors = _chosen(detectors, detector)
    encode, out = msgspec.json.Encoder().encode, sys.stdout.buffer

    def emit(alert: Alert) -> None:
        line = encode(alert)
        out.write(line if line.isascii() else shown_json(line.decode()).encode())
        out.write(b"\n")

    done = run(
        *(files, settings, detectors, emit, terminal.say),
        until=end,
        wall=time.time_ns() // 1000,
        progress=terminal.bar,
    )
    out.flush()
    for line in done.summary():
        terminal.say(line)
    if done.failures:
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
    from detectors.rules.catalogue import BY_ID
    from offbook.cli import terminal
    from offbook.cli.explain.alert_lookup import in_file, in_redis
    from offbook.cli.explain.explanation import explain as lay_out
    from offbook.cli.explain.explanation_text import show
    from offbook.cli.explain.runbooks import in_ten_seconds
    from offbook.cli.terminal import as_json
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    enabled = {detector.id: detector for detector in configured_detectors(settings)}
    if file is None:
        alert = in_redis(alert_id, settings)
    else:
        alert = in_file(alert_id, file, terminal.say)
    explanation = lay_out(
        alert,
        enabled.get(alert.detector, BY_ID.get(alert.detector)),
        enabled=alert.detector in enabled,
        timezone=settings.timezone,
        meaning_zh=in_ten_seconds(alert.detector),
        topic_prefix=settings.topic_prefix,
    )
    if json:
        print(as_json(explanation))
    else:
        show(explanation, lang)


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

    from detectors.rules.catalogue import BY_ID
    from offbook.cli.explain.detector_sheet import ending, sheet
    from offbook.cli.terminal import as_json
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    zone, now = ZoneInfo(settings.timezone), time.time_ns() // 1000
    enabled = {detector.id: detector for detector in configured_detectors(settings)}
    if id_ is not None and id_ not in BY_ID:
        if id_.rpartition("-")[0] in BY_ID:
            fail(f"{id_} is an alert's id: `offbook explain {id_}` tells of it", UNUSABLE)
        fail(f"there is no detector {id_}{nearest_to(id_, list(BY_ID))}", UNUSABLE)
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
        print(as_json(rows))
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


def _chosen(detectors: tuple[Detector, ...], ids: list[str]) -> tuple[Detector, ...]:
    from detectors.rules.catalogue import BY_ID

    enabled = {detector.id: detector for detector in detectors}
    for id_ in ids:
        if id_ not in BY_ID:
            fail(f"--detector: there is no detector {id_}{nearest_to(id_, list(BY_ID))}", UNUSABLE)
        if id_ not in enabled:
            fail(f"--detector: {id_} is stopped by the settings (enabled = false)", UNUSABLE)
    return tuple(detector for id_, detector in enabled.items() if id_ in ids)
