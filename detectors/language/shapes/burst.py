"""*Burst*: enough of one thing within a window.

    ───●──●─────●●●─●──●────────────●──►  facts of one entity, by event time
                └─ window ─┘
                anchor: the earliest fact from which enough is reached

**What it finds.** The facts within `window` of an anchor, where together they are `enough`: so many
in all, so many different things, or either. The anchor is the earliest such fact, the run covers
the closed interval from it to `window` later, and the next anchor comes after it. Two runs never
share a fact, and whatever the order of arrival, the runs are the same. Of a long one that goes on
only so much is told as is news (`so_far`).

**What it owns.** A rule says what is read, what is enough and what is said. From that one condition
follow how facts are judged, how long they are kept (until no event can make them part of a run any
more; a run goes whole or stays whole, for half of one could look like a new one), how they are
folded where there are too many, what needs no look, and what was measured against each threshold.

>>> from detectors.language import *
>>> class ThreeDeletesParams(Params):
...     threshold: int = at_least(3, "records deleted in all", "删除的记录合计")
...     window: Duration = number("1h", "from the first of the run", "自首次起的时长")
>>> DETECTOR = burst(
...     "three-deletes",
...     "warning",
...     Bilingual("Three deletes", "三次删除"),
...     ThreeDeletesParams(),
...     reads=(read("employee", CrmEdit, lambda edit: keep("delete"), where=edits("delete")),),
...     enough=in_all("threshold"),
...     says=says(Sentence("{employee}: {threshold:delete}.", "{employee}删除 {threshold} 次。")),
...     notes={"delete": Bilingual("deleted", "删除")},
... )
>>> DETECTOR.keeps(DETECTOR.params) == DETECTOR.params.window
True
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Unpack

from contract.alert import Bilingual, Severity
from contract.spelling.nearest import nearest
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.thinning import more_of
from detectors.facts.view import Common, View
from detectors.language import sliding
from detectors.language.detector import Detector, Folds, Spare, Standing, same_thing
from detectors.language.finding import Finding, Subject
from detectors.language.found import Span, length
from detectors.language.memory import Memory
from detectors.language.near_notice import NearNotice
from detectors.language.params import Params
from detectors.language.shaping import Declared
from detectors.language.sliding import Sliding, distinct_of, total_of
from detectors.language.wording import distinct, total

__all__ = ["burst", "by_employee", "different", "either", "in_all"]

#: The entities whose ids are those of employees.
EMPLOYEES = frozenset({"employee", "seller"})
#: The facts of a run, by time.
Run = Sequence[Fact]


class Enough(Protocol):
    """A condition on a run, and what was counted, by the name of its parameter.

    It `totals` where no more is told of a run than how much it comes to."""

    @property
    def totals(self) -> bool: ...

    def reached(self, params: Any) -> sliding.Enough:
        """What a run must reach, by the detector's parameters."""

    def counted(self, run: Run, common: Common, params: Any) -> dict[str, str]:
        """What is told of a run that does, and held against the parameters."""


@dataclass(frozen=True)
class _InAll:
    param: str
    totals: bool = True

    def reached(self, params: Any) -> sliding.Enough:
        return total_of(getattr(params, self.param))

    def counted(self, run: Run, common: Common, _: Any) -> dict[str, str]:
        return {self.param: total(run, common)}


@dataclass(frozen=True)
class _Different:
    param: str
    totals: bool = False

    def reached(self, params: Any) -> sliding.Enough:
        return distinct_of(getattr(params, self.param))

    def counted(self, run: Run, common: Common, _: Any) -> dict[str, str]:
        return {self.param: distinct(run, common)}


@dataclass(frozen=True)
class _Either:
    ways: tuple[Enough, ...]
    totals: bool = False

    def reached(self, params: Any) -> sliding.Enough:
        return sliding.either(*(way.reached(params) for way in self.ways))

    def counted(self, run: Run, common: Common, params: Any) -> dict[str, str]:
        told: dict[str, str] = {}
        for way in self.ways:
            told |= way.counted(run, common, params)
        return told


def in_all(param: str) -> Enough:
    """At least as many records in all as the parameter of that name says."""
    return _InAll(param)


def different(param: str) -> Enough:
    """At least as many different things that the facts are about."""
    return _Different(param)


def either(*ways: Enough) -> Enough:
    """Any of them is enough, and all of them are told."""
    return _Either(ways)


def by_employee(view: View, _: Run, __: Any) -> Subject:
    """An alert about the employee whose burst it is."""
    return Subject(employee=view.entity_id)


def _nothing_more(_: View, __: Run, ___: Any) -> dict[str, str]:
    return {}


def _as_counted(_: View, run: Run) -> tuple[Fact, ...]:
    return tuple(run)


def _first(fact: Fact) -> str:
    return fact.anchor


