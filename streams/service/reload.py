"""Reloads `[detectors.*]` of the settings file, and detectors of one's own, while the worker runs.

The file is watched by path, because Kubernetes swaps a symlink and editors put a new file in place.
Its contents are taken completely or not at all, in one swap between two batches; a file that cannot
be used changes nothing and is reported. Of the folder of detectors each file is taken or not: where
one is refused, the code before goes on. Everything except the detectors needs a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import structlog
from msgspec import structs

from detectors.language.detector import Detector
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from streams.service.refused import tell_refused
from streams.settings.loading import configured_detectors, parse, read
from streams.settings.own_detectors import known_detectors, state_of
from streams.settings.settings import SCALARS, Settings, SettingsError

#: Seconds between looks at the file. A change is taken at the second look that finds it the same:
#: a file that is written in place reads, half way, as one whose last tables were taken out.
LOOK_EVERY: Final = 1.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ConfigFile:
    """The settings file, and the environment that overrides it; `settings` are those of the
    start."""

    path: Path
    env: Mapping[str, str] = field(repr=False)
    settings: Settings


class Judging(Protocol):
    """Something that judges, or routes, by a set of detectors."""

    def use(self, detectors: Sequence[Detector], /) -> None:
        """Use these from the next batch on. Must not fail."""


class Reload:
    """Watches `config` and passes the detectors to all of `judging` whenever they have changed.

    `asked`, once set, has the file read at once. Health condition: `settings`, which holds even if
    a file was refused, because the worker continues to work.
    """

    def __init__(
        self,
        config: ConfigFile,
        judging: Sequence[Judging],
        metrics: Metrics,
        health: Health,
        asked: asyncio.Event,
        *,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._config = config
        self._judging = judging
        self._metrics = metrics
        self._health = health
        self._known = known_detectors(config.settings.detectors_path)
        self._running = configured_detectors(config.settings, self._known)
        #: What was examined last, and what the last look found.
        self._judged: _Seen | None = None
        self._seen: _Seen | None = None
        self._refused = False
        self._asked = asked
        self._look_every = look_every
        self._stopping = False
        self._took()

    def stop(self) -> None:
        """Watch no more; `run` then returns."""
        self._stopping = True
        self._asked.set()

    async def run(self) -> None:
        """Watch until `stop`."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), self._look_every)
            if self._stopping:
                return
            asked = self._asked.is_set()
            self._asked.clear()
            await self._look(asked)

    async def _look(self, asked: bool) -> None:
        seen = await asyncio.to_thread(_look_at, self._config)
        settled, self._seen = seen == self._seen, seen
        if asked or (settled and seen != self._judged):
            self._judged = seen
            self._judge(seen.content, asked)

    def _judge(self, content: bytes | str, asked: bool) -> None:
        config = self._config
        try:
            if isinstance(content, str):
                raise SettingsError(content)
            found = parse(content, config.path, config.env)
            known = known_detectors(config.settings.detectors_path).keeping(self._known)
            # Settings that need a restart are not taken, so the boundaries of the company's days
            # stay as they are.
            detectors = configured_detectors(
                structs.replace(config.settings, detectors=found.detectors), known
            )
        except SettingsError as error:
            self._refuse(error)
            return
        waiting = [
            name
            for name in (*SCALARS, "feeds")
            if getattr(found, name) != getattr(config.settings, name)
        ]
        if waiting:
            _log.warning(
                "settings have changed that need a restart; they stay as they are", settings=waiting
            )
        if known != self._known:
            self._known = known
            tell_refused(known, self._metrics, self._health)
        changed = _changed(self._running, detectors)
        if changed:
            # Nothing is awaited in between, so that no batch is routed by one set and judged by
            # another.
            for judge in self._judging:
                judge.use(detectors)
            self._running = detectors
        if changed or asked or self._refused:
            _log.info("settings of the detectors taken", file=str(config.path), changed=changed)
        self._took()

    def _took(self) -> None:
        self._refused = False
        self._metrics.settings_file.taken(time.time())
        self._health.ok("settings")

    def _refuse(self, error: SettingsError) -> None:
        self._refused = True
        self._metrics.settings_file.refused()
        self._health.ok(
            "settings",
            f"{self._config.path} was refused, the settings before it go on; see the log",
        )
        _log.error(
            "settings refused; those taken before go on",
            file=str(self._config.path),
            problems=list(error.problems),
        )


class _Seen(NamedTuple):
    """The settings file, a text where it cannot be read, and how the folder of detectors stands."""

    content: bytes | str
    folder: str


def _look_at(config: ConfigFile) -> _Seen:
    folder = state_of(config.settings.detectors_path)
    try:
        return _Seen(read(config.path), folder)
    except SettingsError as error:
        return _Seen(str(error), folder)


def _changed(before: Sequence[Detector], after: Sequence[Detector]) -> list[str]:
    """The ids of the detectors that differ, started and stopped ones included."""
    one, other = ({it.id: it for it in detectors} for detectors in (before, after))
    return sorted(id_ for id_ in one.keys() | other.keys() if one.get(id_) != other.get(id_))
