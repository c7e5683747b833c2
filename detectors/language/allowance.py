"""Who hears of an alert: a detector on trial and an exception that was agreed on wake nobody.

A function of the alert, the settings and the log of allowances alone, by event time: a replay gives
what a live run gave, and no wall clock lets an allowance run out. Identity and revisions never
depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from contract.alert import Suppressed
from contract.allowance import AllowanceRecord, ids_of
from contract.times import parse_rfc3339, rfc3339
from detectors.language.finding import Subject


class Allowance(Struct, frozen=True, kw_only=True):
    """What is known and agreed on, from `since` to `until` (microseconds, both included) and for a
    `reason`.

    Ended early, it covers nothing after `ended`: what it said while it held, it says in a replay.
    Every id that is given must be the alert's. `name` is its place among the detector's in the
    settings, from 1, or its id in the log: logs name an allowance by it, and never by whom it is
    about.
    """

    name: str
    until: int
    reason: str
    since: int = -(1 << 62)
    ended: int | None = None
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None

    def covers(self, at: int) -> bool:
        """Whether it holds at a moment."""
        return self.since <= at <= self.until and (self.ended is None or at <= self.ended)

    def is_about(self, subject: Subject) -> bool:
        """Whether all ids given are those of `subject`."""
        return (
            self.employee in (None, subject.employee)
            and self.customer in (None, subject.customer)
            and self.order in (None, subject.order)
            and self.account in (None, subject.account)
        )

    def mark(self) -> Suppressed:
        """What the alert says of it."""
        return Suppressed(rfc3339(self.until), self.reason)


class Marks(Struct, frozen=True, array_like=True):
    """How a revision is marked. With no mark it goes to whoever is on call."""

    shadow: bool = False
    suppressed: Suppressed | None = None


def allowed(
    subject: Subject, last_event_at: int, allowances: Iterable[Allowance]
) -> Allowance | None:
    """The first allowance that covers an alert on `subject` whose last event was at
    `last_event_at` (microseconds); None if none does."""
    for allowance in allowances:
        if allowance.covers(last_event_at) and allowance.is_about(subject):
            return allowance
    return None


class _Agreed(Struct, frozen=True):
    allowance: Allowance
    detectors: tuple[str, ...]
    list: str | None

    def is_for(self, detector: str, lists: Iterable[str]) -> bool:
        if self.list is not None:
            return self.list in lists
        return not self.detectors or detector in self.detectors


class Agreements:
    """The allowances of the log: the newest record of each. Not thread-safe."""

    def __init__(self, records: Iterable[AllowanceRecord] = ()) -> None:
        self._where: dict[str, tuple[str, str]] = {}
        #: By one of the ids that it names: there may be thousands, and few are about a subject.
        self._agreed: dict[tuple[str, str], dict[str, _Agreed]] = {}
        for record in records:
            self.put(record)

    def put(self, record: AllowanceRecord) -> None:
        """Take in a record; it replaces the earlier one of its id. Raises `ValueError` for times
        that are none."""
        since, last = record.span
        until = parse_rfc3339(record.until)
        ids = ids_of(record)
        allowance = Allowance(
            name=record.allowance_id,
            since=since,
            until=until,
            ended=None if record.ended_at is None else last,
            reason=record.reason,
            **ids,
        )
        self.remove(record.allowance_id)
        place = next(iter(ids.items()), ("", ""))
        self._where[record.allowance_id] = place
        self._agreed.setdefault(place, {})[record.allowance_id] = _Agreed(
            allowance, record.detectors, record.list
        )

    def remove(self, allowance_id: str) -> None:
        """A tombstone: there is no such allowance any more."""
        place = self._where.pop(allowance_id, None)
        if place is not None:
            del self._agreed[place][allowance_id]
            if not self._agreed[place]:
                del self._agreed[place]

    def __iter__(self) -> Iterator[Allowance]:
        for agreed in self._agreed.values():
            for it in agreed.values():
                yield it.allowance

    def of(self, detector: str, lists: Iterable[str], subject: Subject) -> Iterator[Allowance]:
        """Those that may cover an alert of a detector that takes `lists`, by id: whichever was read
        first, the same one counts."""
        found = {
            name: agreed.allowance
            for place in (*ids_of(subject).items(), ("", ""))
            for name, agreed in self._agreed.get(place, {}).items()
            if agreed.is_for(detector, lists)
        }
        for name in sorted(found):
            yield found[name]
