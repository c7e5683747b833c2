"""The stages of an opportunity, as the detectors that wait for one of them read them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from offbook.detectors.detector import View
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.profile import Profile
from offbook.detectors.reference import Reference
from offbook.detectors.sent import sent_of
from offbook.events.event import Event
from offbook.events.types import CrmEdit


def newly(opportunity: Profile, edit: Fact, stage: str) -> bool:
    """Whether this edit brought it to `stage`, and not an earlier one: an edit may repeat it."""
    stages = opportunity.of("stage")
    this = next((word for word in stages if word.anchor == edit.anchor), None)
    if this is not None and this.fields.get("before") == stage:
        return False
    before = [word for word in stages if word.order[:3] < edit.order[:3]]
    return not before or before[-1].about != stage


def stage_change(event: Event, _: Reference) -> Fact | None:
    """The stage that an edit of an opportunity brought it to, `gone` if deleted; else None."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    if edit.op == "delete":
        stage_now = "gone"
    elif edit.says.stage is not None:
        stage_now = edit.says.stage
    elif edit.op in ("create", "restore"):
        stage_now = "open"
    else:
        return None
    return fact_of(event, "opportunity", about=edit.object.id, stage=stage_now)


def every_change(view: View, opportunity: str, named: Sequence[Fact]) -> list[Fact]:
    """The `stage_change`s that named the customer, and the edits after the first that did not.

    Those stand in the opportunity's own profile: ask only when it matters. Up to the first the
    customer cannot have been watched, so what was before it must not show afterwards either.
    """
    changes = {fact.order[:3]: fact for fact in named}
    for fact in view.profile("opportunity", opportunity).facts:
        if fact.role in ("stage", "gone") and fact.order[:3] > named[0].order[:3]:
            stage = fact.about if fact.role == "stage" else "gone"
            fields = {"stage": stage, **sent_of(fact)}
            change = structs.replace(fact, role="opportunity", about=opportunity, fields=fields)
            changes.setdefault(fact.order[:3], change)
    return [changes[order] for order in sorted(changes)]
