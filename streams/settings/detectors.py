"""The settings of one detector, `[detectors.<id>]`: whether it runs, for whom, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from contract.spelling.nearest import nearest
from detectors.language.detector import Detector
from streams.settings.allowances import allowances, is_lists
from streams.settings.own_detectors import Known
from streams.settings.settings import Settings
from streams.settings.values import as_in_file, convert

#: What can be set for every detector, whatever its parameters: default and meaning by name.
OF_ANY: Final = {
    "enabled": ("`true`", "`false` stops it: it reads nothing, and its open alerts stand"),
    "mode": ('`"live"`', '`"shadow"` puts it on trial: its alerts are marked and wake nobody'),
    "allow": ("none", "what is known and agreed on: its alerts are marked and wake nobody"),
    "allow_lists": (
        "none",
        "names of lists: what `offbook allow --list` puts on one of them is allowed here too",
    ),
    "four_eyes": (
        "`false`",
        "`true`: a critical alert is closed as a false positive only by a lead, on the proposal of"
        " somebody else",
    ),
}


def detector_tables(
    tables: Any, known: Known, config: Path, problems: list[str]
) -> dict[str, dict[str, Any]]:
    """The tables of known detectors as written; what is wrong with them goes to `problems`.

    Of one that is refused nobody can say what may stand in it.
    """
    if not isinstance(tables, dict):
        problems.append(f"{config}: detectors: must be tables such as [detectors.bulk-delete]")
        return {}
    taken: dict[str, dict[str, Any]] = {}
    for id_, table in tables.items():
        detector = known.by_id.get(id_)
        if detector is None and id_ not in known.refused:
            ids = [*known.by_id, *known.refused]
            problems.append(
                f"{config}: [detectors.{id_}]: there is no such detector{nearest(id_, ids)}"
            )
        elif not isinstance(table, dict):
            problems.append(f"{config}: detectors.{id_}: must be a table: [detectors.{id_}]")
        elif detector is None:
            taken[id_] = table
        else:
            # What is wrong here is wrong in every time zone, and the company's may not be known
            # yet.
            zone = ZoneInfo("UTC")
            configured(detector, table, f"{config}: [detectors.{id_}]", zone, problems)
            taken[id_] = table
    return taken


def four_eyes(settings: Settings) -> frozenset[str]:
    """The detectors whose critical alerts need two to be closed as false."""
    return frozenset(id_ for id_, table in settings.detectors.items() if table.get("four_eyes"))


def configured(
    detector: Detector,
    table: Mapping[str, Any],
    place: str,
    zone: tzinfo,
    problems: list[str],
) -> Detector:
    """`detector` with the settings of `table`. `zone` is the company's; `place` is put before each
    problem."""
    fields = {field.name: field for field in structs.fields(detector.params)}
    changed: dict[str, Any] = {}
    for name, value in table.items():
        if name in ("enabled", "four_eyes"):
            if not isinstance(value, bool):
                problems.append(f"{place} {name}: must be true or false")
        elif name == "mode":
            if value not in ("live", "shadow"):
                problems.append(f'{place} mode: must be "live" or "shadow"')
        elif name == "allow":
            pass
        elif name == "allow_lists":
            if not is_lists(value):
                problems.append(f'{place} allow_lists: must be names such as ["group-companies"]')
        elif name not in fields:
            known = [*fields, *OF_ANY]
            problems.append(f"{place} {name}: unknown parameter{nearest(name, known)}")
        else:
            try:
                changed[name] = convert(value, fields[name].type)
            except ValueError as error:
                default = getattr(detector.params, name)
                problems.append(f"{place} {name}: {error}; the default is {as_in_file(default)}")
    return replace(
        detector,
        params=structs.replace(detector.params, **changed),
        shadow=table.get("mode") == "shadow",
        allowances=allowances(table.get("allow", []), place, zone, problems),
        allow_lists=tuple(lists) if is_lists(lists := table.get("allow_lists", [])) else (),
    )
