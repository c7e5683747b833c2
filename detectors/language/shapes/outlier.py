"""*Outlier*: far from one's own past.

    ▂▁▃▂▂▁▂▃▁▂▂▁▂▂▂▁▃▂▂▁▂▂▂█ ───►  company days of one seller, one customer's gaps, …
    └─ what is usual ──────┘└ far from it

**What it finds.** A figure that is far from what the same entity's figures were before: a day's
sales above the median of its days, a week below its weeks, an order sooner than the customer's
orders come. Who has too short a past to compare with is left alone, and who is always so is not
found.

**What it owns.** The past. Of what is over only the figures are kept, folded into one fact a day or
one of all, so that a year costs no more than the days that are looked back on. A figure of the
newest day says nothing of another day; one that came late changes all after it.

>>> from detectors.language import *
>>> class BusyParams(Params):
...     times: int = at_least(3, "times the number of any day before", "为此前任一天的倍数")
...     history: Duration = number("7d", "days looked at", "回看的天数")
>>> def busy(view, params):
...     days = orders_by_day(view.facts, in_currency("CNY"))
...     for day, orders in days.items():
...         before = [n for it, n in days.items() if day_before(day, 7) <= it < day]
...         if before and orders >= params.times * max(before):
...             first = next(it for it in view.facts if it.about == day)
...             yield Found(by=first, named=f"{view.entity_id}, {day}")
>>> DETECTOR = outlier(
...     "busy",
...     "info",
...     Bilingual("Busy day", "忙碌的一天"),
...     BusyParams(),
...     reads=(Reads("seller", CrmEdit, sale, where=IS_SALE),),
...     find=busy,
...     looks_back="history",
...     memory=folded_days(lambda params: 7, lambda params: in_currency("CNY")),
...     says=says(Sentence("Far more orders than ever on {at:day}.", "{at:day} 订单远超以往。")),
...     notes=SALES_NOTES,
... )
>>> DETECTOR.keeps(DETECTOR.params) == DETECTOR.params.history
True
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Unpack

from contract.alert import Bilingual, Severity
from contract.times import DAY
from detectors.facts.fact import Fact
from detectors.facts.view import View
from detectors.language.detector import Concerns, Detector, Folds
from detectors.language.found import Find, Span, length
from detectors.language.memory import BY_AGE, Memory
from detectors.language.params import Params
from detectors.language.shaping import Declared, remembering
from detectors.words.sales.by_day import SALE, Counts, fold, fold_days

__all__ = ["folded_days", "folded_runs", "outlier", "unless_usual"]


def folded_days(days: Callable[[Any], int], counts: Callable[[Any], Counts]) -> Memory:
    """Of each company day that is over, what its orders came to; of so many days."""
    return Memory(
        lambda facts, params, limit: fold_days(facts, limit, days(params), counts(params)),
        folds=Folds(lambda _: DAY),
    )


def unless_usual(
    is_unusual: Callable[[View, Fact, Any], bool], counts: Callable[[Any], Counts] | None = None
) -> Concerns:
    """A look at an order, of those that count: one of the newest day changes that day alone, where
    a cheap look says whether that may be unusual; one that came late changes the days after it."""

    def moves(view: View, sale: Fact, params: Any) -> bool:
        if counts is not None and not counts(params)(sale):
            return False
        return sale.about != view.facts[-1].about or is_unusual(view, sale, params)

    return moves


def folded_runs(
    runs: Callable[[Sequence[Fact], Any], Iterable[Sequence[Fact]]],
    counts: Callable[[Any], Counts],
    window: Span,
    history: Span,
) -> Memory:
    """`folded_days`, but a run within the window is folded whole. A day's worth at once: this looks
    through all runs. Where there are too many, those that count are joined with such."""

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        within, days = length(window, params), length(history, params) // DAY + 1
        if facts and facts[-1].at < limit - (days + 1) * DAY - within:
            return []
        first = next((fact for fact in facts if fact.role == SALE), None)
        if first is None or first.at >= limit - within - DAY:
            return facts
        upto = limit - within - 1
        for run in runs(facts, params):
            if run[0].at + within >= limit:
                break
            upto = max(upto, run[-1].at)
        return fold(facts, upto, days, counts(params))

    def alike(sale: Fact, params: Any) -> Hashable:
        counted = sale.role == SALE and counts(params)(sale)
        return sale.role, sale.about, sale.fields.get("currency"), counted

    return Memory(prune, folds=Folds(lambda params: length(window, params), alike))


def outlier(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    find: Find,
    looks_back: Span,
    memory: Memory = BY_AGE,
    moves: Concerns | None = None,
    waits: bool = False,
    **more: Unpack[Declared],
) -> Detector:
    """A detector of figures that `find` yields because they are far from those that it `looks_back`
    on. It `waits` if a figure is only known once its time is over. `moves` is a cheap look at a new
    fact: whether it can change anything before the next deadline."""
    return remembering(
        id,
        severity,
        title,
        params,
        find,
        looks_back=looks_back,
        open_for=0,
        memory=memory,
        concerns=moves,
        waits=waits,
        **more,
    )
