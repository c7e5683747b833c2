"""The stages of an opportunity, as the detectors that wait for one of them read them."""

from __future__ import annotations

from offbook.detectors.fact import Fact
from offbook.detectors.profile import Profile


def newly(opportunity: Profile, edit: Fact, stage: str) -> bool:
    """Whether this edit brought it to `stage`, and not an earlier one: an edit may repeat it."""
    stages = opportunity.of("stage")
    this = next((word for word in stages if word.anchor == edit.anchor), None)
    if this is not None and this.fields.get("before") == stage:
        return False
    before = [word for word in stages if word.order[:3] < edit.order[:3]]
    return not before or before[-1].about != stage
