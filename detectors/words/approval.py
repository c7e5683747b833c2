"""Who approved an order and when, as the detectors that ask for an approval read its statuses."""

from __future__ import annotations

from collections.abc import Iterator

from detectors.facts import roles
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile
from detectors.facts.roles import ENDED

_APPROVED = frozenset({"approved", "completed"})


def steps(order: Profile, status: str) -> Iterator[Fact]:
    """The edits that brought the order to a status, each time anew. A CRM may repeat it with every
    edit: those did not."""
    before: Fact | None = None
    for word in order.of(roles.STATUS):
        if word.about == status:
            was = word.fields.get("before", before.about if before is not None else None)
            if was != status:
                yield word
        before = word


def approved_before(order: Profile, completed: Fact) -> Fact | None:
    """The approval, or an edit that says that it followed one, be it the completion itself. What
    was rejected or cancelled since was not approved."""
    standing: Fact | None = None
    for word in order.of(roles.STATUS):
        if word.at > completed.at:
            break
        if word.about == "approved" or (
            word.about not in (*ENDED, "completed") and word.before == "approved"
        ):
            standing = standing or word
        elif word.about in ENDED and word.at < completed.at:
            standing = None
    return standing or (completed if completed.before == "approved" else None)


def approval_at(order: Profile, at: int) -> Fact | None:
    """The edit that shows that the order had been approved at `at`, if it ever had.

    Where no earlier edit tells its status, what the first later one followed was its status.
    """
    words = order.of(roles.STATUS)
    earlier = [word for word in words if word.at <= at]
    if earlier:
        return next((word for word in earlier if _shows(word, *_APPROVED)), None)
    return words[0] if words and words[0].before in _APPROVED else None


def _shows(word: Fact, *statuses: str) -> bool:
    """Whether it says that the order is so now, or was before."""
    return word.about in statuses or word.before in statuses
