"""Reads a record of the alerts topic: a revision of an alert, or a dead letter if it is not one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiokafka import TopicPartition

from contract.alert import Alert
from contract.rejected import Rejected
from sinks.dead_letters import DeadLetter, rejected_letter
from sinks.headers import event_timestamp
from sinks.redis.sink import MAX_REVISION
from sinks.sink import Outcome, Revision

_MEND: Final = "Only Offbook writes to this topic: find out who else does."
#: The path in a message of msgspec's, whose other words may quote the value.
_FIELD: Final = re.compile(r"at `\$\.([a-z_.\[\]]+)`$")

_decode = msgspec.json.Decoder(Alert).decode


@dataclass
class Item:
    """One record being delivered: a revision, or a dead letter until that is sent.

    `stamped` is when Kafka stamped the record that caused it (ms), `outcome` the result of writing
    it.
    """

    partition: TopicPartition
    offset: int
    revision: Revision | None
    stamped: int | None = None
    letter: DeadLetter | None = None
    outcome: Outcome | None = None


def item_of(partition: TopicPartition, record: Any, prefix: str) -> Item:
    """Read a consumed record. `prefix` is that of the installation's topics."""
    alert = _alert(record.value)
    if isinstance(alert, Rejected):
        letter = rejected_letter(record, alert, prefix=prefix)
        return Item(partition, record.offset, None, letter=letter)
    stamped = event_timestamp(record.headers)
    return Item(partition, record.offset, Revision(alert, record.value), stamped)


def _alert(value: bytes | None) -> Alert | Rejected:
    if value is None:
        return Rejected("decode", "", "The record has no value.", _MEND)
    try:
        alert = _decode(value)
    except msgspec.ValidationError as error:
        field = _FIELD.search(str(error))
        return Rejected("data", field[1] if field else "", "This is not an alert.", _MEND)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected("decode", "", "The value is not JSON.", _MEND)
    if not alert.alert_id:
        return Rejected("data", "alert_id", "It must not be empty.", _MEND)
    if not 0 < alert.revision <= MAX_REVISION:
        return Rejected("data", "revision", "It must be 1 or more, and below 2^53.", _MEND)
    if not 0 <= alert.score <= 100:
        return Rejected("data", "score", "It must be 0 to 100.", _MEND)
    return alert
