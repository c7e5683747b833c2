"""*Pair*: one thing, and another near it.

    ─────●────────────●────────────────────►  by event time
         first        second
         └─ within ───┘
                      └─ open_for ─┘  what takes it back

**What it finds.** Two things that say little alone, where which came first, or from whom to whom,
matters: talk of a private deal and the loss of the opportunity, a transfer and the deal after it, a
notice and deletes around it. The rule says which of the two the alert is about, and what takes it
back.

**What it owns.** Either may come first, be told first, or be corrected later: both are kept as long
as one can meet the other, and then as long as what was found can be taken back.

>>> from detectors.language import *
>>> class PaidTwiceParams(Params):
...     within: Duration = at_most("1h", "from one payment to the next", "两笔付款相距")
>>> def twice(view, params):
...     for paid in view.facts:
...         first = sequence([it for it in view.facts if it is not paid], paid, params.within)
...         if first:
...             yield Found(by=paid, named=paid.about, facts=in_time_order(*first, paid))
>>> DETECTOR = pair(
...     "paid-twice",
...     "info",
...     Bilingual("Paid twice", "重复付款"),
...     PaidTwiceParams(),
...     reads=(read("order", Payment, lambda it: keep("received", it.payment), where=received),),
...     find=twice,
...     within="within",
...     says=says(Sentence("Paid again at {at:time}.", "{at:time} 再次付款。")),
...     notes={"received": Bilingual("paid", "付款")},
... )
>>> DETECTOR.keeps(DETECTOR.params) == DETECTOR.params.within
True
"""

from __future__ import annotations

from typing import Unpack

from contract.alert import Bilingual, Severity
from detectors.language.detector import Detector
from detectors.language.found import Find, Span
from detectors.language.memory import BY_AGE, Memory
from detectors.language.params import Params
from detectors.language.shaping import Declared, remembering

__all__ = ["pair"]


def pair(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    find: Find,
    within: Span,
    open_for: Span = 0,
    memory: Memory = BY_AGE,
    **more: Unpack[Declared],
) -> Detector:
    """A detector of what `find` yields: two things, the one at most `within` from the other. It can
    change for `open_for` after the one that it is about."""
    return remembering(
        id,
        severity,
        title,
        params,
        find,
        looks_back=within,
        open_for=open_for,
        memory=memory,
        **more,
    )
