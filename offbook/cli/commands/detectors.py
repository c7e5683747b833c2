"""`offbook detectors`: what is caught, by which numbers; and `check`, for those of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from offbook.cli.commands.options import (
    UNUSABLE,
    WRONG,
    Config,
    Lang,
    fail,
    known_of,
    nearest_to,
    settings_of,
)


class ByDefaultTheList(TyperGroup):
    """`offbook detectors`, `offbook detectors ID`: what names no command is the list's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """With the name of the command where it was left out."""
        return super().parse_args(ctx, args if args[:1] == ["check"] else ["list", *args])


def listed(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="All about this one.", show_default=False)
    ] = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """The detectors with their parameters, as the settings have them.

    `offbook detectors check FILE` checks one of your own."""
    import time
    from zoneinfo import ZoneInfo

    import msgspec

    from desk.explain.detector_sheet import ending, sheet
    from offbook.cli.terminal import as_json
    from streams.settings.loading import configured_detectors

    settings = settings_of(config)
    zone, now = ZoneInfo(settings.timezone), time.time_ns() // 1000
    known = known_of(settings)
    by_id = known.by_id
    enabled = {detector.id: detector for detector in configured_detectors(settings, known)}
    if id_ is not None and id_ not in by_id:
        if id_ in known.refused:
            raise typer.Exit(WRONG)
        if id_.rpartition("-")[0] in by_id:
            fail(f"{id_} is an alert's id: `offbook explain {id_}` tells of it", UNUSABLE)
        fail(f"there is no detector {id_}{nearest_to(id_, list(by_id))}", UNUSABLE)
    ids = [id_] if id_ is not None else list(by_id)
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
            for found in [enabled.get(name, by_id[name])]
        ]
        print(as_json(rows))
    for name in [] if json else ids:
        found = enabled.get(name, by_id[name])
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
            print(f"    allowance {end.name} {word} {end.until}: {end.reason}")
        if row.needs:
            print(f"    needs {', '.join(row.needs)}: silent without")
        if id_ is not None:
            if row.runbook is not None:
                print(f"    runbook {row.runbook}")
            print(f"    set it in TOML under [detectors.{row.id}]; enabled = false stops it")
        print()
    if known.refused:
        raise typer.Exit(WRONG)


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="A detector of your own: docs/own-detectors.md.",
            show_default=False,
        ),
    ],
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Load each FILE, play its EXAMPLES, and hold it to what is promised of every detector. A line
    for each check; status 1 if one fails."""
    from contract.spelling.shown import shown
    from offbook.cli.check.check import check_file

    settings = settings_of(config)
    for file in files:
        if not file.is_file():
            fail(f"{file}: there is no such file", UNUSABLE)
    done = [check_file(file, settings) for file in files]
    for one in done:
        print(shown(one.file if one.id is None else f"{one.id}  {one.file}"))
        for it in one.checks:
            print(f"    {'FAIL' if it.wrong else 'ok':4}  {shown(getattr(it.what, lang))}")
            for wrong in it.wrong:
                print(f"          {shown(wrong)}")
    if not all(one.ok for one in done):
        raise typer.Exit(WRONG)
