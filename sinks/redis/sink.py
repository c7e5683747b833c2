"""Stores alerts in Redis: each revision once, whatever is retried, replayed or lost with a server.

A Redis that syncs its log once a second, or fails over, can lose writes it has confirmed. A mark
shows it: it is then older than the writer knows. The writer keeps its last batches and writes those
again, in order, before anything newer.

A revision may go to another audience than the one before it, for example when its detector goes
live: the script that writes it moves the alert from the old audience's sets to the new one's.

The user needs the commands `get set xadd xlen zadd zcard zrem eval evalsha` on `{ob}:*`; `info`
lets the check at the start see whether Redis evicts keys.
"""

from __future__ import annotations

import time
import uuid
from asyncio import Lock
from collections import deque
from collections.abc import Mapping, Sequence
from hashlib import sha1
from importlib import resources
from typing import Any, Final

import msgspec
import orjson
import structlog
from redis import exceptions as errors

from contract.alert import SEVERITIES, Alert, Severity
from contract.decoding.explain import shape_of
from sinks.redis.connection import Connection, RedisRefusedError, RedisUnavailableError
from sinks.redis.keys import (
    OPEN,
    OPEN_SETS,
    OPEN_SHADOW,
    STREAM,
    alert_key,
    mark_key,
    of_severity,
    sets_of,
)
from sinks.sink import Outcome, Revision

#: Lua counts in doubles.
MAX_REVISION: Final = 2**53 - 1
#: Alerts in one call of the script. Redis serves nobody else meanwhile: about 5 ms at 2 kB each.
BATCH: Final = 200
#: Bytes of alerts kept to be written again if Redis forgets them.
MEMORY: Final = 16 * 1024 * 1024

_SCRIPT: Final = resources.files(__package__).joinpath("deliver.lua").read_text("utf-8")
_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

_log = structlog.get_logger(__name__)


