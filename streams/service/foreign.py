"""What may be logged of a message that a library wrote.

A library formats data into its messages: asyncio the error of a task that nobody awaited, Faust a
whole message. We keep its constant text, and numbers.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from contract.spelling.shown import shown
from sinks.faults import chain, classes

_LEFT_OUT: Final = "…"
_WITHHELD: Final = "what it says is left out, for it quotes its error"
#: A larger number may be a phone or an account.
_LONGEST: Final = 10**9
#: asyncio's messages begin with constant text, followed by representations of tasks and arguments.
_WORDS: Final = re.compile(r"[A-Za-z ]*")


def said(record: logging.LogRecord) -> str:
    """One line: the message without the values that were filled in, and the classes of its
    error."""
    error = record.exc_info[1] if record.exc_info else None
    words = message(record.name, str(record.msg), record.args, error)
    return words if error is None else f"{words} ({classes(error)})"


def message(logger: str, template: str, args: Any, error: BaseException | None) -> str:
    """The message of `logger` without the values that were filled in, except numbers and classes of
    errors.

    Without `args` they may already be part of the text: then its first line, unless that contains
    the text of `error` or of one of its causes.
    """
    if args:
        return shown(_filled(template, args))
    line = template.partition("\n")[0]
    if logger.startswith("asyncio"):
        found = _WORDS.match(line)
        return found[0].rstrip() if found else ""
    texts = [str(it) for it in chain(error)] if error is not None else []
    return _WITHHELD if any(text and text in template for text in texts) else shown(line)


def _filled(template: str, args: Any) -> str:
    kept: Any
    if isinstance(args, Mapping):
        kept = {name: _kept(value) for name, value in args.items()}
    else:
        kept = tuple(map(_kept, args if isinstance(args, tuple) else (args,)))
    try:
        return str(template % kept)
    except (TypeError, ValueError, KeyError):
        # The format expects a number but got something else.
        return template


def _kept(value: Any) -> Any:
    if isinstance(value, BaseException):
        return _Silent(classes(value))
    is_figure = isinstance(value, int | float) and abs(value) < _LONGEST
    return value if is_figure else _Silent(_LEFT_OUT)


class _Silent:
    """Stands where a value would, whether `%s` or `%r` asks for it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text
