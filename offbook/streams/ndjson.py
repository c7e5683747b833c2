"""Files of CloudEvents, one document a line: opened, read more than once, merged by event time."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from heapq import merge
from pathlib import Path
from typing import IO, ClassVar, Final

from offbook.events.decode import decode_structured
from offbook.events.event import Event, Origin
from offbook.events.rejected import Rejected
from offbook.events.shown import shown
from offbook.events.types import REFERENCE_TOPICS

STDIN: Final = "-"

#: In the `type` of every reference document. A look for these bytes costs a fiftieth of decoding;
#: with `in` a twenty-fifth, for that first tries to take what it looks for as a number.
_REFERENCE_MARK = b"offbook.reference."
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BOM = b"\xef\xbb\xbf"
#: Lines between two reports of progress.
_STRIDE = 1000

Complain = Callable[["Source", int, Rejected], None]
Advance = Callable[[int], None]


class InputError(OSError):
    """A file that cannot be read. One line that names it."""

    retryable: ClassVar[bool] = False


class Source:
    """One input file, plain or gzip, that can be read any number of times.

    `name` is what people are shown of it; `size` its bytes as they lie on disk.
    """

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        self.name = name = shown(name)
        self._stream = stream
        self.size = os.fstat(stream.fileno()).st_size
        self._packed = self._starts_with(_GZIP)
        if self._starts_with(_ZSTD):
            raise InputError(f"{name}: is compressed with zstd: unpack it (zstd -dc {name} | …)")

    def lines(self, advance: Advance | None = None) -> Iterator[tuple[int, bytes]]:
        """Every line that is not blank, with its number from 1. Raises `InputError`.

        `advance` is told now and then how many more bytes have been read.
        """
        self._stream.seek(0)
        stream = gzip.GzipFile(fileobj=self._stream) if self._packed else self._stream
        told = 0
        try:
            for number, line in enumerate(stream, start=1):
                if number == 1:
                    line = line.removeprefix(_BOM)
                if advance is not None and number % _STRIDE == 0:
                    read = self._stream.tell()
                    advance(read - told)
                    told = read
                if not line.isspace():
                    yield number, line
            if advance is not None:
                advance(self.size - told)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: cannot be read: {error}") from error

    def _starts_with(self, magic: bytes) -> bool:
        self._stream.seek(0)
        return self._stream.read(len(magic)) == magic


@contextmanager
def sources(files: Sequence[str]) -> Iterator[list[Source]]:
    """Open all of `files`; `-` is standard input. What cannot be read twice is copied aside.

    Raises `InputError` if one of them cannot be opened.
    """
    with ExitStack() as stack:
        opened = []
        for name in files:
            if name == STDIN and files.count(STDIN) > 1:
                raise InputError("-: standard input can be named only once")
            try:
                stream = stack.enter_context(_open(name))
                opened.append(Source("<stdin>" if name == STDIN else name, stream))
            except InputError:
                raise
            except OSError as error:
                raise InputError(
                    f"{shown(name)}: cannot be read: {error.strerror or error}"
                ) from error
        yield opened


@contextmanager
def _open(name: str) -> Iterator[IO[bytes]]:
    if name == STDIN:
        with _aside(sys.stdin.buffer) as copy:
            yield copy
        return
    with Path(name).open("rb") as stream:
        if stream.seekable():
            yield stream
        else:
            with _aside(stream) as copy:
                yield copy


@contextmanager
def _aside(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(prefix="offbook-") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        yield copy


#: An event and the line it stood on.
Read = tuple[Event, bytes]


class Documents:
    """The events of several sources: reference documents by themselves, the others in order.

    The order is each file's own, and between files that of event time. A line that is no event
    goes to `complain` when it is met among the others. With `wall` (µs) so does one dated ahead
    of that clock.
    """

    def __init__(
        self,
        inputs: Sequence[Source],
        complain: Complain,
        advance: Advance | None = None,
        wall: int | None = None,
    ) -> None:
        self._wall = wall
        self._inputs = inputs
        self._complain = complain
        self._advance = advance
        self._references: list[set[int]] = [set() for _ in inputs]

    def reference(self) -> Iterator[Read]:
        """All reference documents. To be read to the end before the others."""
        yield from _by_time([self._reference_of(number) for number in range(len(self._inputs))])

    def others(self) -> Iterator[Read]:
        """All events that are no reference documents."""
        yield from _by_time([self._others_of(number) for number in range(len(self._inputs))])

    def _reference_of(self, which: int) -> Iterator[Read]:
        known, wall = self._references[which], self._wall
        for number, line in self._inputs[which].lines():
            if line.find(_REFERENCE_MARK) < 0:
                continue
            event = decode_structured(line, Origin("", -1, number), wall=wall)
            if isinstance(event, Event) and event.origin.topic in REFERENCE_TOPICS:
                known.add(number)
                yield event, line

    def _others_of(self, which: int) -> Iterator[Read]:
        known, wall = self._references[which], self._wall
        source = self._inputs[which]
        complain = self._complain
        for number, line in source.lines(self._advance):
            if number in known:
                continue
            event = decode_structured(line, Origin("", -1, number), wall=wall)
            if isinstance(event, Event):
                yield event, line
            else:
                complain(source, number, event)


def _by_time(streams: list[Iterator[Read]]) -> Iterator[Read]:
    return streams[0] if len(streams) == 1 else merge(*streams, key=lambda read: read[0].time)


def problem(source: str, number: int, rejected: Rejected) -> str:
    """`file:line: field: reason; mend`, as other tools of its kind say it."""
    where = rejected.field or rejected.stage
    reason = rejected.reason.rstrip(".")
    mend = rejected.mend[:1].lower() + rejected.mend[1:]
    return shown(f"{source}:{number}: {where}: {reason}; {mend}")
