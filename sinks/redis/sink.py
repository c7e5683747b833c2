"""Stores alerts in Redis: each revision once, whatever is retried, replayed or lost with a server.

A Redis that syncs its log once a second, or fails over, can lose writes it has confirmed. A mark
shows it: it is then older than the writer knows. The writer keeps its last batches and writes those
again, in order, before anything newer.

A revision may go to another audience than the one before it, for example when its detector goes
live: the script that writes it moves the alert from the old audience's sets to the new one's.

What was done about an alert decides where it belongs. Most have no actions, and are written in one
round trip. Where the script finds that there are some which the writer did not know, it writes
nothing of that alert; then they are read, and it is worked out anew.

The user needs the commands of `COMMANDS` on `{ob}:*`; `info` lets the check at the start see
whether Redis evicts keys.
"""

from __future__ import annotations

import time
import uuid
from asyncio import Lock
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from cases.handling import Logged
from contract.alert import SEVERITIES, Alert, Severity
from contract.decoding.explain import shape_of
from sinks.redis.connection import Connection, RedisRefusedError, RedisUnavailableError
from sinks.redis.handled import Known, known_in
from sinks.redis.keys import (
    ACTIONS,
    CANARY,
    CLOSED,
    OPEN,
    OPEN_SETS,
    OPEN_SHADOW,
    STREAM,
    alert_key,
    employee_key,
    handling_key,
    mark_key,
    of_severity,
)
from sinks.redis.script import Script
from sinks.redis.work import Work
from sinks.sink import Outcome, Revision

#: Lua counts in doubles.
MAX_REVISION: Final = 2**53 - 1
#: Alerts in one call of the script. Redis serves nobody else meanwhile: about 5 ms at 2 kB each.
BATCH: Final = 200
#: Bytes of alerts kept to be written again if Redis forgets them.
MEMORY: Final = 16 * 1024 * 1024
#: Seconds that what is closed stays: a year's audit and a month.
KEPT: Final = 400 * 86_400
#: What a user of Redis needs the right to.
COMMANDS: Final = (
    *("get", "set", "mget", "expire", "persist", "xadd", "xlen", "zadd", "zcard", "zrem"),
    *("zremrangebyscore", "eval", "evalsha"),
)
#: How often a batch is worked out anew because somebody else wrote the same alerts.
_TRIES: Final = 20

_log = structlog.get_logger(__name__)


