"""What a detector is: which events it reads, how it judges them, and in which words it speaks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from contract.alert import Bilingual, Severity
from contract.spelling.nearest import nearest
from detectors.facts.fact import Fact
from detectors.facts.reads import Dossier, Reads
from detectors.facts.reference import ReferenceKind
from detectors.facts.roles import ROLES
from detectors.facts.view import View
from detectors.language.allowance import Allowance
from detectors.language.finding import Finding
from detectors.language.params import Params

Judge = Callable[[View, Any], Iterable[Finding]]


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


class Standing(NamedTuple):
    """What was found of facts of these `roles` stands, whatever comes of them later, but for those
    that are to be judged `anew`: by the view of all facts, of which some are new, and the time (µs)
    at which all that it then had was judged. Where anything else is new, all are.
    """

    roles: frozenset[str]
    anew: Callable[[View, Sequence[Fact], int, Any], list[Fact]]


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
    `stands`: of which facts what was found need not be found again at each of a thousand others.
    `reach`: how long before that fact `concerns` looks, at most. What is older may stay encoded.
    `waits`: some of what it finds is due only at a deadline, by the clocks of the topics that could
    bring what is missing.
    `judges_contacts`: its evidence shows phones, e-mails and addresses as they were sent, where
    they read otherwise.
    `told` is what its author wrote of it: what it catches and misses, and what looks the same.
    `shadow` puts it on trial: its alerts wake nobody, nor do those that one of `allowances` covers,
    or one that was put on one of `allow_lists` while the service ran.
    """

    id: str
    severity: Severity
    title: Bilingual
    params: Params
    judge: Judge
    says: Callable[[Finding, Any, Words], Bilingual]
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
    stands: Standing | None = None
    reach: Callable[[Any], int] | None = None
    severities: tuple[Severity, ...] = ()
    told: str = ""
    shadow: bool = False
    allowances: tuple[Allowance, ...] = ()
    allow_lists: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises `TypeError` for a role of the profile, or a place in a sentence, that names
        nothing, with the nearest that there is."""
        if not isinstance(self.params, Params):
            raise TypeError(
                f"{self.id}: its parameters are {self.params!r}; write a class of Params"
            )
        judged_by = self.watches | (self.dossier.roles if self.dossier else frozenset())
        for role in sorted(judged_by - ROLES.keys()):
            raise TypeError(f"{self.id}: no profile has facts of role {role}{nearest(role, ROLES)}")
        for fault in getattr(self.says, "faults", lambda _: ())(self.params):
            raise TypeError(f"{self.id}: {fault}")

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
