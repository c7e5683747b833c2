"""A document that is opened first and read later."""

from __future__ import annotations

import json

from hypothesis import given

from contract.decoding.decode import (
    decode_structured,
    open_structured,
)
from contract.decoding.opened import Opened
from contract.document import encode_document
from contract.event import Event, Origin
from contract.rejected import Rejected
from tests.contract.documents import (
    with_data,
)
from tests.contract.strategies import events


@given(event=events())
def test_to_open_a_document_and_then_read_it_is_to_decode_it(event: Event) -> None:
    value = encode_document(event)
    opened = open_structured(value)
    assert isinstance(opened, Opened)
    opened.line = 7
    assert opened.read() == decode_structured(value, Origin("", -1, 7))


def test_what_cannot_be_read_of_an_opened_document_is_said_of_its_data() -> None:
    value = json.dumps(with_data(payee_name="张三"), ensure_ascii=False).encode("gbk")
    opened = open_structured(value)
    assert isinstance(opened, Opened)
    why = opened.read()
    assert isinstance(why, Rejected)
    assert (why.stage, why.field) == ("decode", "data")
    assert "not UTF-8" in why.reason
