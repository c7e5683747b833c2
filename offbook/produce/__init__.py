"""Sends events to Offbook from Python: classes to fill in, checked before they leave.

    async with Producer("localhost:9092", source="//bank.example.com") as out:
        await out.send(
            Payment(payment="P-1", amount="1280.00", payee_account="6222020200112233445"),
            id="bank-1",
            time="2026-03-05T14:22:30+08:00",
        )

docs/producing.md has the rest.
"""

from msgspec import UNSET

from offbook.produce.crm_edit import CrmEdit, Difference, Image, ObjectRef
from offbook.produce.delivery import Delivery, Receipt
from offbook.produce.errors import (
    ClosedError,
    DeliveryError,
    DeliveryRefusedError,
    InvalidEventError,
    ProducerError,
)
from offbook.produce.events import (
    ChatHit,
    EndpointFile,
    HrChange,
    Payment,
    ReferenceAccount,
    ReferenceCustomer,
    ReferenceEmployee,
    ServiceCallback,
    Shipment,
    Tip,
)
from offbook.produce.producer import Producer
from offbook.produce.record import EventRecord, event
from offbook.produce.sync import SyncProducer
from streams.settings.settings import Settings
from streams.wire.kafka_access import KafkaAccessError, KafkaRefusedError, KafkaUnreachableError

__all__ = [
    "UNSET",
    "ChatHit",
    "ClosedError",
    "CrmEdit",
    "Delivery",
    "DeliveryError",
    "DeliveryRefusedError",
    "Difference",
    "EndpointFile",
    "EventRecord",
    "HrChange",
    "Image",
    "InvalidEventError",
    "KafkaAccessError",
    "KafkaRefusedError",
    "KafkaUnreachableError",
    "ObjectRef",
    "Payment",
    "Producer",
    "ProducerError",
    "Receipt",
    "ReferenceAccount",
    "ReferenceCustomer",
    "ReferenceEmployee",
    "ServiceCallback",
    "Settings",
    "Shipment",
    "SyncProducer",
    "Tip",
    "event",
]
