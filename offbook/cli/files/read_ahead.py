"""Runs `InTimeOrder` in a process of its own, which reads ahead while this one judges.

Reading is a sixth of a replay, and Python works on one core. The other process is a fork of this
one: it has the files open and nothing to import. It reads and sorts, and finds out which documents
are plain. Plain documents come through a pipe as they were sent, because decoding them again costs
less than sending what they decode to.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from contract.event import Event
from contract.rejected import Rejected
from offbook.cli.files.in_time_order import Batch, InTimeOrder, Read
from offbook.cli.files.ndjson import Advance, InputError, Place, Source
from streams.service.last_resort import tell

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

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

    An input that is not a file may be waited for without end. A lock that another thread holds
    would stay locked in the forked process.
    """
    sizes = [source.size for source in inputs]
    return (
        sys.platform == "linux"
        and all(sizes)
        and sum(sizes) >= WORTH_A_PROCESS
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
    )


@contextmanager
def read_ahead(documents: InTimeOrder) -> Iterator[ReadAhead]:
    """Have another process read `documents`, of which nothing has been read yet."""
    # Small files are read without, and most commands have none.
    import multiprocessing

    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, ours, documents), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ReadAhead(documents, process, ours)
    finally:
        ours.close()
        # It has nothing to put in order: its temporary file has no name.
        process.kill()
        process.join()


class ReadAhead:
    """Yields what `documents` would yield, from the `process` that reads them. Its methods must be
    called in the order in which they are defined, each of them once."""

    def __init__(self, documents: InTimeOrder, process: BaseProcess, pipe: Connection) -> None:
        self._complain, self._region = documents.complain, documents.region
        self._process = process
        self._pipe = pipe
        self.count = 0

    def read(self, advance: Advance | None = None) -> None:
        """Read all files. `advance` is told of bytes."""
        while not isinstance(message := self._receive(), _Sorted):
            if isinstance(message, _Bad):
                self._complain(message.place, message.rejected)
            elif isinstance(message, _Went) and advance is not None:
                advance(message.count)
        self.count = message.count

    def reference(self, advance: Advance | None = None) -> Iterator[Event]:
        """The reference documents, when all is read. `advance` is told of documents."""
        for event, _, _ in self.others(advance):
            yield event

    def others(self, advance: Advance | None = None) -> Iterator[Read]:
        """All others, heartbeats among them."""
        return chain.from_iterable(self._batches(advance))

    def _batches(self, advance: Advance | None) -> Iterator[list[Read]]:
        while isinstance(batch := self._receive(), Batch):
            if advance is not None:
                advance(len(batch.documents))
            yield list(self._read(batch))

    def _read(self, batch: Batch) -> Iterator[Read]:
        unclear, doubles = batch.unclear, batch.doubles
        for number, opened in enumerate(batch.documents):
            # One text for all that a system sends: facts keep it.
            opened.source = sys.intern(opened.source)
            place = (opened.file, opened.line)
            event = opened.read(self._region) if number in unclear else opened.read_plain()
            if isinstance(event, Rejected):
                self._complain(place, event)
            else:
                yield event, place, doubles.get(number)

    def _receive(self) -> _Message:
        try:
            message: _Message = _decode(self._pipe.recv_bytes())
        except EOFError as error:
            self._process.join()
            how = self._process.exitcode or 0
            why = f"was ended by signal {-how}" if how < 0 else "failed"
            raise InputError(f"the process that reads the files {why}") from error
        if isinstance(message, _Failed):
            raise InputError(message.reason)
        return message


def _serve(pipe: Connection, theirs: Connection, documents: InTimeOrder) -> None:
    """The work of the other process, as long as this one is there to receive it."""
    # Ctrl-C goes to both processes; the one that the user waits for handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    theirs.close()

    def send(message: _Message) -> None:
        pipe.send_bytes(_encode(message))

    documents.complain = lambda place, rejected: send(_Bad(place, rejected))
    with suppress(BrokenPipeError):
        try:
            documents.read(lambda count: send(_Went(count)))
            send(_Sorted(documents.count))
            for batches in documents.batches():
                for batch in batches:
                    send(batch)
                send(_End())
        except InputError as error:
            send(_Failed(str(error)))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - told here: what Python would print may be data
            tell(error)
            sys.exit(1)
