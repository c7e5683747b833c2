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
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

#: `(?![\s\S])` is "end of text" in both Python's and ECMA 262's regular expressions;
#: Python's `$` would let a trailing newline through.
NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]+(?![\s\S])"
_CONTROL = r"\x00-\x1f\x7f-\x9f"
#: An id: 1 to 128 characters without control characters, and blanks of any kind at its ends.
NAMES_SOMETHING = rf"^\s*[^\s{_CONTROL}](?:[^{_CONTROL}]{{0,126}}[^\s{_CONTROL}])?\s*(?![\s\S])"
#: The longest id, in characters.
MAX_ID = 128
#: Digits, and at most one point with digits on both sides: what `Decimal` also takes ("1e5",
#: "1_000", " 1 ", full-width digits) is somebody's mistake more often than an amount.
PLAIN_AMOUNT = r"^(?=[0-9.]{1,19}(?![\s\S]))(?:[0-9]{1,18}|[0-9]{1,17}\.[0-9]{1,17})(?![\s\S])"
PLAIN_PERCENT = "^-?" + PLAIN_AMOUNT[1:]
CURRENCY_CODE = r"^(?!RMB)[A-Z]{3}(?![\s\S])"

# Regular expressions and the form of amounts stand in `extra_json_schema`: published, and held by
# `contract.checks`, because msgspec would run them on every decoding: a payment read with
# them cost 4.3 µs, without 0.6 µs, and the monitor reads each event again.
Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ID,
        description="an id of 1-128 characters without control characters",
        extra_json_schema={"pattern": NAMES_SOMETHING, "maxLength": None},
    ),
]
#: An account compares otherwise than other ids do, and so is a type of its own; the next three are
#: texts that compare as what they are. `contract.spelling.spelling` says how.
Account = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ID,
        description="an account of 1-128 characters, whole: not masked, not rounded",
        extra_json_schema={"pattern": NAMES_SOMETHING, "maxLength": None},
    ),
]
Text = Annotated[str, Meta(max_length=4096, description="free text, at most 4096 characters")]
Phone = Annotated[str, Meta(max_length=4096, description="a phone, at most 4096 characters")]
Email = Annotated[str, Meta(max_length=4096, description="an e-mail, at most 4096 characters")]
Address = Annotated[str, Meta(max_length=4096, description="an address, at most 4096 characters")]
Amount = Annotated[
    Decimal,
    Meta(
        description='a decimal ≥ 0 of at most 18 digits, as a string such as "1280.00"',
        extra_json_schema={
            "type": ["string", "number"],
            "pattern": PLAIN_AMOUNT,
            "minimum": 0,
            "exclusiveMaximum": 10**18,
        },
    ),
]
Percent = Annotated[
    Decimal,
    Meta(
        description='a percentage as a string such as "12.5"; below 0 is a surcharge',
        extra_json_schema={
            "type": ["string", "number"],
            "pattern": PLAIN_PERCENT,
            "exclusiveMinimum": -(10**18),
            "exclusiveMaximum": 10**18,
        },
    ),
]
Currency = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=3,
        description="an ISO 4217 code such as CNY (RMB is none)",
        extra_json_schema={"pattern": CURRENCY_CODE},
    ),
]
Count = Annotated[int, Meta(ge=1, le=10**12, description="a whole number, 1 or more")]
Bytes = Annotated[int, Meta(ge=0, le=10**18, description="a whole number of bytes, 0 or more")]
PartitionNumber = Annotated[int, Meta(ge=0, le=2**31 - 1, description="a whole number, 0 or more")]
Stars = Annotated[int, Meta(ge=1, le=5, description="a whole number from 1 (bad) to 5 (good)")]
Excerpt = Annotated[str, Meta(max_length=500, description="text of at most 500 characters")]
TipText = Annotated[str, Meta(max_length=65536, description="text of at most 65 536 characters")]

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


def check_amount(field: str, amount: Decimal | None, *, signed: bool = False) -> None:
    """Raise `ValueError` unless `amount` is finite, of at most 18 digits, and ≥ 0 or `signed`."""
    if amount is None:
        return
    if not amount.is_finite():
        raise ValueError(f"`{field}` must be a finite number")
    if not signed and amount.is_signed() and amount:
        raise ValueError(f"`{field}` must be 0 or more")
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    if max(len(digits) + exponent, 1) + max(-exponent, 0) > 18:
        raise ValueError(f"`{field}` must have at most 18 digits")


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


