"""A process that is forked from this one, works for it, and ends with it.

A fork has the files open that this process has, and nothing to import. What they send each other
goes through two pipes.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from offbook.cli.files.ndjson import InputError
from streams.service.last_resort import tell

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What a pipe holds, as far as the system lets it. In the 64 KiB that it has by itself whoever
#: sends a batch would wait until the other has come to receive it.
_ROOM: Final = 1 << 20
#: What ends a command.
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


def can_fork() -> bool:
    """Whether that is possible: a lock that another thread holds would stay locked in the fork."""
    return sys.platform == "linux" and threading.active_count() == 1


class _GoneError(Exception):
    """The process that this one works for."""


class Line:
    """What the forked process hears, and says."""

    def __init__(self, hears: Connection, says: Connection) -> None:
        self._hears = hears
        self._says = says

    def receive(self) -> bytes:
        """What was sent next."""
        try:
            return self._hears.recv_bytes()
        except (EOFError, OSError) as error:
            raise _GoneError from error

    def send(self, message: bytes) -> None:
        """Send something back."""
        try:
            self._says.send_bytes(message)
        except OSError as error:
            raise _GoneError from error


class Post:
    """Sends what it is given, in its order, without waiting until it is received.

    Where both processes send much, they would else wait for each other to come and receive.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._unsent: SimpleQueue[bytes | None] = SimpleQueue()
        self._sender = threading.Thread(target=self._send, daemon=True)
        self._sender.start()
        self.send = self._unsent.put

    def end(self) -> None:
        """Wait until all is sent."""
        self._unsent.put(None)
        self._sender.join()

    def _send(self) -> None:
        with suppress(_GoneError):
            while (message := self._unsent.get()) is not None:
                self._line.send(message)


class Forked:
    """Does `work` in a process of its own until `end`. `task` is what people are told that it
    does, if it ends before."""

    def __init__(self, task: str, work: Callable[[Line], None]) -> None:
        # Most commands fork nothing.
        import multiprocessing

        context = multiprocessing.get_context("fork")
        self._task = task
        self._hears, says = context.Pipe(duplex=False)
        hears, self._says = context.Pipe(duplex=False)
        ours = (self._hears, self._says)
        self._process = context.Process(
            target=_serve, args=(work, Line(hears, says), ours), daemon=True
        )
        # One that came before the fork has its own handlers would be handled there as it is here,
        # and whoever ends it would wait for ever.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for pipe in (hears, says):
            _widen(pipe)
            pipe.close()

    def send(self, message: bytes) -> None:
        """Raises `InputError` if it has ended."""
        try:
            self._says.send_bytes(message)
        except OSError as error:
            raise self._ended() from error

    def receive(self) -> bytes:
        """Wait for what it sends next. Raises `InputError` if it has ended."""
        try:
            return self._hears.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._ended() from error

    def end(self) -> None:
        """It has nothing to put in order: no temporary file of ours has a name."""
        self._hears.close()
        self._says.close()
        self._process.kill()
        self._process.join()

    def _ended(self) -> InputError:
        self._process.join()
        how = self._process.exitcode or 0
        why = f"was ended by signal {-how}" if how < 0 else "failed"
        return InputError(f"the process that {self._task} {why}")


def _widen(pipe: Connection) -> None:
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)


def _serve(work: Callable[[Line], None], line: Line, others: tuple[Connection, ...]) -> None:
    """The whole of the other process, as long as this one is there to hear it."""
    # Ctrl-C goes to all processes; the one that the user waits for handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for pipe in others:
        pipe.close()
    with suppress(_GoneError):
        try:
            work(line)
        except _GoneError:
            raise
        except Exception as error:  # noqa: BLE001 - told here: what Python would print may be data
            tell(error)
            sys.exit(1)
