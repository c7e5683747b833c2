"""*Awaited*: something should have come by a deadline.

    ──────●───────────────┊──────────►  by event time
          began        deadline
          └─ what answers ─┘
             and what stops the wait

**What it finds.** What began and had no answer when its time was over: goods without an order, an
order without a callback. What answers in time was never an alert. What stops the wait (the order is
cancelled, the money refunded) settles it too; taken up again later, its time runs anew.

**What it owns.** A deadline passes when the clocks of all topics that could bring an answer have
passed it and the grace, so that a feed that is late alarms nobody. Until then nobody is asked whose
it is. Facts are kept as long as they can answer.

>>> from detectors.language import *
>>> class UnsentParams(Params):
...     wait: Duration = number("2d", "goods this long after the money are in time", "等待时长")
>>> def unsent(view, params):
...     for paid in view.of("received"):
...         deadline = paid.at + params.wait
...         sent = absence(view.of("dispatched"), None, deadline)
...         settled = settled_by(LEFT, sent)
...         yield Found(by=paid, named=paid.about, deadline=deadline, settled=settled)
>>> DETECTOR = awaited(
...     "unsent",
...     "info",
...     Bilingual("Paid and not sent", "已付款未发货"),
...     UnsentParams(),
...     dossier=Dossier("order", frozenset({"received", "dispatched"}), frozenset({"received"})),
...     find=unsent,
...     looks_back="wait",
...     says=says(Sentence("Paid at {at:time}, not sent.", "{at:time} 付款，未发货。")),
...     notes={"received": Bilingual("paid", "付款"), "dispatched": LEFT},
... )
>>> DETECTOR.waits
True
"""

from __future__ import annotations

from typing import Any, Protocol, Unpack

from contract.alert import Bilingual, Severity
from detectors.facts.fact import Fact
from detectors.facts.sequences import is_newest
from detectors.facts.view import View
from detectors.language.detector import Concerns, Detector, Standing
from detectors.language.found import Find, Span, length
from detectors.language.memory import BY_AGE, Memory
from detectors.language.params import Params
from detectors.language.shaping import Declared, remembering

__all__ = ["awaited", "unless_put_off"]


class _Waits(Protocol):
    """Whether anything is waited for now; with `ever`, whether anything was."""

    def __call__(self, view: View, *, ever: bool) -> bool: ...


def unless_put_off(role: str, within: Span, waits: _Waits) -> Concerns:
    """A look at facts of a role that only put deadlines off, `within` from the newest of them.

    That the look at the deadline that is set sees for itself. Where none is set, the newest sets
    one. One so late that a deadline may have passed without it can take an alert back.
    """

    def moves(view: View, fact: Fact, params: Any) -> bool:
        if fact.role != role:
            return True
        newest, grace = is_newest(view.facts, fact), view.common.grace
        deadline = fact.at + length(within, params) + grace
        looked_at = view.due is not None and view.due <= deadline
        if newest and looked_at and not view.passed(fact.at + grace):
            return False
        return waits(view, ever=not newest)

    return moves


def awaited(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    *,
    find: Find,
    looks_back: Span = 0,
    open_for: Span = 0,
    memory: Memory = BY_AGE,
    moves: Concerns | None = None,
    stands: Standing | None = None,
    **more: Unpack[Declared],
) -> Detector:
    """A detector of what had not come by the `deadline` of what `find` yields; what was found is
    open for `open_for` after that.

    `looks_back` is how long before the deadline facts may lie that it is judged by. `moves` is a
    cheap look at a new fact: whether it can change anything before the next deadline. `stands` says
    which waits are over and need not be looked at again.
    """
    return remembering(
        id,
        severity,
        title,
        params,
        find,
        looks_back=looks_back,
        open_for=open_for,
        memory=memory,
        concerns=moves,
        stands=stands,
        waits=True,
        **more,
    )
