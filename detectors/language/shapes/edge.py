"""*Edge*: one event is enough.

    ──○───────────●───────────○──────────────►  by event time
      what stands │           what still may change
      beside it   the event   what is said of it
                  └─ open_for ─┘

**What it finds.** Each event that should not be: a payment to a private account, an order approved
by its own seller. There is nothing to wait for and nothing to add up. What else is known, before it
and up to `open_for` after it, only says more of it: whose it is, what corroborates it, that it was
corrected.

**What it owns.** How long facts are kept: as long as a rule `looks_back` from an event, and as long
as it is open after that. Until when an alert can change, and when it is asked who answers for it.
Where most events are `innocent` by a cheap look, they need no judgement.

>>> from detectors.language import *
>>> class CashParams(Params):
...     entered_within: Duration = number("7d", "its order may be told so late", "补录期限")
>>> def in_cash(view, params):
...     for paid in view.facts:
...         yield Found(by=paid, named=paid.about, about=Subject(order=view.entity_id))
>>> DETECTOR = edge(
...     "cash",
...     "info",
...     Bilingual("Paid in cash", "现金付款"),
...     CashParams(),
...     reads=(read("order", Payment, lambda it: keep("received", it.payment), where=received),),
...     find=in_cash,
...     open_for="entered_within",
...     says=says(Sentence("Order {order} was paid at {at:time}.", "订单 {order} 付款 {at:time}")),
...     notes={"received": Bilingual("paid", "付款")},
... )
>>> DETECTOR.keeps(DETECTOR.params) == DETECTOR.params.entered_within
True
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

from contract.alert import Bilingual, Severity
from detectors.facts.fact import Fact
from detectors.facts.view import View
from detectors.language.detector import ENDLESS, Detector, Spare
from detectors.language.found import Find, Span
from detectors.language.memory import BY_AGE, Memory
from detectors.language.params import Params
from detectors.language.shaping import Declared, remembering

__all__ = ["edge"]


def edge(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    find: Find,
    looks_back: Span = 0,
    open_for: Span = 0,
    memory: Memory = BY_AGE,
    innocent: Callable[[View, Fact, Any], bool] | None = None,
    only_if: Callable[[View], bool] | None = None,
    near: int | None = None,
    room: Callable[[View, Any], int] | None = None,
    **more: Unpack[Declared],
) -> Detector:
    """A detector that finds what `find` yields, an event each; it is open for `open_for` after it.

    `looks_back` is how long before an event another may lie that it is judged by.
    `innocent` is a cheap look at a new fact, by which it is known that nothing is found by it;
    it looks at facts `near` it in time (µs) where that is given. Of an entity for which `only_if`
    does not hold, by what is known without its facts, nothing is found whatever it does. `room` is
    how much weight may come of the newest's `about` before one of it is not innocent.
    """

    def concerns(view: View, fact: Fact, params: Any) -> bool:
        return (only_if is None or only_if(view)) and not (
            innocent and innocent(view, fact, params)
        )

    def endless(view: View, _: Any) -> int:
        return 0 if only_if is None or only_if(view) else ENDLESS

    left = room or (endless if only_if else None)

    return remembering(
        id,
        severity,
        title,
        params,
        find,
        looks_back=looks_back,
        open_for=open_for,
        memory=memory,
        concerns=concerns if innocent or only_if else None,
        spare=Spare(frozenset(more["notes"]), left) if left else None,
        reach=None if near is None else lambda _: near,
        **more,
    )
