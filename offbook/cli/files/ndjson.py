"""Opens files with one JSON document a line, and reads them in pieces that fit into memory."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from contract.rejected import MAX_BYTES, Rejected
from contract.spelling.shown import shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN: Final = "-"

#: The longest line that is looked at, in bytes: a document, and room for white space around it.
LONGEST: Final = MAX_BYTES + 64 * 1024
#: A longer line is one bad line and skipped, unless it has no end that is worth looking for.
_ENDLESS = 1 << 30
#: The largest file that is one document.
_WHOLE = 256 << 20
#: How much a packed file may grow after its first so many bytes. deflate copies at most 258 bytes
#: at a time, and to reach back by a line of 150 bytes costs it at least 7 bits: lines that are
#: documents stay below, be they all the same. A simulated company grows 12 times, views of one
#: record by one employee 75 times; what is made to burst grows a thousand times.
_GROWTH, _UNSUSPECTED = 300, 64 << 20

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BOM = b"\xef\xbb\xbf"
_BUFFER = 256 * 1024
#: Lines between two reports of progress.
_STRIDE = 1000

#: Where a document stands: which of the files, from 0, and on which line, from 1.
Place = tuple[int, int]
#: Told now and then how much further the work has got.
Advance = Callable[[int], None]
#: Shows how far a part of the work has got: told what it is, and how much, if that is known.
Progress = Callable[[str, int | None], AbstractContextManager[Advance | None]]


@contextmanager
def unseen(_: str, __: int | None) -> Iterator[None]:
    """Progress that nobody watches."""
    yield None


class InputError(OSError):
    """A file that cannot be read. One line that names it."""

    retryable: ClassVar[bool] = False


class _Bytes(Protocol):
    def readinto(self, buffer: WriteableBuffer, /) -> int | None: ...
    def seek(self, offset: int, /) -> int: ...
    def fileno(self) -> int: ...


class Source:
    """One input file, plain or gzip, that can be read as often as it can be rewound.

    `name` is what people are shown of it; `size` its bytes as they lie on disk, 0 for what is no
    file.
    """

    def __init__(self, name: str, stream: _Bytes) -> None:
        self.name = name = shown(name)
        self._stream = stream
        status = os.fstat(stream.fileno())
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else 0
        self._begun = False
        self._head = bytearray()
        while len(self._head) < len(_ZSTD) and (more := self._next_byte()):
            self._head += more
        if self._head == _ZSTD:
            raise InputError(f"{name}: is compressed with zstd: unpack it (zstd -dc {name} | …)")

    def lines(self, advance: Advance | None = None) -> Iterator[tuple[int, bytes]]:
        """Every line that is not blank, without the white space around it, with its number from 1.

        Of a line longer than `LONGEST` so many bytes, which are more than a document may have.
        Raises `InputError`. `advance` is told of the bytes that were read.
        """
        taken = self._taken()
        told = 0
        try:
            stream = self._unpacked(taken)
            read = partial(stream.readline, LONGEST)
            for number, line in enumerate(iter(read, b""), start=1):
                if number == 1:
                    line = line.removeprefix(_BOM)
                if advance is not None and number % _STRIDE == 0:
                    advance(taken.count - told)
                    told = taken.count
                if len(line) < LONGEST - len(_BOM) or line.endswith(b"\n"):
                    line = line.strip()
                else:
                    self._skip_line(read, number)
                if line:
                    yield number, line
            if advance is not None:
                advance(taken.count - told)
        except InputError:
            raise
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: cannot be read: {error}") from error

    def whole(self) -> bytes:
        """All of a file that is one document. Raises `InputError`, also if it is too large."""
        try:
            content = self._unpacked(self._taken()).read(_WHOLE + 1)
        except InputError:
            raise
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.name}: cannot be read: {error}") from error
        if len(content) > _WHOLE:
            raise InputError(f"{self.name}: is larger than {_WHOLE >> 20} MiB")
        return content.removeprefix(_BOM)

    def _next_byte(self) -> bytes:
        buffer = bytearray(1)
        return bytes(buffer[: self._stream.readinto(buffer) or 0])

    def _taken(self) -> _Taken:
        if self._begun:
            self._stream.seek(len(self._head))
        self._begun = True
        return _Taken(bytes(self._head), self._stream)

    def _unpacked(self, taken: _Taken) -> io.BufferedReader:
        raw = _Unpacked(self.name, taken) if self._head.startswith(_GZIP) else taken
        return io.BufferedReader(raw, _BUFFER)

    def _skip_line(self, read: Callable[[], bytes], number: int) -> None:
        size = LONGEST
        while piece := read():
            size += len(piece)
            if piece.endswith(b"\n"):
                return
            if size > _ENDLESS:
                raise InputError(
                    f"{self.name}: line {number} has no end within {_ENDLESS >> 30} GiB: put one"
                    " document on each line (of a JSON array: jq -c '.[]')"
                )


class _Taken(io.RawIOBase):
    """What is read of a stream whose first bytes, `head`, have been looked at; `count` of it."""

    def __init__(self, head: bytes, rest: _Bytes) -> None:
        self._head = head
        self._rest = rest
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if self._head:
            size = min(len(view), len(self._head))
            view[:size], self._head = self._head[:size], self._head[size:]
        else:
            size = self._rest.readinto(view) or 0
        self.count += size
        return size


class _Unpacked(io.RawIOBase):
    """What is packed in a gzip file. Raises `InputError` where that grows as no documents do."""

    def __init__(self, name: str, packed: _Taken) -> None:
        self._name = name
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=io.BufferedReader(packed, _BUFFER), mode="rb")
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        piece = self._gzip.read1(len(view))
        view[: len(piece)] = piece
        self._count += len(piece)
        if self._count > _UNSUSPECTED and self._count > _GROWTH * self._packed.count:
            raise InputError(
                f"{self._name}: unpacks to more than {_GROWTH} times its size, as no documents do:"
                f" if it is meant to, unpack it first (gzip -dc {self._name} > …)"
            )
        return len(piece)


@contextmanager
def sources(files: Sequence[str], *, once: bool = False) -> Iterator[list[Source]]:
    """Open all of `files`; `-` is standard input.

    Unless they are read `once`, what cannot be rewound is copied aside. Raises `InputError` if one
    of them cannot be opened.
    """
    with ExitStack() as stack:
        opened = []
        for name in files:
            if name == STDIN and files.count(STDIN) > 1:
                raise InputError("-: standard input can be named only once")
            told = "<stdin>" if name == STDIN else shown(name)
            try:
                stream: _Bytes
                stream = raw = stack.enter_context(_open(name))
                if not once and (name == STDIN or not raw.seekable()):
                    stream = stack.enter_context(_aside(told, raw))
                opened.append(Source(told, stream))
            except InputError:
                raise
            except OSError as error:
                raise InputError(f"{told}: cannot be read: {error.strerror or error}") from error
        yield opened


def total(inputs: Sequence[Source]) -> int | None:
    """How many bytes will be read, if that is known."""
    sizes = [source.size for source in inputs]
    return sum(sizes) if all(sizes) else None


def _open(name: str) -> io.FileIO:
    if name == STDIN:
        if sys.stdin is None:
            raise InputError("<stdin>: is closed")
        return io.FileIO(sys.stdin.fileno(), closefd=False)
    return Path(name).open("rb", buffering=0)


@contextmanager
def _aside(name: str, stream: io.FileIO) -> Iterator[io.BufferedRandom]:
    with temporary() as copy:
        line = 0
        while piece := stream.read(1 << 20):
            end = piece.rfind(b"\n")
            line = line + len(piece) if end < 0 else len(piece) - end - 1
            if line > _ENDLESS:
                raise InputError(f"{name}: a line of it has no end within {_ENDLESS >> 30} GiB")
            try:
                copy.write(piece)
                copy.flush()
            except OSError as error:
                raise no_room(error) from error
        copy.seek(0)
        yield copy


@contextmanager
def temporary() -> Iterator[io.BufferedRandom]:
    """A file without a name, which goes with the block or with the process. Raises `InputError`."""
    try:
        file = tempfile.TemporaryFile(prefix="offbook-")  # noqa: SIM115 - closed below
    except OSError as error:
        raise no_room(error) from error
    try:
        yield file
    finally:
        # What could not be written is tried once more, and not needed any more.
        with suppress(OSError):
            file.close()


def no_room(error: OSError) -> InputError:
    """What to say where a temporary file cannot be written."""
    where = f" in {tempfile.tempdir}" if tempfile.tempdir else ""
    return InputError(
        f"temporary files{where} cannot be written: {error.strerror} (TMPDIR says where else)"
    )


def problem(source: str, number: int, rejected: Rejected) -> str:
    """`file:line: field: reason; mend`, as other tools of its kind say it."""
    where = rejected.field or rejected.stage
    reason = rejected.reason.rstrip(".")
    mend = rejected.mend[:1].lower() + rejected.mend[1:]
    return shown(f"{source}:{number}: {where}: {reason}; {mend}")