DataType = type[EventData]


class Kind(Struct, frozen=True):
    """One row of the contract: a CloudEvents `type`, its topic, its `data`."""

    type: str
    topic: str
    data: DataType

    @property
    def is_reference(self) -> bool:
        """Reference topics are compacted and read whole by every worker."""
        return self.topic.startswith("reference.")


KINDS: tuple[Kind, ...] = (
    Kind("offbook.crm.edit.v1", "crm.edits", CrmEdit),
    Kind("offbook.payment.v1", "payments", Payment),
    Kind("offbook.shipment.v1", "shipments", Shipment),
    Kind("offbook.chat.keyword-hit.v1", "chat.keyword-hits", ChatHit),
    Kind("offbook.hr.change.v1", "hr.changes", HrChange),
    Kind("offbook.endpoint.file.v1", "endpoint.files", EndpointFile),
    Kind("offbook.service.callback.v1", "service.callbacks", ServiceCallback),
    Kind("offbook.tip.v1", "tips", Tip),
    Kind("offbook.reference.account.v1", "reference.accounts", ReferenceAccount),
    Kind("offbook.reference.employee.v1", "reference.employees", ReferenceEmployee),
    Kind("offbook.reference.customer.v1", "reference.customers", ReferenceCustomer),
)
#: May stand on every source topic, and so has none of its own. It is about no entity, so no fact
#: is drawn from it, and `KINDS`, which facts and records are numbered by, does not have it.
HEARTBEAT = Kind("offbook.heartbeat.v1", "", Heartbeat)

KIND_OF_TYPE: dict[str, Kind] = {kind.type: kind for kind in (*KINDS, HEARTBEAT)}
KIND_OF_TOPIC: dict[str, Kind] = {kind.topic: kind for kind in KINDS}
KIND_OF_DATA: dict[type[EventData], Kind] = {kind.data: kind for kind in (*KINDS, HEARTBEAT)}

SOURCE_TOPICS: tuple[str, ...] = tuple(kind.topic for kind in KINDS)
STREAM_TOPICS: tuple[str, ...] = tuple(kind.topic for kind in KINDS if not kind.is_reference)
REFERENCE_TOPICS: tuple[str, ...] = tuple(kind.topic for kind in KINDS if kind.is_reference)


def topic_of_type(type_: str) -> str:
    """The topic a CloudEvents `type` belongs on, "" for a heartbeat, which may stand on any.

    Raises `KeyError` for an unknown type.
    """
    return KIND_OF_TYPE[type_].topic


__all__ = [
    "CURRENCY_CODE",
    "HEARTBEAT",
    "IMAGE_KEYS",
    "KINDS",
    "KIND_OF_DATA",
    "KIND_OF_TOPIC",
    "KIND_OF_TYPE",
    "MAX_ID",
    "NAMES_SOMETHING",
    "NO_CONTROL",
    "PLAIN_AMOUNT",
    "PLAIN_PERCENT",
    "REFERENCE_TOPICS",
    "SOURCE_TOPICS",
    "STREAM_TOPICS",
    "Account",
    "Address",
    "Amount",
    "Bytes",
    "CallbackOutcome",
    "ChatHit",
    "Count",
    "CrmEdit",
    "Currency",
    "Difference",
    "Email",
    "EndpointFile",
    "EventData",
    "Excerpt",
    "FileAction",
    "Heartbeat",
    "HrChange",
    "HrKind",
    "Id",
    "Image",
    "KeywordCategory",
    "Kind",
    "ObjectRef",
    "ObjectType",
    "Op",
    "PartitionNumber",
    "Payment",
    "Percent",
    "Phone",
    "ReferenceAccount",
    "ReferenceCustomer",
    "ReferenceEmployee",
    "Role",
    "ServiceCallback",
    "Shipment",
    "Stars",
    "Text",
    "Tip",
    "TipText",
    "check_amount",
    "topic_of_type",
]
