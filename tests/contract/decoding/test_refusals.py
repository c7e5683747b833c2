"""Each mistake a sender can make: its refusal names the stage, the field and the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.documents import (
    EDIT,
    example,
    refused,
    with_data,
    without,
)

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
