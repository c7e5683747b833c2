"""Whose customer it was, as the detectors that judge others' deeds on it ask."""

from __future__ import annotations

from offbook.detectors.detector import View
from offbook.detectors.profile import Profile, customer_owner


def owner_as_of(view: View, at: int, until: int) -> str | None:
    """The owner, as of `at`, of the customer that is judged, by what was said up to `until`.

    Of edits that only repeat the owner the profile keeps the oldest, so none that was there in time
    has given way to a later one.
    """
    profile = view.profile("customer", view.entity_id)
    word = profile.owner_word(at)
    if word is not None and word.at > until:
        profile = Profile(())
    return customer_owner(profile, view.reference, view.entity_id, at)
