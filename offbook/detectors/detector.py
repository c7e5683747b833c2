"""What a detector is: which events it reads, how it judges them, and in which words it speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import Struct

from offbook.detectors.allowance import Allowance
from offbook.detectors.entity import EntityKind
from offbook.detectors.fact import Fact
from offbook.detectors.profile import Profile
from offbook.detectors.reference import Reference, ReferenceKind
from offbook.events.alert import Bilingual, Severity
from offbook.events.event import Event
from offbook.events.times import DAY, HOUR, MINUTE, SECOND
from offbook.events.types import EventData

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


class Duration(int):
    """A length of time in microseconds, written `"90d"`, `"72h"`, `"30m"` or `"10s"`."""

    def __new__(cls, text: str | int) -> Duration:
        """Raises `ValueError` for a text that is not a number and a unit."""
        if isinstance(text, int):
            return super().__new__(cls, text)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip())
        if match is None:
            raise ValueError('expected a duration such as "72h" or "7d" (units: s, m, h, d)')
        return super().__new__(cls, round(float(match[1]) * _UNITS[match[2]]))

    def __str__(self) -> str:
        for unit in "dhm":
            if self and self % _UNITS[unit] == 0:
                return f"{self // _UNITS[unit]}{unit}"
        return f"{self / SECOND:g}s"

    __repr__ = __str__


class Params(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers of a detector. Each field has a default and a description."""


class Common(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers that hold for all detectors.

    `lateness`: how far behind stream time an event may come and still count in full.
    `grace`: how long after a deadline a missing piece is still waited for.
    `max_facts`: how many facts one detector keeps of one entity; older ones are evicted.
    `max_evidence`: how many events an alert lists; beyond, its totals go on to two digits.
    """

    lateness: Duration = Duration("7d")
    grace: Duration = Duration("1h")
    max_facts: int = 1000
    max_evidence: int = 200


class Subject(Struct, frozen=True, array_like=True):
    """Whom and what an alert is about; what is not known is `None`."""

    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None


class Finding(Struct, frozen=True, array_like=True, kw_only=True):
    """One thing a detector holds to be so, given the facts it has.

    `anchor` names it for good: with the detector and its subject it makes the alert's id.
    `until` is the event time after which only late events can still change it.
    `due` is the deadline of something missing: the finding holds once stream time has passed it.
    `settled` says why a finding does not hold (any more), None if it holds; the facts then include
    the one that settles it. With a `due`, what came in time was never an alert, unless time had
    passed; without one, it is an alert in state `withdrawn`, whatever came first.
    `values` is what the wording needs, `notes` say by role what a fact adds.
    """

    anchor: str
    facts: tuple[Fact, ...]
    until: int
    subject: Subject = Subject()
    due: int | None = None
    settled: Bilingual | None = None
    severity: Severity | None = None
    corroborated: bool = False
    values: dict[str, str] = {}
    notes: dict[str, str] = {}


class View(Protocol):
    """What a detector sees when it judges one entity."""

    entity_id: str
    entity_kind: EntityKind
    facts: Sequence[Fact]
    common: Common
    reference: Reference

    def of(self, role: str) -> list[Fact]:
        """This detector's facts of one role, by time."""

    def profile(self, kind: EntityKind, id_: str) -> Profile:
        """The profile of this or another entity. Asking for another's subscribes to it."""

    def passed(self, due: int) -> bool:
        """Whether stream time has passed a deadline. What costs a question may wait for it."""

    def responsible(
        self, at: int, until: int, *, order: str | None = None, customer: str | None = None
    ) -> str | None:
        """The employee an alert names where nobody acted: the order's owner as of `at`, else
        who created it, else the customer's owner as of `at`; by what was said up to `until`.

        Without that limit the answer would depend on when it was last asked for."""


Judge = Callable[[View, Any], Iterable[Finding]]
Draw = Callable[[Event, Reference], Fact | None]
Where = Callable[[Any], bool]


def anything(_: EventData) -> bool:
    """Every event of the type."""
    return True


@dataclass(frozen=True, slots=True)
class Reads:
    """One row of what a detector reads.

    Events of type `data` for which `where` holds (a pure and cheap look at the event, asked by
    the router too) reach the entities of kind `entity` that they are about; `fact` draws what is
    kept, or None.
    """

    entity: EntityKind
    data: type[EventData]
    fact: Draw
    where: Where = anything


Prune = Callable[[list[Fact], Any, int], list[Fact]]


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector whole. `id` is its name everywhere: file, settings, metrics, runbook.

    `judge` must be a pure function of the view: the engine calls it anew whenever a fact of the
    entity has changed or a deadline has passed, and turns differences into revisions.
    `keeps` says how long a fact can still matter to events that are not late.
    `prune` drops the facts no event after `limit` can bring back to matter (by default all that
    are older than `keeps` before it).
    `folds` says what gives way where one entity has too many facts: neighbours that say the same
    are folded into one, which keeps totals (True), or the oldest goes (False).
    `needs` names the reference data without which it stays silent.
    `watches_profile` asks for a new judgement when the entity's own profile changes.
    `shadow` puts it on trial: its alerts wake nobody, nor do those that one of `allowances` covers.
    """

    id: str
    severity: Severity
    title: Bilingual
    params: Params
    reads: tuple[Reads, ...]
    judge: Judge
    summarise: Callable[[Finding, Any, Words], Bilingual]
    keeps: Callable[[Any], int]
    prune: Prune | None = None
    folds: bool = False
    needs: tuple[ReferenceKind, ...] = ()
    watches_profile: bool = False
    severities: tuple[Severity, ...] = ()
    shadow: bool = False
    allowances: tuple[Allowance, ...] = ()

    def possible_severities(self) -> tuple[Severity, ...]:
        """The severities its alerts can have."""
        return self.severities or (self.severity,)


class Words(Protocol):
    """How people are told of employees, times and counts."""

    def employee(self, id_: str | None) -> Bilingual:
        """`Wang Wei (E-1001)`; "an unknown employee" for None."""

    def time(self, at: int) -> str:
        """Company time to the minute: `2026-03-02 17:15`."""

    def day(self, at: int) -> str:
        """Company day: `2026-03-02`."""
