"""Reads XML as tables, lists and texts. What defines entities is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.decoding.broken import BrokenInputError
from connectors.decoding.options import Decoding
from connectors.decoding.text import text_of, whole
from connectors.record import Record, Undecodable

DEPTH: Final = 64
#: Elements and attributes: each costs hundreds of bytes once it is read.
_NODES: Final = 2_000_000
_WHOLE: Final = 32 << 20
_PIECE: Final = 64 * 1024
_TEXT: Final = "#text"
#: expat knows no encoding of Chinese, and has to be given text.
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030"})
_LATIN: Final = {"iso-8859-1": "latin-1", "windows-1252": "cp1252"}


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """What the root has in it, or each element at `records`, whose path begins with the root.
    Raises `BrokenInputError`."""
    name, value = document(stream, decoding)
    if decoding.records is None:
        yield Record(value if isinstance(value, dict) else {name: value})
        return
    for number, item in enumerate(_at({name: value}, decoding.records.split(".")), start=1):
        last = decoding.records.rpartition(".")[2]
        yield Record(item if isinstance(item, dict) else {last: item}, part=f"{last} {number}")


def document(stream: io.BufferedReader, decoding: Decoding) -> tuple[str, Any]:
    """The root's name and what it has in it: names are without their namespace, texts without
    white space around them. Raises `BrokenInputError`."""
    content = whole(stream, _WHOLE)
    text = text_of(content, decoding.codec or _declared(content))
    if "\0" in text:
        raise BrokenInputError("it has NUL characters", _MEND)
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    # What it says of its encoding held for the bytes.
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    try:
        for at in range(0, len(text), _PIECE):
            parser.feed(text[at : at + _PIECE])
        parser.close()
    except ParseError as error:
        raise BrokenInputError("it is not XML", _MEND, *_place(error)) from error
    except DefusedXmlException as error:
        raise BrokenInputError(
            "it has a document type or defines entities",
            "Send it without <!DOCTYPE…>: such a file can name others to be read",
        ) from error
    except UnicodeEncodeError as error:
        raise BrokenInputError("it has half a character (a lone surrogate)", _MEND) from error
    return builder.name, builder.value


_MEND: Final = "Send XML, whole, or mend format or encoding"


class _Builder:
    """Makes the value of each element when it ends. Raises `BrokenInputError` at too many."""

    def __init__(self) -> None:
        self.name = ""
        self.value: Any = ""
        self._within: list[dict[str, Any]] = []
        self._texts: list[list[str]] = []
        self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > _NODES:
            raise BrokenInputError(f"it has more than {_NODES} elements", "Export it in parts")
        if len(self._within) >= DEPTH:
            raise BrokenInputError(f"it is nested more than {DEPTH} levels deep", "Mend format")
        self._within.append({f"@{_local(name)}": value for name, value in attributes.items()})
        self._texts.append([])

    def data(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, tag: str) -> None:
        value: Any = self._within.pop()
        text = "".join(self._texts.pop()).strip()
        if not value:
            value = text
        elif text:
            value[_TEXT] = text
        name = _local(tag)
        if not self._within:
            self.name, self.value = name, value
            return
        parent = self._within[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(there := parent[name], list):
            there.append(value)
        else:
            parent[name] = [there, value]

    def close(self) -> None:
        """Nothing more comes."""


def listed(value: Any) -> list[Any]:
    """An element that may be repeated: none, one or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _at(value: dict[str, Any], path: Sequence[str]) -> list[Any]:
    """All that are there. That an element is missing is how an empty list is written, unless it is
    one of those that hold it."""
    found: list[Any] = [value]
    for depth, name in enumerate(path, start=1):
        found = [inner for it in found if isinstance(it, dict) for inner in listed(it.get(name))]
        if not found and depth < len(path):
            raise BrokenInputError(
                f"it has nothing at {'.'.join(path[:depth])}",
                "Begin records with the root's name, without namespaces",
            )
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _declared(content: bytes) -> str | None:
    match = _DECLARED.match(content.lstrip())
    name = match[1].decode().lower() if match else ""
    return "gb18030" if name in _CHINESE else _LATIN.get(name)


def _place(error: ParseError) -> tuple[int, int]:
    line, column = error.position
    return line, column + 1
