"""The eleven kinds of event a company sends, as CloudEvents `data`.

Every struct is the whole of what Offbook reads of its type: unknown fields are allowed and
dropped at decoding. `KINDS` ties each type to its topic and its CloudEvents name; the docs,
the schemas, the router and the producer are all rendered from it.

Unless a docstring says otherwise an id is an opaque string of 1-128 characters without
control characters, an amount is a decimal of 0 or more with at most 18 digits, and a count
is a number of records or files.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from contract.fields import (
    Account,
    Address,
    Amount,
    Bytes,
    Count,
    Currency,
    Email,
    Excerpt,
    Id,
    PartitionNumber,
    Percent,
    Phone,
    Stars,
    Text,
    TipText,
)

Op = Literal["create", "update", "delete", "restore", "export", "view"]
ObjectType = Literal["customer", "contact", "opportunity", "quote", "contract", "order", "activity"]
KeywordCategory = Literal[
    "private_deal",
    "off_channel_payment",
    "kickback",
    "competitor",
    "customer_data",
    "leaving",
    "other",
]
HrKind = Literal["hired", "resigned", "resignation_withdrawn", "left", "terminated", "transferred"]
FileAction = Literal["delete", "copy_external", "upload", "print", "send"]
CallbackOutcome = Literal["confirmed", "mismatch", "denied", "unreachable", "complaint"]
Role = Literal["sales", "manager", "finance", "logistics", "service", "other"]


#: The well-known keys of a field image, by the type of the object it shows.
IMAGE_KEYS: dict[str, frozenset[str]] = {
    "customer": frozenset({"owner", "name", "phone", "email", "address", "tier"}),
    "contact": frozenset(),
    "opportunity": frozenset({"owner", "stage", "amount", "loss_reason"}),
    "quote": frozenset({"amount", "list_price", "discount_pct", "terms_changed", "approved_by"}),
    "contract": frozenset({"amount", "list_price", "discount_pct", "terms_changed", "approved_by"}),
    "order": frozenset({"owner", "status", "amount", "currency", "discount_pct", "approved_by"}),
    "activity": frozenset({"kind"}),
}


class EventData(Struct, frozen=True, omit_defaults=True, gc=False):
    """What all kinds of `data` have in common: immutable, unknown fields ignored."""


class Image(EventData, frozen=True):
    """A field image of a CRM object before or after an edit: the well-known keys only.

    A key that is missing was not touched by the edit; an `owner` of null says that it is nobody's
    (any other null says no more than a missing key). A contact of `""` says that there is none.
    `IMAGE_KEYS` says which keys belong to which type of object; any other key there is the sender's
    own and may hold anything.
    """

    owner: Id | UnsetType | None = UNSET
    name: Text | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: Address | None = None
    tier: Text | None = None
    stage: Literal["open", "won", "lost"] | None = None
    amount: Amount | None = None
    loss_reason: Text | None = None
    list_price: Amount | None = None
    discount_pct: Percent | None = None
    terms_changed: bool | None = None
    approved_by: Id | None = None
    status: (
        Literal["draft", "submitted", "approved", "rejected", "cancelled", "completed"] | None
    ) = None
    currency: Currency | None = None
    kind: Literal["call", "visit", "message", "meeting", "report"] | None = None


_EMPTY = Image()


class ObjectRef(EventData, frozen=True):
    """Which CRM object an edit touched."""

    type: ObjectType
    id: Id


class CrmEdit(EventData, frozen=True):
    """Somebody created, changed, deleted, restored, exported or viewed a CRM record.

    `count` is the number of records touched by one act (a bulk delete is one event).
    """

    actor: Id
    op: Op
    object: ObjectRef
    customer: Id | None = None
    order: Id | None = None
    count: Count = 1
    before: Image | None = None
    after: Image | None = None

    @property
    def was(self) -> Image:
        """What it says held before; an empty image if it does not say."""
        return self.before or _EMPTY

    @property
    def says(self) -> Image:
        """What it says holds now; likewise."""
        return self.after or _EMPTY


class Payment(EventData, frozen=True):
    """Money came in (`received`) or went back (`refund`), as a bank feed or ledger saw it.

    `recorded_by` is the employee who booked it.
    """

    payment: Id
    amount: Amount
    payee_account: Account
    kind: Literal["received", "refund"] = "received"
    order: Id | None = None
    customer: Id | None = None
    currency: Currency = "CNY"
    payee_name: Text | None = None
    payer_account: Account | None = None
    payer_name: Text | None = None
    method: Text | None = None
    recorded_by: Id | None = None


class Shipment(EventData, frozen=True):
    """Goods left, arrived or came back, as the warehouse saw it."""

    shipment: Id
    status: Literal["dispatched", "delivered", "returned"]
    order: Id | None = None
    customer: Id | None = None
    address: Address | None = None
    consignee: Text | None = None
    phone: Phone | None = None
    quantity: Amount | None = None
    value: Amount | None = None
    released_by: Id | None = None


class ChatHit(EventData, frozen=True):
    """A keyword rule of the chat archive matched a message of an employee."""

    employee: Id
    app: Text
    keyword: Text
    category: KeywordCategory
    customer: Id | None = None
    counterparty: Text | None = None
    excerpt: Excerpt | None = None


class HrChange(EventData, frozen=True):
    """An employee was hired, gave notice (`resigned`), left, was dismissed or moved."""

    employee: Id
    kind: HrKind
    effective_on: date | None = None


class EndpointFile(EventData, frozen=True):
    """Files on an employee's computer were deleted, copied out, uploaded, printed or sent."""

    employee: Id
    action: FileAction
    count: Count = 1
    bytes: Bytes | None = None
    path: Text | None = None
    backed_up: bool | None = None


class Difference(EventData, frozen=True):
    """What the company has on record and what the customer said, for one field."""

    company: Any = None
    customer: Any = None


class ServiceCallback(EventData, frozen=True):
    """Customer service called a customer back; `satisfaction` is 1 (bad) to 5 (good)."""

    callback: Id
    customer: Id
    outcome: CallbackOutcome
    order: Id | None = None
    employee: Id | None = None
    differences: dict[str, Difference] | None = None
    satisfaction: Stars | None = None


class Tip(EventData, frozen=True):
    """Somebody told something. Who told it is never part of it: such a document is refused."""

    tip: Id
    about_employee: Id | None = None
    about_customer: Id | None = None
    category: Text | None = None
    text: TipText | None = None


class ReferenceAccount(EventData, frozen=True):
    """An account the company owns, from `valid_from` to `valid_to` (both days included)."""

    account: Account
    name: Text | None = None
    bank: Text | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class ReferenceEmployee(EventData, frozen=True):
    """An employee, with the phones, accounts and addresses known to be theirs."""

    employee: Id
    name: Text | None = None
    team: Text | None = None
    manager: Id | None = None
    role: Role | None = None
    phones: tuple[Phone, ...] = ()
    accounts: tuple[Account, ...] = ()
    addresses: tuple[Address, ...] = ()


class ReferenceCustomer(EventData, frozen=True):
    """A customer, who owns it (null: nobody does), and whether it is a key account."""

    customer: Id
    owner: Id | UnsetType | None = UNSET
    tier: Literal["key", "normal"] | None = None
    phone: Phone | None = None
    address: Address | None = None


class Heartbeat(EventData, frozen=True):
    """A sender has sent everything that happened up to the event's `time`.

    On the partition it stands on; `partition`, if given, must name that one.
    """

    partition: PartitionNumber | None = None
