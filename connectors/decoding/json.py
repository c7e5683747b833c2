"""Reads JSON with its numbers as they are: `int` or `Decimal`, never `float`."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final, NoReturn

from connectors.decoding.broken import BrokenInputError
from connectors.decoding.options import Decoding
from connectors.decoding.text import lines, text_of, whole
from connectors.record import Record, Undecodable

#: Levels. What reads records further goes down into them, and Python only so far.
DEPTH: Final = 64
#: A number beyond is no amount, and costs minutes to write out.
_EXPONENT: Final = 400
_LEVELS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
#: The last one may have no end: tried again from each quotation mark in it, it would take hours.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_BRACKET: Final = re.compile(r"[^\[\]{}]+")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


class NotJsonError(ValueError):
    """`reason` quotes nothing. `line` and `column` are from 1, or 0."""

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """One document: itself, the items of a list, or of the list at `records`. Raises
    `BrokenInputError`."""
    value = parsed_whole(text_of(whole(stream), decoding.codec))
    if decoding.records is not None:
        value = _at(value, decoding.records.split("."))
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield _record(f"item {number}", item, decoding.columns)
    elif isinstance(value, dict):
        yield Record(value)
    else:
        raise BrokenInputError("it is neither an object nor a list of them", _OBJECT)


def _record(part: str, item: Any, columns: Sequence[str]) -> Record | Undecodable:
    if columns and isinstance(item, list):
        if len(item) != len(columns):
            many = f"{part} has {len(item)} values, and columns has {len(columns)} names"
            return Undecodable(many, _COLUMNS)
        item = dict(zip(columns, item, strict=True))
    if isinstance(item, dict):
        return Record(item, part=part)
    return Undecodable(f"{part} is no object", _OBJECT)


def records_by_line(
    stream: io.BufferedReader, decoding: Decoding
) -> Iterator[Record | Undecodable]:
    """A document on each line, in constant memory. Raises `BrokenInputError`."""
    for number, text in lines(stream, decoding.codec):
        if isinstance(text, Undecodable):
            yield text
        elif text and not text.isspace():
            try:
                value = parsed(text)
            except NotJsonError as error:
                yield Undecodable(error.reason, _MEND, number, error.column)
            else:
                if isinstance(value, dict):
                    yield Record(value, number)
                else:
                    yield Undecodable("it is no object", _OBJECT, number)


def parsed(text: str) -> Any:
    """The value that `text` is. Raises `NotJsonError`."""
    if _depth(text) > DEPTH:
        raise NotJsonError(f"it is nested more than {DEPTH} levels deep")
    try:
        value = json.loads(text, parse_float=_decimal, parse_constant=_constant)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except json.JSONDecodeError as error:
        raise NotJsonError("it is not JSON", error.lineno, error.colno) from error
    except UnicodeEncodeError as error:
        raise NotJsonError("a text of it has half a character (a lone surrogate)") from error
    except NotJsonError:
        raise
    except ValueError as error:
        raise NotJsonError("a number of it has too many digits") from error
    return value


def parsed_whole(text: str) -> Any:
    """The value of an input that is one document. Raises `BrokenInputError`."""
    try:
        return parsed(text)
    except NotJsonError as error:
        raise BrokenInputError(error.reason, _MEND, error.line, error.column) from error


def unfolded(value: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """`value` with JSON read in place of the texts at `paths`. Where there is no text nothing is
    done. Raises `NotJsonError`."""
    for path in paths:
        *above, name = path.split(".")
        changed = value = dict(value)
        for step in above:
            if not isinstance(inner := changed.get(step), dict):
                break
            changed[step] = changed = dict(inner)
        else:
            text = changed.get(name)
            if isinstance(text, str) and text and not text.isspace():
                try:
                    changed[name] = parsed(text)
                except NotJsonError as error:
                    raise NotJsonError(f"{path}: {error.reason}") from error
    return value


_MEND: Final = "Send JSON, or mend format; if there is a document on each line, it is ndjson"
_OBJECT: Final = "A record is an object: say with records where they are"
_COLUMNS: Final = "Ask for what columns names, in that order"


def _depth(text: str) -> int:
    if text.count("[") + text.count("{") <= DEPTH:
        return 0
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    return max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0)


def _decimal(text: str) -> Decimal:
    if len(text) > _EXPONENT:
        raise NotJsonError("a number of it has too many digits")
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise NotJsonError("a number of it is out of all bounds") from error
    if abs(value.adjusted() if value else _exponent(value)) > _EXPONENT:
        raise NotJsonError("a number of it is out of all bounds")
    return value


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _constant(_: str) -> NoReturn:
    raise NotJsonError("NaN or Infinity is no number of JSON")


def _at(value: Any, path: Sequence[str]) -> Any:
    for depth, name in enumerate(path, start=1):
        if not isinstance(value, dict) or name not in value:
            raise BrokenInputError(f"it has nothing at {'.'.join(path[:depth])}", _OBJECT)
        value = value[name]
    return [] if value is None else value
