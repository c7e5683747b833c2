"""The data of events, to be filled in. Rendered from the contract: do not edit.

    python -m contract.publishing.schemas

An amount is a text such as "1280.00", a `Decimal` or an `int`; a day a `date` or "2026-03-31".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from offbook.produce.data import Data

ObjectRefType = Literal[
    "customer",
    "contact",
    "opportunity",
    "quote",
    "contract",
    "order",
    "activity",
]
ImageStage = Literal[
    "open",
    "won",
    "lost",
]
ImageStatus = Literal[
    "draft",
    "submitted",
    "approved",
    "rejected",
    "cancelled",
    "completed",
]
ImageKind = Literal[
    "call",
    "visit",
    "message",
    "meeting",
    "report",
]
CrmEditOp = Literal[
    "create",
    "update",
    "delete",
    "restore",
    "export",
    "view",
]


class ObjectRef(Data, frozen=True, kw_only=True):
    """Which CRM object an edit touched."""

    type: ObjectRefType
    """What kind of record."""
    id: str
    """Its id. An id of 1-128 characters without control characters."""


class Image(Data, frozen=True, kw_only=True):
    """A field image of a CRM object before or after an edit: the well-known keys only."""

    owner: str | UnsetType | None = UNSET
    """The employee it belongs to; null: nobody's from now on (returned to the pool). Of:
    `customer`, `opportunity`, `order`. An id of 1-128 characters without control characters.
    """
    name: str | None = None
    """Name of the customer. Of: `customer`. Free text, at most 4096 characters."""
    phone: str | None = None
    """Phone of the customer. Of: `customer`. A phone, at most 4096 characters."""
    email: str | None = None
    """E-mail of the customer. Of: `customer`. An e-mail, at most 4096 characters."""
    address: str | None = None
    """Address of the customer. Of: `customer`. An address, at most 4096 characters."""
    tier: str | None = None
    """Class of the customer. Of: `customer`. Free text, at most 4096 characters."""
    stage: ImageStage | None = None
    """Where the opportunity stands. Of: `opportunity`."""
    amount: str | Decimal | int | None = None
    """Amount. Of: `opportunity`, `quote`, `contract`, `order`. A decimal ≥ 0 of at most 18
    digits, as a string such as "1280.00".
    """
    loss_reason: str | None = None
    """Why the opportunity was lost. Of: `opportunity`. Free text, at most 4096 characters."""
    list_price: str | Decimal | int | None = None
    """Price before the discount. Of: `quote`, `contract`. A decimal ≥ 0 of at most 18 digits, as
    a string such as "1280.00".
    """
    discount_pct: str | Decimal | int | None = None
    """Discount in per cent; below 0 a surcharge. Of: `quote`, `contract`, `order`. A percentage
    as a string such as "12.5"; below 0 is a surcharge.
    """
    terms_changed: bool | None = None
    """Whether standard terms were changed. Of: `quote`, `contract`."""
    approved_by: str | None = None
    """The employee who approved it. Of: `quote`, `contract`, `order`. An id of 1-128 characters
    without control characters.
    """
    status: ImageStatus | None = None
    """Where the order stands. Of: `order`."""
    currency: str | None = None
    """Currency of the amounts. Of: `order`. An ISO 4217 code such as CNY (RMB is none)."""
    kind: ImageKind | None = None
    """What kind of activity. Of: `activity`."""


class Difference(Data, frozen=True, kw_only=True):
    """What the company has on record and what the customer said, for one field."""

    company: Any = None
    """What the company has on record."""
    customer: Any = None
    """What the customer said."""


class CrmEdit(Data, frozen=True, kw_only=True):
    """Somebody created, changed, deleted, restored, exported or viewed a CRM record."""

    actor: str
    """The employee who did it. An id of 1-128 characters without control characters."""
    op: CrmEditOp
    """What was done."""
    object: ObjectRef
    """The record it was done to."""
    customer: str | None = None
    """The customer it is about. An id of 1-128 characters without control characters."""
    order: str | None = None
    """The order it is about. An id of 1-128 characters without control characters."""
    count: int = 1
    """How many records this one act touched; a bulk delete is one event. A whole number, 1 or
    more.
    """
    before: Image | None = None
    """Fields before the edit."""
    after: Image | None = None
    """Fields after the edit."""
