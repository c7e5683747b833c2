"""The cheap look at the bytes never lets through what the close look would refuse."""

from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract.checks import doubtful, fault
from contract.fields import check_amount
from contract.kinds import KIND_OF_TYPE
from contract.publishing.examples import EXAMPLES
from tests.contract.documents import PAYMENT, example
from tests.parts.examples import examples

_texts = st.text(
    st.sampled_from("0123456789.eE+-_ １٣\t\n\0\x7f\x85\xa0·中NaInfty"), min_size=1, max_size=22
)


@settings(max_examples=examples(500))
@given(st.sampled_from(sorted(EXAMPLES)), st.data(), _texts, st.booleans(), st.booleans())
def test_whatever_is_not_doubted_has_no_fault(
    type_: str, draw: st.DataObject, text: str, ascii_: bool, tight: bool
) -> None:
    data = example(type_)["data"]
    holders = [data, *(value for value in data.values() if isinstance(value, dict))]
    holder = draw.draw(st.sampled_from(holders))
    amounts = [name for name in ("amount", "value", "quantity", "discount_pct") if name in holder]
    holder[draw.draw(st.sampled_from(amounts * 3 + list(holder)))] = text
    separators = (",", ":") if tight else (" ,\t", "\n: ")
    raw = json.dumps(data, ensure_ascii=ascii_, separators=separators).encode()
    if draw.draw(st.booleans()):  # as a number instead of a text
        raw = raw.replace(json.dumps(text, ensure_ascii=ascii_).encode(), text.encode())
    try:
        decoded = msgspec.json.decode(raw, type=KIND_OF_TYPE[type_].data)
    except ValueError:
        assume(False)
    if not doubtful(decoded, raw):
        assert fault(decoded, raw) is None


@pytest.mark.parametrize("ascii_", [True, False])
def test_a_common_document_in_chinese_is_not_doubted(ascii_: bool) -> None:
    for type_ in (PAYMENT, "offbook.shipment.v1", "offbook.chat.keyword-hit.v1"):
        raw = json.dumps(example(type_)["data"], ensure_ascii=ascii_).encode()
        assert not doubtful(msgspec.json.decode(raw, type=KIND_OF_TYPE[type_].data), raw)


@pytest.mark.parametrize(
    "text, words",
    [
        ("NaN", "finite"),
        ("-Infinity", "finite"),
        ("-0.01", "0 or more"),
        ("1234567890123456789", "18 digits"),
        ("1E+18", "18 digits"),
        ("0E+18", "18 digits"),
        ("1E-18", "18 digits"),
    ],
)
def test_an_impossible_amount_raises_naming_the_field(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"`price`.*{words}"):
        check_amount("price", Decimal(text))


@pytest.mark.parametrize("text", ["0", "-0", "0.00", "999999999999999999", "1E+17", "1E-17"])
def test_a_possible_amount_passes(text: str) -> None:
    check_amount("price", Decimal(text))
    check_amount("price", None)


def test_a_signed_amount_may_be_below_zero() -> None:
    check_amount("discount_pct", Decimal("-3.5"), signed=True)
