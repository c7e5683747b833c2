"""Files that come into a folder. Each is taken when it stands still, and moved when all of it is
kept: one that was under way when the process ended is taken again, and its records have the same
ids."""

from __future__ import annotations

import asyncio
import fnmatch
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import structlog
from msgspec import Struct

from connectors.receiving.figures import Figures
from connectors.receiving.intake import Intake, StoppedError, seconds, whole
from connectors.receiving.letters import Whence
from connectors.receiving.outbox import paused
from connectors.receiving.settings import Folder
from connectors.receiving.taken import Archive, mark_of
from sinks.backoff import Backoff
from sinks.faults import told
from sinks.health import Health

#: Seconds between two looks.
_EVERY: Final = 1.0
#: How often a file that cannot be read is tried.
_TIMES: Final = 3
_TEMPORARY: Final = (".part", ".tmp", ".temp", ".swp", ".swx", ".filepart", ".crdownload", "~")

_log = structlog.get_logger(__name__)


class _Stand(Struct):
    """How a file was seen, and since when (s, monotonic) it has been so."""

    size: int
    modified: int
    inode: int
    since: float
    tried: int = 0

    def same(self, its: os.stat_result) -> bool:
        return (self.size, self.modified, self.inode) == (
            its.st_size,
            its.st_mtime_ns,
            its.st_ino,
        )


class FolderWatch:
    """Watches the folder of one connector. `clock` is one of seconds that never goes back."""

    def __init__(
        self,
        intake: Intake,
        folder: Folder,
        figures: Figures,
        health: Health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._intake = intake
        self._folder = folder
        self._path = intake.job.base / folder.path
        self._health = health
        self._name = intake.job.name
        self._archive = Archive(self._path)
        self._seen: dict[str, _Stand] = {}
        figures.lag(self._name, self._lag)
        health.expect(f"connector {self._name}")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set."""
        backoff = Backoff(_EVERY, 30.0)
        while not stopping.is_set():
            try:
                await self._intake.aside(self._archive.prepare)
                names = await self._intake.aside(self._look)
            except OSError as error:
                why = f"the folder cannot be read and written: {error.strerror or told(error)}"
                self._health.bad(f"connector {self._name}", why)
                await paused(stopping, backoff.longer())
                continue
            backoff.over()
            self._health.ok(f"connector {self._name}")
            try:
                for name in names:
                    await self._take(name, stopping)
            except StoppedError:
                return
            await paused(stopping, _EVERY)

    def _look(self) -> list[str]:
        """The files that stand still, the oldest first."""
        now, there, still = self._clock(), {}, []
        with os.scandir(self._path) as entries:
            for entry in entries:
                if not self._is_wanted(entry.name):
                    continue
                its = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(its.st_mode):
                    # A link could lead out of the folder, and a pipe never ends.
                    continue
                stand = self._seen.get(entry.name)
                if stand is None or not stand.same(its):
                    stand = _Stand(its.st_size, its.st_mtime_ns, its.st_ino, now)
                there[entry.name] = stand
                if now - stand.since >= seconds(self._folder.still):
                    still.append((its.st_mtime_ns, entry.name))
        self._seen = there
        return [name for _, name in sorted(still)]

    def _is_wanted(self, name: str) -> bool:
        hidden = name.startswith((".", "~$")) or name.lower().endswith(_TEMPORARY)
        return not hidden and fnmatch.fnmatchcase(name, self._folder.pattern)

    async def _take(self, name: str, stopping: asyncio.Event) -> None:
        path, stand = self._path / name, self._seen[name]
        try:
            await self._read(path, stand, stopping)
            self._seen.pop(name, None)
        except FileNotFoundError:
            return
        except OSError as error:
            stand.tried += 1
            why = error.strerror or told(error)
            # Not its name, which may be somebody's.
            _log.warning("a file cannot be read", connector=self._name, why=why)
            if stand.tried >= _TIMES:
                try:
                    await self._intake.aside(self._archive.failed, path, time.time(), why, None)
                except OSError as other:
                    why = f"a file can neither be read nor moved: {told(other)}"
                    self._health.bad(f"connector {self._name}", why)

    async def _read(self, path: Path, stand: _Stand, stopping: asyncio.Event) -> None:
        stream: BinaryIO = await self._intake.aside(_opened, path)
        with stream:
            mark = await self._intake.aside(mark_of, stream, self._intake.job.page.digest)
            if self._archive.has(mark):
                _log.info("a file was taken before", connector=self._name, sha256=mark[:12])
                await self._intake.aside(
                    self._archive.repeated, path, mark, time.time(), stand.size
                )
                return
            taken = await self._intake.take(stream, Whence(file=path.name), stopping)
            if not stand.same(await self._intake.aside(os.fstat, stream.fileno())):
                _log.warning(
                    "a file changed while it was read, and is taken again",
                    connector=self._name,
                    sha256=mark[:12],
                )
                return
        if whole(taken):
            await self._intake.aside(self._archive.done, path, mark, time.time(), stand.size, taken)
        elif taken.results:
            why = "nothing in it is a record"
            await self._intake.aside(self._archive.failed, path, time.time(), why, taken, mark)
        else:
            await self._intake.aside(self._archive.done, path, mark, time.time(), stand.size, taken)
        _log.info("a file was taken", connector=self._name, sha256=mark[:12], **dict(taken.results))

    def _lag(self) -> float:
        """Seconds for which the oldest that waits has been there."""
        oldest = min((it.modified for it in self._seen.values()), default=None)
        return 0.0 if oldest is None else max(0.0, time.time() - oldest / 1e9)


def _opened(path: Path) -> BinaryIO:
    """Raises `OSError`, also for what has become a link since it was seen."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    stream = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        stream.close()
        raise FileNotFoundError(path)
    return stream
