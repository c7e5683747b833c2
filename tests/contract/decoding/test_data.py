"""How the `data` of an event is read: amounts, nulls, dates, images and free text."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contract import types as t
from tests.contract.documents import (
    EDIT,
    TIP,
    example,
    refused,
    taken,
    with_data,
    without,
)

SHIPMENT = "offbook.shipment.v1"
ACCOUNT = "offbook.reference.account.v1"


def raw(text: str) -> bytes:
    """The payment example with its `amount` replaced by `text` as it stands."""
    return json.dumps(example()).replace('"128000.00"', text).encode()


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
