"""Activities with a customer, as the detectors that ask who was in touch with it read them."""

from __future__ import annotations

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reference import Reference

#: An activity entered, or one taken up again.
IS_ACTIVITY = edits("create", "update", of="activity")


def activity(event: Event, _: Reference) -> Fact:
    """Who was active."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "activity", about=edit.actor)


def managers_activity(event: Event, reference: Reference) -> Fact | None:
    """An activity of whoever is a manager, or may turn out to be one."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return activity(event, reference) if reference.may_be_manager(edit.actor) else None
