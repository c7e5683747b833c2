"""One PostgreSQL on loopback, which writes its log so that changes can be read of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from offbook.cli.demo.server_process import (
    LOOPBACK,
    EmbeddedFailedError,
    EmbeddedMissingError,
    ServerProcess,
)

USER: Final = "offbook"
DATABASE: Final = "postgres"
#: Debian keeps servers off the PATH, each version in a folder of its own.
_DEBIAN: Final = Path("/usr/lib/postgresql")


class PostgreSQL(ServerProcess):
    """`kill()` and `start()` keep port and data. Whoever comes from this machine is let in.

    Its clock hangs in Shanghai. It does not run as root: then it is the user `postgres`, whom
    Debian's package brings.
    """

    name = "postgresql"

    def __init__(self, *, deadline: float = 60.0) -> None:
        super().__init__(deadline=deadline)
        self._programs = _programs()

    @property
    def directory(self) -> Path:
        if self._directory is None and os.geteuid() == 0:
            # Not where TMPDIR says, which may be a folder that only root enters.
            self._directory = Path(tempfile.mkdtemp(prefix=f"offbook-{self.name}-", dir="/tmp"))
            shutil.chown(self._directory, "postgres", "postgres")
        return super().directory

    def command(self) -> list[str]:
        data = self.directory / "data"
        if not data.exists():
            self._run("initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "wal_level": "logical",
            "fsync": "off",
            "shared_buffers": "16MB",
            "TimeZone": "Asia/Shanghai",
        }
        told = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._mine("postgres", "-D", data, "-p", self.port, *told)

    def answers(self) -> bool:
        asked = self._program("pg_isready", "-h", LOOPBACK, "-p", self.port)
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def run(self, sql: str) -> list[str]:
        """The rows that it gives, columns parted by `|`. Raises `EmbeddedFailedError`."""
        address = ("-h", LOOPBACK, "-p", self.port, "-U", USER, "-d", DATABASE)
        asked = self._program("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *address)
        done = subprocess.run(
            asked, input=sql, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        if done.returncode:
            raise EmbeddedFailedError(f"psql: {done.stderr.strip()}")
        return done.stdout.splitlines()

    def _end(self, how: signal.Signals) -> None:
        # On SIGTERM it waits for its clients to leave.
        super()._end(signal.SIGINT if how == signal.SIGTERM else how)

    def _run(self, *words: object) -> None:
        done = subprocess.run(
            self._mine(*words), capture_output=True, text=True, timeout=self.deadline, check=False
        )
        if done.returncode:
            raise EmbeddedFailedError(f"{words[0]}: {done.stderr.strip()}")

    def _program(self, name: object, *arguments: object) -> list[str]:
        return [str(self._programs / str(name)), *map(str, arguments)]

    def _mine(self, *words: object) -> list[str]:
        """Not as root. Another user is not ended with us any more, unless that is said again."""
        its = self._program(*words)
        if os.geteuid():
            return its
        user = ("--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL")
        return [shutil.which("setpriv") or "/usr/bin/setpriv", *user, *its]


def _programs() -> Path:
    """The folder of the newest that is there. Raises `EmbeddedMissingError`."""
    found = [it.parent for it in _DEBIAN.glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda it: int(it.parent.name))
    if named := shutil.which("postgres"):
        return Path(named).resolve().parent
    raise EmbeddedMissingError("no PostgreSQL here: apt-get install postgresql")
