"""What a detector's file says of itself, and must: its reasons, in two languages, and no clock.

Each gives what is wrong, in a few words; nothing where all is well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_type_hints

from msgspec import NODEFAULT, Meta, structs

from contract.spelling.nearest import nearest
from detectors.engine.alert_writer import GENERAL_NOTES
from detectors.language.detector import Detector
from offbook.cli.check.standing import HAN

_ENGLISH = re.compile(r"[A-Za-z]{4}")
_FORBIDDEN = {
    "aiokafka", "asyncio", "faust", "io", "kafka", "logging", "os", "pathlib", "random", "redis",
    "requests", "secrets", "socket", "subprocess", "sys", "threading", "time", "urllib", "uuid",
}  # fmt: skip
_CLOCKS = {"now", "utcnow", "today", "monotonic", "perf_counter"}
_ACTS = {"open", "print", "input", "eval", "exec"}


def reasons(told: str) -> Iterator[str]:
    """Of a docstring: it says what is caught and missed, and what looks the same."""
    paragraphs = [paragraph.split() for paragraph in told.split("\n\n")[1:]]
    begins = [words[0] for words in paragraphs if words]
    if begins[:1] != ["Catches"]:
        yield 'the second paragraph of the docstring does not begin "Catches"'
    if "Misses" not in begins:
        yield 'the docstring has no paragraph that begins "Misses"'
    if not any(paragraph.startswith("Looks the same:") for paragraph in told.split("\n\n")):
        yield 'the docstring has no paragraph that begins "Looks the same:"'


def title(detector: Detector) -> Iterator[str]:
    """It is said in both languages, and is no sentence."""
    if not _ENGLISH.search(detector.title.en) or detector.title.en.endswith("."):
        yield "the title has no English, or ends in a full stop"
    if not re.search(HAN.pattern + "{2}", detector.title.zh):
        yield "the title has no Chinese"


def numbers(detector: Detector) -> Iterator[str]:
    """Each has a default and a meaning in both languages."""
    kind = type(detector.params)
    hints = get_type_hints(kind, include_extras=True)
    for field in structs.fields(kind):
        metas = [
            it for it in getattr(hints[field.name], "__metadata__", ()) if isinstance(it, Meta)
        ]
        meta: Any = metas[0] if metas else None
        if field.default is NODEFAULT:
            yield f"{field.name} has no default"
        if meta is None or not meta.description:
            yield f"{field.name} has no description: write number(…) or at_least(…)"
        elif not HAN.search((meta.extra or {}).get("zh", "")):
            yield f"{field.name} has no Chinese description"


def notes(detector: Detector) -> Iterator[str]:
    """What each kind of evidence adds is said in both languages."""
    for role, note in detector.notes.items():
        if not note.en.strip() or not HAN.search(note.zh):
            yield f"the note of {role} is not in both languages"


def noted(detector: Detector, roles: Iterable[str]) -> Iterator[str]:
    """Each role of which there is evidence has a note, or the alert would show the bare word."""
    for role in sorted(set(roles) - detector.notes.keys() - GENERAL_NOTES.keys()):
        near = nearest(role, detector.notes)
        yield f'role {role} has no note; write notes={{"{role}": Bilingual(…)}}{near}'


def purity(source: str) -> Iterator[str]:
    """It reads no clock and does no input or output, as far as its text shows."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        for name in _imported(node):
            if name.split(".")[0] in _FORBIDDEN:
                yield f"line {line} imports {name}"
            if name.startswith(("offbook", "sinks", "streams")):
                yield f"line {line} imports {name}, which knows of the service"
        if isinstance(node, ast.Call):
            called = _called(node.func)
            if called in _CLOCKS | _ACTS:
                yield f"line {line} calls {called}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _called(called: ast.expr) -> str:
    if isinstance(called, ast.Name):
        return called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.attr if called.value.id in {"datetime", "date"} else ""
    return ""
