"""Documents to break: a fresh copy of each type's example, and what decoding makes of it."""

from __future__ import annotations

import copy
import json
from typing import Any

from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.kinds import topic_of_type
from contract.publishing.examples import EXAMPLES
from contract.rejected import Rejected

Headers = list[tuple[str, bytes | None]]

PAYMENT = "offbook.payment.v1"
EDIT = "offbook.crm.edit.v1"
TIP = "offbook.tip.v1"


def example(type_: str = PAYMENT) -> dict[str, Any]:
    """A copy that the caller may change."""
    return copy.deepcopy(EXAMPLES[type_])


def with_data(type_: str = PAYMENT, **changes: Any) -> dict[str, Any]:
    """The example with some fields of `data` changed."""
    document = example(type_)
    document["data"].update(changes)
    return document


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    """`document` less one field."""
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return document


def decoded(
    document: dict[str, Any] | bytes,
    headers: Headers | None = None,
    topic: str | None = None,
    wall: int | None = None,
) -> Event | Rejected:
    """What decoding says of a document on the topic of its type (or `topic`)."""
    value = document if isinstance(document, bytes) else json.dumps(document).encode()
    if topic is None:
        type_ = document.get("type") if isinstance(document, dict) else PAYMENT
        topic = topic_of_type(type_) if type_ in EXAMPLES else "payments"
    return decode_record(value, headers or (), Origin(topic, 3, 42), wall=wall)


def refused(*args: Any, **kwargs: Any) -> Rejected:
    """Why it is refused; fails if it is not."""
    outcome = decoded(*args, **kwargs)
    assert isinstance(outcome, Rejected), f"was taken: {outcome}"
    return outcome


def taken(*args: Any, **kwargs: Any) -> Event:
    """The event; fails if it is refused."""
    outcome = decoded(*args, **kwargs)
    assert isinstance(outcome, Event), outcome.line()
    return outcome


def binary(document: dict[str, Any]) -> tuple[bytes, Headers]:
    """The same document as value and headers of a record in binary mode."""
    attributes = {name: value for name, value in document.items() if name != "data"}
    headers: Headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    return json.dumps(document["data"]).encode(), headers
