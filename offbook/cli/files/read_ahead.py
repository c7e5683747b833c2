"""Runs `InTimeOrder` in a process of its own, which reads ahead while this one judges.

Reading is a sixth of a replay, and Python works on one core. The other process reads and sorts, and
finds out which documents are plain.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Final

import msgspec
from msgspec import Struct

from contract.rejected import Rejected
from offbook.cli.files.in_time_order import Batch, InTimeOrder, Read
from offbook.cli.files.ndjson import Advance, InputError, Place, Source
from offbook.cli.files.sharing.forked import Forked, Line, can_fork

#: Files of fewer bytes are read before a process has begun to do so.
WORTH_A_PROCESS: Final = 4 << 20


class _Went(Struct, tag=True, array_like=True):
    """So many bytes further."""

    count: int


class _Bad(Struct, tag=True, array_like=True):
    place: Place
    rejected: Rejected


class _Sorted(Struct, tag=True, array_like=True):
    """All is read: so many documents."""

    count: int


class _End(Struct, tag=True, array_like=True):
    """Of the reference documents, or of the others."""


class _Failed(Struct, tag=True, array_like=True):
    """A file cannot be read."""

    reason: str


_Message = _Went | _Bad | _Sorted | Batch | _End | _Failed
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode


def worth_it(inputs: Sequence[Source]) -> bool:
    """Whether a second process makes it faster and is possible.

    An input that is not a file may be waited for without end.
    """
    sizes = [source.size for source in inputs]
    return (
        can_fork()
        and all(sizes)
        and sum(sizes) >= WORTH_A_PROCESS
        and len(os.sched_getaffinity(0)) > 1
    )


@contextmanager
def read_ahead(documents: InTimeOrder) -> Iterator[ReadAhead]:
    """Have another process read `documents`, of which nothing has been read yet."""
    process = Forked("reads the files", lambda line: _serve(line, documents))
    try:
        yield ReadAhead(documents, process)
    finally:
        process.end()


class ReadAhead:
    """Yields what `documents` would yield, from the `process` that reads them. Its methods must be
    called in the order in which they are defined, each of them once."""

    def __init__(self, documents: InTimeOrder, process: Forked) -> None:
        self._complain, self._region = documents.complain, documents.region
        self._process = process
        self.count = 0

    def read(self, advance: Advance | None = None) -> None:
        """Read all files. `advance` is told of bytes."""
        while not isinstance(message := self._receive(), _Sorted):
            if isinstance(message, _Bad):
                self._complain(message.place, message.rejected)
            elif isinstance(message, _Went) and advance is not None:
                advance(message.count)
        self.count = message.count

    def reference(self, advance: Advance | None = None) -> Iterator[Read]:
        """The reference documents, when all is read. `advance` is told of documents."""
        return self.others(advance)

    def others(self, advance: Advance | None = None) -> Iterator[Read]:
        """All others, heartbeats among them."""
        return chain.from_iterable(self._batches(advance))

    def _batches(self, advance: Advance | None) -> Iterator[list[Read]]:
        while isinstance(batch := self._receive(), Batch):
            if advance is not None:
                advance(len(batch.read.documents))
            yield list(self._read(batch))

    def _read(self, batch: Batch) -> Iterator[Read]:
        documents, doubles = batch.read.documents, batch.doubles
        for number, event in enumerate(batch.read.read(self._region)):
            opened = documents[number]
            place = (opened.file, opened.line)
            if isinstance(event, Rejected):
                self._complain(place, event)
            else:
                yield event, place, doubles.get(number), opened

    def _receive(self) -> _Message:
        message: _Message = _decode(self._process.receive())
        if isinstance(message, _Failed):
            raise InputError(message.reason)
        return message


def _serve(line: Line, documents: InTimeOrder) -> None:
    """The work of the other process."""

    def send(message: _Message) -> None:
        line.send(_encode(message))

    documents.complain = lambda place, rejected: send(_Bad(place, rejected))
    try:
        documents.read(lambda count: send(_Went(count)))
        send(_Sorted(documents.count))
        for batches in documents.batches():
            for batch in batches:
                send(batch)
            send(_End())
    except InputError as error:
        send(_Failed(str(error)))
