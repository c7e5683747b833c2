"""The stages of an opportunity, as the detectors that wait for one of them read them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts import roles
from detectors.facts.fact import Fact, fact_of
from detectors.facts.profile import Profile
from detectors.facts.reference import Reference
from detectors.facts.sent import sent_of
from detectors.facts.view import View

#: What in an opportunity's profile says how far it is; of one edit the last of these counts. Only
#: its stage is in words.
_STAGES = {"back": "open", "stage": "", "gone": "gone"}


def newly(opportunity: Profile, edit: Fact, stage: str) -> bool:
    """Whether this edit brought it to `stage`, and not an earlier one: an edit may repeat it."""
    stages = opportunity.of(roles.STAGE)
    this = next((word for word in stages if word.anchor == edit.anchor), None)
    if this is not None and this.before == stage:
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


def is_any_opportunity_open(view: View, *, ever: bool) -> bool:
    """Whether any opportunity of the customer is open; with `ever`, whether any was told of."""
    stages = {it.about: it.stage for it in view.of("opportunity")}
    return bool(stages) and (ever or "open" in stages.values())


def every_change(view: View, opportunity: str, named: Sequence[Fact]) -> list[Fact]:
    """The `stage_change`s that named the customer, and what the edits between them that did not
    say of the time for which it was open by those.

    They stand in the opportunity's own profile: ask only when it matters. While it is not open by
    what named the customer, nobody watches it: an opening that came to light by chance, when
    another deadline had passed, would be found or not by when it was looked for.
    """
    profile = view.profile("opportunity", opportunity)
    told = {
        fact.order[:3]: fact
        for role in (roles.BACK, roles.STAGE, roles.GONE)
        for fact in profile.of(role)
    }
    heard = {fact.order[:3]: fact for fact in named}
    changes: list[Fact] = []
    is_open = False
    for order in sorted({**told, **heard}):
        if order in heard:
            is_open = heard[order].stage == "open"
            changes.append(heard[order])
        elif is_open:
            changes.append(_as_heard(told[order], opportunity))
    return changes


def _as_heard(fact: Fact, opportunity: str) -> Fact:
    """What an opportunity's own profile says, as the customer would have heard it."""
    stage = fact.about if fact.role == "stage" else _STAGES[fact.role]
    fields = {"stage": stage, **sent_of(fact)}
    return structs.replace(fact, role="opportunity", about=opportunity, fields=fields)
