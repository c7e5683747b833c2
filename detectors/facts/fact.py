"""What one event says to one reader: the only thing that is kept of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from decimal import Context, Decimal
from operator import attrgetter

from msgspec import Struct, structs

from contract.event import Event
from contract.kinds import KINDS

#: Amounts have at most 18 digits, before the point or after it: no sum of them is rounded here, so
#: it does not matter in which order, or in which parts, they are added.
EXACT = Context(prec=60)

#: What `Fact.order` is: time, source, id, kind, role, about.
Order = tuple[int, str, str, int, str, str]
#: What names an event: the kind of its data, source, id.
Identity = tuple[int, str, str]

#: Sorts facts by time, and finds them by it.
by_time = attrgetter("at")

#: The field of a fact that counts as of another time than its event's.
TOLD_AT = "told_at"

_about = attrgetter("about")
_role = attrgetter("role")

#: The fields of the many facts that have none, once for all. Nobody changes the fields of a fact.
_NONE: dict[str, str] = {}

_INDEX = {kind.data: number for number, kind in enumerate(KINDS)}


class Fact(Struct, frozen=True, array_like=True, gc=False):
    """A dated statement drawn from an event, with where the event can be read again.

    `at` is the event's time in microseconds. `role` says what it is to its reader ("delete",
    "payment", "owner"). `about` is what a distinct count counts or a register holds, `weight`
    what a total adds up, `fields` what the wording needs. `kind` indexes `KINDS`. One into which
    others were folded `lasts` from the first of them to the last.

    Flat and array-like: entity state is mostly facts, and is encoded at every change.
    """

    at: int
    role: str
    source: str
    id: str
    kind: int
    partition: int
    offset: int
    about: str = ""
    weight: int = 1
    fields: dict[str, str] = {}
    lasts: int = 0

    @property
    def end(self) -> int:
        """When the last of what is folded into it happened (µs)."""
        return self.at + self.lasts

    @property
    def order(self) -> Order:
        """Sorts facts by time, and tells any two apart."""
        return (self.at, self.source, self.id, self.kind, self.role, self.about)

    @property
    def identity(self) -> Identity:
        """Names the event: an id that is taken by one type of event says nothing of another."""
        return (self.kind, self.source, self.id)

    @property
    def told_at(self) -> int:
        """When the event happened by its own word (µs). A correction counts as of an earlier."""
        return int(self.fields.get(TOLD_AT, self.at))

    @property
    def anchor(self) -> str:
        """Names the event in an alert's identity."""
        return f"{self.source}\n{self.id}"

    # What its event said, by name: those that every fact of its role has, then those that it may.

    @property
    def amount(self) -> Decimal:
        """Of money, or of an order."""
        return Decimal(self.fields["amount"])

    @property
    def currency(self) -> str:
        """Of an amount."""
        return self.fields["currency"]

    @property
    def payment(self) -> str:
        """The number of a payment."""
        return self.fields["payment"]

    @property
    def account(self) -> str:
        """The account that was paid into."""
        return self.fields["account"]

    @property
    def actor(self) -> str:
        """Whoever made an edit."""
        return self.fields["actor"]

    @property
    def stage(self) -> str:
        """What stage an opportunity is brought to."""
        return self.fields["stage"]

    @property
    def day(self) -> str:
        """The company day (`2026-03-02`) that it is counted on."""
        return self.fields["day"]

    @property
    def category(self) -> str:
        """What a chat hit is about."""
        return self.fields["category"]

    @property
    def detector(self) -> str:
        """The detector of an alert that is weighed."""
        return self.fields["detector"]

    @property
    def of_order(self) -> str | None:
        """The order that it names."""
        return self.fields.get("order")

    @property
    def customer(self) -> str | None:
        """The customer that it names."""
        return self.fields.get("customer")

    @property
    def employee(self) -> str | None:
        """The employee that it names."""
        return self.fields.get("employee")

    @property
    def released_by(self) -> str | None:
        """Whoever let goods go."""
        return self.fields.get("released_by")

    @property
    def before(self) -> str | None:
        """What an edit says that it changed: the status, the stage, the owner ("" for nobody)."""
        return self.fields.get("before")

    @property
    def approver(self) -> str | None:
        """Whoever approved what an edit did, if it is not just carried along."""
        return self.fields.get("approver")

    @property
    def by(self) -> str | None:
        """Whoever approved an order."""
        return self.fields.get("by")


