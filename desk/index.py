"""What stands of all alerts, in memory: loaded from Redis, then kept current by its streams.

A list of ten thousand alerts is answered out of here, without a question to Redis. The streams only
say which alerts have changed; those are read again, so that a row is always what Redis had, and
reading an entry twice does no harm.

A hole is noticed in two ways. The entry up to which the tail was read must still be there: if it is
not, Redis was emptied, or the stream was trimmed beyond it, and all is loaded anew. And the number
of alerts on each shelf must be that of the rows: what Redis let go of after its time comes on no
stream.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final, get_args

import structlog
from msgspec import structs

from cases.grouping import Case, cases_of
from contract.alert import Bilingual
from desk.rows import Rank, Row, row_of
from sinks.backoff import Backoff
from sinks.faults import told
from sinks.health import Health
from sinks.redis.connection import RedisSinkError
from sinks.redis.keys import ACTIONS, STREAM
from sinks.redis.reading import RedisReading, Shelf

#: Seconds that one look at the streams waits for something to come.
_WAIT: Final = 0.5
#: Seconds without a completed look, after which rows count as stale and are not shown.
STALE: Final = 3.0
#: Seconds between two looks at the sizes while something comes all the time; what has just been
#: written makes them differ then, and all ids are compared for nothing.
_SIZES_EVERY: Final = 5.0
#: Seconds between two comparisons of all ids, whatever the sizes say.
_COMPARE_EVERY: Final = 60.0
#: Alerts read at once: whole, so more would be memory for nothing.
_AT_ONCE: Final = 1000
SHELVES: Final[tuple[Shelf, ...]] = get_args(Shelf)
#: The condition of `Health` that says how it stands.
CONDITION: Final = "redis"

_log = structlog.get_logger(__name__)


class StaleError(RuntimeError):
    """What stands is not known at this moment. One line that says why."""

    retryable: ClassVar[bool] = True


class Index:
    """The rows of all alerts that Redis has. `run` keeps them; the rest asks no server."""

    def __init__(
        self,
        reading: RedisReading,
        health: Health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reading = reading
        self._health = health
        self._clock = clock
        self._rows: dict[str, Row] = {}
        self._titles: dict[tuple[str, str], Bilingual] = {}
        self._ends: dict[str, str] | None = None
        self._fresh: float | None = None
        self._compared = self._sized = 0.0
        #: Sizes of shelves, there and here, whose difference has been looked into.
        self._odd: tuple[dict[Shelf, int], dict[Shelf, int]] | None = None
        self._turn = asyncio.Lock()
        self._sorted: dict[Shelf, list[Row]] = {shelf: [] for shelf in SHELVES}
        self._cases: dict[Shelf, Sequence[Case]] = {}
        self._why = "the alerts are being loaded"
        #: How often all was loaded.
        self.loads = 0
        health.bad(CONDITION, self._why)

    def __len__(self) -> int:
        """How many rows there are, current or not."""
        return len(self._rows)

    async def run(self) -> None:
        """Load, and follow until cancelled. Redis may be away at any time: it is waited for."""
        backoff = Backoff()
        while True:
            try:
                await self.round()
            except RedisSinkError as error:
                self._lost(told(error))
                await asyncio.sleep(backoff.longer())
            else:
                backoff.over()

    async def round(self) -> None:
        """Load if need be, else take what has come, waiting a moment for it. Raises
        `RedisSinkError`."""
        if self._ends is None:
            await self._load()
        else:
            await self._follow(self._ends)

    def rows(self, shelf: Shelf) -> Sequence[Row]:
        """Those on a shelf, the worst first, until the next `await`. Raises `StaleError`."""
        self.check()
        return self._sorted[shelf]

    def cases(self, shelf: Shelf) -> Sequence[Case]:
        """The cases that the alerts on a shelf are, the worst first. Raises `StaleError`."""
        rows = self.rows(shelf)
        if shelf not in self._cases:
            self._cases[shelf] = cases_of(it.grouped for it in rows)
        return self._cases[shelf]

    def all(self) -> Iterable[Row]:
        """Those of all shelves, in no order. Raises `StaleError`."""
        self.check()
        return self._rows.values()

    def row(self, alert_id: str) -> Row | None:
        """That of one alert. Raises `StaleError`."""
        self.check()
        return self._rows.get(alert_id)

    def check(self) -> None:
        """Raises `StaleError`, with the reason, unless the rows are current."""
        if self._fresh is None:
            raise StaleError(self._why)
        if self._clock() - self._fresh > STALE:
            raise StaleError(f"{self._reading.address}: Redis has not answered for {STALE:.0f} s")

    async def refresh(self, alert_ids: Iterable[str]) -> None:
        """Read these again. Raises `RedisSinkError`.

        One after the other: of two answers at once the older might be taken last.
        """
        wanted = [it for it in dict.fromkeys(alert_ids) if it]
        async with self._turn:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                rows = await self._read(part)
                for id_ in part:
                    self._put(id_, rows.get(id_))

    async def _load(self) -> None:
        began = self._clock()
        # The ends first: what comes while the rest is read is read once more.
        ends = await self._reading.ends(STREAM, ACTIONS)
        wanted = [id_ for shelf in SHELVES for id_ in await self._reading.ids(shelf)]
        rows: dict[str, Row] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            rows |= await self._read(wanted[start : start + _AT_ONCE])
        async with self._turn:
            self._rows, self._ends = rows, ends
            in_order = sorted(rows.values(), key=_rank)
            self._sorted = {it: [row for row in in_order if row.shelf == it] for it in SHELVES}
            self._cases.clear()
        self._compared = self._clock()
        self.loads += 1
        self._current()
        _log.info("alerts loaded", alerts=len(rows), seconds=round(self._clock() - began, 1))

    async def _follow(self, ends: dict[str, str]) -> None:
        came = await self._reading.tail(ends, _WAIT)
        # Of the place before, after reading on: of an emptied Redis, it is gone in either case.
        if not await self._reading.still_has(ends):
            self._ends = None
            self._lost("Redis was emptied, or more has come than its stream keeps: loading anew")
            return
        await self.refresh(fields.get("alert_id", b"").decode() for _, _, fields in came)
        self._ends = ends | {stream: id_ for stream, id_, _ in came}
        now = self._clock()
        if not came or now - self._sized >= _SIZES_EVERY:
            self._sized = now
            await self._compare()
        self._current()

    async def _compare(self) -> None:
        sizes = await self._reading.sizes()
        due = self._clock() - self._compared >= _COMPARE_EVERY
        if not due and (sizes == self._sizes() or (sizes, self._sizes()) == self._odd):
            return
        there = {id_: shelf for shelf in SHELVES for id_ in await self._reading.ids(shelf)}
        other = [id_ for id_, row in self._rows.items() if there.get(id_) != row.shelf]
        await self.refresh([*other, *(id_ for id_ in there if id_ not in self._rows)])
        # An id whose alert is gone stays on its shelf for a while: not to be read all the time.
        self._odd, self._compared = (sizes, self._sizes()), self._clock()

    def _sizes(self) -> dict[Shelf, int]:
        return {shelf: len(self._sorted[shelf]) for shelf in SHELVES}

    async def _read(self, alert_ids: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for known in await self._reading.known(alert_ids):
            if known.alert is not None:
                try:
                    row = row_of(known.alert, known.handling)
                except ValueError:
                    # Somebody has spoiled it in Redis: one that cannot be listed hides no others.
                    continue
                # A detector has one title: kept once, not ten thousand times.
                title = self._titles.setdefault((row.title.en, row.title.zh), row.title)
                found[row.alert_id] = structs.replace(row, title=title)
        return found

    def _put(self, alert_id: str, row: Row | None) -> None:
        before = self._rows.get(alert_id)
        if before == row:
            return
        if before is not None:
            del self._rows[alert_id]
            on_shelf = self._sorted[before.shelf]
            del on_shelf[bisect_left(on_shelf, before.rank, key=_rank)]
        if row is not None:
            self._rows[alert_id] = row
            insort(self._sorted[row.shelf], row, key=_rank)
        # Most changes are of who works on it; to group ten thousand anew takes a tenth second.
        if not (before and row and _groups_alike(before, row)):
            for it in (before, row):
                if it is not None:
                    self._cases.pop(it.shelf, None)

    def _current(self) -> None:
        self._fresh = self._clock()
        self._health.ok(CONDITION)

    def _lost(self, why: str) -> None:
        if self._fresh is not None:
            _log.warning("alerts are not current", error=why)
        self._why, self._fresh = why, None
        self._health.bad(CONDITION, why)


def _rank(row: Row) -> Rank:
    return row.rank


def _groups_alike(one: Row, other: Row) -> bool:
    return one.shelf == other.shelf and one.grouped == other.grouped
