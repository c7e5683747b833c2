"""The data of events, to be filled in. Rendered from the contract: do not edit.

    python -m contract.publishing.schemas

An amount is a text such as "1280.00", a `Decimal` or an `int`; a day a `date` or "2026-03-31".
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import UNSET, UnsetType

from offbook.produce.crm_edit import Difference
from offbook.produce.data import Data

PaymentKind = Literal[
    "received",
    "refund",
]
ShipmentStatus = Literal[
    "dispatched",
    "delivered",
    "returned",
]
ChatHitCategory = Literal[
    "private_deal",
    "off_channel_payment",
    "kickback",
    "competitor",
    "customer_data",
    "leaving",
    "other",
]
HrChangeKind = Literal[
    "hired",
    "resigned",
    "resignation_withdrawn",
    "left",
    "terminated",
    "transferred",
]
EndpointFileAction = Literal[
    "delete",
    "copy_external",
    "upload",
    "print",
    "send",
]
ServiceCallbackOutcome = Literal[
    "confirmed",
    "mismatch",
    "denied",
    "unreachable",
    "complaint",
]
ReferenceEmployeeRole = Literal[
    "sales",
    "manager",
    "finance",
    "logistics",
    "service",
    "other",
]
ReferenceCustomerTier = Literal[
    "key",
    "normal",
]


class Payment(Data, frozen=True, kw_only=True):
    """Money came in or went back, as a bank feed or the ledger saw it."""

    payment: str
    """Id of the payment. An id of 1-128 characters without control characters."""
    amount: str | Decimal | int
    """How much, never below 0. A decimal ≥ 0 of at most 18 digits, as a string such as
    "1280.00".
    """
    payee_account: str
    """The account that received the money. An account of 1-128 characters, whole: not masked,
    not rounded.
    """
    kind: PaymentKind = "received"
    """Money in, or back to the customer."""
    order: str | None = None
    """The order it pays. An id of 1-128 characters without control characters."""
    customer: str | None = None
    """The customer who pays. An id of 1-128 characters without control characters."""
    currency: str = "CNY"
    """Currency of the amount. An ISO 4217 code such as CNY (RMB is none)."""
    payee_name: str | None = None
    """Name on the receiving account. Free text, at most 4096 characters."""
    payer_account: str | None = None
    """The account that paid. An account of 1-128 characters, whole: not masked, not rounded."""
    payer_name: str | None = None
    """Name on the paying account. Free text, at most 4096 characters."""
    method: str | None = None
    """Such as transfer, cash, WeChat. Free text, at most 4096 characters."""
    recorded_by: str | None = None
    """The employee who booked it. An id of 1-128 characters without control characters."""


class Shipment(Data, frozen=True, kw_only=True):
    """Goods left, arrived or came back."""

    shipment: str
    """Id of the shipment. An id of 1-128 characters without control characters."""
    status: ShipmentStatus
    """What happened to the goods."""
    order: str | None = None
    """The order it delivers. An id of 1-128 characters without control characters."""
    customer: str | None = None
    """The customer it is about. An id of 1-128 characters without control characters."""
    address: str | None = None
    """Where it goes. An address, at most 4096 characters."""
    consignee: str | None = None
    """Who receives it. Free text, at most 4096 characters."""
    phone: str | None = None
    """Phone of the consignee. A phone, at most 4096 characters."""
    quantity: str | Decimal | int | None = None
    """How many units. A decimal ≥ 0 of at most 18 digits, as a string such as "1280.00"."""
    value: str | Decimal | int | None = None
    """What the goods are worth. A decimal ≥ 0 of at most 18 digits, as a string such as
    "1280.00".
    """
    released_by: str | None = None
    """The employee who released it. An id of 1-128 characters without control characters."""


class ChatHit(Data, frozen=True, kw_only=True):
    """A keyword rule of the chat archive matched a message of an employee."""

    employee: str
    """The employee it is about. An id of 1-128 characters without control characters."""
    app: str
    """Where it was said, such as wecom. Free text, at most 4096 characters."""
    keyword: str
    """The rule that matched. Free text, at most 4096 characters."""
    category: ChatHitCategory
    """What the rule is about."""
    customer: str | None = None
    """The customer it is about. An id of 1-128 characters without control characters."""
    counterparty: str | None = None
    """The other side of the chat. Free text, at most 4096 characters."""
    excerpt: str | None = None
    """The words around the hit. Text of at most 500 characters."""


class HrChange(Data, frozen=True, kw_only=True):
    """An employee was hired, gave notice, left, was dismissed or moved."""

    employee: str
    """The employee it is about. An id of 1-128 characters without control characters."""
    kind: HrChangeKind
    """What changed; `resigned` is notice given."""
    effective_on: date | str | None = None
    """The day it takes effect."""


class EndpointFile(Data, frozen=True, kw_only=True):
    """Files on an employee's computer were deleted, copied out, uploaded, printed or sent."""

    employee: str
    """The employee it is about. An id of 1-128 characters without control characters."""
    action: EndpointFileAction
    """What was done."""
    count: int = 1
    """How many files. A whole number, 1 or more."""
    bytes: int | None = None
    """How many bytes together. A whole number of bytes, 0 or more."""
    path: str | None = None
    """Where they were. Free text, at most 4096 characters."""
    backed_up: bool | None = None
    """Whether a backup has them."""


