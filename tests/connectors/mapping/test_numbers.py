from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping.numbers import decimal, size, whole
from connectors.mapping.wrong import WrongValueError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1280.00", "1280.00"),
        ("1,234,567.80", "1234567.80"),
        ("1,234", "1234"),
        ("¥1,234.56", "1234.56"),
        ("￥ 12", "12"),
        ("10,000.00元", "10000.00"),
        ("+10000.00", "10000.00"),
        ("-10.00", "-10.00"),
        ("-¥10", "-10"),
        ("(1,234.00)", "-1234.00"),
        ("１２．５０", "12.50"),
        (".5", "0.5"),
        ("12.", "12"),
        (" 7 ", "7"),
        (128000, "128000"),
        (Decimal("9007199254740993.01"), "9007199254740993.01"),
        (Decimal("1E+2"), "100"),
    ],
)
def test_an_amount_is_read_as_it_is_written(written: object, meant: str) -> None:
    assert decimal(written) == meant


@pytest.mark.parametrize(
    "written",
    ["6.22E+18", "12,34", "1,2345", "1.2.3", "twelve", "", "--", "１２３万", "٣", True, None, [],
     1.5, "9" * 41, Decimal("NaN"), Decimal("1E+999999999"), "-", "¥"],
)  # fmt: skip
def test_what_is_no_number_is_none(written: object) -> None:
    with pytest.raises(WrongValueError) as wrong:
        decimal(written)
    assert wrong.value.mend


def test_fen_are_a_hundredth_and_nothing_is_rounded() -> None:
    assert decimal(12800050, divide=100) == "128000.50"
    assert decimal("1", divide=100) == "0.01"
    assert decimal("-10.00", absolute=True) == "10.00"
    assert decimal("1.234,56", comma=True) == "1234.56"


@given(number=st.integers(-(2**120), 2**120), digits=st.integers(0, 20))
def test_an_unscaled_number_is_what_its_bytes_are(number: int, digits: int) -> None:
    content = number.to_bytes(16, "big", signed=True)
    assert Decimal(decimal(b64encode(content).decode(), unscaled=digits)) == Decimal(number).scaleb(
        -digits
    )


@pytest.mark.parametrize("content", ["", "ä", "A", b64encode(bytes(17)).decode(), 7, None])
def test_what_is_no_unscaled_number_is_refused(content: object) -> None:
    with pytest.raises(WrongValueError):
        decimal(content, unscaled=2)


@given(st.text(max_size=60) | st.integers() | st.decimals() | st.none() | st.booleans())
def test_whatever_is_given_a_number_is_found_or_it_is_said_to_be_none(given: object) -> None:
    for take in (decimal, whole, size):
        try:
            found = take(given)
        except WrongValueError:
            continue
        assert isinstance(found, int) or Decimal(found).is_finite()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("47.1KB", 48230), ("1.2 MB", 1258291), ("1024", 1024), (7, 7), ("3字节", 3),
     ("1,024 B", 1024), ("2GiB", 2 << 30)],
)  # fmt: skip
def test_a_size_is_bytes(written: object, meant: int) -> None:
    assert size(written) == meant


@pytest.mark.parametrize("written", ["1.2 XB", "big", "", "-1", None])
def test_what_is_no_size_is_refused(written: object) -> None:
    with pytest.raises(WrongValueError):
        size(written)


def test_a_whole_number_has_no_fraction() -> None:
    assert (whole("1,200"), whole("12.0"), whole(3)) == (1200, 12, 3)
    with pytest.raises(WrongValueError):
        whole("1.5")
