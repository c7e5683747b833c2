"""Bytes to text: which encoding it is, and lines of it in constant memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors.decoding.broken import BrokenInputError
from connectors.record import Undecodable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: The longest line or row, in bytes: as much as a message of Kafka has by default.
LONGEST: Final = 1 << 20
#: The largest input that has to be held whole.
WHOLE: Final = 64 << 20
#: How much of a file says which encoding it is.
_HEAD: Final = 256 * 1024
_PIECE: Final = 64 * 1024
_BOMS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"\x84\x31\x95\x33": "gb18030",
}
_BOM: Final = "\ufeff"
_MEND: Final = 'Say encoding = "…" as it is, or export it as UTF-8'

#: A line and its number from 1: its text without its end, or what is wrong with it.
Line = tuple[int, str | Undecodable]


def whole(stream: io.BufferedReader, most: int = WHOLE) -> bytes:
    """All of it. Raises `BrokenInputError` if that is more than `most` bytes."""
    content = stream.read(most + 1)
    if len(content) > most:
        raise BrokenInputError(
            f"it is larger than {most >> 20} MiB", "Export it in parts, or with a record on a line"
        )
    return content


def text_of(content: bytes, encoding: str | None) -> str:
    """Without a byte order mark. Raises `BrokenInputError` if it is in no such encoding."""
    name = encoding or _marked(content) or _likely(content) or "utf-8"
    try:
        return content.decode(name).removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise BrokenInputError(f"it is not {name}", _MEND) from error


def lines(stream: io.BufferedReader, encoding: str | None) -> Iterator[Line]:
    """All of them, blank ones too. Raises `BrokenInputError` where nothing more can be made out."""
    begun = _Begun(stream)
    name = encoding or _marked(begun.head) or _likely(begun.head)
    raw: io.RawIOBase = begun
    if name is not None and name.startswith("utf-16"):
        raw, name = _AsUtf8(raw, name), "utf-8"
    read = partial(io.BufferedReader(raw, _PIECE).readline, LONGEST + 2)
    for number, line in enumerate(iter(read, b""), start=1):
        if len(line) > LONGEST and not line.endswith(b"\n"):
            while (piece := read()) and not piece.endswith(b"\n"):
                pass
            yield (
                number,
                Undecodable(
                    f"the line is longer than {LONGEST >> 20} MiB",
                    "Leave out what is so long, or export it with a record on each line",
                    number,
                ),
            )
            continue
        if name is None and not line.isascii():
            name = _likely(line) or "utf-8"
        try:
            text = line.decode(name or "ascii").rstrip("\r\n")
        except UnicodeDecodeError as error:
            wrong = Undecodable(f"the line is not {name}", _MEND, number, error.start + 1)
            yield number, wrong
        else:
            yield number, text.removeprefix(_BOM) if number == 1 else text


def _marked(head: bytes) -> str | None:
    return next((name for bom, name in _BOMS.items() if head.startswith(bom)), None)


def _likely(head: bytes) -> str | None:
    """None if it is ASCII, and any may follow. One broken line does not make a file of UTF-8
    GB18030: it would become readable nonsense, and no fault."""
    if head.isascii():
        return None
    good = bad = 0
    for line in head.splitlines(keepends=True):
        if not line.isascii():
            decoder = codecs.getincrementaldecoder("utf-8")()
            try:
                # The last one may end within a character.
                decoder.decode(line, final=line.endswith(b"\n"))
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return "utf-8" if good > bad else "gb18030"


class _Begun(io.RawIOBase):
    """What was read of a stream already, `head`, and what was not yet. Where it is broken, what
    stands before that is read."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.head = b""
        self._rest = stream
        self._broken: BrokenInputError | None = None
        try:
            while len(self.head) < _HEAD and (more := stream.read1(_HEAD - len(self.head))):
                self.head += more
        except BrokenInputError as error:
            self._broken = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if self.head:
            piece, self.head = self.head[: len(view)], self.head[len(view) :]
        elif self._broken is not None:
            raise self._broken
        else:
            piece = self._rest.read1(len(view))
        view[: len(piece)] = piece
        return len(piece)


class _AsUtf8(io.RawIOBase):
    """UTF-16 as UTF-8, whose lines can be cut before they are decoded."""

    def __init__(self, raw: io.RawIOBase, name: str) -> None:
        self._raw = raw
        self._name = name
        self._decoder = codecs.getincrementaldecoder(name)()
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while not self._ready and not self._ended:
            piece = self._raw.read(_PIECE) or b""
            self._ended = not piece
            try:
                self._ready = self._decoder.decode(piece, final=self._ended).encode()
            except UnicodeDecodeError as error:
                raise BrokenInputError(
                    f"it is not {self._name} from some place on", _MEND
                ) from error
        size = min(len(view), len(self._ready))
        view[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
