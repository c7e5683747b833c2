"""The roles of a profile's facts, and how long and how thinly each is kept."""

from __future__ import annotations

from contract.times import DAY
from contract.types import Payment, Shipment

#: Talk that can corroborate a deed. The other categories matter to `chat-burst` only.
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
KEPT: dict[str, int] = {
    "hit": 60 * DAY,
    "ordered": 120 * DAY,
    "touch": 75 * DAY,
    "callback": 120 * DAY,
    "told": CORRECTED_WITHIN,
}

#: Roles of which only the earliest fact of an `about` is kept: more of them say nothing new.
FIRST_ONLY = frozenset({"mention", "created", "customer"})

#: Roles that are only ever asked for within a window of so much time or more: kept that thinly.
THINNED = {"ordered": DAY, "touch": 7 * DAY, "callback": 7 * DAY}

#: Roles that say what holds from now on: histories. A word that repeats what stands is of use only
#: as the first or the last: since when it has been so, and that it still was.
STANDING = frozenset({"owner", "amount", "status", "stage"})

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
#: The roles of an alert among the facts of who weighs alerts: while it fires, and afterwards.
STANDS, WITHDRAWN = "alert", "withdrawn"
