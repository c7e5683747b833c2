"""Reads lines of CEF, `CEF:0|vendor|product|…|key=value …`, with a header of syslog or without."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from connectors.decoding.options import Decoding
from connectors.decoding.syslog import HEADER, headed, renamed
from connectors.decoding.text import lines
from connectors.record import Record, Undecodable

_NAMES: Final = (
    "version",
    "vendor",
    "product",
    "product_version",
    "id",
    "name",
    "severity",
)
_BEGIN: Final = "CEF:"
_BAR: Final = re.compile(r"((?:[^|\\]|\\.)*+)\|", re.DOTALL)
#: A value may have blanks in it, and ends where a blank, a key and = follow.
_KEY: Final = re.compile(r"(?:^|(?<=\s))([A-Za-z0-9_.\-\[\]]{1,1023}+)=")
_ESCAPE: Final = re.compile(r"\\([\\|=nr])")
_CONTROL: Final = {"n": "\n", "r": "\r"}
_LABEL: Final = "Label"


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """The pairs of each line; under `cef` its head, under `labels` the values by what `cs1Label`
    and the like call them, under `syslog` what stands before it. Raises `BrokenInputError`."""
    for number, text in lines(stream, decoding.codec):
        if isinstance(text, Undecodable):
            yield text
        elif text and not text.isspace():
            value = _value(text, decoding)
            if value is not None:
                yield Record(value, number)
            else:
                yield Undecodable(
                    "the line is no CEF: CEF:0, seven bars, key=value",
                    "Set the sender to CEF",
                    number,
                )


def _value(line: str, decoding: Decoding) -> dict[str, Any] | None:
    before, found, text = line.partition(_BEGIN)
    if not found:
        return None
    head: dict[str, str] = {}
    at = 0
    for name in _NAMES:
        match = _BAR.match(text, at)
        if match is None:
            return None
        head[name] = _unescaped(match[1])
        at = match.end()
    pairs = _pairs(text[at:])
    if pairs is None:
        return None
    labels = {
        label: pairs[key.removesuffix(_LABEL)]
        for key, label in pairs.items()
        if key.endswith(_LABEL) and key.removesuffix(_LABEL) in pairs
    }
    syslog, _ = headed(before)
    return {**renamed(pairs, decoding), "cef": head, "labels": labels, HEADER: syslog}


def _pairs(text: str) -> dict[str, str] | None:
    """None if there is something and it does not begin with a key."""
    keys = list(_KEY.finditer(text))
    if text[: keys[0].start() if keys else len(text)].strip():
        return None
    ends = [it.start() for it in keys[1:]] + [len(text)]
    return {
        key[1]: _unescaped(text[key.end() : end].strip())
        for key, end in zip(keys, ends, strict=False)
    }


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda it: _CONTROL.get(it[1], it[1]), text)
