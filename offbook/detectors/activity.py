"""Activities with a customer, as the detectors that ask who was in touch with it read them."""

from __future__ import annotations

from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.reference import Reference
from offbook.detectors.where import edits
from offbook.events.event import Event
from offbook.events.types import CrmEdit

#: An activity entered, or one taken up again.
IS_ACTIVITY = edits("create", "update", of="activity")


def activity(event: Event, _: Reference) -> Fact:
    """Who was active."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "activity", about=edit.actor)
