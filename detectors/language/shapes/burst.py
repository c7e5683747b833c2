"""*Burst*: enough of one thing within a window.

    ───●──●─────●●●─●──●────────────●──►  facts of one entity, by event time
                └─ window ─┘
                anchor: the earliest fact from which enough is reached

**What it finds.** The facts within `window` of an anchor, where together they are `enough`: so many
in all, so many different things, or either. The anchor is the earliest such fact, the run covers
the closed interval from it to `window` later, and the next anchor comes after it. Two runs never
share a fact, and whatever the order of arrival, the runs are the same.

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

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.alert import Bilingual, Severity
from detectors.facts.fact import Fact
from detectors.facts.reads import Reads
from detectors.facts.view import Common, View
from detectors.language import sliding
from detectors.language.detector import Detector, Folds, Spare, Words, same_thing
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params
from detectors.language.sliding import Sliding, distinct_of, total_of
from detectors.language.wording import distinct, total

__all__ = ["burst", "by_employee", "different", "either", "in_all"]

#: The facts of a run, by time.
Run = Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Enough:
    """A condition on a run, and what was counted, by the name of its parameter."""

    reached: Callable[[Any], sliding.Enough]
    counted: Callable[[Run, Common], dict[str, str]]


def in_all(param: str) -> Enough:
    """At least as many records in all as the parameter of that name says."""
    return Enough(
        lambda params: total_of(getattr(params, param)),
        lambda run, common: {param: total(run, common)},
    )


def different(param: str) -> Enough:
    """At least as many different things that the facts are about."""
    return Enough(
        lambda params: distinct_of(getattr(params, param)),
        lambda run, common: {param: distinct(run, common)},
    )


def either(*ways: Enough) -> Enough:
    """Any of them is enough, and all of them are told."""
    return Enough(
        lambda params: sliding.either(*(way.reached(params) for way in ways)),
        lambda run, common: {
            name: text for way in ways for name, text in way.counted(run, common).items()
        },
    )


def by_employee(view: View, _: Run) -> Subject:
    """An alert about the employee whose burst it is."""
    return Subject(employee=view.entity_id)


def _nothing_more(_: View, __: Run) -> dict[str, str]:
    return {}


def burst(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    reads: tuple[Reads, ...],
    enough: Enough,
    says: Callable[[Finding, Any, Words], Bilingual],
    notes: Mapping[str, Bilingual],
    about: Callable[[View, Run], Subject] = by_employee,
    values: Callable[[View, Run], dict[str, str]] = _nothing_more,
    alike: Callable[[Fact, Any], Hashable] = same_thing,
    frequent: str | None = None,
) -> Detector:
    """A detector that fires for each run of facts within `params.window` of its first that is
    `enough`. `about` says of whom, `values` what the wording needs besides what was counted.

    Facts that are `alike` are folded into one where there are too many. Facts of the role that is
    `frequent`, of which there is no other, come by the thousand: one with few others near it is not
    judged, nor one of a flood that changes nothing that is told. The price is that after a change
    of settings an entity is judged anew at its next run, where others are at their next event."""
    within = Sliding(enough.reached)

    def judge(view: View, params: Any) -> Iterable[Finding]:
        for run in within.found(view.facts, params):
            counted = enough.counted(run, view.common)
            yield Finding(
                anchor=f"{view.entity_id}\n{run[0].anchor}",
                facts=tuple(run),
                until=run[0].at + params.window,
                subject=about(view, run),
                values={**counted, **values(view, run)},
                measured=counted,
            )

    def moves(view: View, fact: Fact, params: Any) -> bool:
        return within.moves(view.facts, fact, params, view.common.max_evidence)

    return Detector(
        id,
        severity,
        title,
        params,
        judge,
        says,
        notes,
        keeps=lambda params: params.window,
        reads=reads,
        prune=within.prune,
        folds=Folds(lambda params: params.window, alike),
        concerns=moves if frequent else None,
        spare=Spare(frozenset({frequent}), within.spare) if frequent else None,
    )
