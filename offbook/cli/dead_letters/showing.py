"""One letter for people and for machines: what it holds, and why it was set aside."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import msgspec

from contract.handled import HandledLetters
from contract.spelling.shown import shown, shown_lines
from offbook.cli.dead_letters.kinds import at
from offbook.cli.dead_letters.letter import Letter
from sinks.dead_letters import OURS

_WIDTH = 9


def page(letter: Letter, done: HandledLetters | None) -> Iterator[str]:
    """Lines for people. What others wrote has no character that controls a terminal."""
    yield _line("letter", str(letter.place))
    yield _line("set aside", at(letter.stamped) or "?")
    yield _line("stage", letter.stage)
    yield _line("why", letter.message or "not said: Offbook did not write it")
    yield _line("record", letter.source or "not said")
    if done is not None:
        why = f": {done.reason}" if done.reason else ""
        yield _line("handled", f"{done.how} by {done.by} at {done.at}{why}")
    for name, value in letter.headers:
        if name not in OURS:
            yield _line("header", f"{name}: {_one_line(value)}")
    yield _line("key", _one_line(letter.key))
    if letter.withheld:
        yield _line("value", "withheld")
        return
    yield "value"
    yield _pretty(letter.value)


def as_dict(letter: Letter, done: HandledLetters | None) -> dict[str, Any]:
    """For machines. What is not UTF-8 is `{"base64": …}`."""
    return {
        "letter": str(letter.place),
        "set_aside_at": at(letter.stamped),
        "stage": letter.stage,
        "field": letter.field or None,
        "message": letter.message,
        "record": letter.source or None,
        "handled": None if done is None else _done(done),
        "headers": [[name, _text(value)] for name, value in letter.headers],
        "key": _text(letter.key),
        "withheld": letter.withheld,
        "value": None if letter.withheld else _text(letter.value),
    }


def _done(done: HandledLetters) -> dict[str, Any]:
    return {"how": done.how, "by": done.by, "at": done.at, "reason": done.reason}


def _line(name: str, text: str) -> str:
    return shown(f"{name:<{_WIDTH}}  {text}")


def _one_line(value: bytes | None) -> str:
    text = _text(value)
    if text is None:
        return "none"
    return text if isinstance(text, str) else f"not UTF-8, {len(value or b'')} bytes: {value!r}"


def _text(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _pretty(value: bytes | None) -> str:
    if value is None:
        return "none"
    try:
        # Digits stay as they were written.
        return shown_lines(msgspec.json.format(value, indent=2).decode("utf-8"))
    except (ValueError, RecursionError):
        return shown(_one_line(value))
