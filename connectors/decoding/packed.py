"""Unpacks what is packed with gzip or zip, and refuses what is made to burst."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, BinaryIO, Final

from connectors.decoding.broken import BrokenInputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: The same as where `offbook validate` reads packed files: lines that are documents stay below.
GROWTH: Final = 300
UNSUSPECTED: Final = 64 << 20
#: Where a zip file's table of contents is, only its end says: it is held if it cannot be sought.
_ARCHIVE: Final = 64 << 20
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_BUFFER: Final = 256 * 1024
#: Folders that macOS puts beside a file, and what tells a workbook, which is a zip file, from one.
_BESIDE: Final = "__MACOSX/"
_WORKBOOK: Final = "[Content_Types].xml"
#: What zipfile raises for archives that are damaged, encrypted or packed in a way it cannot read.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ArithmeticError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def opened(stream: BinaryIO) -> io.BufferedReader:
    """`stream`, from where it stands, unpacked; a workbook stays as it is.

    Raises `BrokenInputError`, also while it is read.
    """
    taken = _Taken(stream)
    head = taken.look(len(_ZSTD))
    if head.startswith(_GZIP):
        return io.BufferedReader(_Ungzipped(taken), _BUFFER)
    if head == _ZSTD:
        raise BrokenInputError("it is compressed with zstd", "Send it as it is, or with gzip")
    if head == _ZIP:
        return io.BufferedReader(_unzipped(taken), _BUFFER)
    return io.BufferedReader(taken, _BUFFER)


class _Taken(io.RawIOBase):
    """What is read of a stream; `count` bytes of it, without what was only looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""
        self.count = 0

    def readable(self) -> bool:
        return True

    def look(self, size: int) -> bytes:
        while len(self._head) < size and (more := self._stream.read(size - len(self._head))):
            self._head += more
        return self._head

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if self._head:
            piece, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        self.count += len(piece)
        return len(piece)


class _Unpacked(io.RawIOBase):
    """What grows as no documents do is read no further."""

    def __init__(self) -> None:
        self._count = 0

    def readable(self) -> bool:
        return True

    def grown(self, size: int, packed: int) -> None:
        self._count += size
        if self._count > UNSUSPECTED and self._count > GROWTH * packed:
            raise BrokenInputError(
                f"it unpacks to more than {GROWTH} times its size, as no documents do",
                "If it is meant to, send it unpacked",
            )


class _Ungzipped(_Unpacked):
    def __init__(self, packed: _Taken) -> None:
        super().__init__()
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=io.BufferedReader(packed, _BUFFER), mode="rb")

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            piece = self._gzip.read1(len(view))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BrokenInputError(
                "the gzip file is damaged or cut short", "Send it again, whole"
            ) from error
        view[: len(piece)] = piece
        self.grown(len(piece), self._packed.count)
        return len(piece)


class _Unzipped(_Unpacked):
    def __init__(self, member: IO[bytes], packed: int) -> None:
        super().__init__()
        self._member = member
        self._packed = packed

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            piece = self._member.read(len(view))
        except _DAMAGED as error:
            raise _broken_zip() from error
        view[: len(piece)] = piece
        self.grown(len(piece), self._packed)
        return len(piece)


def _unzipped(taken: _Taken) -> io.RawIOBase:
    content = io.BufferedReader(taken, _BUFFER).read(_ARCHIVE + 1)
    if len(content) > _ARCHIVE:
        raise BrokenInputError(
            f"the zip file is larger than {_ARCHIVE >> 20} MiB", "Send it unpacked, or with gzip"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        if _WORKBOOK in archive.NameToInfo:
            return _Taken(io.BytesIO(content))
        members = [
            it
            for it in archive.infolist()
            if not it.is_dir() and not it.filename.startswith(_BESIDE)
        ]
        if len(members) != 1:
            raise BrokenInputError(
                f"the zip file has {len(members)} files", "Put one file into each zip file"
            )
        if members[0].flag_bits & 1:
            raise BrokenInputError("the zip file has a password", "Send it without one")
        member = archive.open(members[0])
    except _DAMAGED as error:
        raise _broken_zip() from error
    return _Unzipped(member, members[0].compress_size)


def _broken_zip() -> BrokenInputError:
    return BrokenInputError("the zip file is damaged or cut short", "Send it again, whole")
