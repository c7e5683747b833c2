"""Alerts in Redis: each revision once, whatever is retried, replayed or lost with a server.

Keys, all with the hash tag `{ob}` so that they share one slot of a cluster:

=========================  ====================================================================
`{ob}:alerts`              stream, one entry a revision, trimmed with `MAXLEN ~`
`{ob}:alert:<alert_id>`    string, the newest revision as JSON; the script reads its `revision`
`{ob}:open`                sorted set, the firing alerts by score
`{ob}:open:<severity>`     the same, one severity each: its size is `offbook_open_alerts`. A
                           set and no counter, so that no repeat and no restart makes it drift
`{ob}:open:shadow`         sorted set, the firing alerts of detectors on trial; they are in none
                           of those above. `{ob}:open:shadow:<severity>` likewise
`{ob}:open:suppressed`     sorted set, the firing alerts that an allowance covers; in none above
`{ob}:mark:<writer>`       number of the last batch this writer wrote; goes a day after the writer
=========================  ====================================================================

A Redis that syncs its log once a second, or fails over, can forget writes it has confirmed. The
mark shows it: it is then behind what the writer knows, and the writer, which keeps its last
batches, writes those again, in order, before anything newer.

A revision may go to another audience than the one before it, as when its detector goes live: the
script that writes it moves the alert from the sets of the one to those of the other.

The user needs the commands `get set xadd xlen zadd zcard zrem eval evalsha` on `{ob}:*`; `info`
lets the check at start see whether Redis evicts.
"""

from __future__ import annotations

import time
import uuid
from asyncio import Lock
from collections import deque
from collections.abc import Mapping, Sequence
from hashlib import sha1
from importlib import resources
from typing import Any, ClassVar, Final, Literal

import msgspec
import redis.asyncio as aioredis
import structlog
from redis import exceptions as errors
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from contract.alert import Alert, Audience, Severity
from contract.decoding.explain import shape_of
from sinks.redis.refusals import connection_refusal
from sinks.redis.url import Secrets, redis_address, redis_url_fault

#: "moved" is written too; the revision before it went to another audience.
Outcome = Literal["written", "moved", "repeat", "stale"]
#: (id, revision, detector, severity, state, score, audience, data), as the script takes them.
Row = tuple[str, int, str, str, str, int, Audience, bytes]

STREAM: Final = "{ob}:alerts"
OPEN: Final = "{ob}:open"
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "info")
OPEN_SHADOW: Final = f"{OPEN}:shadow"
OPEN_SUPPRESSED: Final = f"{OPEN}:suppressed"
#: In the order in which the script takes them.
_OPEN_SETS: Final = (
    OPEN,
    *(f"{OPEN}:{severity}" for severity in SEVERITIES),
    OPEN_SHADOW,
    *(f"{OPEN_SHADOW}:{severity}" for severity in SEVERITIES),
    OPEN_SUPPRESSED,
)

#: Lua counts in doubles.
MAX_REVISION: Final = 2**53 - 1
#: Alerts in one call of the script. Redis serves nobody else meanwhile: about 5 ms at 2 kB each.
BATCH: Final = 200
#: Bytes of alerts kept to be written again if Redis forgets them.
MEMORY: Final = 16 * 1024 * 1024

