"""What was sent, of what a fact says: identity goes by what is read, evidence shows what was sent.

A fact of which nothing was sent otherwise has nothing of this: most have not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from msgspec import structs

from contract.event import Event
from contract.spelling.folding import CONTACTS
from detectors.facts.contact import each
from detectors.facts.evidence import sent_as
from detectors.facts.fact import Fact

#: The field of a fact that says what was sent, as `evidence.sent_as` tells it.
SENT_AS = "sent_as"


def as_sent(fact: Fact, event: Event, entity_id: str, *, contacts: bool = False) -> Fact:
    """`fact`, drawn of `event` for an entity, with what was sent of what it says or is kept under.

    Of how somebody is reached only with `contacts`: for who does not judge it, it is private.
    """
    # Nearly every phone reads otherwise than it was sent, and few facts are to show one.
    sent = [it for it in event.sent if contacts or not _is_contact(it[0])]
    texts = sent_as(_said(fact, event, entity_id, sent)) if sent else ""
    return structs.replace(fact, fields={**fact.fields, SENT_AS: texts}) if texts else fact


def _said(
    fact: Fact, event: Event, entity_id: str, sent: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    says = {entity_id, fact.about, *fact.fields.values()}
    reaches = {one for it in says for one in each(it)} | {entity_id.partition(":")[2]}
    for path, text in sent:
        read = attrgetter(path)(event.data)
        # What is masked or a placeholder reads as nothing, and no fact speaks of that.
        if read and (not reaches.isdisjoint(each(read)) if _is_contact(path) else read in says):
            yield path, text, read


def _is_contact(path: str) -> bool:
    return path.rpartition(".")[2] in CONTACTS


def sent_of(fact: Fact) -> dict[str, str]:
    """What was sent, to be put among other fields of the same event."""
    return {SENT_AS: fact.fields[SENT_AS]} if SENT_AS in fact.fields else {}


def without_sent(fact: Fact) -> dict[str, str]:
    """The other fields: what the fact says, however it was spelt."""
    return {name: it for name, it in fact.fields.items() if name != SENT_AS}
