"""What a detector may ask when it judges: its facts, other profiles, time, reference data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from contract.duration import Duration
from detectors.facts.entity import EntityKind
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile
from detectors.facts.reference import Reference


class Common(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers that hold for all detectors.

    `lateness`: how far behind stream time an event may come and still count in full.
    `grace`: how long after a deadline a missing piece is still waited for.
    `max_facts`: how many facts one detector keeps of one entity; beyond, what repeats itself goes.
    `max_evidence`: how many events an alert lists; beyond, its totals go on to two digits.
    """

    lateness: Duration = Duration("14d")
    grace: Duration = Duration("1h")
    max_facts: int = 1000
    max_evidence: int = 200


class View(Protocol):
    """What a detector sees when it judges one entity.

    `due` is the stream time after which it will be judged though nothing comes.
    """

    entity_id: str
    entity_kind: EntityKind
    facts: Sequence[Fact]
    due: int | None
    common: Common
    reference: Reference

    def of(self, role: str) -> list[Fact]:
        """This detector's facts of one role, by time."""

    def profile(self, kind: EntityKind, id_: str) -> Profile:
        """The profile of this or another entity. Asking for another's subscribes to it."""

    def passed(self, due: int) -> bool:
        """Whether stream time has passed a deadline. What costs a question may wait for it."""

    def responsible(
        self, at: int, until: int, *, order: str | None = None, customer: str | None = None
    ) -> str | None:
        """The employee an alert names where nobody acted: the order's owner as of `at`, else
        who created it, else the customer's owner as of `at`; by what was said up to `until`.

        Without that limit the answer would depend on when it was last asked for."""


def is_over(view: View, deadline: int) -> bool:
    """Whether all that could come by a deadline has: stream time has passed it and the grace."""
    return view.passed(deadline + view.common.grace)