def fact_of(
    event: Event, role: str, about: str = "", weight: int = 1, **fields: str | None
) -> Fact:
    """The fact that `event` is a `role`; fields that are `None` are left out."""
    origin = event.origin
    return Fact(
        event.time,
        role,
        event.source,
        event.id,
        _INDEX[type(event.data)],
        origin.partition,
        origin.offset,
        about,
        weight,
        {name: value for name, value in fields.items() if value is not None} if fields else _NONE,
    )


def insert(facts: list[Fact], fact: Fact) -> bool:
    """Put `fact` in its place by time. False if it was there: a repeat changes nothing."""
    if not facts or facts[-1].at < fact.at:
        facts.append(fact)
        return True
    place, order = bisect_left(facts, fact.at, key=by_time), fact.order
    while place < len(facts) and facts[place].order <= order:
        if facts[place].order == order:
            return False
        place += 1
    facts.insert(place, fact)
    return True


def insert_ends(facts: list[Fact], fact: Fact, span: int) -> bool:
    """`insert`, but of the facts of one role in one `span` of time only first and last are kept.

    Whether there was one before or after any instant can still be told; a day at the keyboard
    costs twenty facts instead of a thousand.
    """
    start = fact.at // span * span
    # Nearly always there are two of this span already, and this one comes after them.
    ahead = len(facts) > 1 and facts[-1].at < fact.at and facts[-2].at >= start
    if ahead and facts[-2].role == facts[-1].role == fact.role:
        facts[-1] = fact
        return True
    # From the newest on, for that is where most facts belong.
    place, first, last = len(facts), -1, -1
    while place and facts[place - 1].at >= start:
        place -= 1
        if facts[place].at < start + span and facts[place].role == fact.role:
            first, last = place, place if last < 0 else last
    if first == last:
        return insert(facts, fact)
    if facts[first].order <= fact.order <= facts[last].order:
        return False
    del facts[first if fact.order < facts[first].order else last]
    return insert(facts, fact)


def redated(fact: Fact, since: int) -> Fact:
    """`fact` as of `since`, whatever its event's own time."""
    told_at = fact.told_at
    fields = {name: value for name, value in fact.fields.items() if name != TOLD_AT}
    if since != told_at:
        fields[TOLD_AT] = str(told_at)
    return structs.replace(fact, at=since, fields=fields)


def joined(into: Fact, facts: Sequence[Fact]) -> Fact:
    """`into` with the totals of `facts`, of which it is one: their weights, and their `amount`s if
    they have any; it lasts to the end of the last."""
    weight = sum(fact.weight for fact in facts)
    lasts = max(fact.end for fact in facts) - into.at
    amounts = [Decimal(fact.fields["amount"]) for fact in facts if "amount" in fact.fields]
    fields = into.fields
    if amounts:
        total = amounts[0]
        for amount in amounts[1:]:
            total = EXACT.add(total, amount)
        fields = {**fields, "amount": str(total)}
    return structs.replace(into, weight=weight, lasts=lasts, fields=fields)


def between(facts: Iterable[Fact], first: int, last: int) -> list[Fact]:
    """The facts in the closed interval [first, last]."""
    return [fact for fact in facts if first <= fact.at <= last]


def by_about(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts of each thing they are about."""
    return _grouped(facts, _about)


def by_role(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The facts of each role."""
    return _grouped(facts, _role)


def _grouped(facts: Iterable[Fact], what: Callable[[Fact], str]) -> dict[str, list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(what(fact), []).append(fact)
    return groups


def in_time_order(*facts: Fact) -> tuple[Fact, ...]:
    """The facts by time, each once: evidence is told oldest first."""
    if len(facts) == 1:
        return facts
    if len(facts) == 2 and facts[0].at != facts[1].at:
        return facts if facts[0].at < facts[1].at else (facts[1], facts[0])
    distinct = {fact.order: fact for fact in facts}
    return tuple(distinct[order] for order in sorted(distinct))
