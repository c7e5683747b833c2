"""A server as a child process, which ends with the process that started it."""

from __future__ import annotations

import abc
import atexit
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

LOOPBACK = "127.0.0.1"

# Below the ephemeral range of every system we know. A port inside it can be taken, while its server
# is down, by a client that tries to reconnect: TCP lets it connect to itself, and the server never
# gets its port back.
_PORTS = range(20_000, 32_000)

# Runs first in the child: asks Linux to kill it when its parent is gone, then becomes the server.
# Done there and not in a preexec_fn, which may deadlock when the parent has threads.
_TETHER = """
import os, sys
if sys.platform == "linux":
    import ctypes, signal
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != int(sys.argv[1]):
        sys.exit("parent is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


class EmbeddedError(RuntimeError):
    """An embedded server cannot be started. `retryable` says whether trying again can help."""

    retryable: ClassVar[bool] = False


class EmbeddedMissingError(EmbeddedError):
    """Its program is not installed; trying again does not help, the message says what does."""


class EmbeddedFailedError(EmbeddedError):
    """It died, or did not answer before the deadline; the message ends with the tail of its log."""

    retryable: ClassVar[bool] = True


def free_port() -> int:
    """A TCP port on loopback nobody listens on, outside the ephemeral range."""
    for port in random.sample(_PORTS, 200):
        if _is_free(port):
            return port
    raise EmbeddedFailedError(f"no free port on {LOOPBACK} in {_PORTS.start}-{_PORTS.stop - 1}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return True
    return False


#: So often another may come first.
_MOVES: Final = 3


class ServerProcess(abc.ABC):
    """One server in a child process on loopback, with its log and data in a directory of its own.

    `port`: None takes a free one. `directory`: None makes a temporary one, removed by `stop()`.
    `deadline`: seconds from the start to the first answer.
    """

    name: ClassVar[str]

    def __init__(
        self, *, port: int | None = None, directory: Path | None = None, deadline: float = 20.0
    ) -> None:
        self.port = free_port() if port is None else port
        #: Whether it may take another port: it chose this one, and was never reached at it.
        self._may_move = port is None
        self.deadline = deadline
        self._own_directory = directory is None
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @abc.abstractmethod
    def command(self) -> list[str]:
        """The program, by its full path, and its arguments."""

    @abc.abstractmethod
    def answers(self) -> bool:
        """Whether the server does what it is for. May raise OSError while it does not."""

    def environment(self) -> dict[str, str]:
        """What the child's environment has beside ours."""
        return {}

    @property
    def directory(self) -> Path:
        """Where log and data lie; made when first asked for."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix=f"offbook-{self.name}-"))
        return self._directory

    @property
    def log(self) -> Path:
        """Standard output and error of the server, of all its starts."""
        return self.directory / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """Process id of the running server; EmbeddedFailedError if it is not running."""
        if self._process is None or self._process.poll() is not None:
            raise EmbeddedFailedError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> Self:
        """Start, and return when it answers. Raises EmbeddedMissingError or EmbeddedFailedError.

        Between the choice of a free port and the server's taking it another may come first: then it
        takes another one."""
        for _ in range(_MOVES):
            try:
                return self._start()
            except EmbeddedFailedError as failed:
                if not self._may_move or "in use" not in str(failed):
                    raise
                self.move()
        return self._start()

    def move(self) -> None:
        """Take another port."""
        self.port = free_port()

    def _start(self) -> Self:
        if self._process is not None and self._process.poll() is None:
            return self
        if self._may_move and not _is_free(self.port):
            # Whoever has it would answer in this one's place.
            self.move()
        command = self.command()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env={**os.environ, **self.environment()},
                # Ctrl-C in a terminal is for us: servers stop after the work that needs them.
                start_new_session=True,
            )
        atexit.register(self.kill)
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:
            self.kill()
            raise
        self._may_move = False
        return self

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + self.deadline
        while True:
            with contextlib.suppress(OSError):
                if self.answers():
                    return
            if process.poll() is not None:
                why = f"ended with status {process.returncode} before it answered"
            elif time.monotonic() > end:
                why = f"did not answer on {LOOPBACK}:{self.port} within {self.deadline:g} s"
            else:
                time.sleep(0.02)
                continue
            tail = self.log.read_text(errors="replace")[-2000:].strip()
            raise EmbeddedFailedError(f"{self.name} {why}\n{tail}".rstrip())

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would, and wait until it is gone. Data and port stay."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it with SIGTERM (SIGKILL after 5 s) and remove its directory if we made it."""
        self._end(signal.SIGTERM)
        if self._own_directory and self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        atexit.unregister(self.kill)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
