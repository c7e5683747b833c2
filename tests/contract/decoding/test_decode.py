"""Structured documents: what is taken, and for each mistake the field and the words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.decoding.decode import (
    EARLIEST,
    FUTURE,
    LATEST,
    decode_record,
    decode_structured,
)
from contract.document import encode_document
from contract.event import Event, Origin
from contract.kinds import KINDS, topic_of_type
from contract.publishing.examples import EXAMPLES
from contract.rejected import MAX_BYTES, Rejected
from contract.times import parse_rfc3339
from tests.contract.documents import (
    Headers,
    binary,
    decoded,
    example,
    refused,
    taken,
    with_data,
)
from tests.contract.strategies import events


def attribute(**changes: Any) -> dict[str, Any]:
    return example() | changes


def test_a_null_value_is_refused_with_a_word_on_reference_topics() -> None:
    for topic in ("payments", "reference.accounts"):
        why = decode_record(None, (), Origin(topic, 0, 0))
        assert isinstance(why, Rejected)
        assert (why.stage, why.field) == ("decode", "")
        assert "reference topic" in why.mend


@pytest.mark.parametrize(
    ("value", "what"), [(b"", "empty"), (b" \n", "empty"), (b"null", "the text `null`")]
)
def test_an_empty_value_is_no_removal_and_is_told_what_one_looks_like(
    value: bytes, what: str
) -> None:
    headers = binary(example("offbook.reference.account.v1"))[1]
    heads: tuple[Headers, ...] = ([], headers)
    for head in heads:
        why = decode_record(value, head, Origin("reference.accounts", 0, 0))
        assert isinstance(why, Rejected)
        assert why.line().replace(what, "WHAT") in (
            "decode: The value is WHAT and not null, so it removes nothing. To remove an entry send"
            " a record without any value (a null value, or tombstone) and with the entry's id as"
            " its key; to add one, send one CloudEvent as a JSON object."
        )
    elsewhere = decode_record(value, (), Origin("payments", 0, 0))
    assert isinstance(elsewhere, Rejected)
    assert "tombstone" not in elsewhere.line()


@pytest.mark.parametrize("type_", EXAMPLES)
def test_each_example_is_taken(type_: str) -> None:
    event = taken(example(type_))
    assert event.kind.type == type_
    assert event.origin == Origin(topic_of_type(type_), 3, 42)
    assert event.time == parse_rfc3339(example(type_)["time"])
    for field in type(event.data).__struct_fields__:
        assert getattr(event.data, field) is not None, f"the example should show `{field}`"


def test_unknown_fields_and_extension_attributes_are_ignored() -> None:
    document = with_data(colour="red", nested={"amount": ["x"]}) | {
        "traceparent": "00",
        "subject": 1,
    }
    assert taken(document).data == taken(example()).data


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/json",
        "application/vnd.x+JSON",
        None,
    ],
)
def test_json_content_types_are_taken(content_type: str | None) -> None:
    taken(attribute(datacontenttype=content_type, data_base64=None))


def test_offsets_and_fractions_of_time_are_kept() -> None:
    times = {
        "2026-03-05T14:22:30.5+08:00",
        "2026-03-05t06:22:30.500z",
        "2026-03-05 01:22:30.500000-05:00",
    }
    assert {taken(attribute(time=time)).time for time in times} == {1772691750500000}


def test_live_events_may_be_five_minutes_ahead_and_no_more() -> None:
    time = parse_rfc3339(example()["time"])
    taken(example(), wall=time - FUTURE)
    why = refused(example(), wall=time - FUTURE - 1)
    assert (why.stage, why.field) == ("time", "time")
    assert "5 minutes ahead" in why.reason
    taken(example(), wall=None)


def test_the_bounds_of_time_are_whole_years() -> None:
    assert parse_rfc3339("1990-01-01T00:00:00Z") == EARLIEST
    assert parse_rfc3339("2101-01-01T00:00:00Z") == LATEST
    taken(attribute(time="1990-01-01T00:00:00Z"))
    taken(attribute(time="2100-12-31T23:59:59.999999Z"))


def test_the_largest_document_is_taken_and_one_byte_more_is_not() -> None:
    room = MAX_BYTES - len(json.dumps(with_data(x="")))
    taken(with_data(x="x" * room))
    refused(with_data(x="x" * (room + 1)))


def test_a_file_takes_any_type_and_the_event_gets_its_topic() -> None:
    for type_ in EXAMPLES:
        event = decode_structured(json.dumps(example(type_)).encode(), Origin("", -1, 7))
        assert isinstance(event, Event)
        assert event.origin == Origin(topic_of_type(type_), -1, 7)


def test_a_type_on_another_topic_is_told_its_own() -> None:
    for kind in KINDS:
        other = "payments" if kind.topic != "payments" else "shipments"
        why = refused(example(kind.type), topic=other)
        assert (why.stage, why.field) == ("type", "type")
        assert f"`{kind.topic}`" in why.mend


def test_a_misspelt_type_is_told_the_nearest() -> None:
    assert "`offbook.payment.v1`" in refused(attribute(type="offbook.payments.v1")).mend


SECRET = "SECRET-6222020200112233445"


@pytest.mark.parametrize("type_", EXAMPLES)
def test_no_refusal_quotes_a_value(type_: str) -> None:
    """Each string of each example in turn becomes something wrong that must not be repeated."""
    for path in _strings(example(type_)):
        for wrong in (SECRET, [SECRET], {SECRET: SECRET}, SECRET + "\n" * 1025):
            outcome = decoded(_replaced(example(type_), path, wrong), topic=topic_of_type(type_))
            if isinstance(outcome, Rejected):
                assert "SECRET" not in outcome.line()
                assert "6222" not in outcome.line()


def _strings(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [at for key, item in value.items() for at in _strings(item, (*path, key))]
    if isinstance(value, list):
        return [at for index, item in enumerate(value) for at in _strings(item, (*path, index))]
    return [path]


def _replaced(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return document


topics = st.sampled_from(["", "unknown", *(kind.topic for kind in KINDS)])


names = st.sampled_from(["ce_id", "ce_specversion", "ce_", "content-type", "reporter"]) | st.text()


headers = st.lists(st.tuples(names, st.none() | st.binary(max_size=20)), max_size=8)


json_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary(), headers, topics, st.none() | st.integers(0, LATEST))
def test_no_bytes_make_decoding_raise(
    value: bytes, head: Any, topic: str, wall: int | None
) -> None:
    outcome = decode_record(value, head, Origin(topic, 0, 0), wall=wall)
    assert isinstance(outcome, Rejected)


@given(st.sampled_from(sorted(EXAMPLES)), st.data(), headers)
def test_no_json_anywhere_in_a_document_makes_decoding_raise(
    type_: str, draw: st.DataObject, head: Any
) -> None:
    document = example(type_)
    path = draw.draw(st.sampled_from(_strings(document)))
    path = path[: draw.draw(st.integers(1, len(path)))]
    value = json.dumps(_replaced(document, path, draw.draw(json_documents))).encode()
    for topic in (topic_of_type(type_), ""):
        outcome = decode_record(value, head, Origin(topic, 0, 0))
        assert isinstance(outcome, (Event, Rejected))


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_no_broken_bytes_make_decoding_raise(type_: str, draw: st.DataObject) -> None:
    value = bytearray(json.dumps(example(type_), ensure_ascii=False).encode())
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(value) - 1))
        value[at : at + draw.draw(st.integers(0, 3))] = draw.draw(st.binary(max_size=3))
    outcome = decode_record(bytes(value), (), Origin("", 0, 0))
    assert isinstance(outcome, (Event, Rejected))


@given(events())
def test_every_event_comes_back_from_its_document(event: Event) -> None:
    assert decode_record(encode_document(event), (), event.origin) == event


@given(events())
def test_documents_written_in_ascii_with_blanks_decode_alike(event: Event) -> None:
    value = json.dumps(json.loads(encode_document(event)), indent=3).encode()
    assert decode_record(value, (), event.origin) == event
