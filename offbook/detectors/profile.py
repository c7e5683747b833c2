"""What an entity knows of itself whatever the detector: owners, links, sensitive talk.

Kept once per entity and shared by all detectors. A detector at one entity may read the profile
of another (the owner of an order's customer, say): the engine then subscribes the one to the
other, and every later change comes too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from offbook.detectors.dispatch import goods_moved
from offbook.detectors.entity import EntityKind
from offbook.detectors.fact import Fact, fact_of, insert
from offbook.detectors.money_in import money_moved
from offbook.detectors.reference import Reference, Stated
from offbook.detectors.where import Where, anything, edits
from offbook.events.event import Event
from offbook.events.times import DAY
from offbook.events.types import (
    ChatHit,
    CrmEdit,
    EventData,
    HrChange,
    ObjectType,
    Payment,
    ServiceCallback,
    Shipment,
)

#: Talk that can corroborate a deed. The other categories matter to `chat-burst` only.
SENSITIVE = frozenset({"private_deal", "off_channel_payment", "kickback", "competitor"})

#: How long a role is kept. Registers (who owns, what is open) must outlast the longest
#: deal; talk and order creations only the longest window that looks back on them.
REGISTER_KEPT = 400 * DAY
#: Nobody works on an order for longer: a detector with one alert an order keeps its facts that
#: long, or what comes later would be told as a new alert under the old one's id.
LONGEST_ORDER = 365 * DAY
KEPT: dict[str, int] = {
    "hit": 60 * DAY,
    "ordered": 120 * DAY,
    "touch": 75 * DAY,
    "callback": 120 * DAY,
}

#: Roles of which only the earliest fact of an `about` is kept: more of them say nothing new.
FIRST_ONLY = frozenset({"mention", "created", "customer", "status"})

#: Roles that are only ever asked for within a window of so much time or more: kept that thinly.
THINNED = {"ordered": DAY, "touch": 7 * DAY, "callback": 7 * DAY}

#: Roles that say what holds from now on. A word that repeats it is of use only as the first or
#: the last: since when it has been so, and that it still was.
STANDING = frozenset({"owner", "amount"})

#: Roles so frequent that it pays to look whether a new word `concerns` who watches it.
FREQUENT = frozenset({"touch", "callback"})

#: Whose an order is, and that it is one: what a detector watches that names somebody for it.
WHOSE_ORDER = frozenset({"mention", "created", "customer", "owner"})
#: Whose a customer is.
WHOSE_CUSTOMER = frozenset({"owner"})

#: Statuses of an order that goes no further.
ENDED = frozenset({"cancelled", "rejected"})
#: What HR says that decides whether an employee is with the company.
COMES_OR_GOES = frozenset({"hired", "left", "terminated", "resignation_withdrawn"})

#: Edits of these show that somebody works on the customer.
_TOUCHING: tuple[ObjectType, ...] = ("activity", "quote", "opportunity", "contract")


def order_facts(event: Event, order: str) -> list[Fact]:
    """What an event says of an order: that it exists, its status, people, customer, money, goods.

    Of an order that an edit only names beside the one it touches, that it exists.
    """
    edit = event.data
    if isinstance(edit, ServiceCallback):
        return [fact_of(event, "called_back", about=edit.outcome)]
    if isinstance(edit, Payment):
        return [money_moved(event, edit)]
    if isinstance(edit, Shipment):
        return [goods_moved(event, edit)]
    assert isinstance(edit, CrmEdit)
    if edit.object.type != "order":
        return []
    facts = [fact_of(event, "mention")]
    if edit.object.id != order:
        return facts
    if edit.op == "create":
        facts.append(fact_of(event, "created", actor=edit.actor))
    if edit.customer is not None:
        facts.append(fact_of(event, "customer", about=edit.customer))
    status = edit.says.status
    if status is not None:
        by = edit.says.approved_by or edit.actor if status == "approved" else None
        facts.append(fact_of(event, "status", about=status, before=edit.was.status, by=by))
    return (
        facts
        + _lifetime_facts(event, edit)
        + _amount_facts(event, edit)
        + _owner_facts(event, edit)
    )


def customer_facts(event: Event, customer: str) -> list[Fact]:
    """What an event says of a customer: its owner, its orders, who is in touch with it, and how.

    Of a customer that an edit only names beside the one it touches, nothing.
    """
    data = event.data
    if isinstance(data, ServiceCallback):
        return [fact_of(event, "callback", about=data.outcome)]
    if isinstance(data, ChatHit):
        if data.category not in SENSITIVE:
            return []
        return [fact_of(event, "hit", about=data.employee, category=data.category, app=data.app)]
    assert isinstance(data, CrmEdit)
    if data.object.type == "order":
        if data.op != "create":
            return []
        return [fact_of(event, "ordered", about=data.object.id)]
    if data.object.type in _TOUCHING:
        return [fact_of(event, "touch")]
    if data.object.type != "customer" or data.object.id != customer:
        return []
    return _lifetime_facts(event, data) + _owner_facts(event, data)


def opportunity_facts(event: Event, _: str) -> list[Fact]:
    """What an edit says of an opportunity: whose customer it is about, and its stage."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    if edit.object.type != "opportunity":
        return []
    facts = _lifetime_facts(event, edit)
    if edit.customer is not None:
        facts.append(fact_of(event, "customer", about=edit.customer))
    stage = edit.says.stage
    if stage is None and edit.op == "create":
        stage = "open"
    if stage is not None:
        before, actor = edit.was.stage, edit.actor
        facts.append(fact_of(event, "stage", about=stage, before=before, actor=actor))
    return facts


