"""Just enough YAML to write a document people read: objects, lists and scalars in block style."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

#: Words that no YAML reader takes for anything but a string.
_BARE = re.compile(r"[A-Za-z_/$][A-Za-z0-9_./$-]*(?: [A-Za-z0-9_./$(),;'-]+)*")
_NOT_STRINGS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def to_yaml(document: dict[str, Any]) -> str:
    """`document` as YAML 1.2 with two blanks of indent; keys stay in their order."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", item, indent + "  ")
    else:
        for item in value:
            yield from _entry(f"{indent}-", item, indent + "  ")


def _entry(head: str, item: Any, indent: str) -> Iterator[str]:
    if not (isinstance(item, (dict, list)) and item):
        yield f"{head} {_scalar(item)}"
        return
    lines = _lines(item, indent)
    if head.endswith("-"):
        yield f"{head} {next(lines).lstrip()}"
    else:
        yield head
    yield from lines


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _BARE.fullmatch(value) and value.lower() not in _NOT_STRINGS:
        return value
    return json.dumps(value, ensure_ascii=False)
