"""CloudEvents' Kafka binding: which mode a record is in, and what its headers must say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from contract.decoding.decode import decode_record
from contract.document import document
from contract.event import Event, Origin
from contract.publishing.examples import EXAMPLES
from tests.contract.documents import Headers, binary, example, refused, taken
from tests.contract.strategies import events

ATTRIBUTES = ("specversion", "id", "source", "type", "time")


@pytest.mark.parametrize("type_", EXAMPLES)
def test_both_modes_give_the_same_event(type_: str) -> None:
    value, headers = binary(example(type_))
    topic = taken(example(type_)).origin.topic
    assert taken(value, headers, topic) == taken(example(type_))


@given(events())
def test_every_event_comes_back_from_binary_mode(event: Event) -> None:
    value, headers = binary(document(event))
    assert decode_record(value, headers, event.origin) == event


@pytest.mark.parametrize("missing", ATTRIBUTES)
def test_a_missing_header_is_named(missing: str) -> None:
    value, headers = binary(example())
    why = refused(value, [header for header in headers if header[0] != f"ce_{missing}"])
    assert (why.stage, why.field) == ("envelope", f"ce_{missing}")
    assert f"`ce_{missing}` is missing" in why.reason


@pytest.mark.parametrize("missing", ATTRIBUTES)
def test_a_null_header_is_missing(missing: str) -> None:
    value, headers = binary(example())
    nulled = [(name, None if name == f"ce_{missing}" else text) for name, text in headers]
    assert refused(value, nulled).field == f"ce_{missing}"


@pytest.mark.parametrize("lone", [*ATTRIBUTES, "traceparent"])
def test_one_header_of_ce_makes_it_binary(lone: str) -> None:
    why = refused(example(), [(f"ce_{lone}", b"1.0")])
    assert why.field == ("ce_id" if lone == "specversion" else "ce_specversion")
    assert "none and the whole document" in why.mend


@pytest.mark.parametrize(
    "content_type",
    ["application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"],
)
def test_the_structured_content_type_outweighs_ce_headers(content_type: str) -> None:
    headers: Headers = [("ce_id", b"other"), ("Content-Type", content_type.encode())]
    assert taken(example(), headers).id == example()["id"]


@pytest.mark.parametrize("content_type", [None, b"application/json", b"text/plain"])
def test_without_ce_headers_it_is_structured(content_type: bytes | None) -> None:
    taken(example(), [("content-type", content_type), ("trace", None), ("x", b"\xff")])


def test_a_batch_is_refused() -> None:
    value = json.dumps([example()]).encode()
    why = refused(value, [("content-type", b"application/cloudevents-batch+json")])
    assert (why.stage, why.field) == ("envelope", "content-type")
    assert "batch" in why.reason


def test_cloudevents_in_another_format_are_refused() -> None:
    why = refused(b"\x0a\x01", [("content-type", b"application/cloudevents+protobuf")])
    assert (why.stage, why.field) == ("envelope", "content-type")


@pytest.mark.parametrize("content_type", [b"application/json", b"application/json; charset=utf-8"])
def test_binary_data_may_say_that_it_is_json(content_type: bytes) -> None:
    value, headers = binary(example())
    taken(value, [*headers, ("content-type", content_type)])


@pytest.mark.parametrize("content_type", [b"application/avro", b"\xff\xfe", b""])
def test_binary_data_that_is_not_json_is_refused(content_type: bytes) -> None:
    value, headers = binary(example())
    why = refused(value, [*headers, ("content-type", content_type)])
    assert (why.stage, why.field) == ("envelope", "content-type")


@pytest.mark.parametrize(
    "header, text, stage, words",
    [
        ("ce_time", b"2026-03-05T14:22:30", "time", "has no offset"),
        ("ce_time", b"0000-01-01T00:00:00Z", "time", "no RFC 3339"),
        ("ce_time", b"9999-01-01T00:00:00Z", "time", "1990 to 2100"),
        ("ce_id", b"", "envelope", "is empty"),
        ("ce_id", b"x" * 1025, "envelope", "longer than 1024"),
        ("ce_id", b"a\nb", "envelope", "control character"),
        ("ce_source", b"\xff", "envelope", "not UTF-8"),
        ("ce_specversion", b"0.3", "envelope", "not 1.0"),
        ("ce_type", b"offbook.payment.v9", "type", "none that Offbook knows"),
    ],
)
def test_a_wrong_header_is_named(header: str, text: bytes, stage: str, words: str) -> None:
    value, headers = binary(example())
    why = refused(value, [(name, text if name == header else old) for name, old in headers])
    assert (why.stage, why.field) == (stage, header)
    assert words in why.reason


def test_a_header_given_twice_must_say_the_same() -> None:
    value, headers = binary(example())
    taken(value, headers + headers)
    why = refused(value, [*headers, ("ce_id", b"another")])
    assert (why.stage, why.field) == ("envelope", "ce_id")
    assert "another" not in why.line()


@pytest.mark.parametrize("prefix", ["ce-", "Ce-", "CE_", "cloudEvents:", "cloudEvents_", "ce."])
def test_attributes_by_the_name_of_another_binding_are_told_kafkas(prefix: str) -> None:
    value, headers = binary(example())
    theirs = [(prefix + name.removeprefix("ce_"), text) for name, text in headers]
    why = refused(value, theirs)
    assert (why.stage, why.field) == ("envelope", f"{prefix}specversion")
    http = " but HTTP's" if prefix.lower() == "ce-" else ""
    assert why.reason == (
        f"Header `{prefix}specversion` carries an attribute of CloudEvents by a name that is not"
        f" Kafka's{http}."
    )
    assert why.mend == (
        "Spell it `ce_specversion`: on Kafka the headers are ce_specversion, ce_id, ce_source,"
        " ce_type and ce_time, with an underscore and in small letters."
    )
    mixed = [headers[0], *theirs[1:]]
    assert refused(value, mixed).field == theirs[1][0]
    # A whole document needs no headers, and gateways copy those of HTTP.
    taken(example(), theirs)


def test_an_unknown_header_is_not_quoted() -> None:
    why = refused(example(), [("ce_zhangsan", b"1"), ("ce_zhangsan", b"2")])
    assert (why.stage, why.field) == ("envelope", "headers")
    assert "zhangsan" not in why.line()


def test_binary_data_is_refused_by_its_own_field_names() -> None:
    value, headers = binary(example())
    why = refused(value.replace(b'"128000.00"', b'"-1"'), headers)
    assert (why.stage, why.field) == ("data", "data.amount")


@pytest.mark.parametrize("value", [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 10_000])
def test_binary_data_that_is_no_object_is_refused(value: bytes) -> None:
    _, headers = binary(example())
    assert refused(value, headers).stage in ("decode", "data")


def test_a_null_value_with_headers_is_refused() -> None:
    _, headers = binary(example())
    why = decode_record(None, headers, Origin("payments", 0, 0))
    assert not isinstance(why, Event)
    assert why.stage == "decode"