def employee_facts(event: Event, _: str) -> list[Fact]:
    """What HR says of his coming and going, and from which company day on."""
    return [hr_word(event)]


def hr_word(event: Event) -> Fact:
    """What HR says of an employee: its kind, and the company day `on` which it takes effect."""
    change = event.data
    assert isinstance(change, HrChange)
    on = change.effective_on
    return fact_of(event, change.kind, on=on.isoformat() if on else None)


def _owner_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    after, before = edit.says.owner, edit.was.owner
    if after is None:
        return []
    unchanged = "yes" if after == before else None
    return [fact_of(event, "owner", about=after, before=before, unchanged=unchanged)]


def _amount_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    after, before = edit.says, edit.was
    if after.amount is None:
        return []
    same = (before.amount, before.currency) == (after.amount, after.currency)
    unchanged = "yes" if same else None
    about, currency = str(after.amount), after.currency
    return [fact_of(event, "amount", about=about, currency=currency, unchanged=unchanged)]


def _lifetime_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    if edit.op == "delete":
        return [fact_of(event, "gone")]
    if edit.op == "restore":
        return [fact_of(event, "back")]
    return []


@dataclass(frozen=True, slots=True)
class Drawn:
    """How one type of event changes the profile of the entity with an id.

    `where` is the router's cheap look.
    """

    where: Where
    facts: Callable[[Event, str], list[Fact]]


def _shapes_customer(edit: CrmEdit) -> bool:
    if edit.object.type == "order":
        return edit.op == "create"
    if edit.object.type in _TOUCHING:
        return edit.op in ("create", "update")
    return edit.op in ("delete", "restore") or edit.says.owner is not None


#: Which events an entity's profile is drawn from.
PROFILES: dict[tuple[EntityKind, type[EventData]], Drawn] = {
    ("order", CrmEdit): Drawn(edits(of="order"), order_facts),
    ("order", Payment): Drawn(anything, order_facts),
    ("order", Shipment): Drawn(anything, order_facts),
    ("order", ServiceCallback): Drawn(
        lambda callback: callback.order is not None and callback.outcome != "unreachable",
        order_facts,
    ),
    ("customer", CrmEdit): Drawn(
        edits(of=("customer", "order", *_TOUCHING), also=_shapes_customer), customer_facts
    ),
    ("customer", ChatHit): Drawn(lambda hit: hit.category in SENSITIVE, customer_facts),
    ("customer", ServiceCallback): Drawn(
        lambda callback: callback.outcome != "unreachable", customer_facts
    ),
    ("opportunity", CrmEdit): Drawn(edits(of="opportunity"), opportunity_facts),
    ("employee", HrChange): Drawn(lambda change: change.kind in COMES_OR_GOES, employee_facts),
}


def remember(facts: list[Fact], fact: Fact) -> bool:
    """Put a profile fact in its place; False if it says nothing new."""
    if fact.role in FIRST_ONLY:
        for place, known in enumerate(facts):
            if known.role == fact.role and known.about == fact.about:
                if known.order <= fact.order:
                    return False
                del facts[place]
                break
    if fact.role in THINNED:
        return _insert_thinly(facts, fact, THINNED[fact.role])
    if not insert(facts, fact):
        return False
    repeat = _repeat(facts, fact) if fact.role in STANDING else None
    if repeat is not None:
        facts.remove(repeat)
    return repeat is not fact


def _repeat(facts: Sequence[Fact], fresh: Fact) -> Fact | None:
    """The word that only repeats what stands between two that say the same, now `fresh` came.

    A CRM that sends whole images tells the owner with every edit. One at most: the others were
    looked at before.
    """
    words = [fact for fact in facts if fact.role == fresh.role]
    place = words.index(fresh)
    for at in range(max(place - 1, 1), min(place + 2, len(words) - 1)):
        before, word, after = words[at - 1 : at + 2]
        same = before.about == word.about == after.about
        if same and "unchanged" in word.fields and "unchanged" in after.fields:
            return word
    return None