_SCRIPT: Final = resources.files(__package__).joinpath("deliver.lua").read_text("utf-8")
_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
_OUTCOMES: Final[dict[int, Outcome]] = {2: "moved", 1: "written", 0: "repeat", -1: "stale"}
#: Error codes of states a server leaves by itself or by its operator's doing: full, read-only …
_PASSING: Final = ("BUSY", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY")

#: What servers say, beside NOPERM, of a command that a user may not give in a script.
_NOT_ALLOWED: Final = ("can't run this command", "ACL failure in script")

_log = structlog.get_logger(__name__)


def alert_key(alert_id: str) -> str:
    """The key of the newest revision of an alert."""
    return f"{{ob}}:alert:{alert_id}"


class RedisSinkError(RuntimeError):
    """Redis did not do what it was asked. One line; `retryable`: can trying again help?"""

    retryable: ClassVar[bool]


class RedisUnavailableError(RedisSinkError):
    """Away, starting, full or read-only. What was asked may be done; asking again is safe."""

    retryable = True


class RedisRefusedError(RedisSinkError):
    """It answers, but will not serve until somebody changes its settings, rights or keys."""

    retryable = False


class RedisSink:
    """Writes alerts to one Redis, Valkey (7 or later) or Redis Cluster; finds out itself which.

    `url` is `redis://`, `rediss://` or `unix://`. `maxlen` is about how many revisions the stream
    keeps. `timeout` is the most seconds an answer may take, `memory` the most bytes of alerts kept
    to be written again. Nothing connects before the first call.
    """

    def __init__(
        self, url: str, *, maxlen: int = 1_000_000, timeout: float = 5.0, memory: int = MEMORY
    ) -> None:
        if maxlen < 1:
            raise ValueError("maxlen must be 1 or more")
        self._url = url
        self._secrets = Secrets(url)
        self._maxlen = maxlen
        self._timeout = timeout
        self._memory = memory
        self._client: Any = None
        self._turn = Lock()
        self._mark_key = f"{{ob}}:mark:{uuid.uuid4().hex}"
        self._mark = 0
        #: The batch after `_mark`, and when it was first tried, in milliseconds.
        self._tried = (0, 0)
        self._recent: deque[tuple[int, int, Sequence[Row]]] = deque()
        self._recent_bytes = 0
        self._open: Mapping[Severity, int] | None = None
        self._open_shadow: Mapping[Severity, int] | None = None

    @property
    def address(self) -> str:
        """Where it is, without user and password: what a message may show."""
        return redis_address(self._url)

    async def write(self, alerts: Sequence[Alert]) -> list[Outcome]:
        """Write revisions, oldest first, and say of each what came of it.

        At most `BATCH` of them, in one round trip that happens whole or not at all. Raises
        `RedisUnavailableError` or `RedisRefusedError`; then write the same alerts again.
        """
        if len(alerts) > BATCH:
            raise ValueError(f"at most {BATCH} alerts at a time")
        if any(not 0 < alert.revision <= MAX_REVISION for alert in alerts):
            raise ValueError(f"revisions are 1 to {MAX_REVISION}")
        async with self._turn:
            return await self._write([_row(alert) for alert in alerts])

    async def open_alerts(self) -> Mapping[Severity, int]:
        """How many alerts fire, by severity, those of other workers included.

        Asks Redis, and so also shows whether it is there and still knows what it was told.
        """
        async with self._turn:
            await self._write(())
        assert self._open is not None
        return self._open

    @property
    def last_open_alerts(self) -> Mapping[Severity, int] | None:
        """As of the last call that reached Redis; None before the first."""
        return self._open

    @property
    def last_open_shadow_alerts(self) -> Mapping[Severity, int] | None:
        """The same of detectors on trial, whose alerts are not among the others."""
        return self._open_shadow

    async def newest(self, alert_id: str) -> Alert | None:
        """The newest revision of an alert, None if there is none.

        Raises `RedisUnavailableError`, or `RedisRefusedError` also for what is no alert.
        """
        key = alert_key(alert_id)
        stored = await self._ask(("GET", key))
        if stored is None:
            return None
        try:
            return msgspec.json.decode(stored, type=Alert)
        except msgspec.DecodeError as error:
            raise RedisRefusedError(
                f"{self._who}: {key} is no alert that this version can read: {shape_of(error)}"
            ) from error

    async def check(self) -> tuple[str, ...]:
        """Everything that can be known at start: reachable, never evicts, all commands allowed.

        Returns warnings, one line each. Raises `RedisUnavailableError` or `RedisRefusedError`.
        """
        warnings = []
        memory = await self._info("memory")
        if memory is None:
            warnings.append(f"{self._who}: INFO is not allowed, cannot see whether it evicts")
        elif (
            int(memory.get("maxmemory", 0))
            and memory.get("maxmemory_policy", "noeviction") != "noeviction"
        ):
            raise RedisRefusedError(
                f"{self._who} evicts (maxmemory-policy {memory['maxmemory_policy']}) and would lose"
                " alerts: set maxmemory-policy noeviction"
            )
        persistence = await self._info("persistence")
        if persistence is not None and not int(persistence.get("aof_enabled", 1)):
            warnings.append(f"{self._who} forgets alerts when it stops: set appendonly yes")
        await self.open_alerts()
        for probe in _PROBES:
            await self._ask(probe)
        return tuple(warnings)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @property
    def _who(self) -> str:
        return f"Redis at {self.address}"

    async def _write(self, rows: Sequence[Row]) -> list[Outcome]:
        mark = self._mark + 1 if rows else self._mark
        if mark > self._tried[0]:
            self._tried = (mark, int(time.time() * 1000))
        at = self._tried[1]
        answer = await self._run(self._mark, mark, at, rows)
        if answer[0] == b"lost":
            await self._write_again(since=int(answer[1]))
            answer = await self._run(self._mark, mark, at, rows)
        if answer[0] != b"done":
            raise RedisUnavailableError(f"{self._who} loses what it has confirmed")
        self._mark = mark
        self._remember(mark, at, rows)
        return [_OUTCOMES[n] for n in answer[7:]]

    async def _write_again(self, since: int) -> None:
        forgotten = [batch for batch in self._recent if batch[0] > since]
        complete = forgotten[0][0] == since + 1
        _log.warning(
            "Redis has lost batches it had confirmed; writing them again",
            lost=self._mark - since,
            kept=len(forgotten),
            complete=complete,
        )
        for mark, at, rows in forgotten:
            # With its own mark: if this fails half way, the rest is still seen to be missing.
            await self._run(0, mark, at, rows)

    def _remember(self, mark: int, at: int, rows: Sequence[Row]) -> None:
        if not rows:
            return
        self._recent.append((mark, at, rows))
        self._recent_bytes += _size(rows)
        while self._recent_bytes > self._memory and len(self._recent) > 1:
            self._recent_bytes -= _size(self._recent.popleft()[2])

    async def _run(self, lowest: int, mark: int, at: int, rows: Sequence[Row]) -> list[Any]:
        keys = [self._mark_key, STREAM, *_OPEN_SETS, *(alert_key(row[0]) for row in rows)]
        arguments = [lowest, mark, self._maxlen, at, *(value for row in rows for value in row)]
        call = (len(keys), *keys, *arguments)
        try:
            answer = await self._ask(("EVALSHA", _SHA, *call))
        except errors.NoScriptError:
            answer = await self._ask(("EVAL", _SCRIPT, *call))
        if answer[0] == b"done":
            self._open = dict(zip(SEVERITIES, answer[1:4], strict=True))
            self._open_shadow = dict(zip(SEVERITIES, answer[4:7], strict=True))
        return list(answer)

    async def _info(self, section: str) -> Mapping[str, str] | None:
        """`INFO section` as a dict; None if the user may not, or the server knows no INFO."""
        client = await self._connected()
        node = client.get_random_node() if isinstance(client, aioredis.RedisCluster) else None
        try:
            answer = await self._ask(("INFO", section), node)
        except RedisRefusedError:
            return None
        if isinstance(answer, dict):
            return {_text(key): _text(value) for key, value in answer.items()}
        lines = (line.partition(":") for line in _text(answer).splitlines())
        return {name: value for name, _, value in lines if value}

    async def _ask(self, command: tuple[Any, ...], target: Any = None) -> Any:
        client = await self._connected()
        try:
            if target is not None:
                return await client.execute_command(*command, target_nodes=target)
            return await client.execute_command(*command)
        except errors.NoScriptError:
            raise
        except (errors.RedisError, OSError) as error:
            if command[0] == "XADD" and "greater than 0-0" in str(error):
                return None
            # Not as its cause: what it says may hold the password.
            raise await self._problem(error) from None

    async def _connected(self) -> Any:
        if self._client is None:
            try:
                self._client = await self._connect()
            except (errors.RedisError, OSError) as error:
                raise await self._problem(error) from None
        return self._client

    async def _connect(self) -> Any:
        options: dict[str, Any] = {
            "socket_timeout": self._timeout,
            "socket_connect_timeout": self._timeout,
            # Once, since a connection out of the pool may have been closed while it was idle.
            # Retries that wait are the caller's: it says so meanwhile, and can be stopped.
            "retry": Retry(NoBackoff(), 1, (errors.ConnectionError,)),
        }
        fault = redis_url_fault(self._url)
        if fault is not None:
            raise RedisRefusedError(f"the URL of Redis {fault}")
        try:
            client: Any = aioredis.Redis.from_url(self._url, **options)
        except ValueError:
            raise RedisRefusedError(
                f"{self._who}: an option behind the ? of its URL has no value that can be"
            ) from None
        try:
            mode = await _mode(client)
            if mode == "sentinel":
                raise RedisRefusedError(f"{self._who} is a Sentinel: give the Redis's own URL")
            if mode == "cluster":
                await client.aclose()
                client = aioredis.RedisCluster.from_url(self._url, **options)
                await client.initialize()
        except BaseException:
            await client.aclose()
            raise
        return client

    async def _problem(self, error: Exception) -> RedisSinkError:
        why = self._secrets.without(" ".join(str(error).split())) or type(error).__name__
        if refusal := await connection_refusal(error, self._url, why):
            return RedisRefusedError(f"{self._who} {refusal}")
        if isinstance(error, errors.NoPermissionError) or any(it in why for it in _NOT_ALLOWED):
            return RedisRefusedError(
                f"{self._who} does not allow this user what Offbook needs: {why}"
            )
        if isinstance(
            error,
            errors.ConnectionError
            | errors.TimeoutError
            | errors.ClusterError
            | errors.RedisClusterException
            | errors.TryAgainError
            | errors.ReadOnlyError
            | errors.OutOfMemoryError
            | OSError,
        ) or why.startswith(_PASSING):
            return RedisUnavailableError(f"{self._who} is not available: {why}")
        return RedisRefusedError(f"{self._who} refuses: {why}")


#: Each needs the right to a command and the right type of a key, and changes nothing. `XADD` with
#: an id of 0-0 always fails, after the check of rights.
_PROBES: Final[tuple[tuple[Any, ...], ...]] = (
    ("SET", alert_key(""), "", "XX"),
    ("XADD", STREAM, "NOMKSTREAM", "MAXLEN", "~", 1, "0-0", "alert_id", ""),
    *(("ZADD", key, "XX", 0, "") for key in _OPEN_SETS),
    *(("ZREM", key, "") for key in _OPEN_SETS),
)


def _row(alert: Alert) -> Row:
    return (
        alert.alert_id,
        alert.revision,
        alert.detector,
        alert.severity,
        alert.state,
        alert.score,
        alert.audience,
        msgspec.json.encode(alert),
    )


def _size(rows: Sequence[Row]) -> int:
    return sum(len(row[-1]) for row in rows)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def _mode(client: Any) -> str:
    """`standalone`, `cluster` or `sentinel`. HELLO is open to users that may not INFO."""
    try:
        answer = await client.execute_command("HELLO")
    except errors.AuthenticationError:
        raise
    except errors.ResponseError:
        return "standalone"
    if not isinstance(answer, dict):
        answer = dict(zip(answer[::2], answer[1::2], strict=False))
    return next((_text(value) for key, value in answer.items() if _text(key) == "mode"), "")
