"""The kinds of events there are, by type, topic and data."""

from __future__ import annotations

from msgspec import Struct

from contract.types import (
    ChatHit,
    CrmEdit,
    EndpointFile,
    EventData,
    Heartbeat,
    HrChange,
    Payment,
    ReferenceAccount,
    ReferenceCustomer,
    ReferenceEmployee,
    ServiceCallback,
    Shipment,
    Tip,
)

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

#: May be sent to every source topic and therefore has none of its own. It is about no entity, so no
#: fact is drawn from it, and it is not in `KINDS`, by which facts and records are numbered.
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
