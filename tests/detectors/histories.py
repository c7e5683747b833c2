"""Small random companies, and how what happens in them arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit
from detectors.facts.reference import Reference
from tests.detectors import random_company as what
from tests.detectors import timeline as tl
from tests.detectors.random_company import BASE, CUSTOMERS, EMPLOYEES

_DELAYS = (0, 0, 0, HOUR, DAY, 3 * DAY, 7 * DAY)


@dataclass(frozen=True, repr=False)
class Arrival:
    """An event, and when it arrives: at most the lateness after it happened."""

    event: Event
    at: int

    def __repr__(self) -> str:
        data = msgspec.to_builtins(self.event.data)
        when = timedelta(microseconds=self.event.time - BASE)
        late = timedelta(microseconds=self.at - self.event.time)
        return f"\n<{when} +{late} {type(self.event.data).__name__} {data} {self.event.id[-6:]}>"


def _lost_again(event: Event, happened: list[Event]) -> bool:
    """Lost once more when the first loss is forgotten: what that means is not a matter of law."""
    if not _loses(event):
        return False
    same = [one for one in happened if _loses(one) and one.data.object == event.data.object]
    return event.time > min(one.time for one in same) + 7 * DAY


def _loses(event: Event) -> bool:
    after = getattr(event.data, "after", None)
    return after is not None and after.stage == "lost"


@st.composite
def histories(draw: st.DrawFn, *, scenes: int = 3, noise: int = 4) -> list[Arrival]:
    """What happened in a company, in order of arrival."""
    happened = [event for scene in draw(st.lists(what.scenes, max_size=scenes)) for event in scene]
    happened += draw(st.lists(what.noise, max_size=noise))
    # One notice an employee: what a second one means is said by example, not by law.
    for who in draw(st.sets(st.sampled_from(EMPLOYEES), max_size=2)):
        happened += draw(what.LEAVING[who]) if draw(st.booleans()) else []
    once = {event.id: event for event in happened if not _lost_again(event, happened)}
    named = {
        (event.time, event.data.object.id): event.id
        for event in once.values()
        if isinstance(event.data, CrmEdit) and event.data.object.type == "customer"
    }
    # Nor do two edits name the owner of a customer at one instant.
    once = {
        id_: event
        for id_, event in once.items()
        if not (isinstance(event.data, CrmEdit) and event.data.object.type == "customer")
        or named[event.time, event.data.object.id] == id_
    }
    arrivals = [
        Arrival(event, event.time + draw(st.sampled_from(_DELAYS))) for event in once.values()
    ]
    return sorted(arrivals, key=lambda arrival: arrival.at)


@st.composite
def _documents(draw: st.DrawFn) -> tuple[Event, ...]:
    owners = [draw(st.none() | st.sampled_from(EMPLOYEES)) for _ in CUSTOMERS]
    return (
        tl.account(tl.COMPANY_ACCOUNT),
        tl.employee("E-1", "Wang Wei", accounts=["YOFE1"], phones=["+86 138 0000 0001"]),
        *(
            tl.customer(customer, owner)
            for customer, owner in zip(CUSTOMERS, owners, strict=True)
            if owner
        ),
    )


documents = _documents()


def reference_of(documents: tuple[Event, ...]) -> Reference:
    reference = Reference()
    for document in documents:
        reference.put(document)
    return reference
