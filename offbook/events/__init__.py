"""The contract: events in, alerts out, and why a record is neither. It knows nothing else."""

from offbook.events.alert import Alert, Bilingual, Evidence, Mode, Rule, Severity, State
from offbook.events.decode import decode_record, decode_structured
from offbook.events.document import document, encode_document
from offbook.events.event import Event, Origin
from offbook.events.rejected import MAX_BYTES, Rejected, Stage
from offbook.events.types import (
    HEARTBEAT,
    KIND_OF_DATA,
    KIND_OF_TOPIC,
    KIND_OF_TYPE,
    KINDS,
    REFERENCE_TOPICS,
    SOURCE_TOPICS,
    STREAM_TOPICS,
    EventData,
    Kind,
    topic_of_type,
)

__all__ = [
    "HEARTBEAT",
    "KINDS",
    "KIND_OF_DATA",
    "KIND_OF_TOPIC",
    "KIND_OF_TYPE",
    "MAX_BYTES",
    "REFERENCE_TOPICS",
    "SOURCE_TOPICS",
    "STREAM_TOPICS",
    "Alert",
    "Bilingual",
    "Event",
    "EventData",
    "Evidence",
    "Kind",
    "Mode",
    "Origin",
    "Rejected",
    "Rule",
    "Severity",
    "Stage",
    "State",
    "decode_record",
    "decode_structured",
    "document",
    "encode_document",
    "topic_of_type",
]
