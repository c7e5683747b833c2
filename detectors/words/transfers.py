"""Transfers, as the detectors that weigh them read them: a customer passes to another owner.

An edit that repeats the owner is none, for many a CRM sends whole images. Where an edit does not
say who owned the customer before, an earlier edit or the reference document must. Who takes a
customer from the pool, where it is nobody's, takes it from nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reference import Reference, Stated
from detectors.facts.view import View


def names_other_owner(edit: CrmEdit) -> bool:
    """Whether it may give its object another owner. To give it back to the pool gives it nobody."""
    return bool(edit.says.owner) and edit.says.owner != edit.was.owner


#: A cheap look: an edit of a customer that may give it another owner.
NAMES_OWNER = edits("update", "delete", "restore", of="customer", also=names_other_owner)


def transfer_fact(event: Event, reference: Reference) -> Fact:
    """What an edit that `NAMES_OWNER` says. `about` is the new owner.

    The document's word is taken down as it stands now, if it is older than the edit: a newer
    document, which names the new owner, would undo the transfer at the next judgement.
    """
    edit = event.data
    assert isinstance(edit, CrmEdit)
    before = edit.was.owner
    was = None if before is UNSET else before or ""
    stated = reference.owner(edit.object.id) if was is None else None
    if stated is not None and stated.at >= event.time:
        stated = None
    return fact_of(
        event,
        "transfer",
        about=edit.says.owner or "",
        actor=edit.actor,
        customer=edit.object.id,
        before=was,
        stated=stated.owner or "" if stated else None,
        stated_at=str(stated.at) if stated else None,
    )


def transfers(view: View) -> Iterator[tuple[Fact, str]]:
    """The edits by which the customer really changed hands, each with who owned it before."""
    changes = view.of("transfer")
    words = view.profile("customer", view.entity_id).owners() if changes else []
    for change in changes:
        if change.customer != view.entity_id:
            continue  # an edit of another customer that names this one beside it
        before = change.before
        if before is None:
            before = _known_before(words, change, _stated(view, change))
        if before and before != change.about:
            yield change, before


def _stated(view: View, change: Fact) -> Stated | None:
    """The document's word of before the change: as it was taken down, or where there was none then,
    as it has come since."""
    if "stated" in change.fields:
        return Stated(change.fields["stated"], int(change.fields["stated_at"]))
    stated = view.reference.owner(view.entity_id)
    return stated if stated is not None and stated.at < change.at else None


def _known_before(words: Sequence[Fact], change: Fact, stated: Stated | None) -> str | None:
    place = bisect_left(words, change.order[:3], key=lambda word: word.order[:3])
    word = words[place - 1] if place else None
    if stated is not None and (word is None or word.at <= stated.at):
        return stated.owner
    return word.about if word is not None else None
