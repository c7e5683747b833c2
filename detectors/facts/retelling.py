"""What is told again under its number: which word of a payment, a shipment or a creation counts.

A payment or shipment that is told again with other content, no refund or return between, is a
correction: the newest word counts, as of when the first was told, and the others do not. A
creation that is told twice happened once. The payment itself, the shipment, the order knows all its
words and decides; whoever else was told one of them is told what has become of it (`Retold`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import UNSET, Struct

from contract.event import Event
from contract.kinds import KINDS
from contract.types import CrmEdit, EventData, Image, ObjectRef, Payment, Shipment
from detectors.facts.entity import ABOUT, EntityKind, entity, split
from detectors.facts.fact import Fact, Identity, fact_of
from detectors.facts.roles import CORRECTED_WITHIN
from detectors.facts.sent import without_sent

#: The role of a word in the profile of a payment or a shipment.
TOLD = "told"
#: What a word says of what happened, and with it whom it is about. What else it has (a payer's
#: name, a quantity) may be put in later and corrects nothing.
_PAYMENT = ("amount", "currency", "payee_account", "order", "customer", "recorded_by")
_SHIPMENT = ("order", "customer", "address", "phone", "released_by")


class Retelling(Struct, frozen=True):
    """What has become of a word: it counts as of `since` (µs), not at all if that is None.

    `by` is the word that says so. `known` is how many words there are: of two retellings the one
    that knows more is the newer.
    """

    word: Fact
    since: int | None
    by: Fact
    known: int


def told(event: Event, _: str) -> list[Fact]:
    """A word of a payment or a shipment."""
    data = event.data
    assert isinstance(data, Payment | Shipment)
    names, happened = (
        (_PAYMENT, data.kind) if isinstance(data, Payment) else (_SHIPMENT, data.status)
    )
    said = {name: value for name in names if (value := getattr(data, name)) is not None}
    if isinstance(data, Payment):
        said["amount"] = f"{data.amount.normalize():f}"
    return [fact_of(event, TOLD, about=happened, **said)]


def retellings(before: Sequence[Fact], news: Sequence[Fact]) -> Iterator[Retelling]:
    """What has become of which words of a payment or shipment, now that `news` has come."""
    words = sorted((*before, *news), key=lambda word: word.order)
    if len({word.about for word in words}) == len(words):
        # Nothing was told to have happened twice.
        return
    old, new = _verdicts(before), _verdicts(words)
    for word in words:
        since, by = new.get(word.identity, (word.at, word))
        if since != old.get(word.identity, (word.at, word))[0]:
            yield Retelling(word, since, by, len(words))


def created_again(known: Sequence[Fact], created: Fact) -> Iterator[Retelling]:
    """Of two creations of one order the later counts for nobody else.

    `known` are, by time, the first that names each customer: one that the first of all does not
    name has the order too, and counts the first that names it.
    """
    for other in known:
        if other.identity != created.identity and (other is known[0] or _same(other, created)):
            first, again = sorted((other, created), key=lambda fact: fact.order)
            yield Retelling(again, None, first, 1)


def _same(one: Fact, other: Fact) -> bool:
    return one.fields.get("customer") == other.fields.get("customer")


_Verdict = tuple[int | None, Fact]


def _verdicts(words: Sequence[Fact]) -> Mapping[Identity, _Verdict]:
    """Since when a word counts, and the word that says so, where it is not just as it was told."""
    found: dict[Identity, _Verdict] = {}
    for leg in _legs(words):
        place = len(leg) - 1
        while place and without_sent(leg[place - 1]) == without_sent(leg[-1]):
            place -= 1
        if place:
            standing = leg[place]
            found.update({it.identity: (None, standing) for it in leg[:place]})
            found[standing.identity] = (leg[0].at, standing)
    return found


def _legs(words: Iterable[Fact]) -> Iterator[list[Fact]]:
    """The words that speak of one and the same thing that happened, none much later than the last.

    Parts of a payment may go back one by one under its number, so these correct nothing.
    """
    open_: dict[str, list[Fact]] = {}
    paid = False
    for word in words:
        happened = word.about
        for ended in _ENDS.get(happened, ()):
            if ended in open_:
                yield open_.pop(ended)
        paid = paid or happened == "received"
        if happened == "refund" and paid:
            continue
        leg = open_.get(happened)
        if leg is not None and word.at - leg[-1].at > CORRECTED_WITHIN:
            yield open_.pop(happened)
        open_.setdefault(happened, []).append(word)
    yield from open_.values()


#: What a word of a kind ends: after a refund, a payment is another; after a return, a dispatch.
_ENDS: dict[str, tuple[str, ...]] = {
    "refund": ("received",),
    "returned": ("dispatched", "delivered"),
    "dispatched": ("returned",),
}


def concerned(kind: EntityKind, id_: str, again: Retelling) -> Iterator[str]:
    """The keys of the entities, other than this one, that a word counts otherwise for.

    Of a creation told again, no customer whom the first did not name: it is theirs too.
    """
    told = _others_told(kind, id_, again.word)
    if again.word.role == TOLD:
        yield from told
        return
    first = set(_others_told(kind, id_, again.by))
    yield from (key for key in told if key in first or split(key)[0] != "customer")


def _others_told(kind: EntityKind, id_: str, word: Fact) -> Iterator[str]:
    data = _data(id_, word)
    for (type_, other), ids in ABOUT.items():
        if type_ is type(data) and other != kind:
            yield from (entity(other, it) for it in ids(data))


def _data(id_: str, word: Fact) -> EventData:
    """The event's data, as far as they say whom it is about."""
    said: dict[str, Any] = without_sent(word)
    if word.role == TOLD:
        if KINDS[word.kind].data is Payment:
            said["amount"] = Decimal(said["amount"])
            return Payment(id_, kind=word.about, **said)  # type: ignore[arg-type]
        return Shipment(id_, word.about, **said)  # type: ignore[arg-type]
    image = Image(owner=said.get("owner", UNSET))
    created = ObjectRef("order", id_)
    return CrmEdit(said["actor"], "create", created, said.get("customer"), after=image)