class ServiceCallback(Data, frozen=True, kw_only=True):
    """Customer service called a customer back to check a deal."""

    callback: str
    """Id of the callback. An id of 1-128 characters without control characters."""
    customer: str
    """The customer called. An id of 1-128 characters without control characters."""
    outcome: ServiceCallbackOutcome
    """What the customer said."""
    order: str | None = None
    """The order it is about. An id of 1-128 characters without control characters."""
    employee: str | None = None
    """The salesperson it is about. An id of 1-128 characters without control characters."""
    differences: dict[str, Difference] | None = None
    """By field, what the company has on record and what the customer said."""
    satisfaction: int | None = None
    """How content the customer is. A whole number from 1 (bad) to 5 (good)."""


class Tip(Data, frozen=True, kw_only=True):
    """Somebody told something. Who told it must not be part of it: a document with a key that
    begins with `reporter` or `whistleblower`, at any depth, is refused and stored nowhere.
    """

    tip: str
    """Id of the tip. An id of 1-128 characters without control characters."""
    about_employee: str | None = None
    """The employee it is about. An id of 1-128 characters without control characters."""
    about_customer: str | None = None
    """The customer it is about. An id of 1-128 characters without control characters."""
    category: str | None = None
    """What it is about. Free text, at most 4096 characters."""
    text: str | None = None
    """What was told, without who told it. Text of at most 65 536 characters."""


class ReferenceAccount(Data, frozen=True, kw_only=True):
    """An account the company owns."""

    account: str
    """Account number. An account of 1-128 characters, whole: not masked, not rounded."""
    name: str | None = None
    """Name on the account. Free text, at most 4096 characters."""
    bank: str | None = None
    """The bank. Free text, at most 4096 characters."""
    valid_from: date | str | None = None
    """First day of use; before 1990 means always."""
    valid_to: date | str | None = None
    """Last day of use; after 2100 means no end."""


class ReferenceEmployee(Data, frozen=True, kw_only=True):
    """An employee, with what is known to be theirs."""

    employee: str
    """Id of the employee. An id of 1-128 characters without control characters."""
    name: str | None = None
    """Name. Free text, at most 4096 characters."""
    team: str | None = None
    """Team. Free text, at most 4096 characters."""
    manager: str | None = None
    """The employee they report to. An id of 1-128 characters without control characters."""
    role: ReferenceEmployeeRole | None = None
    """What they do."""
    phones: tuple[str, ...] | list[str] = ()
    """The employee's own phones. A phone, at most 4096 characters."""
    accounts: tuple[str, ...] | list[str] = ()
    """The employee's own bank accounts. An account of 1-128 characters, whole: not masked, not
    rounded.
    """
    addresses: tuple[str, ...] | list[str] = ()
    """The employee's own addresses. An address, at most 4096 characters."""


class ReferenceCustomer(Data, frozen=True, kw_only=True):
    """A customer and who owns it."""

    customer: str
    """Id of the customer. An id of 1-128 characters without control characters."""
    owner: str | UnsetType | None = UNSET
    """The employee the customer belongs to; null: nobody. An id of 1-128 characters without
    control characters.
    """
    tier: ReferenceCustomerTier | None = None
    """`key` for a key account."""
    phone: str | None = None
    """Phone. A phone, at most 4096 characters."""
    address: str | None = None
    """Address. An address, at most 4096 characters."""


class Heartbeat(Data, frozen=True, kw_only=True):
    """Everything that happened up to `time` has been sent, on the partition this stands on. A
    topic that has ever had a heartbeat is complete only up to its newest one.
    """

    partition: int | None = None
    """The partition it stands on, for whoever sends to one by number. A whole number, 0 or more."""