class RedisSink:
    """Writes alerts to one Redis, Valkey (7 or later) or Redis Cluster.

    `url` and `timeout` as of `Connection`. `maxlen` is about how many revisions the stream keeps,
    `memory` the most bytes of alerts kept to be written again, `kept` for how long what is closed
    or withdrawn stays (s). Nothing connects before the first call.
    """

    def __init__(
        self,
        url: str,
        *,
        maxlen: int = 1_000_000,
        timeout: float = 5.0,
        memory: int = MEMORY,
        kept: int = KEPT,
    ) -> None:
        if maxlen < 1:
            raise ValueError("maxlen must be 1 or more")
        self._connection = Connection(url, timeout)
        self._memory = memory
        self._turn = Lock()
        self._script = Script(self._connection, mark_key(uuid.uuid4().hex), maxlen, kept)
        self._mark = 0
        #: The batch after `_mark`, and when it was first tried, in milliseconds.
        self._tried = (0, 0)
        self._recent: deque[tuple[int, int, _Batch]] = deque()
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

    async def write(
        self, revisions: Sequence[Revision], actions: Sequence[Logged] = ()
    ) -> list[Outcome]:
        """Write revisions, oldest first, and actions on any alerts; return the outcome of each, of
        the revisions first.

        At most `BATCH` in all. Raises `RedisUnavailableError` or `RedisRefusedError`; then write
        the same again.
        """
        if len(revisions) + len(actions) > BATCH:
            raise ValueError(f"at most {BATCH} at a time")
        if any(not 0 < it.alert.revision <= MAX_REVISION for it in revisions):
            raise ValueError(f"revisions are 1 to {MAX_REVISION}")
        async with self._turn:
            return await self._write(_Batch(tuple(revisions), tuple(actions)))

    async def heard(self, at: int) -> None:
        """A canary that was sent then (µs) came back: to write it is to know that Redis takes what
        is written. Raises `RedisUnavailableError` or `RedisRefusedError`."""
        await self._connection.ask(("SET", CANARY, at))

    async def look(self) -> None:
        """Ask how many alerts fire, including those of other workers.

        This also shows whether Redis is there and still has what was written to it.
        """
        async with self._turn:
            await self._write(_NOTHING)

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

    async def known(self, alert_ids: Sequence[str]) -> list[Known]:
        """What Redis has of these alerts and of what was done about them. Raises
        `RedisSinkError`."""
        return await known_in(self._connection, alert_ids)

    async def _write(self, batch: _Batch) -> list[Outcome]:
        mark = self._mark + 1 if batch.revisions or batch.actions else self._mark
        if mark > self._tried[0]:
            self._tried = (mark, int(time.time() * 1000))
        at = self._tried[1]
        lost, outcomes = await self._store(self._mark, mark, at, batch)
        if lost is not None:
            await self._write_again(since=lost)
            lost, outcomes = await self._store(self._mark, mark, at, batch)
        if lost is not None:
            raise RedisUnavailableError(f"{self._connection.who} loses what it has confirmed")
        self._mark = mark
        self._remember(mark, at, batch)
        return outcomes

    async def _store(
        self, lowest: int, mark: int, at: int, batch: _Batch
    ) -> tuple[int | None, list[Outcome]]:
        """Write a batch, again where somebody else has written meanwhile. The mark that is there,
        if it is older than `lowest`, else the outcomes."""
        work = Work(batch.revisions, batch.actions, self._script.kept)
        await work.learn(self.known, work.acted_on)
        for _ in range(_TRIES):
            alerts, handlings = work.entries()
            answer = await self._script.run(lowest, mark, at, alerts, handlings)
            if answer.lost is not None:
                return answer.lost, []
            self._sizes = answer.sizes
            await work.learn(self.known, work.settle(answer.outcomes))
            if work.is_done:
                return None, work.outcomes
        raise RedisUnavailableError(f"{self._connection.who}: others write the same alerts")

    async def _write_again(self, since: int) -> None:
        forgotten = [batch for batch in self._recent if batch[0] > since]
        complete = forgotten[0][0] == since + 1
        _log.warning(
            "Redis has lost batches it had confirmed; writing them again",
            lost=self._mark - since,
            kept=len(forgotten),
            complete=complete,
        )
        for mark, at, batch in forgotten:
            # With its own mark: if this fails half way, the next write still notices that the rest
            # is missing.
            await self._store(0, mark, at, batch)
        self.setbacks.append((since, complete))

    def _remember(self, mark: int, at: int, batch: _Batch) -> None:
        if not batch.revisions and not batch.actions:
            return
        self._recent.append((mark, at, batch))
        self._recent_bytes += batch.size
        while self._recent_bytes > self._memory and len(self._recent) > 1:
            self._recent_bytes -= self._recent.popleft()[2].size


class _Batch(NamedTuple):
    """What is written at once."""

    revisions: tuple[Revision, ...]
    actions: tuple[Logged, ...]

    @property
    def size(self) -> int:
        """Its bytes, about."""
        notes = sum(len(it.action.note or "") for it in self.actions)
        return sum(len(it.data) for it in self.revisions) + 300 * len(self.actions) + 4 * notes


_NOTHING: Final = _Batch((), ())

#: Each needs the right to a command and the right type of a key, and changes nothing. `XADD` with
#: an id of 0-0 always fails, after the check of rights.
_PROBES: Final[tuple[tuple[Any, ...], ...]] = (
    ("SET", alert_key(""), "", "XX"),
    ("MGET", alert_key(""), handling_key("")),
    ("SET", handling_key(""), "", "XX"),
    ("ZADD", employee_key(""), "XX", 0, ""),
    *(
        ("XADD", stream, "NOMKSTREAM", "MAXLEN", "~", 1, "0-0", "alert_id", "")
        for stream in (STREAM, ACTIONS)
    ),
    ("EXPIRE", alert_key(""), 1),
    ("PERSIST", alert_key("")),
    ("ZADD", CLOSED, "XX", 0, ""),
    ("ZREMRANGEBYSCORE", CLOSED, 1, 0),
    *(("ZADD", key, "XX", 0, "") for key in OPEN_SETS),
    *(("ZREM", key, "") for key in OPEN_SETS),
)
