"""One look at one entity: what it was given, what a detector sees of it, and what it brought."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec import Struct

from offbook.detectors.detector import Common
from offbook.detectors.entity import EntityKind, entity
from offbook.detectors.fact import Fact
from offbook.detectors.notes import Note
from offbook.detectors.profile import Profile, customer_owner, order_owner
from offbook.detectors.reference import Reference
from offbook.detectors.state import EntityState
from offbook.events.alert import Alert
from offbook.events.event import Event

#: The new facts of a detector, each with the event it was drawn from; a note's comes from none.
Fresh = list[tuple[Event | None, Fact]]


@dataclass(slots=True)
class Failure:
    """A detector that raised. `events` go to the dead letters; what it found before stands.

    `detector` is "profile" where what all detectors share could not be drawn from an event.
    """

    detector: str
    error: Exception
    events: list[Event]


class Step(Struct):
    """What one look at the entity `key`, at stream time `now`, brought.

    `changed` is False if the state is as it was, so that nothing need be written.
    `evicted` counts what gave way to a bound, by detector; "profile" is what all share.
    `dirty` are the detectors that must judge anew, with what is new to them.
    """

    key: str
    state: EntityState
    now: int | None
    detected_at: int | None = None
    alerts: list[Alert] = []
    notes: list[tuple[str, Note]] = []
    failures: list[Failure] = []
    evicted: dict[str, int] = {}
    changed: bool = False
    dirty: dict[str, Fresh] = {}

    def evict(self, what: str, count: int) -> None:
        """Count what gave way."""
        if count:
            self.evicted[what] = self.evicted.get(what, 0) + count

    def soil(self, detector_id: str, event: Event | None, facts: Collection[Fact]) -> None:
        """There are new facts for a detector to judge; without any, something else is new."""
        fresh = self.dirty.setdefault(detector_id, [])
        fresh += [(event, fact) for fact in facts]


class StepView(Struct):
    """The `View` of one step; `wanted` are the entities whose profiles were asked for."""

    entity_kind: EntityKind
    entity_id: str
    state: EntityState
    common: Common
    reference: Reference
    now: int | None
    facts: Sequence[Fact] = []
    due: int | None = None
    wanted: set[str] = set()

    def of(self, role: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.role == role]

    def profile(self, kind: EntityKind, id_: str) -> Profile:
        if kind == self.entity_kind and id_ == self.entity_id:
            return Profile(self.state.profile)
        key = entity(kind, id_)
        self.wanted.add(key)
        return Profile(self.state.known.get(key, ()))

    def passed(self, due: int) -> bool:
        return self.now is not None and self.now > due

    def responsible(
        self, at: int, until: int, *, order: str | None = None, customer: str | None = None
    ) -> str | None:
        if order is not None:
            profile = self.profile("order", order).upto(until)
            owner = order_owner(profile, at)
            if owner is not None:
                return owner
            customer = customer or next(iter(profile.customers()), None)
        if customer is None:
            return None
        profile = self.profile("customer", customer).upto(until)
        return customer_owner(profile, self.reference, customer, at)
