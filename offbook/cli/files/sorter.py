"""Sorts what does not fit into memory: sorted runs in a temporary file, merged as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from io import BufferedRandom
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec
from msgspec import Raw

from offbook.cli.files.ndjson import no_room, temporary

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison

#: How many bytes of records are held.
LIMIT: Final = 256 << 20

#: A run is read back a block at a time, so small that so many runs take no more than the limit.
_RUNS = 1024

_encode = msgspec.msgpack.Encoder().encode

_R = TypeVar("_R", bound="SupportsRichComparison")


class Sorter(Generic[_R]):
    """Takes records of a `kind` in any order and yields them sorted, with about `limit` bytes of
    them in memory.

    The temporary file has no name: it disappears with this object, or with the process.
    """

    def __init__(self, kind: type[_R], limit: int = LIMIT) -> None:
        self._decode = msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]
        self._limit = limit
        self._size = 0
        self._records: list[_R] = []
        self._runs: list[tuple[int, int]] = []
        self._open = ExitStack()
        self._file: BufferedRandom | None = None
        self.count = 0

    def __enter__(self) -> Sorter[_R]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, record: _R, size: int) -> None:
        """Take one of so many bytes. Raises `InputError` where there is no room for a temporary
        file."""
        self._records.append(record)
        self.count += 1
        self._size += size
        if self._size >= self._limit:
            self._spill()

    def drain(self) -> Iterator[_R]:
        """All that were added, in order, once. Raises `InputError` as `add` does."""
        if not self._runs:
            yield from self._drain_memory()
            return
        self._spill()
        yield from merge(*(self._run(start, end) for start, end in self._runs))

    def _drain_memory(self) -> Iterator[_R]:
        """A record is not kept once it is yielded: what is made of it needs the memory."""
        records = self._records
        records.sort(reverse=True)
        while records:
            yield records.pop()

    def _spill(self) -> None:
        """Write what is in memory as one more run."""
        self._records.sort()
        if self._file is None:
            self._file = self._open.enter_context(temporary())
        file = self._file
        try:
            start = file.tell()
            for block in self._blocks():
                packed = _encode(block)
                file.write(len(packed).to_bytes(4, "big"))
                file.write(packed)
            self._runs.append((start, file.tell()))
            file.flush()
        except OSError as error:
            raise no_room(error) from error
        self._records.clear()
        self._size = 0

    def _blocks(self) -> Iterator[list[Raw]]:
        """The records of a run, encoded one by one: some are a thousand times as long as most."""
        block: list[Raw] = []
        size = 0
        for record in self._records:
            encoded = _encode(record)
            block.append(Raw(encoded))
            size += len(encoded)
            if size >= self._limit // _RUNS:
                yield block
                block, size = [], 0
        if block:
            yield block

    def _run(self, start: int, end: int) -> Iterator[_R]:
        file = self._file
        assert file is not None
        while start < end:
            file.seek(start)
            size = int.from_bytes(file.read(4), "big")
            block = self._decode(file.read(size))
            start += 4 + size
            yield from block