def burst(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    enough: Enough,
    about: Callable[[View, Run, Any], Subject] = by_employee,
    values: Callable[[View, Run, Any], dict[str, str]] = _nothing_more,
    named: Callable[[Fact], str] = _first,
    counts: Callable[[View], Sequence[Fact]] | None = None,
    shows: Callable[[View, Run], tuple[Fact, ...]] = _as_counted,
    looks_back: Span = 0,
    open_for: Span = 0,
    memory: Memory | None = None,
    worse: NearNotice | None = None,
    alike: Callable[[Fact, Any], Hashable] = same_thing,
    frequent: bool = False,
    **more: Unpack[Declared],
) -> Detector:
    """A detector that fires for each run of facts within `params.window` of its first that is
    `enough`. `about` says of whom, `values` what the wording needs besides what was counted and
    when it began (`at`); the first of a run is `named` in its alert's identity.

    Where it takes more than the facts themselves, `counts` says which count, and as what: those
    that it may say more of are about nothing yet; and `shows` what of them is the evidence. A run
    is `open_for` so long after its window, and facts may matter that they `looks_back` for. One
    that has something near it may be `worse`. `memory` is another than that of runs.

    Facts that are `alike` are folded into one where there are too many. `frequent` facts come by
    the thousand: one with few others near it is not judged, nor, where all have one role, one of a
    flood that changes nothing that is told. The price is that after a change of settings an entity
    is judged anew at its next run, where others are at their next event.

    Raises `TypeError` for what would else show only once an entity is judged, or never."""
    for fault in _faults(params, enough, about, more):
        raise TypeError(f"{id}: {fault}")
    within = Sliding(enough.reached)
    roles = frozenset(more["notes"]) - (worse.roles if worse else frozenset())

    def counted_of(view: View) -> Sequence[Fact]:
        if counts is not None:
            return counts(view)
        return [fact for fact in view.facts if fact.role in roles] if worse else view.facts

    def judge(view: View, params: Any) -> Iterable[Finding]:
        found = list(within.found(counted_of(view), params))
        notices = worse.notices(view) if worse and found else None
        for whole in found:
            run = within.so_far(view, whole, params)
            counted = enough.counted(run, view.common, params)
            finding = Finding(
                anchor=f"{view.entity_id}\n{named(run[0])}",
                facts=shows(view, run),
                until=run[0].at + params.window + length(open_for, params),
                more=more_of(run),
                subject=about(view, run, params),
                values={"at": str(run[0].at), **counted, **values(view, run, params)},
                measured=counted,
            )
            yield worse.weighed(finding, whole, notices, params) if worse and notices else finding

    def anew(view: View, news: Sequence[Fact], judged: int, params: Any) -> list[Fact]:
        since = min([judged, *(fact.at for fact in news)])
        runs = within.still_open(counted_of(view), since, params)
        if worse is None:
            return [*runs]
        return [*in_time_order(*runs, *(it for it in view.facts if it.role not in roles))]

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        stays = length(open_for, params)
        if worse is not None:
            return worse.prune(facts, within, roles, params, limit)
        if counts is None:
            return within.prune(facts, params, limit, stays)
        return _prune_counted(facts, within, params, limit - stays)

    def moves(view: View, fact: Fact, params: Any) -> bool:
        if fact.role not in roles:
            return True
        if len(roles) > 1 or not enough.totals:
            return within.near(view.facts, fact, params)
        return within.moves(view, fact, params)

    def keeps(params: Any) -> int:
        stays = length(open_for, params)
        stays += length(looks_back, params) + (worse.stays if worse else 0)
        return int(params.window) + stays

    return Detector(
        id,
        severity,
        title,
        params,
        judge,
        keeps=keeps,
        prune=memory.prune if memory else prune,
        folds=memory.folds if memory else Folds(lambda params: params.window, alike),
        concerns=moves if frequent else None,
        spare=Spare(roles, within.spare) if frequent and enough.totals else None,
        stands=Standing(roles, anew) if counts is None and shows is _as_counted else None,
        reach=(lambda params: params.window) if worse else None,
        **more,
    )


def _faults(
    params: Any, enough: Enough, about: Callable[..., Subject], more: Mapping[str, Any]
) -> Iterator[str]:
    """A parameter that is asked for and not there, which would be seen only once an entity is
    judged; and what nobody would see: an alert that takes another thing for an employee."""
    if "notes" not in more:
        yield "it has no notes; write notes={role: Bilingual(…)}, one for each role that is kept"
    # What is no Params at all is told by `Detector`.
    if isinstance(params, Params):
        names = params.__struct_fields__
        for name in (it for it in ("window", *_asked(enough)) if it not in names):
            kind = "Duration = number(…)" if name == "window" else "int = at_least(…)"
            yield (
                f"it asks for a parameter {name}, and {type(params).__name__} has none; write"
                f" {name}: {kind} there{nearest(name, names)}"
            )
    if about is by_employee:
        kinds = {getattr(it, "entity", "employee") for it in more.get("reads", ())}
        for kind in sorted(kinds - EMPLOYEES):
            subject = f"{kind}=view.entity_id" if kind in Subject.__struct_fields__ else "…"
            yield (
                f"what it reads is of one {kind}, and its alerts would call that an employee;"
                f" write about=lambda view, run, params: Subject({subject})"
            )


def _asked(enough: Enough) -> tuple[str, ...]:
    """The parameters by which a run is enough, as far as they are told by name."""
    if isinstance(enough, _Either):
        return tuple(name for way in enough.ways for name in _asked(way))
    return (enough.param,) if isinstance(enough, _InAll | _Different) else ()


def _prune_counted(facts: list[Fact], within: Sliding, params: Any, limit: int) -> list[Fact]:
    """Drops runs whole. Where others know what some facts are about, runs cannot be told here: what
    goes then must lie a whole window before everything that stays."""
    if all(fact.about for fact in facts):
        return within.prune(facts, params, limit)
    start, stays = len(facts), limit
    while start and facts[start - 1].at + params.window >= stays:
        start -= 1
        stays = min(stays, facts[start].at)
    return facts[start:]
