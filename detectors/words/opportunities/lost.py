"""Opportunities that are lost, and those that are lost no more."""

from __future__ import annotations

from msgspec import structs

from contract.alert import Bilingual
from contract.types import CrmEdit
from detectors.facts import roles
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact
from detectors.facts.profile import Profile
from detectors.facts.reads import keep, read
from detectors.words.settled import Settled, settled_by

TAKEN_BACK = Bilingual("the opportunity was reopened or won after that", "该商机随后重新打开或赢单")

#: What an edit of an opportunity adds to an alert.
LOSS_NOTES = {
    "lost": Bilingual("opportunity lost", "商机丢单"),
    "open": Bilingual("opportunity reopened", "商机重新打开"),
    "won": Bilingual("opportunity won after all", "商机最终赢单"),
}


def _loses(edit: CrmEdit) -> bool:
    return edit.says.stage == "lost"


#: Edits by which an opportunity is lost, about the customer whom they name.
LOSSES = read(
    "opportunity",
    CrmEdit,
    lambda edit: keep("lost", about=edit.customer),
    where=edits(of="opportunity", also=_loses),
)


def lost_no_more(opportunity: Profile) -> Settled | None:
    """Whether it was reopened or won after its last loss: who loses it again has not taken it
    back."""
    back: Fact | None = None
    for word in opportunity.of(roles.STAGE):
        back = None if word.about == "lost" else back or word
    return settled_by(TAKEN_BACK, None if back is None else structs.replace(back, role=back.about))
