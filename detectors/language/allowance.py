"""Who hears of an alert: a detector on trial and an exception that was agreed on wake nobody.

A function of the alert and of the settings alone, by event time: a replay gives what a live run
gave, and no wall clock lets an allowance run out. Identity and revisions never depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from contract.alert import Suppressed
from contract.times import rfc3339
from detectors.language.finding import Subject


class Allowance(Struct, frozen=True, kw_only=True):
    """What is known and agreed on, `until` (microseconds, inclusive) and for a `reason`.

    Every id that is given must be the alert's. `position` is its place among the detector's, from
    1: logs name an allowance by it, and never by whom it is about.
    """

    position: int
    until: int
    reason: str
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None

    def is_about(self, subject: Subject) -> bool:
        """Whether all ids given are those of `subject`."""
        return (
            self.employee in (None, subject.employee)
            and self.customer in (None, subject.customer)
            and self.order in (None, subject.order)
            and self.account in (None, subject.account)
        )

    def mark(self) -> Suppressed:
        """What the alert says of it."""
        return Suppressed(rfc3339(self.until), self.reason)


class Marks(Struct, frozen=True, array_like=True):
    """How a revision is marked. With no mark it goes to whoever is on call."""

    shadow: bool = False
    suppressed: Suppressed | None = None


def allowed(
    subject: Subject, last_event_at: int, allowances: Iterable[Allowance]
) -> Allowance | None:
    """The first allowance that covers an alert on `subject` whose last event was at
    `last_event_at` (microseconds); None if none does."""
    for allowance in allowances:
        if last_event_at <= allowance.until and allowance.is_about(subject):
            return allowance
    return None