class RedisSink:
    """Writes alerts to one Redis, Valkey (7 or later) or Redis Cluster.

    `url` and `timeout` as of `Connection`. `maxlen` is about how many revisions the stream keeps,
    `memory` the most bytes of alerts kept to be written again. Nothing connects before the first
    call.
    """

    def __init__(
        self, url: str, *, maxlen: int = 1_000_000, timeout: float = 5.0, memory: int = MEMORY
    ) -> None:
        if maxlen < 1:
            raise ValueError("maxlen must be 1 or more")
        self._connection = Connection(url, timeout)
        self._maxlen = maxlen
        self._memory = memory
        self._turn = Lock()
        self._mark_key = mark_key(uuid.uuid4().hex)
        self._mark = 0
        #: The batch after `_mark`, and when it was first tried, in milliseconds.
        self._tried = (0, 0)
        self._recent: deque[tuple[int, int, Sequence[Revision]]] = deque()
        self._recent_bytes = 0
        self._sizes: Mapping[str, int] | None = None
        #: Each time Redis had lost what it had confirmed: the last of our batches that was still
        #: there, and whether all since could be written again. Whoever acts on them clears them.
        self.setbacks: list[tuple[int, bool]] = []

    @property
    def connection(self) -> Connection:
        """The connection it writes by, for what is kept beside the alerts."""
        return self._connection

    @property
    def address(self) -> str:
        """Where it is, without user and password: what a message may show."""
        return self._connection.address

    async def write(self, revisions: Sequence[Revision]) -> list[Outcome]:
        """Write revisions, oldest first, and return the outcome of each.

        At most `BATCH` of them, in one round trip that is executed completely or not at all. Raises
        `RedisUnavailableError` or `RedisRefusedError`; then write the same revisions again.
        """
        if len(revisions) > BATCH:
            raise ValueError(f"at most {BATCH} alerts at a time")
        if any(not 0 < it.alert.revision <= MAX_REVISION for it in revisions):
            raise ValueError(f"revisions are 1 to {MAX_REVISION}")
        async with self._turn:
            return await self._write(revisions)

    async def look(self) -> None:
        """Ask how many alerts fire, including those of other workers.

        This also shows whether Redis is there and still has what was written to it.
        """
        async with self._turn:
            await self._write(())

    def open_alerts(self, *, shadow: bool = False) -> Mapping[Severity, int] | None:
        """How many alerts fire, by severity, as of the last call that reached Redis; None before
        the first. Those of detectors on trial are counted apart."""
        if self._sizes is None:
            return None
        one = OPEN_SHADOW if shadow else OPEN
        return {it: self._sizes[of_severity(one, it)] for it in SEVERITIES}

    async def newest(self, alert_id: str) -> Alert | None:
        """The newest revision of an alert, None if there is none.

        Raises `RedisUnavailableError`, or `RedisRefusedError` also for what is no alert.
        """
        key = alert_key(alert_id)
        stored = await self._connection.ask(("GET", key))
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=Alert)
        except msgspec.DecodeError as error:
            raise RedisRefusedError(
                f"{self._connection.who}: {key} is no alert that this version can read:"
                f" {shape_of(error)}"
            ) from error

    async def check(self) -> tuple[str, ...]:
        """Everything that can be known at start: reachable, never evicts, all commands allowed.

        Returns warnings, one line each. Raises `RedisUnavailableError` or `RedisRefusedError`.
        """
        warnings = []
        memory = await self._connection.info("memory")
        if memory is None:
            warnings.append(
                f"{self._connection.who}: INFO is not allowed, cannot see whether it evicts"
            )
        elif (
            int(memory.get("maxmemory", 0))
            and memory.get("maxmemory_policy", "noeviction") != "noeviction"
        ):
            raise RedisRefusedError(
                f"{self._connection.who} evicts (maxmemory-policy {memory['maxmemory_policy']}) and"
                " would lose alerts: set maxmemory-policy noeviction"
            )
        persistence = await self._connection.info("persistence")
        if persistence is not None and not int(persistence.get("aof_enabled", 1)):
            warnings.append(
                f"{self._connection.who} forgets alerts when it stops: set appendonly yes"
            )
        await self.look()
        for probe in _PROBES:
            await self._connection.ask(probe)
        return tuple(warnings)

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def _write(self, revisions: Sequence[Revision]) -> list[Outcome]:
        mark = self._mark + 1 if revisions else self._mark
        if mark > self._tried[0]:
            self._tried = (mark, int(time.time() * 1000))
        at = self._tried[1]
        answer = await self._run(self._mark, mark, at, revisions)
        if answer.lost is not None:
            await self._write_again(since=answer.lost)
            answer = await self._run(self._mark, mark, at, revisions)
        if answer.lost is not None:
            raise RedisUnavailableError(f"{self._connection.who} loses what it has confirmed")
        self._mark = mark
        self._remember(mark, at, revisions)
        return answer.outcomes

    async def _write_again(self, since: int) -> None:
        forgotten = [batch for batch in self._recent if batch[0] > since]
        complete = forgotten[0][0] == since + 1
        _log.warning(
            "Redis has lost batches it had confirmed; writing them again",
            lost=self._mark - since,
            kept=len(forgotten),
            complete=complete,
        )
        for mark, at, revisions in forgotten:
            # With its own mark: if this fails half way, the next write still notices that the rest
            # is missing.
            await self._run(0, mark, at, revisions)
        self.setbacks.append((since, complete))

    def _remember(self, mark: int, at: int, revisions: Sequence[Revision]) -> None:
        if not revisions:
            return
        self._recent.append((mark, at, revisions))
        self._recent_bytes += _size(revisions)
        while self._recent_bytes > self._memory and len(self._recent) > 1:
            self._recent_bytes -= _size(self._recent.popleft()[2])

    async def _run(self, lowest: int, mark: int, at: int, revisions: Sequence[Revision]) -> _Answer:
        batch = {
            "lowest": lowest,
            "mark": {"key": self._mark_key, "value": str(mark)},
            "stream": {"key": STREAM, "maxlen": str(self._maxlen), "at": str(at)},
            "sets": OPEN_SETS,
            "alerts": [_told(it.alert) for it in revisions],
        }
        # A cluster requires every key to be declared. The documents are passed beside the batch:
        # within it they would be escaped, and quotation marks are a fifth of them.
        keys = [
            self._mark_key,
            STREAM,
            *OPEN_SETS,
            *(alert_key(it.alert.alert_id) for it in revisions),
        ]
        call = (len(keys), *keys, orjson.dumps(batch), *(it.data for it in revisions))
        try:
            answer = await self._connection.ask(("EVALSHA", _SHA, *call))
        except errors.NoScriptError:
            answer = await self._connection.ask(("EVAL", _SCRIPT, *call))
        told = msgspec.json.decode(answer[0], type=_Answer)
        told.outcomes = [it.decode() for it in answer[1:]]
        if told.lost is None:
            self._sizes = told.sizes
        return told


class _Answer(msgspec.Struct):
    """The answer of the script: the mark it found, if that is older than the lowest acceptable one;
    otherwise how many alerts are in each open set, and the outcome of each revision."""

    lost: int | None = None
    sizes: dict[str, int] = {}
    outcomes: list[Outcome] = []


def _told(alert: Alert) -> dict[str, Any]:
    """What the script goes by. Text throughout: Lua would write a large number as 1e+15."""
    return {
        "key": alert_key(alert.alert_id),
        "alert_id": alert.alert_id,
        "detector": alert.detector,
        "severity": alert.severity,
        "state": alert.state,
        "revision": str(alert.revision),
        "score": str(alert.score),
        "audience": alert.audience,
        "sets": sets_of(alert),
    }


def _size(revisions: Sequence[Revision]) -> int:
    return sum(len(it.data) for it in revisions)


#: Each needs the right to a command and the right type of a key, and changes nothing. `XADD` with
#: an id of 0-0 always fails, after the check of rights.
_PROBES: Final[tuple[tuple[Any, ...], ...]] = (
    ("SET", alert_key(""), "", "XX"),
    ("XADD", STREAM, "NOMKSTREAM", "MAXLEN", "~", 1, "0-0", "alert_id", ""),
    *(("ZADD", key, "XX", 0, "") for key in OPEN_SETS),
    *(("ZREM", key, "") for key in OPEN_SETS),
)
