"""One look at one entity: what it was given, what a detector sees of it, and what it brought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from msgspec import Struct

from contract.alert import Alert
from contract.event import Event
from detectors.engine.messages import Note
from detectors.engine.running import Running
from detectors.engine.state import EntityState
from detectors.engine.stream_time import Now
from detectors.facts.entity import EntityKind, entity
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile, customer_owner, order_owner
from detectors.facts.reference import Reference
from detectors.facts.view import Common

#: The new facts of a detector, each with the event it was drawn from; a note's comes from none.
Fresh = list[tuple[Event | None, Fact]]


@dataclass(slots=True)
class Failure:
    """A detector that raised. `events` go to the dead letters; what it found before stands.

    `detector` is "profile" where what all detectors share could not be drawn from an event.
    `lasts` where what made it raise may still be there: it was not taken in with the `events`.
    """

    detector: str
    error: Exception
    events: list[Event]
    lasts: bool = True


#: Most steps bring nothing of it, and to make an empty one of each was a tenth of a step.
_NONE: Mapping[str, int] = MappingProxyType({})


class Step(Struct):
    """What one look at the entity `key`, at the moment `now`, brought.

    `forgets` is the latest time of the clock of forgetting at which the entity was looked at. What
    is `over`, ended before that time (µs), takes in nothing more: None while no time is known.
    `changed` is False if the state is as it was, so that nothing need be written.
    `evicted` counts what gave way to a bound, by detector; "profile" is what all share.
    `late` are events of which something was kept out, for what belongs to them is forgotten.
    `withheld` counts, by detector, the events that wait for reference data to be judged by.
    `to_judge` are the detectors that must judge anew, with what is new to them. `begun` have taken
    in their first fact, of which nothing is found. `aside` are those that were set aside for the
    entity: they failed again and again. `whole` are those that must judge all that they have, not
    only what is new.
    """

    key: str
    state: EntityState
    now: Now
    running: Mapping[str, Running]
    forgets: int | None = None
    over: int | None = None
    detected_at: int | None = None
    alerts: list[Alert] = []
    notes: list[tuple[str, Note]] = []
    to_judge: dict[str, Fresh] = {}
    failures: Sequence[Failure] = ()
    evicted: Mapping[str, int] = _NONE
    late: Sequence[Event] = ()
    withheld: Mapping[str, int] = _NONE
    begun: Sequence[str] = ()
    aside: Sequence[str] = ()
    changed: bool = False
    whole: Sequence[str] = ()

    def reached(self, detector_id: str) -> int | None:
        """Stream time by the detector's clock (µs)."""
        return self.now.of(self.running[detector_id].clock)

    def evict(self, what: str, count: int) -> None:
        """Count what gave way."""
        if count:
            self.evicted = {**self.evicted, what: self.evicted.get(what, 0) + count}

    def keep_out(self, event: Event) -> None:
        """Something of an event is late here."""
        if event not in self.late:
            self.late = (*self.late, event)

    def withhold(self, detector_id: str) -> None:
        """An event waits for the reference data that a detector needs."""
        self.withheld = {**self.withheld, detector_id: self.withheld.get(detector_id, 0) + 1}

    def mark_for_judging(
        self,
        detector_id: str,
        event: Event | None,
        facts: Collection[Fact],
        *,
        alone: bool = False,
    ) -> None:
        """There are new facts for a detector to judge; without any, something else is new. They
        are new `alone` if nothing else that it judges by has changed, but for the time."""
        fresh = self.to_judge.setdefault(detector_id, [])
        fresh += [(event, fact) for fact in facts]
        if not alone and detector_id not in self.whole:
            self.whole = (*self.whole, detector_id)

    def fail(
        self,
        detector_id: str,
        error: Exception,
        events: Collection[Event | None] = (),
        *,
        lasts: bool = True,
    ) -> None:
        """A detector raised, on `events` if any; not `lasts` if these are kept out."""
        known = [event for event in events if event is not None]
        self.failures = (*self.failures, Failure(detector_id, error, known, lasts))


class StepView(Struct, gc=False):
    """The `View` of one step, for a detector whose clock has `reached` a stream time.

    `wanted` are the entities whose profiles were asked for.
    """

    entity_kind: EntityKind
    entity_id: str
    state: EntityState
    common: Common
    reference: Reference
    reached: int | None = None
    facts: Sequence[Fact] = ()
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
        return self.reached is not None and self.reached > due

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
