"""Sorts what does not fit into memory: sorted runs in a temporary file, merged as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from io import BufferedRandom
from types import TracebackType
from typing import Final

import msgspec

from offbook.streams.ndjson import no_room, temporary

#: How many bytes of records are held.
LIMIT: Final = 256 << 20

#: What a record costs beside its bytes: the head of an object, and its place in a list.
_OVERHEAD = 64
#: A run is read back a block at a time, so small that so many runs take no more than the limit.
_RUNS = 1024

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[bytes]).decode


class Sorter:
    """Takes byte strings in any order and gives them out in theirs, about `limit` bytes in memory.

    The temporary file has no name: it goes with this object, or with the process.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._size = 0
        self._records: list[bytes] = []
        self._runs: list[tuple[int, int]] = []
        self._open = ExitStack()
        self._file: BufferedRandom | None = None
        self.count = 0

    def __enter__(self) -> Sorter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, record: bytes) -> None:
        """Take one. Raises `InputError` where there is no room for a temporary file."""
        self._records.append(record)
        self.count += 1
        self._size += len(record) + _OVERHEAD
        if self._size >= self._limit:
            self._spill()

    def drain(self) -> Iterator[bytes]:
        """All that were added, in order, once. Raises `InputError` as `add` does."""
        if not self._runs:
            yield from self._drain_memory()
            return
        self._spill()
        yield from merge(*(self._run(start, end) for start, end in self._runs))

    def _drain_memory(self) -> Iterator[bytes]:
        """Given out, a record is not kept: what is made of them needs the memory."""
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

    def _blocks(self) -> Iterator[list[bytes]]:
        block: list[bytes] = []
        size = 0
        for record in self._records:
            block.append(record)
            size += len(record) + _OVERHEAD
            if size >= self._limit // _RUNS:
                yield block
                block, size = [], 0
        if block:
            yield block

    def _run(self, start: int, end: int) -> Iterator[bytes]:
        file = self._file
        assert file is not None
        while start < end:
            file.seek(start)
            size = int.from_bytes(file.read(4), "big")
            block = _decode(file.read(size))
            start += 4 + size
            yield from block
