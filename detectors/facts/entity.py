"""The things events are about. All state and all work is divided by entity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from contract.types import (
    ChatHit,
    CrmEdit,
    EndpointFile,
    EventData,
    HrChange,
    Payment,
    ServiceCallback,
    Shipment,
    Tip,
)
from detectors.facts.contact import each

EntityKind = Literal[
    "employee",
    "seller",
    "editor",
    "customer",
    "opportunity",
    "quote",
    "contract",
    "order",
    "account",
    "payment",
    "shipment",
    "consignee",
    "contact",
    "callback",
    "tip",
]


def entity(kind: EntityKind, id_: str) -> str:
    """`customer:C-17`: the key of an entity's records and state."""
    return f"{kind}:{id_}"


def split(entity_key: str) -> tuple[EntityKind, str]:
    """The kind and the id of an entity key."""
    kind, _, id_ = entity_key.partition(":")
    return kind, id_  # type: ignore[return-value]


def _edit(kind: str) -> Callable[[Any], tuple[str, ...]]:
    """An edit is about the object it touched and about the one it names beside it."""

    def ids(edit: CrmEdit) -> tuple[str, ...]:
        named = getattr(edit, kind, None)
        touched = edit.object.id if edit.object.type == kind else None
        if named is None:
            return () if touched is None else (touched,)
        return (named,) if touched is None or touched == named else (touched, named)

    return ids


def _field(name: str) -> Callable[[Any], tuple[str, ...]]:
    def ids(data: Any) -> tuple[str, ...]:
        value = getattr(data, name)
        return () if value is None else (value,)

    return ids


def _seller(edit: CrmEdit) -> tuple[str, ...]:
    """Whose sale an order is: its owner's where its creation names one, else who created it."""
    if edit.object.type != "order" or edit.op != "create":
        return ()
    return (edit.says.owner or edit.actor,)


def _editor(edit: CrmEdit) -> tuple[str, ...]:
    """Who updates which record, a line each: `E-107`, `activity`, `A-17`. No id has a line end."""
    if edit.op != "update":
        return ()
    return (f"{edit.actor}\n{edit.object.type}\n{edit.object.id}",)


def _consignees(shipment: Shipment) -> tuple[str, ...]:
    """`phone:+8613800138000` and `address:…`: where goods go."""
    address = shipment.address
    return _named("phone", each(shipment.phone)) + _named("address", [address] if address else [])


def _contacts(edit: CrmEdit) -> tuple[str, ...]:
    """`phone:+8613800138000` and `email:…`: how a new customer is reached."""
    if edit.object.type != "customer" or edit.op != "create":
        return ()
    return _named("phone", each(edit.says.phone)) + _named("email", each(edit.says.email))


def _named(kind: str, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{key}" for key in keys)


#: Which entities an event of a type is about: (type, kind) to a function that names their ids.
ABOUT: dict[tuple[type[EventData], EntityKind], Callable[[Any], tuple[str, ...]]] = {
    (CrmEdit, "employee"): _field("actor"),
    (CrmEdit, "customer"): _edit("customer"),
    (CrmEdit, "order"): _edit("order"),
    (CrmEdit, "opportunity"): _edit("opportunity"),
    (CrmEdit, "quote"): _edit("quote"),
    (CrmEdit, "contract"): _edit("contract"),
    (CrmEdit, "seller"): _seller,
    (CrmEdit, "editor"): _editor,
    (CrmEdit, "contact"): _contacts,
    (Payment, "payment"): _field("payment"),
    (Payment, "order"): _field("order"),
    (Payment, "customer"): _field("customer"),
    (Payment, "account"): _field("payee_account"),
    (Payment, "employee"): _field("recorded_by"),
    (Shipment, "shipment"): _field("shipment"),
    (Shipment, "order"): _field("order"),
    (Shipment, "customer"): _field("customer"),
    (Shipment, "employee"): _field("released_by"),
    (Shipment, "consignee"): _consignees,
    (ChatHit, "employee"): _field("employee"),
    (ChatHit, "customer"): _field("customer"),
    (HrChange, "employee"): _field("employee"),
    (EndpointFile, "employee"): _field("employee"),
    (ServiceCallback, "customer"): _field("customer"),
    (ServiceCallback, "order"): _field("order"),
    (ServiceCallback, "employee"): _field("employee"),
    (ServiceCallback, "callback"): _field("callback"),
    (Tip, "tip"): _field("tip"),
    (Tip, "employee"): _field("about_employee"),
    (Tip, "customer"): _field("about_customer"),
}


def sole(ids: Iterable[str | None]) -> str | None:
    """The one id that all of them are; None if they differ, or there is none."""
    different = set(ids)
    return different.pop() if len(different) == 1 else None