def _insert_thinly(facts: list[Fact], fact: Fact, gap: int) -> bool:
    """Insert, but keep no fact of the role that lies between two others `gap` apart at most.

    Whoever asks for one within a window of that length or more finds one of the two anyway, and a
    customer with thousands of orders need not keep them all.
    """
    if len(facts) > 1:
        # Nearly always it is the newest, and there are two of the role that came shortly before.
        last, last_but_one = facts[-1], facts[-2]
        if last_but_one.role == last.role == fact.role and last.at < fact.at:
            if fact.at - last_but_one.at <= gap:
                facts[-1] = fact
            else:
                facts.append(fact)
            return True
    before: list[int] = []
    after: list[int] = []
    # From the newest on, for that is where most facts belong.
    for place in range(len(facts) - 1, -1, -1):
        if facts[place].role == fact.role:
            if facts[place].order < fact.order:
                before.append(place)
                if len(before) == 2:
                    break
            else:
                after.append(place)
    after = after[-2:]
    if before and after and facts[after[-1]].at - facts[before[0]].at <= gap:
        return False
    if len(after) == 2 and facts[after[0]].at - fact.at <= gap:
        del facts[after[1]]
    if len(before) == 2 and fact.at - facts[before[1]].at <= gap:
        del facts[before[0]]
    return insert(facts, fact)


class Profile(Struct):
    """A reading view of an entity's profile facts, ordered by time."""

    facts: Sequence[Fact]

    def upto(self, until: int) -> Profile:
        """What was known of it at `until`."""
        if not self.facts or self.facts[-1].at <= until:
            return self
        return Profile([fact for fact in self.facts if fact.at <= until])

    def of(self, role: str) -> list[Fact]:
        """The facts of one role, by time."""
        return [fact for fact in self.facts if fact.role == role]

    def first(self, role: str, about: str | None = None) -> Fact | None:
        """The earliest fact of a role, or of those about one thing: the first word of a status."""
        return next(
            (it for it in self.facts if it.role == role and about in (None, it.about)), None
        )

    def customers(self) -> list[str]:
        """The customers that edits of this object named, earliest first."""
        return [fact.about for fact in self.facts if fact.role == "customer"]

    def ended(self, first: int, last: int) -> Fact | None:
        """The earliest word in [first, last] that an order was cancelled, rejected or deleted."""
        for fact in self.facts:
            if first <= fact.at <= last and (
                fact.role == "gone" or (fact.role == "status" and fact.about in ENDED)
            ):
                return fact
        return None

    def owner_at(self, at: int, stated: Stated | None = None) -> str | None:
        """Who owned it at `at`: the newest word not after `at`, else the oldest word after it.

        `stated` is what a reference document says, a word like the others, dated by the document.
        """
        return owner_by(self.owner_word(at), stated, at)

    def owner_word(self, at: int) -> Fact | None:
        """The edit that says who owned it at `at`: the newest not after `at`, else the oldest."""
        newest: Fact | None = None
        for fact in self.facts:
            if fact.role == "owner":
                if fact.at > at:
                    return newest or fact
                newest = fact
        return newest

    def owned_since(self, at: int) -> Fact | None:
        """`owner_word`, but of edits that repeat the owner the oldest, for not all are kept.

        Which of them gave way depends on the order in which they came.
        """
        since: Fact | None = None
        for word in self.of("owner"):
            if word.at > at:
                return since or word
            if since is None or since.about != word.about or "unchanged" not in word.fields:
                since = word
        return since


def owner_by(word: Fact | None, stated: Stated | None, at: int) -> str | None:
    """The owner as of `at` by the `owner_word` of then and by what a reference document says."""
    newest = word if word is not None and word.at <= at else None
    if stated is not None and stated.at <= at and (newest is None or newest.at <= stated.at):
        return stated.owner
    if newest is not None:
        return newest.about
    if word is not None and "before" in word.fields:
        return word.fields["before"]
    if stated is not None:
        return stated.owner
    return word.about if word is not None else None


def customer_owner(profile: Profile, reference: Reference, customer: str, at: int) -> str | None:
    """A customer's owner as of `at`, by its edits and its reference document."""
    return profile.owner_at(at, reference.owner(customer))


def order_owner(profile: Profile, at: int) -> str | None:
    """An order's owner as of `at`, else who created it."""
    owner = profile.owner_at(at)
    if owner is not None:
        return owner
    created = profile.first("created")
    return created.fields["actor"] if created else None


def order_tie(profile: Profile, employee: str, at: int) -> Fact | None:
    """The edit since which `employee` owned the order at `at`, else that by which he created it."""
    if profile.owner_at(at) == employee:
        return profile.owned_since(at)
    created = profile.first("created")
    return created if created is not None and created.fields["actor"] == employee else None
