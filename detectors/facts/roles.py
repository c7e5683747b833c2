"""The roles of a profile's facts, and how long and how thinly each is kept."""

from __future__ import annotations

from dataclasses import dataclass

from contract.times import DAY
from contract.types import Payment, Shipment

#: Talk that can corroborate what was done. The other categories matter to `chat-burst` only.
SENSITIVE = frozenset({"private_deal", "off_channel_payment", "kickback", "competitor"})

#: How long a role is kept. Registers (who owns, what is open, what became of a word that was told
#: again) must outlast the longest deal; talk and order creations only the longest window that looks
#: back on them.
REGISTER_KEPT = 400 * DAY
#: Nobody works on an order for longer: a detector with one alert an order keeps its facts that
#: long, or what comes later would be told as a new alert under the old one's id.
LONGEST_ORDER = 365 * DAY
#: What is corrected by telling it again under its number, and for how long after its last word.
CORRECTED = (Payment, Shipment)
CORRECTED_WITHIN = 30 * DAY


@dataclass(frozen=True, slots=True)
class Role:
    """What a profile's fact says, and how it is remembered.

    `kept` is for how long (µs). Of a role that is `first_only` the earliest fact of an `about` is
    kept, for more of them say nothing new. One that is only ever asked for within a window of some
    length or more is `thinned` to the first and last of so much time (µs). One that is `standing`
    says what holds from now on: a fact that repeats what stands is of use only as the first or the
    last: since when it has been so, and that it still was. Of one that is `frequent` it pays to
    look whether a new fact concerns whoever watches it.
    """

    name: str
    kept: int = REGISTER_KEPT
    first_only: bool = False
    thinned: int = 0
    standing: bool = False
    frequent: bool = False


#: An order: that it is there, who created it, whom it is for, what became of it, what it comes to.
MENTION = Role("mention", first_only=True)
CREATED = Role("created", first_only=True)
CUSTOMER = Role("customer", first_only=True)
STATUS = Role("status", standing=True)
AMOUNT = Role("amount", standing=True)
#: Money and goods of an order, and calls about it.
RECEIVED = Role("received")
REFUND = Role("refund")
DISPATCHED = Role("dispatched")
DELIVERED = Role("delivered")
RETURNED = Role("returned")
CALLED_BACK = Role("called_back")
#: A customer: its orders, who works on it, talk, calls.
ORDERED = Role("ordered", kept=120 * DAY, thinned=DAY)
TOUCH = Role("touch", kept=75 * DAY, thinned=7 * DAY, frequent=True)
HIT = Role("hit", kept=60 * DAY)
CALLBACK = Role("callback", kept=120 * DAY, thinned=7 * DAY, frequent=True)
#: Whose an order or a customer is, and that it is deleted or restored.
OWNER = Role("owner", standing=True)
GONE = Role("gone")
BACK = Role("back")
#: An opportunity.
STAGE = Role("stage", standing=True)
#: An employee: what HR says that decides whether they are with the company.
HIRED = Role("hired")
LEFT = Role("left")
TERMINATED = Role("terminated")
RESIGNATION_WITHDRAWN = Role("resignation_withdrawn")
#: A payment or a shipment: what was told last under its number.
TOLD = Role("told", kept=CORRECTED_WITHIN)

#: All roles, by name.
ROLES = {it.name: it for it in list(globals().values()) if isinstance(it, Role)}

KEPT = {name: it.kept for name, it in ROLES.items() if it.kept != REGISTER_KEPT}
FIRST_ONLY = frozenset(name for name, it in ROLES.items() if it.first_only)
THINNED = {name: it.thinned for name, it in ROLES.items() if it.thinned}
STANDING = frozenset(name for name, it in ROLES.items() if it.standing)
FREQUENT = frozenset(name for name, it in ROLES.items() if it.frequent)


def names(*roles: Role) -> frozenset[str]:
    """Their names, as a detector watches them."""
    return frozenset(role.name for role in roles)


#: Whose an order is, and that it is one: what a detector watches that names somebody for it.
WHOSE_ORDER = names(MENTION, CREATED, CUSTOMER, OWNER)
#: Whose a customer is.
WHOSE_CUSTOMER = names(OWNER)
#: What decides whether an employee is with the company.
COMES_OR_GOES = names(HIRED, LEFT, TERMINATED, RESIGNATION_WITHDRAWN)

#: Statuses of an order that goes no further.
ENDED = frozenset({"cancelled", "rejected"})
#: The roles of an alert among the facts of who weighs alerts: while it fires, and afterwards.
STANDS, WITHDRAWN = "alert", "withdrawn"
