"""Reads a record: a revision of an alert, an action on one, or a dead letter if it is neither."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from aiokafka import TopicPartition

from cases.handling import Logged
from contract.action import LONGEST_NOTE, Action
from contract.alert import Alert
from contract.canary import is_canary_alert
from contract.rejected import Rejected
from contract.times import parse_rfc3339
from sinks.dead_letters import DeadLetter, rejected_letter
from sinks.headers import event_timestamp
from sinks.redis.sink import MAX_REVISION
from sinks.sink import Outcome, Revision

_MEND: Final = "Only Offbook writes to this topic: find out who else does."
#: The path in a message of msgspec's, whose other words may quote the value.
_FIELD: Final = re.compile(r"at `\$\.([a-z_.\[\]]+)`$")

_T = TypeVar("_T")
_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_action = msgspec.json.Decoder(Action).decode


@dataclass
class Item:
    """One record being delivered: a revision, an action, a canary's alert, or a dead letter until
    that is sent.

    `stamped` is when Kafka stamped the record that caused it (ms), `canary` when the canary was
    sent (µs), `outcome` the result of writing it.
    """

    partition: TopicPartition
    offset: int
    revision: Revision | None = None
    logged: Logged | None = None
    stamped: int | None = None
    letter: DeadLetter | None = None
    canary: int | None = None
    outcome: Outcome | None = None


def item_of(partition: TopicPartition, record: Any, prefix: str, *, is_action: bool) -> Item:
    """Read a consumed record. `prefix` is that of the installation's topics."""
    told = _action(record.value) if is_action else _alert(record.value)
    if isinstance(told, Rejected):
        letter = rejected_letter(record, told, prefix=prefix)
        return Item(partition, record.offset, letter=letter)
    if isinstance(told, Action):
        logged = Logged(partition.partition, record.offset, told)
        return Item(partition, record.offset, logged=logged)
    if is_canary_alert(told):
        return Item(partition, record.offset, canary=parse_rfc3339(told.last_event_at))
    stamped = event_timestamp(record.headers)
    return Item(partition, record.offset, Revision(told, record.value), stamped=stamped)


def _alert(value: bytes | None) -> Alert | Rejected:
    alert = _decoded(value, _decode_alert, "This is not an alert.")
    if isinstance(alert, Rejected):
        return alert
    if not alert.alert_id:
        return Rejected("data", "alert_id", "It must not be empty.", _MEND)
    if not 0 < alert.revision <= MAX_REVISION:
        return Rejected("data", "revision", "It must be 1 or more, and below 2^53.", _MEND)
    if not 0 <= alert.score <= 100:
        return Rejected("data", "score", "It must be 0 to 100.", _MEND)
    return alert


def _action(value: bytes | None) -> Action | Rejected:
    action = _decoded(value, _decode_action, "This is not an action.")
    if isinstance(action, Rejected):
        return action
    for field in ("alert_id", "action_id", "by"):
        if not getattr(action, field):
            return Rejected("data", field, "It must not be empty.", _MEND)
    if len(action.note or "") > LONGEST_NOTE:
        return Rejected("data", "note", f"It may have {LONGEST_NOTE} characters.", _MEND)
    try:
        parse_rfc3339(action.at)
    except ValueError:
        return Rejected("data", "at", "It must be RFC 3339, with an offset.", _MEND)
    return action


def _decoded(value: bytes | None, decode: Callable[[bytes], _T], what: str) -> _T | Rejected:
    if value is None:
        return Rejected("decode", "", "The record has no value.", _MEND)
    try:
        return decode(value)
    except msgspec.ValidationError as error:
        field = _FIELD.search(str(error))
        return Rejected("data", field[1] if field else "", what, _MEND)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected("decode", "", "The value is not JSON.", _MEND)
