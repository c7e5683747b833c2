"""The Kafka key of an event, by which Kafka keeps the order of what belongs together."""

from __future__ import annotations

from typing import Final

from contract.kinds import KIND_OF_DATA
from contract.types import EventData, ReferenceAccount, ReferenceCustomer, ReferenceEmployee

#: Whose events keep their order: an employee's, else a customer's, else an order's.
_KEYS: Final = (
    "actor", "employee", "about_employee", "customer", "about_customer", "order",
    "payment", "shipment", "tip",
)  # fmt: skip
_REFERENCE_KEYS: Final[dict[type[EventData], str]] = {
    ReferenceAccount: "account",
    ReferenceEmployee: "employee",
    ReferenceCustomer: "customer",
}


def _fields(data: type[EventData]) -> tuple[str, ...]:
    if name := _REFERENCE_KEYS.get(data):
        return (name,)
    return tuple(name for name in _KEYS if name in data.__struct_fields__)


#: By type of data, the fields that the key is taken from: the first that the event has.
KEY_FIELDS: Final = {data: _fields(data) for data in KIND_OF_DATA}


def record_key(data: EventData) -> bytes:
    """The Kafka key: a reference document's id, by which compaction works; otherwise the entity
    that the event is about, so that a partition keeps the order of one employee's events.

    Raises `TypeError` for a heartbeat, which is about nobody.
    """
    for name in KEY_FIELDS[type(data)]:
        if (id_ := getattr(data, name)) is not None:
            return str(id_).encode()
    raise TypeError(f"{type(data).__name__} names nobody")
