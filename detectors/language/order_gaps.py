"""A customer's orders, and the gaps between them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from msgspec import structs

from detectors.facts.fact import Fact
from detectors.facts.sent import sent_of
from detectors.language.memory import Memory

#: The role of the newest order that is over, with the gaps up to it.
FOLDED = "folded"


def with_gaps(facts: Sequence[Fact], params: Any) -> list[tuple[Fact, list[int]]]:
    """Each order from the one that is folded on, and the last gaps (µs) up to it: `looked_at` of
    them, none from before a pause longer than `remembered`.

    What lies before the folded one came too late. An order told twice in a row is one.
    """
    start = next((place for place, fact in enumerate(facts) if fact.role == FOLDED), 0)
    orders: list[tuple[Fact, list[int]]] = []
    for fact in facts[start:]:
        if not orders:
            orders.append((fact, [int(gap) for gap in fact.fields.get("gaps", "").split()]))
            continue
        before, gaps = orders[-1]
        gap = fact.at - before.at
        if fact.about == before.about:
            continue
        anew = gap > params.remembered
        orders.append((fact, [] if anew else [*gaps, gap][-params.looked_at :]))
    return orders


def median_beyond(span: int, gaps: Sequence[int], percent: int) -> Decimal | None:
    """The median of the gaps (µs), if `span` is less than `percent` of it; else None.

    Most are told by the longest gap, which costs less."""
    if span >= percent * max(gaps, default=0):
        return None
    middle = median(map(Decimal, gaps))
    return middle if span < percent * middle else None


def _prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
    """The newest order before `limit` with the gaps up to it, in one fact, and those after it."""
    if facts and facts[-1].at < limit - params.remembered:
        return []
    if all(fact.at >= limit or fact.role == FOLDED for fact in facts):
        return facts
    orders = with_gaps(facts, params)
    # None is, if time has gone back to before the folded one: what is folded stays so.
    place = max((n for n, (order, _) in enumerate(orders) if order.at < limit), default=0)
    newest, gaps = orders[place]
    fields = {"gaps": " ".join(map(str, gaps)), **sent_of(newest)}
    kept = [order for order, _ in orders[place + 1 :]]
    return [structs.replace(newest, role=FOLDED, fields=fields), *kept]


#: Of orders that are over, the gaps between them.
FOLDED_GAPS = Memory(_prune)
