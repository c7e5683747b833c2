"""Reads lines of syslog (RFC 3164 and 5424) whose message is `key=value` pairs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from connectors.decoding.heading import canonical
from connectors.decoding.options import Decoding
from connectors.decoding.text import lines
from connectors.record import Record, Undecodable

_PRIORITY: Final = re.compile(r"<([0-9]{1,3})>")
_NEW: Final = re.compile(r"1 (\S+) (\S+) (\S+) (\S+) (\S+) ")
_OLD: Final = re.compile(
    r"([A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,16}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
    r" (\S{1,255}) ?"
)
_PROGRAM: Final = re.compile(r"([^\s:\[\]=]{1,128})(?:\[([^\]\s]{0,128})\])?: ?")
_STRUCTURED: Final = re.compile(
    r'\[[^\s\[\]"]{1,128}((?: [^\s=\]"]{1,128}="(?:[^"\\]|\\.)*+")*+)\]'
)
_PAIR: Final = re.compile(
    r'(?:(?<=\s)|(?<=,)|^)([^\W\d][\w.\-]{0,127}+)=(?:"((?:[^"\\]|\\.)*+)"|([^\s"]*+))'
)
_ESCAPED: Final = re.compile(r"\\([\"\\\]])")
#: RFC 5424 has it before a message in UTF-8.
_BOM: Final = "\ufeff"
HEADER: Final = "syslog"


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """The pairs of each line, and under `syslog` what stands before them.

    Raises `BrokenInputError`.
    """
    for number, text in lines(stream, decoding.codec):
        if isinstance(text, Undecodable):
            yield text
        elif text and not text.isspace():
            header, message = headed(text)
            pairs = {it[1]: _unescaped(it[2], it[3]) for it in _PAIR.finditer(message)}
            if not pairs and not header:
                yield Undecodable(
                    "the line has neither a header of syslog nor key=value",
                    "Set the sender to RFC 5424 or 3164, or mend format",
                    number,
                )
                continue
            yield Record(
                {**renamed(pairs, decoding), HEADER: {**header, "message": message}}, number
            )


def headed(line: str) -> tuple[dict[str, Any], str]:
    """What stands before the message, empty if nothing does, and the message.

    `facility` and `severity` are numbers; `time` is as it is there, that of RFC 3164 without a year
    or a zone.
    """
    header: dict[str, Any] = {}
    if match := _PRIORITY.match(line):
        header["facility"], header["severity"] = divmod(int(match[1]), 8)
        line = line[match.end() :]
    if header and (match := _NEW.match(line)):
        names = ("time", "host", "program", "process", "kind")
        header |= {
            name: "" if text == "-" else text
            for name, text in zip(names, match.groups(), strict=True)
        }
        return header, _behind_structured(line[match.end() :])
    if match := _OLD.match(line):
        header |= {"time": match[1], "host": match[2]}
        line = line[match.end() :]
        if match := _PROGRAM.match(line):
            header |= {"program": match[1], "process": match[2] or ""}
            line = line[match.end() :]
    return header, line


def renamed(pairs: dict[str, Any], decoding: Decoding) -> dict[str, Any]:
    """By our names."""
    return dict(zip(canonical(list(pairs), decoding.aliases), pairs.values(), strict=True))


def _behind_structured(text: str) -> str:
    if text[:1] == "-":
        return text[1:].lstrip().removeprefix(_BOM)
    at = 0
    inner = ""
    while match := _STRUCTURED.match(text, at):
        at = match.end()
        inner += match[1]
    # Its pairs are pairs too.
    return f"{inner} {text[at:].lstrip().removeprefix(_BOM)}".lstrip()


def _unescaped(quoted: str | None, plain: str | None) -> str:
    return _ESCAPED.sub(r"\1", quoted) if quoted is not None else plain or ""
