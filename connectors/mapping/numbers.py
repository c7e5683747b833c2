"""Numbers as systems write them, never by way of a float."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from decimal import Decimal
from typing import Any, Final

from connectors.mapping.wrong import WrongValueError

#: What a spreadsheet makes of a long number: digits are gone for good.
_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_PLAIN: Final = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_SIGNS: Final = {"¥", "￥", "元", "$", "€", "RMB", "CNY", "USD", "EUR"}
_UNITS: Final = {"": 1, "b": 1, "byte": 1, "bytes": 1, "字节": 1} | {
    unit: 1024**power
    for power, names in enumerate((("k", "kb", "kib"), ("m", "mb", "mib"), ("g", "gb", "gib")), 1)
    for unit in names
}
_SIZE: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([^\d\s.,]*)")
#: Digits of the longest amount that the contract has, and some.
_MOST: Final = 40
#: Digits before the point of a share: no event holds more, and Python rounds 28 in all.
_PLACES: Final = 18


def text(value: Any) -> str:
    """As text: half width, without blanks around it."""
    return unicodedata.normalize("NFKC", str(value)).strip()


def refuse_rounded(told: str) -> None:
    """Raises `WrongValueError` of `6.22E+18`."""
    if ("E" in told or "e" in told) and _SCIENTIFIC.fullmatch(told):
        raise WrongValueError(
            "A spreadsheet has made a rounded number of it.",
            "Export the column as text, or from the system itself.",
        )


def decimal(
    value: Any,
    *,
    divide: int = 1,
    unscaled: int | None = None,
    absolute: bool = False,
    comma: bool = False,
) -> str:
    """As the contract has amounts: digits with a point. `unscaled` is how many of them stand behind
    it, of bytes in base64, which text with a point is not; `divide` by 100 makes yuan of fen; with
    `comma` that is the point.

    Raises `WrongValueError`, of `6.22E+18` too: what a spreadsheet has cut off is not known.
    """
    number = _unscaled(value, unscaled) if unscaled is not None else _number(value, comma)
    if absolute:
        number = abs(number)
    if divide != 1:
        exponent = len(str(divide)) - 1
        number = number.scaleb(-exponent) if divide == 10**exponent else number / Decimal(divide)
    return format(number, "f")


def percent(part: Any, total: Any) -> str | None:
    """The share of `part` in `total` in per cent, to four places; none of nothing. Raises
    `WrongValueError`."""
    of = _number(total, comma=False)
    if not of:
        return None
    share = _number(part, comma=False) * 100 / of
    if abs(share) >= 10**_PLACES:
        raise WrongValueError("The share is out of all bounds.", "Check which number is of which.")
    return format(round(share, 4).normalize(), "f")


def whole(value: Any) -> int:
    """A whole number. Raises `WrongValueError`."""
    number = _number(value, comma=False)
    if number != number.to_integral_value():
        raise WrongValueError("The number is not whole.", 'Take it as = "decimal".')
    return int(number)


def size(value: Any) -> int:
    """Bytes, of `47.1KB`, `1.2 MB` or a number; a kilobyte is 1024. Raises `WrongValueError`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _SIZE.fullmatch(text(value).lower())
    unit = _UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        raise WrongValueError("It is no size.", "A size is a number and B, KB, MB or GB.")
    return int(Decimal(found[1].replace(",", "")) * unit)


def _number(value: Any, comma: bool) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _MOST:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST:
        return Decimal(value)
    if not isinstance(value, str):
        raise WrongValueError("It is no number.", "Take the path of one.")
    told = text(value)
    refuse_rounded(told)
    negative = told.startswith("(") and told.endswith(")")
    told = told.strip("()") if negative else told
    for sign in _SIGNS:
        told = told.removeprefix(sign).removesuffix(sign).strip()
    negative ^= told.startswith("-")
    told = told.lstrip("+-").strip()
    for sign in _SIGNS:
        told = told.removeprefix(sign).strip()
    if comma:
        told = told.translate(str.maketrans(",.", ".,"))
    if _GROUPED.fullmatch(told):
        told = told.replace(",", "")
    if not _PLAIN.fullmatch(told) or len(told) > _MOST or not told.isascii():
        raise WrongValueError(
            "It is no number, or its thousands are not told apart by commas.",
            'Where a comma is the decimal point, say comma = true; for text take as = "text".',
        )
    number = Decimal(told)
    return -number if negative else number


def _unscaled(value: Any, digits: int) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and "." in value:
        # Base64 has no point: the decimals come as text.
        return _number(value, comma=False)
    try:
        content = b64decode(value, validate=True)
    except (Base64Error, TypeError, ValueError):
        content = b""
    if not 0 < len(content) <= 16:
        raise WrongValueError(
            "It is no number in base64.", "Take `unscaled` away where decimals come as text."
        )
    return Decimal(int.from_bytes(content, "big", signed=True)).scaleb(-digits)
