"""Structured documents: what is taken, and for each mistake the field and the words."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import types as t
from contract.decoding.decode import (
    EARLIEST,
    FUTURE,
    LATEST,
    decode_record,
    decode_structured,
    open_structured,
)
from contract.decoding.opened import Opened
from contract.document import encode_document
from contract.event import Event, Origin
from contract.kinds import KINDS, topic_of_type
from contract.publishing.examples import EXAMPLES
from contract.rejected import MAX_BYTES, Rejected
from contract.times import parse_rfc3339
from tests.contract.documents import (
    EDIT,
    TIP,
    Headers,
    binary,
    decoded,
    example,
    refused,
    taken,
    with_data,
    without,
)
from tests.contract.strategies import events

CALLBACK = "offbook.service.callback.v1"
SHIPMENT = "offbook.shipment.v1"
ENDPOINT = "offbook.endpoint.file.v1"
HR = "offbook.hr.change.v1"
ACCOUNT = "offbook.reference.account.v1"
EMPLOYEE = "offbook.reference.employee.v1"


def raw(text: str) -> bytes:
    """The payment example with its `amount` replaced by `text` as it stands."""
    return json.dumps(example()).replace('"128000.00"', text).encode()


def attribute(**changes: Any) -> dict[str, Any]:
    return example() | changes


# One row a mistake: the document, then stage, field and what the reason says.
MISTAKES: dict[str, tuple[dict[str, Any] | bytes, str, str, str]] = {
    "nothing": (b"", "decode", "", "empty"),
    "blanks": (b" \n", "decode", "", "empty"),
    "not JSON": (b"id=7;amount=3", "decode", "", "not JSON from byte 0"),
    "cut off": (json.dumps(example()).encode()[:-9], "decode", "", "ends in the middle"),
    "two documents": (json.dumps(example()).encode() * 2, "decode", "", "More follows"),
    "a list": (json.dumps([example()]).encode(), "decode", "", "a list, not one event"),
    "a string": (b'"hello"', "decode", "", "no object"),
    "a number": (b"7", "decode", "", "no object"),
    "JSON null": (b"null", "decode", "", "no object"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "decode", "", "byte order mark"),
    "GBK": (json.dumps(example(), ensure_ascii=False).encode("gbk"), "decode", "", "not UTF-8"),
    "gzip": (b"\x1f\x8b\x08\x00\x00", "decode", "", "Byte 1 is not UTF-8"),
    "5 MB": (b'{"a":"' + b"x" * 5_000_000 + b'"}', "decode", "", "larger than 1024 KiB"),
    "10 000 lists deep": (b"[" * 10_000 + b"]" * 10_000, "decode", "", "a list"),
    "10 000 lists deep in a field": (
        b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        "decode",
        "",
        "nests too deep",
    ),
    "10 000 objects deep in data": (
        json.dumps(with_data(x=1))
        .encode()
        .replace(b'"x": 1', b'"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        "decode",
        "",
        "nests too deep",
    ),
    "NaN": (raw("NaN"), "decode", "", "NaN or Infinity"),
    "Infinity": (raw("Infinity"), "decode", "", "NaN or Infinity"),
    "minus Infinity": (raw("-Infinity"), "decode", "", "NaN or Infinity"),
    "half a surrogate pair": (
        json.dumps(with_data(payee_name="x\ud800y")).encode(),
        "decode",
        "",
        "surrogate",
    ),
    "a surrogate in UTF-8": (b'{"id":"\xed\xa0\x80"}', "decode", "", "not UTF-8"),
    "no specversion": (without(example(), "specversion"), "envelope", "specversion", "missing"),
    "no id": (without(example(), "id"), "envelope", "id", "missing"),
    "no source": (without(example(), "source"), "envelope", "source", "missing"),
    "no type": (without(example(), "type"), "envelope", "type", "missing"),
    "no time": (without(example(), "time"), "envelope", "time", "missing"),
    "no data": (without(example(), "data"), "envelope", "data", "missing"),
    "specversion 0.3": (attribute(specversion="0.3"), "envelope", "specversion", "not 1.0"),
    "specversion a number": (attribute(specversion=1.0), "envelope", "specversion", "a number"),
    "an empty id": (attribute(id=""), "envelope", "id", "is empty"),
    "an id of 1025": (attribute(id="x" * 1025), "envelope", "id", "longer than 1024"),
    "a source of 1025": (attribute(source="x" * 1025), "envelope", "source", "longer than 1024"),
    "an id as number": (attribute(id=7), "envelope", "id", "is a whole number"),
    "a NUL in the id": (attribute(id="a\0b"), "envelope", "id", "control character"),
    "a C1 in the source": (attribute(source="a\x85b"), "envelope", "source", "control character"),
    "datacontenttype XML": (
        attribute(datacontenttype="application/xml"),
        "envelope",
        "datacontenttype",
        "not JSON",
    ),
    "data_base64": (
        without(attribute(data_base64="e30="), "data"),
        "envelope",
        "data_base64",
        "bytes",
    ),
    "an unknown type": (attribute(type="com.example.sale"), "type", "type", "none that Offbook"),
    "a type's newer version": (attribute(type="offbook.payment.v2"), "type", "type", "none that"),
    "another topic's type": (
        attribute(type=EDIT) | {"data": example(EDIT)["data"], "x": 0},
        "type",
        "type",
        "does not belong on topic `payments`",
    ),
    "data as text": (attribute(data='{"payment":"P"}'), "data", "data", "is a string"),
    "data a list": (attribute(data=[]), "data", "data", "is a list"),
    "data null": (attribute(data=None), "data", "data", "is null"),
    "no amount": (without(example(), "data", "amount"), "data", "data.amount", "missing"),
    "no payee": (
        without(example(), "data", "payee_account"),
        "data",
        "data.payee_account",
        "missing",
    ),
    "amount null": (with_data(amount=None), "data", "data.amount", "missing"),
    "amount true": (with_data(amount=True), "data", "data.amount", "true or false"),
    "amount an object": (with_data(amount={"value": 1}), "data", "data.amount", "an object"),
    "amount in words": (with_data(amount="many"), "data", "data.amount", "no decimal number"),
    "amount empty": (with_data(amount=""), "data", "data.amount", "no decimal number"),
    "amount NaN as text": (with_data(amount="NaN"), "data", "data.amount", "finite"),
    "amount sNaN as text": (with_data(amount="sNaN"), "data", "data.amount", "finite"),
    "amount Infinity as text": (with_data(amount="Infinity"), "data", "data.amount", "finite"),
    "amount negative": (with_data(amount="-5"), "data", "data.amount", "0 or more"),
    "amount a negative number": (with_data(amount=-0.01), "data", "data.amount", "0 or more"),
    "amount of 19 digits": (with_data(amount="1" * 19), "data", "data.amount", "at most 18"),
    "amount of 19 places": (with_data(amount="0." + "1" * 18), "data", "data.amount", "at most 18"),
    "amount a number of 19 digits": (raw("1" * 19), "data", "data.amount", "at most 18"),
    "amount 1e400": (raw("1e400"), "data", "data.amount", "at most 18"),
    "amount 0e400": (raw("0e400"), "data", "data.amount", "at most 18"),
    "amount 1e-400": (raw("1e-400"), "data", "data.amount", "at most 18"),
    "amount beyond any exponent": (
        raw("1e99999999999999999999"),
        "data",
        "data.amount",
        "no decimal",
    ),
    "amount with an exponent": (with_data(amount="1e5"), "data", "data.amount", "plain decimal"),
    "amount with an underscore": (
        with_data(amount="1_000"),
        "data",
        "data.amount",
        "plain decimal",
    ),
    "amount with blanks": (with_data(amount=" 1 "), "data", "data.amount", "plain decimal"),
    "amount with a line break": (with_data(amount="1\n"), "data", "data.amount", "plain decimal"),
    "amount in full-width digits": (
        with_data(amount="１２"),
        "data",
        "data.amount",
        "plain decimal",
    ),
    "amount with a plus": (with_data(amount="+5"), "data", "data.amount", "plain decimal"),
    "amount without a whole part": (with_data(amount=".5"), "data", "data.amount", "plain decimal"),
    "amount without a fraction": (with_data(amount="5."), "data", "data.amount", "plain decimal"),
    "amount minus nothing": (with_data(amount="-0"), "data", "data.amount", "plain decimal"),
    "amount with a thousands separator": (
        with_data(amount="1,000"),
        "data",
        "data.amount",
        "decimal",
    ),
    "amount under an escaped key": (
        json.dumps(with_data(amount="1_000")).encode().replace(b'"amount"', b'"am\\u006funt"'),
        "data",
        "data.amount",
        "plain decimal",
    ),
    "amount beside a decoy": (
        with_data(amount="1_000", x={"amount": "1000"}),
        "data",
        "data.amount",
        "plain decimal",
    ),
    "an empty customer": (with_data(customer=""), "data", "data.customer", "is empty"),
    "a customer of 129": (
        with_data(customer="x" * 129),
        "data",
        "data.customer",
        "longer than 128",
    ),
    "a customer as number": (with_data(customer=2031), "data", "data.customer", "whole number"),
    "a tab in an id": (with_data(customer="C\t1"), "data", "data.customer", "control character"),
    "a DEL in an id": (
        json.dumps(with_data(customer="C\x7f1"), ensure_ascii=False).encode(),
        "data",
        "data.customer",
        "control character",
    ),
    "a C1 in an id": (
        json.dumps(with_data(customer="C\x9f1"), ensure_ascii=False).encode(),
        "data",
        "data.customer",
        "control character",
    ),
    "an escaped NUL in an id": (with_data(customer="C\0"), "data", "data.customer", "control"),
    "a line break within an id": (with_data(order="SO\n1"), "data", "data.order", "control"),
    "an id of blanks": (with_data(order="  "), "data", "data.order", "names nothing"),
    "an id of what nobody sees": (with_data(order="\u200b\ufeff"), "data", "data.order", "nothing"),
    "a payment without a number": (with_data(payment="-"), "data", "data.payment", "placeholder"),
    "an account cut off by a spreadsheet": (
        with_data(payee_account="6.22E+18"),
        "data",
        "data.payee_account",
        "spreadsheet",
    ),
    "a masked account": (
        with_data(payee_account="6222********3445"),
        "data",
        "data.payee_account",
        "masked",
    ),
    "an id that is too long, spelled out": (
        with_data(order="\ufdfa" * 20),
        "data",
        "data.order",
        "longer than 128",
    ),
    "an id of 1025 bytes": (attribute(id="号" * 342), "envelope", "id", "longer than 1024 bytes"),
    "a leap second that never was": (
        attribute(time="2026-03-02T23:59:60Z"),
        "time",
        "time",
        "no RFC 3339 time",
    ),
    "a control character within an object": (
        with_data(EDIT, object={"type": "order", "id": "a\rb"}),
        "data",
        "data.object.id",
        "control",
    ),
    "a control character within a list": (
        with_data(EMPLOYEE, accounts=["1", "2\x003"]),
        "data",
        "data.accounts[1]",
        "control",
    ),
    "a control character within an image": (
        with_data(EDIT, after={"owner": "E\n1"}),
        "data",
        "data.after.owner",
        "control",
    ),
    "currency RMB": (with_data(currency="RMB"), "data", "data.currency", "ISO 4217"),
    "currency in small letters": (with_data(currency="cny"), "data", "data.currency", "ISO 4217"),
    "currency of two": (with_data(currency="CN"), "data", "data.currency", "shorter than 3"),
    "currency in an image": (
        with_data(EDIT, after={"currency": "元元元"}),
        "data",
        "data.after.currency",
        "ISO 4217",
    ),
    "an unknown kind": (with_data(kind="paid"), "data", "data.kind", "none of the words"),
    "an unknown operation": (with_data(EDIT, op="purge"), "data", "data.op", "none of the words"),
    "an object without id": (
        with_data(EDIT, object={"type": "order"}),
        "data",
        "data.object.id",
        "missing",
    ),
    "an unknown object": (
        with_data(EDIT, object={"type": "lead", "id": "1"}),
        "data",
        "data.object.type",
        "none of the words",
    ),
    "count 0": (with_data(EDIT, count=0), "data", "data.count", "out of range"),
    "count negative": (with_data(EDIT, count=-3), "data", "data.count", "out of range"),
    "count a fraction": (with_data(EDIT, count=1.5), "data", "data.count", "fraction"),
    "count as text": (with_data(EDIT, count="3"), "data", "data.count", "a string"),
    "count beyond belief": (with_data(EDIT, count=10**30), "data", "data.count", "out of range"),
    "before a list": (with_data(EDIT, before=[]), "data", "data.before", "a list"),
    "an image's amount negative": (
        with_data(EDIT, after={"amount": "-1"}),
        "data",
        "data.after.amount",
        "0 or more",
    ),
    "an image's amount with an exponent": (
        with_data(EDIT, before={"amount": "1"}, after={"amount": "1e3"}),
        "data",
        "data.after.amount",
        "plain decimal",
    ),
    "an order's status unknown": (
        with_data(EDIT, after={"status": "signed"}),
        "data",
        "data.after.status",
        "none of the words",
    ),
    "a shipment's value negative": (
        with_data(SHIPMENT, value="-1.00"),
        "data",
        "data.value",
        "0 or more",
    ),
    "a shipment's quantity with an exponent": (
        with_data(SHIPMENT, quantity="4e1"),
        "data",
        "data.quantity",
        "plain decimal",
    ),
    "bytes negative": (with_data(ENDPOINT, bytes=-1), "data", "data.bytes", "out of range"),
    "bytes beyond 64 bits": (
        with_data(ENDPOINT, bytes=2**70),
        "data",
        "data.bytes",
        "out of range",
    ),
    "backed_up as word": (with_data(ENDPOINT, backed_up="yes"), "data", "data.backed_up", "string"),
    "an excerpt of 501": (
        with_data("offbook.chat.keyword-hit.v1", excerpt="话" * 501),
        "data",
        "data.excerpt",
        "longer than 500",
    ),
    "a date of no calendar": (
        with_data(HR, effective_on="2026-02-30"),
        "data",
        "data.effective_on",
        "no date of the calendar",
    ),
    "a date in year 9999": (
        with_data(HR, effective_on="9999-12-31"),
        "data",
        "data.effective_on",
        "1990 to 2100",
    ),
    "valid to year 1": (
        with_data(ACCOUNT, valid_to="0001-01-01"),
        "data",
        "data.valid_to",
        "1990 to 2100",
    ),
    "satisfaction 6": (with_data(CALLBACK, satisfaction=6), "data", "data.satisfaction", "range"),
    "differences a list": (with_data(CALLBACK, differences=[]), "data", "data.differences", "list"),
    "a difference as text": (
        with_data(CALLBACK, differences={"price": "two"}),
        "data",
        "data.differences[...]",
        "a string",
    ),
    "a difference nested too deep": (
        with_data(CALLBACK, differences={"price": {"company": [[[[[[[[[1]]]]]]]]]}}),
        "data",
        "data.differences[...].company",
        "nests deeper than 8",
    ),
    "a difference beyond 64 bits": (
        with_data(CALLBACK, differences={"price": {"customer": 2**64}}),
        "data",
        "data.differences[...].customer",
        "64 bits",
    ),
    "phones a string": (with_data(EMPLOYEE, phones="138"), "data", "data.phones", "a string"),
    "a phone as number": (with_data(EMPLOYEE, phones=[138]), "data", "data.phones[0]", "whole"),
    "time without an offset": (
        attribute(time="2026-03-05T14:22:30"),
        "time",
        "time",
        "has no offset",
    ),
    "time a date": (attribute(time="2026-03-05"), "time", "time", "no RFC 3339 time"),
    "time in words": (attribute(time="yesterday"), "time", "time", "no RFC 3339 time"),
    "time a number": (attribute(time=1772690550), "envelope", "time", "whole number"),
    "year 0": (attribute(time="0000-01-01T00:00:00Z"), "time", "time", "no RFC 3339 time"),
    "year 1": (attribute(time="0001-01-01T00:00:00Z"), "time", "time", "1990 to 2100"),
    "year 1989": (attribute(time="1989-12-31T23:59:59Z"), "time", "time", "1990 to 2100"),
    "year 2101": (attribute(time="2101-01-01T00:00:00Z"), "time", "time", "1990 to 2100"),
    "year 9999": (attribute(time="9999-12-31T23:59:59-08:00"), "time", "time", "1990 to 2100"),
    "30 February": (attribute(time="2026-02-30T00:00:00Z"), "time", "time", "no RFC 3339 time"),
    "offset of 24 hours": (attribute(time="2026-03-05T14:22:30+24:00"), "time", "time", "RFC 3339"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_refused_naming_stage_field_and_reason(mistake: str) -> None:
    document, stage, field, words = MISTAKES[mistake]
    topic = "payments" if mistake == "another topic's type" else None
    why = refused(document, topic=topic)
    assert (why.stage, why.field) == (stage, field)
    assert words in why.reason
    assert why.mend.endswith(".")
    assert not why.withhold


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_refusal_fits_on_one_line_and_in_a_header(mistake: str) -> None:
    line = refused(MISTAKES[mistake][0], topic="payments").line()
    assert "\n" not in line
    assert len(line) < 1000


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
    "text, amount",
    [
        ('"0"', "0"),
        ('"128000.00"', "128000.00"),
        ("128000", "128000"),
        ("12.50", "12.50"),
        ("1e2", "1E+2"),
        ("1.5E3", "1.5E+3"),
        ('"999999999999999999"', "9" * 18),
        ('"0.12345678901234567"', "0.12345678901234567"),
        ('  \t"7"', "7"),
        ("0.1", "0.1"),
    ],
)
def test_amounts_are_taken_as_text_or_number_without_loss(text: str, amount: str) -> None:
    data = taken(raw(text)).data
    assert isinstance(data, t.Payment)
    assert str(data.amount) == amount


def test_a_discount_may_be_a_surcharge_but_no_exponent() -> None:
    data = taken(with_data(EDIT, after={"discount_pct": "-2.5"})).data
    assert isinstance(data, t.CrmEdit)
    assert data.after is not None
    assert data.after.discount_pct == Decimal("-2.5")
    assert (
        refused(with_data(EDIT, after={"discount_pct": "1e1"})).field == "data.after.discount_pct"
    )


@pytest.mark.parametrize("text", ["1e1", "+5", " 5", "1" * 19, "NaN"])
def test_the_mend_of_a_percentage_is_that_of_a_percentage(text: str) -> None:
    assert refused(with_data(EDIT, after={"discount_pct": text})).mend == (
        'Send digits with at most one point, such as "12.5", or "-5" for a surcharge of 5 %: no'
        " plus, exponent, space, separator or percent sign, at most 18 digits."
    )


@pytest.mark.parametrize(
    ("document", "end"),
    [
        (with_data(amount="-5"), " digits; a refund is a payment of kind `refund`."),
        (
            with_data(SHIPMENT, value="-5"),
            "digits; goods that come back are a shipment of status `returned`.",
        ),
        (
            with_data(SHIPMENT, quantity="-5"),
            "digits; goods that come back are a shipment of status `returned`.",
        ),
        (with_data(EDIT, after={"amount": "-5"}), " separator, at most 18 digits."),
    ],
)
def test_the_mend_of_an_amount_below_zero_says_how_it_is_said_instead(
    document: dict[str, Any], end: str
) -> None:
    assert refused(document).mend.endswith(end)


def test_null_says_the_same_as_leaving_an_optional_field_out() -> None:
    document = with_data(currency=None, kind=None, order=None)
    expected = without(
        without(without(example(), "data", "currency"), "data", "kind"), "data", "order"
    )
    assert taken(document).data == taken(expected).data


def test_keys_of_an_image_that_its_object_does_not_know_may_hold_anything() -> None:
    contract = {"type": "contract", "id": "K-1"}
    after = {"status": "signed", "amount": "100", "stage": 7, "parties": ["a"], "kind": None}
    data = taken(with_data(EDIT, object=contract, after=after, before={"owner": ""})).data
    assert isinstance(data, t.CrmEdit)
    assert data.after == t.Image(amount=Decimal(100))
    assert data.before == t.Image()
    assert data.count == 1


def test_dates_that_mean_always_are_left_out() -> None:
    data = taken(with_data(ACCOUNT, valid_from="1900-01-01", valid_to="9999-12-31")).data
    assert isinstance(data, t.ReferenceAccount)
    assert (data.valid_from, data.valid_to) == (None, None)
    kept = taken(example(ACCOUNT)).data
    assert isinstance(kept, t.ReferenceAccount)
    assert (kept.valid_from, kept.valid_to) == (date(2019, 5, 1), date(2027, 12, 31))


def test_free_text_may_have_line_breaks() -> None:
    assert (
        taken(with_data(TIP, text="first\nsecond\t\x7f\x85")).data.text == "first\nsecond\t\x7f\x85"
    )  # type: ignore[attr-defined]


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
