"""What a detector is: which events it reads, how it judges them, and in which words it speaks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from contract.alert import Bilingual, Severity
from contract.event import Event
from contract.types import EventData
from detectors.facts.entity import EntityKind
from detectors.facts.event_filter import Where, anything
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile
from detectors.facts.reference import Reference, ReferenceKind
from detectors.language.allowance import Allowance
from detectors.language.params import Duration, Params


class Common(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers that hold for all detectors.

    `lateness`: how far behind stream time an event may come and still count in full.
    `grace`: how long after a deadline a missing piece is still waited for.
    `max_facts`: how many facts one detector keeps of one entity; beyond, what repeats itself goes.
    `max_evidence`: how many events an alert lists; beyond, its totals go on to two digits.
    """

    lateness: Duration = Duration("14d")
    grace: Duration = Duration("1h")
    max_facts: int = 1000
    max_evidence: int = 200


class Subject(Struct, frozen=True, array_like=True, gc=False):
    """Whom and what an alert is about; what is not known is `None`.

    Whose account it is, `account_holder`, is put in by the engine.
    """

    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None
    account_holder: str | None = None


class Finding(Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One thing a detector holds to be so, given the facts it has.

    `anchor` names it for good: with the detector and its subject it makes the alert's id.
    `until` is the event time after which only late events can still change it.
    `due` is the deadline of something missing: the finding holds once stream time has passed it.
    `settled` says why a finding does not hold (any more), None if it holds; the facts then include
    the one that settles it. With a `due`, what came in time was never an alert, unless time had
    passed; without one, it is an alert in state `withdrawn`, whatever came first.
    `values` is what the wording needs. `measured` says by parameter what was held against it, in
    the parameter's unit.
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
    measured: dict[str, str] = {}


class View(Protocol):
    """What a detector sees when it judges one entity.

    `due` is the stream time after which it will be judged though nothing comes.
    """

    entity_id: str
    entity_kind: EntityKind
    facts: Sequence[Fact]
    due: int | None
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


@dataclass(frozen=True, slots=True)
class Reads:
    """One row of what a detector reads.

    Events of type `data` for which `where` holds (a pure and cheap look at the event, asked by
    the router too) reach the entities of kind `entity` that they are about; `fact` draws what is
    kept, or None. With `ends_of`, a span of time, only the first and the last of a span are kept.
    `by_reference` says of an event whether `fact` draws anything by what the reference data say:
    whoever has them at hand, which the router has not, need not show it to the entity if not.
    """

    entity: EntityKind
    data: type[EventData]
    fact: Draw
    where: Where = anything
    ends_of: int | None = None
    by_reference: Callable[[Any, Reference], bool] | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """The facts of a detector that judges an entity by its profile, and keeps none of its own.

    What several detectors ask of one order is then kept once. It is judged whenever a fact of one
    of the `roles` is new; if there are `begins`, only once there is a fact with one of them as its
    role or what it is about ("completed"), for without one nothing can be found.
    """

    entity: EntityKind
    roles: frozenset[str]
    begins: frozenset[str] = frozenset()


def same_thing(fact: Fact, _: Any) -> Hashable:
    """Of one role, about one thing, in one currency, on one day where it matters."""
    said = fact.fields.get
    return fact.role, fact.about, said("currency"), said("day"), said("customer")


@dataclass(frozen=True, slots=True)
class Folds:
    """How the facts of an entity that has too many are joined, so that totals stay.

    Those that are `alike`, by the parameters; `within` is the time in which the detector adds up.
    """

    within: Callable[[Any], int]
    alike: Callable[[Fact, Any], Hashable] = same_thing


Prune = Callable[[list[Fact], Any, int], list[Fact]]
Forget = Callable[["View", Any, int], list[Fact]]
Concerns = Callable[["View", Fact, Any], bool]


#: More weight than ever comes.
ENDLESS = 1 << 40


class Spare(NamedTuple):
    """What may come of facts of these `roles`, each later than all and of the `about` of the one
    before, once the newest concerned nothing: as long as it weighs less in all than what was `left`
    then, it concerns nothing either.
    """

    roles: frozenset[str]
    left: Callable[[View, Any], int]


class Missed(NamedTuple):
    """What a detector goes by the absence of: facts of a role, and what these are, in words."""

    role: str
    what: str


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector whole. `id` is its name everywhere: file, settings, metrics, runbook.

    `judge` must be a pure function of the view: the engine calls it anew whenever a fact of the
    entity has changed or a deadline has passed, and turns differences into revisions.
    `notes` say by role what a fact adds to an alert, with places for its `{about}` and its fields.
    `keeps` says how long a fact can still matter to events that are not late.
    `prune` drops the facts no event after `limit` can bring back to matter (by default all that
    are older than `keeps` before it); `forget` likewise where that takes more than the facts.
    `holds_evidence` keeps what a raised alert rests on until it is over, however old.
    `folds` says how facts are joined where one entity has too many; without, and where that is not
    enough, what there is most of goes.
    `needs` names the reference data without which it stays silent.
    `misses` is the role by whose absence it judges, and what that is, in words: where the CRM never
    tells of it, the detector stays silent too.
    `watches` names the roles of the entity's own profile that it judges by besides its own facts: a
    new word of one of them asks for a new judgement. Of another entity's profile any word does, but
    of the frequent ones those only that are among them, or among the roles of the `dossier`.
    `dossier` takes its facts from that profile.
    `weighs_alerts` brings it, as facts of role `alert`, the alerts of the other detectors on the
    employee; its own go to no such detector.
    `concerns` is a cheap look at a new fact that it read itself, or at a frequent word that it
    watches: False if nothing that is found can change by it before the view's `due`, and no
    judgement is needed.
    `spare`: what may come before `concerns` is asked again, where it is asked of thousands.
    `reach`: how long before that fact `concerns` looks, at most. What is older may stay encoded.
    `waits`: some of what it finds is due only at a deadline, by the clocks of the topics that could
    bring what is missing.
    `judges_contacts`: its evidence shows phones, e-mails and addresses as they were sent, where
    they read otherwise.
    `shadow` puts it on trial: its alerts wake nobody, nor do those that one of `allowances` covers.
    """

    id: str
    severity: Severity
    title: Bilingual
    params: Params
    judge: Judge
    summarise: Callable[[Finding, Any, Words], Bilingual]
    notes: Mapping[str, Bilingual]
    keeps: Callable[[Any], int]
    reads: tuple[Reads, ...] = ()
    prune: Prune | None = None
    forget: Forget | None = None
    holds_evidence: bool = False
    folds: Folds | None = None
    needs: tuple[ReferenceKind, ...] = ()
    misses: Missed | None = None
    watches: frozenset[str] = frozenset()
    dossier: Dossier | None = None
    weighs_alerts: bool = False
    waits: bool = False
    judges_contacts: bool = False
    concerns: Concerns | None = None
    spare: Spare | None = None
    reach: Callable[[Any], int] | None = None
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
