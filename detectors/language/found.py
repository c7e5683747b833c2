"""What a rule finds, before its shape says until when it is open, when it is due, and who is asked.

A rule says *what* it found and of whom. The rest follows from its shape, once for all: by when
something must have come, how long after that an event can still change what is said, and when it
is worth a question to another entity who answers for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct, structs

from contract.alert import Severity
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.thinning import more_of
from detectors.facts.view import View
from detectors.language.detector import Standing
from detectors.language.finding import Finding, Subject
from detectors.words.settled import Settled

#: A length of time (µs): the name of a parameter, a constant, several that are added up, or what
#: is worked out of the parameters.
Span = str | int | tuple[str | int, ...] | Callable[[Any], int]


def length(span: Span, params: Any) -> int:
    """How long a span is (µs) by a detector's parameters."""
    if isinstance(span, tuple):
        return sum(length(part, params) for part in span)
    if callable(span):
        return span(params)
    return int(getattr(params, span)) if isinstance(span, str) else span


class Found(Struct, frozen=True, kw_only=True, gc=False):
    """One thing that a rule holds to be so.

    `by` is the event that it is about; times are counted from it. `named` tells it for good from
    what else is found, and is the entity's id where only one thing is found of it. `facts` are the
    evidence in order of time, `by` alone unless given. `settled` says why it does not hold (any
    more).
    `about` is of whom it is, as far as that is known at once. `asks` costs a question to another
    entity: who answers for it, if known better than `about` says, is asked once somebody is told.
    With a `deadline` it holds only once that is over; what settles it by then was never an alert.
    `until` (µs) is when only late events can still change it, where it is not what the shape says.
    """

    by: Fact
    named: str = ""
    facts: tuple[Fact, ...] = ()
    about: Subject = Subject()
    asks: Callable[[], str | None] | None = None
    deadline: int | None = None
    until: int | None = None
    settled: Settled | None = None
    severity: Severity | None = None
    corroborated: bool = False
    values: dict[str, str] = {}
    measured: dict[str, str] = {}

    def finding(self, view: View, open_for: int) -> Finding:
        """What the engine compares with what was found before; `at` is among its values."""
        due = None if self.deadline is None else self.deadline + view.common.grace
        is_told = due is None or (self.settled is None and view.passed(due))
        about, facts = self.about, tuple(self.facts) or (self.by,)
        if is_told and self.asks is not None:
            about = structs.replace(about, employee=self.asks() or about.employee)
        if self.settled is not None:
            facts = in_time_order(*facts, self.settled.by)
        until = self.until
        if until is None:
            until = (self.by.at if self.deadline is None else self.deadline) + open_for
        return Finding(
            anchor=self.named or view.entity_id,
            facts=facts,
            until=until,
            subject=about,
            due=due,
            more=more_of(self.facts),
            settled=None if self.settled is None else self.settled.why,
            severity=self.severity,
            corroborated=self.corroborated,
            values={"at": str(self.by.at), **self.values},
            measured=self.measured,
        )


def owner_of(
    view: View, at: int, until: int, order: str | None = None, customer: str | None = None
) -> Callable[[], str | None]:
    """Asks who answers for an order, else for a customer, as of `at`, by what was said up to
    `until`, as `View.responsible` does: once somebody is told."""
    return lambda: view.responsible(at, until, order=order, customer=customer)


#: What a rule asks of an entity.
Find = Callable[[View, Any], Iterable[Found]]


def each_by_itself(roles: frozenset[str], wait: Span) -> Standing:
    """What is found of facts of these roles depends on no other of them but such as are about the
    same, and on the time only until the `wait` after it is over."""

    def anew(view: View, news: Sequence[Fact], judged: int, params: Any) -> list[Fact]:
        since = judged - length(wait, params) - view.common.grace
        open_ = {(it.role, it.about) for it in view.facts if it.at >= since} | {
            (it.role, it.about) for it in news
        }
        return [it for it in view.facts if it.role not in roles or (it.role, it.about) in open_]

    return Standing(roles, anew)


def judged(find: Find, open_for: Span) -> Callable[[View, Any], Iterator[Finding]]:
    """A detector's `judge`: what is found, each open for so long.

    Of what is still waited for only the first deadline is of use: who has a thousand waits under
    way would else have each put into words at every event.
    """

    def judge(view: View, params: Any) -> Iterator[Finding]:
        stays, grace = length(open_for, params), view.common.grace
        next_: tuple[int, Found] | None = None
        for found in find(view, params):
            deadline = found.deadline
            if deadline is None or found.settled is not None or view.passed(deadline + grace):
                yield found.finding(view, stays)
            elif next_ is None or deadline < next_[0]:
                next_ = deadline, found
        if next_ is not None:
            yield next_[1].finding(view, stays)

    return judge
