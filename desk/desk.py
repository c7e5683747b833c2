"""The desk: what readers ask of it and do at it, each as far as they may see and act.

Knows nothing of HTTP: JSON and pages come of the same answers. Ids that are asked for and ids in
answers are as the reader sees them, pseudonyms for viewers.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from msgspec import structs

from cases.grouping import Case, case_with, cases_of
from cases.stats import DetectorStats, stats_of
from cases.timeline import SPAN, Moment, timeline_of
from contract.action import Step, Verdict
from contract.times import SECOND
from desk.acting import Acting, ActionError, DeniedError, NoAlertError
from desk.audit import Audit
from desk.catalogue import DetectorTold
from desk.index import Index
from desk.readers import Reader, Readers
from desk.rights import may_act, sees_names
from desk.rows import Rank, Row, takes
from desk.sight import Entity, Names, Sights
from desk.stored import Standing, Wanted, one, standing
from sinks.redis.reading import RedisReading, Shelf

#: Alerts on one person that are told of, those whose last event was last.
MOST_OF_A_PERSON = 500

#: The shelves of what is a matter of those who work with alerts.
_WORKED: Final[tuple[Shelf, ...]] = ("open", "closed")

_T = TypeVar("_T")


class NobodyError(RuntimeError):
    """No alert names such a person."""

    retryable: ClassVar[bool] = False


class NoReaderError(ActionError):
    """There is no reader of that name who could have an alert."""


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """A part of a list: `next` is the place after which the next part begins, None at the end;
    `total` is how many there are in all."""

    items: Sequence[_T]
    next: Rank | None
    total: int


class Desk:
    """Everything that is asked of it raises `StaleError` while what stands is not known. So does
    `may_write` while Kafka, or a topic there, is not."""

    def __init__(
        self,
        *,
        index: Index,
        reading: RedisReading,
        acting: Acting,
        audit: Audit,
        readers: Readers,
        sights: Sights,
        detectors: tuple[DetectorTold, ...],
        may_write: Callable[[], None],
    ) -> None:
        self._index = index
        self._reading = reading
        self._acting = acting
        self._audit = audit
        self._sights = sights
        self._may_write = may_write
        self.readers = readers
        self.detectors = detectors

    def listed(self, reader: Reader, wanted: Wanted, after: Rank | None, limit: int) -> Page[Row]:
        """Alerts, the worst first. Raises `DeniedError` for a viewer who asks for a real id."""
        sight = self._sights.of(reader)
        real = self._real(sight, wanted)
        if real is None:
            return Page((), None, 0)
        shelf: Shelf = "closed" if wanted.state == "closed" else wanted.shelf
        rows = self._index.rows(shelf)
        if real != Wanted(shelf=real.shelf):
            rows = [it for it in rows if takes(real, it)]
        part, more = _after(rows, lambda it: it.rank, self._place(sight, after), limit)
        shown = [sight.row(it) for it in part]
        return Page(shown, shown[-1].rank if more else None, len(rows))

    def cases(
        self, reader: Reader, wanted: Wanted, after: Rank | None, limit: int
    ) -> Page[tuple[Case, Sequence[Row]]]:
        """The cases on a shelf that have an alert which is wanted, the worst first, each with the
        rows of its alerts. Raises `DeniedError` as `listed` does."""
        sight = self._sights.of(reader)
        real = self._real(sight, wanted)
        if real is None:
            return Page((), None, 0)
        found = self._index.cases(wanted.shelf)
        if real != Wanted(shelf=real.shelf):
            found = [it for it in found if any(takes(real, row) for row in self._rows_of(it))]
        part, more = _after(found, lambda it: it.rank, self._place(sight, after), limit)
        shown = [
            (
                structs.replace(case, case_id=sight.of("alert", case.case_id) or ""),
                [sight.row(it) for it in self._rows_of(case)],
            )
            for case in part
        ]
        last = part[-1].rank if more else None
        return Page(shown, last and (*last[:3], sight.of("alert", last[3]) or ""), len(found))

    def same_deal(self, reader: Reader, alert_id: str) -> Sequence[Row]:
        """The other alerts of the case that an alert belongs to, what is closed among them too, the
        worst first."""
        sight = self._sights.of(reader)
        real = sight.real("alert", alert_id, self._index)
        rows = {it.alert_id: it for shelf in _WORKED for it in self._index.rows(shelf)}
        case = real and case_with(real, cases_of(it.grouped for it in rows.values()))
        ids = [it.alert_id for it in case.alerts] if case else []
        return [sight.row(rows[it]) for it in ids if it != real]

    async def one(self, reader: Reader, alert_id: str) -> Standing:
        """An alert with its evidence and history. Raises `NoAlertError` or `RedisSinkError`."""
        sight = self._sights.of(reader)
        real = sight.real("alert", alert_id, self._index)
        found = None if real is None else await one(self._reading, real)
        if found is None:
            raise NoAlertError(f"there is no alert {alert_id}")
        return sight.standing(found)

    async def act(
        self,
        reader: Reader,
        alert_id: str,
        step: Step,
        *,
        verdict: Verdict | None = None,
        assignee: str | None = None,
        note: str | None = None,
        seen: int | None = None,
    ) -> Standing:
        """Take an action. Raises what `Acting.act` does, and `NoReaderError`."""
        if not may_act(reader):
            raise DeniedError(f"a {reader.role} may look and not act: ask for the role oncall")
        self._may_write()
        if assignee is not None and assignee not in self.readers.names:
            raise NoReaderError("assignee: nobody of that name is oncall or lead in readers_file")
        sight = self._sights.of(reader)
        real = sight.real("alert", alert_id, self._index) or alert_id
        done = await self._acting.act(
            reader, real, step, verdict=verdict, assignee=assignee, note=note, seen=seen
        )
        # Whoever acted finds it in the list at once, not when the stream has been read.
        await self._index.refresh([real])
        return sight.standing(done)

    async def timeline(self, reader: Reader, employee: str) -> tuple[Moment, ...]:
        """Everything of the last 30 days about a person, the oldest first. A look by somebody who
        sees names is recorded before anything is read. Raises `DeniedError`, `NobodyError`,
        `RedisSinkError` or `KafkaError`."""
        sight = self._sights.of(reader)
        self._may_ask(sight, "employee", employee)
        self._index.check()
        real = sight.real("employee", employee, self._index)
        if sees_names(reader):
            self._may_write()
            await self._audit.looks(reader.name, real or employee)
        since = time.time_ns() // 1000 - SPAN
        ids = [] if real is None else await self._reading.of_employee(real, since // SECOND)
        known = await self._reading.known(ids[-MOST_OF_A_PERSON:])
        if not known and not self._is_known(real):
            raise NobodyError(f"no alert names an employee {employee}")
        seen = [sight.standing(standing(it)) for it in known]
        return timeline_of(((it.alert, it.handling) for it in seen), since)

    def stats(self, since: int | None) -> tuple[DetectorStats, ...]:
        """How the alerts of each detector were worked, of those detected since (µs). What an
        allowance covers is not counted: nobody has work with it."""
        return stats_of(
            it.worked
            for it in self._index.all()
            if it.audience != "suppressed" and (since is None or it.detected >= since)
        )

    def _rows_of(self, case: Case) -> list[Row]:
        rows = (self._index.row(it.alert_id) for it in case.alerts)
        return [it for it in rows if it is not None]

    def _is_known(self, employee: str | None) -> bool:
        rows = self._index.all()
        return any(employee in (it.employee, it.account_holder) for it in rows if employee)

    def _may_ask(self, sight: Names, kind: Entity, shown: str) -> None:
        if not sight.may_ask(kind, shown):
            raise DeniedError(
                f"{kind}: a viewer asks by the pseudonym that answers show, such as"
                f" {kind}-0123456789"
            )

    def _real(self, sight: Names, wanted: Wanted) -> Wanted | None:
        """The same by real ids; None if nothing there is can be meant."""
        kinds: tuple[Entity, ...] = ("employee", "customer")
        for kind in kinds:
            shown = getattr(wanted, kind)
            if shown is None:
                continue
            self._may_ask(sight, kind, shown)
            real = sight.real(kind, shown, self._index)
            if real is None:
                return None
            wanted = structs.replace(wanted, **{kind: real})
        return wanted

    def _place(self, sight: Names, after: Rank | None) -> Rank | None:
        if after is None:
            return None
        # One that is gone: from the first of its equals, rather some twice than one not at all.
        return (*after[:3], sight.real("alert", after[3], self._index) or "")


def _after(
    items: Sequence[_T], rank: Callable[[_T], Rank], after: Rank | None, limit: int
) -> tuple[Sequence[_T], bool]:
    start = 0 if after is None else bisect_right(items, after, key=rank)
    return items[start : start + limit], start + limit < len(items)
