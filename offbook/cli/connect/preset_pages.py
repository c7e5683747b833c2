"""The table in each preset's page: which fields it fills, which not, and who makes use of it.

    python -m offbook.cli.connect.preset_pages [--check]

Rendered from the rules, so that a page does not promise what its preset does not do.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from msgspec import Struct

from connectors.loading import preset_names, preset_text
from contract.kinds import KIND_OF_TYPE, Kind
from contract.types import CrmEdit, ObjectType, Op
from detectors.facts.event_filter import Edits
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from offbook.cli.connect.trial import asked_of

PAGES: Final = Path(__file__).parents[3] / "docs" / "connectors"
_BEGIN, _END = "<!-- fills -->", "<!-- /fills -->"
_WORDS: Final = {
    "": (
        "**What it fills**, from its rules:",
        ("event", "fields it fills", "fields it leaves empty"),
        "**Detectors that read it**: ",
        "Others weigh it beside what they read, as their runbooks say, or need other systems.",
    ),
    ".zh": (
        "**填哪些字段**，由规则得出：",
        ("事件", "填写", "留空"),
        "**直接读取它的检测器**：",
        "其余检测器或把它当作旁证（见其处置手册），或在没有别的系统时不工作。",
    ),
}


class Fills(Struct, frozen=True):
    """What the rules of one type of event fill. Of edits, of which objects by which operations."""

    kind: Kind
    filled: list[str]
    objects: frozenset[str]
    ops: frozenset[str]

    def empty(self) -> list[str]:
        """The fields of its data that no rule fills."""
        names = (it.encode_name for it in msgspec.structs.fields(self.kind.data))
        return [it for it in names if not any(f.partition(".")[0] == it for f in self.filled)]


def fills(preset: str) -> list[Fills]:
    """By type of event, in the order of the rules."""
    its: dict[str, list[Mapping[str, Any]]] = {}
    for rule in tomllib.loads(preset_text(preset))["rule"]:
        if "skip" not in rule:
            its.setdefault(rule["type"], []).append(rule["data"])
    return [
        Fills(
            KIND_OF_TYPE[type_],
            list(dict.fromkeys(name for data in datas for name in _names(data))),
            _constants([_at(data, "object", "type") for data in datas], get_args(ObjectType)),
            _constants([data.get("op") for data in datas], get_args(Op)),
        )
        for type_, datas in its.items()
    ]


def _names(data: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, spec in data.items():
        if isinstance(spec, dict) and isinstance(inner := spec.get("object"), dict):
            yield from _names(inner, f"{before}{name}.")
        else:
            yield before + name


def _at(data: Mapping[str, Any], *names: str) -> Any:
    spec: Any = data
    for name in names:
        spec = spec.get(name) if isinstance(spec, dict) else None
        spec = spec.get("object", spec) if isinstance(spec, dict) else spec
    return spec


def _constants(specs: Sequence[Any], all_: tuple[str, ...]) -> frozenset[str]:
    """What stands there as it is; all that may, if something is looked up."""
    return frozenset(specs if all(isinstance(it, str) for it in specs) else all_)


def users(its: Sequence[Fills]) -> list[Detector]:
    """The detectors that would keep something of such events."""
    return [it for it in DETECTORS if any(_uses(it, of) for of in its)]


def _uses(detector: Detector, its: Fills) -> bool:
    wheres = asked_of(detector, its.kind.data)
    if its.kind.data is not CrmEdit:
        return bool(wheres)
    return any(
        not isinstance(where, Edits) or where.may(op, object_)  # type: ignore[arg-type]
        for where in wheres
        for op in its.ops
        for object_ in its.objects
    )


def table(preset: str, language: str) -> str:
    """The table of a preset, in Markdown."""
    filled, heads, used, others = _WORDS[language]
    its = fills(preset)
    rows = [f"| `{it.kind.topic}` | {_listed(it.filled)} | {_listed(it.empty())} |" for it in its]
    detectors = ", ".join(f"[{it.id}](../runbooks/{it.id}.md)" for it in users(its))
    return "\n".join(
        (
            filled,
            "",
            f"| {' | '.join(heads)} |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"{used}{detectors or '–'}. {others}"
            if not language
            else f"{used}{detectors or '–'}。{others}",
        )
    )


def _listed(names: Sequence[str]) -> str:
    return " ".join(f"`{it}`" for it in names) or "–"


def rendered(page: Path) -> str:
    """The text of a page with its table as the rules have it now."""
    preset, _, language = page.name.removesuffix(".md").partition(".")
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, behind = rest.partition(_END)
    if not begin or not end:
        return text
    made = table(preset, f".{language}" if language else "")
    return f"{before}{_BEGIN}\n{made}\n{_END}{behind}"


def pages() -> list[Path]:
    """The page of each preset in both languages, whether it is there or not."""
    return [PAGES / f"{name}{it}.md" for name in preset_names() for it in _WORDS]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or with `--check` name the pages that are stale; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m offbook.cli.connect.preset_pages")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    chosen = parser.parse_args(arguments)
    stale = [it for it in pages() if not it.is_file() or rendered(it) != it.read_text("utf-8")]
    for page in stale:
        if chosen.check or not page.is_file():
            print(
                f"{page.relative_to(PAGES.parents[1])} is stale: run `make docs`", file=sys.stderr
            )
        else:
            page.write_text(rendered(page), "utf-8")
    return int(bool(stale) and (chosen.check or any(not it.is_file() for it in stale)))


if __name__ == "__main__":
    sys.exit(main())
