"""What a contract type requires beyond msgspec's own checks, and a cheap way to know that it is
fulfilled.

`doubtful` looks at the bytes and errs on one side only: it may doubt a good document, which `fault`
then examines closely. Some 0.5 µs a payment instead of 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Raw, UnsetType
from msgspec.structs import replace

from contract.fields import (
    CURRENCY_CODE,
    PLAIN_AMOUNT,
    PLAIN_PERCENT,
    Account,
    Amount,
    Currency,
    Id,
    Percent,
    check_amount,
)
from contract.rejected import Rejected
from contract.types import (
    CrmEdit,
    Difference,
    EventData,
    HrChange,
    Payment,
    ReferenceAccount,
    ServiceCallback,
    Shipment,
)

#: How deep a `differences` value may nest, and how large its integers may be: what any MessagePack
#: reader can take.
MAX_DEPTH = 8
_INT64 = 2**63

_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CODE = re.compile(CURRENCY_CODE)
_PLAIN = {Amount: re.compile(PLAIN_AMOUNT), Percent: re.compile(PLAIN_PERCENT)}
_YEARS = range(1990, 2101)

#: An escape that stands for a control character, or for an ASCII letter of a key we look for.
_ESCAPE = re.compile(rb"\\(?:[bfnrt]|u00)")
#: A raw control character below 0x20 is no JSON at all; DEL and C1 (after 0xC2 in UTF-8) are.
#: Looked for as integers: three times as fast as `b"…" in raw`.
_BACKSLASH, _DEL, _C1_LEAD = 0x5C, 0x7F, 0xC2
_SPACE = rb"[ \t\r\n]*"
_NUMBER = rb"[0-9]{1,14}(?:\.[0-9]{1,4})?"
_PLAIN_JSON = b'(?:"' + _NUMBER + b'"|' + _NUMBER + rb"[ \t\r\n,}]|null)"
_NOT_PLAIN = b"(?!" + _SPACE + b":" + _SPACE + _PLAIN_JSON + b")"


def _unplain(*keys: bytes) -> Callable[[bytes], object]:
    """Finds one of `keys` followed by anything but a plain number of at most 18 digits."""
    names = keys[0] if len(keys) == 1 else b"(?:" + b"|".join(keys) + b")"
    return re.compile(b'"' + names + b'"' + _NOT_PLAIN).search


_amount = _unplain(b"amount")
_value = _unplain(b"value")
_quantity = _unplain(b"quantity")
_image_amounts = _unplain(b"amount", b"list_price", b"discount_pct")


def has_control(text: str) -> bool:
    """Whether `text` has a control character (C0, DEL or C1)."""
    return _CONTROL.search(text) is not None


def doubtful(data: EventData, raw: bytes) -> bool:
    """Whether `data`, decoded from `raw`, could have a fault that only `fault` finds."""
    if (_BACKSLASH in raw and _ESCAPE.search(raw)) or _DEL in raw:
        return True
    if not raw.isascii() and _C1_LEAD in raw:
        return True
    doubt = _DOUBTS.get(type(data))
    return doubt is not None and bool(doubt(data, raw))


def _odd_currency(code: str) -> bool:
    return code != "CNY" and not _CODE.search(code)


def _doubt_payment(data: Any, raw: bytes) -> object:
    return _odd_currency(data.currency) or _amount(raw)


def _doubt_shipment(data: Any, raw: bytes) -> object:
    if data.value is not None and _value(raw):
        return True
    return data.quantity is not None and _quantity(raw)


def _doubt_edit(data: Any, raw: bytes) -> object:
    if data.before is None and data.after is None:
        return False
    for image in (data.before, data.after):
        if image is not None and image.currency is not None and _odd_currency(image.currency):
            return True
    return _image_amounts(raw)


def _doubt_callback(data: Any, raw: bytes) -> object:
    return data.differences


def _doubt_dates(data: Any, raw: bytes) -> object:
    return True


_DOUBTS: dict[type[EventData], Callable[[Any, bytes], object]] = {
    Payment: _doubt_payment,
    Shipment: _doubt_shipment,
    CrmEdit: _doubt_edit,
    ServiceCallback: _doubt_callback,
    HrChange: _doubt_dates,
    ReferenceAccount: _doubt_dates,
}


def fault(data: EventData, raw: bytes) -> Rejected | None:
    """The first thing wrong with `data`, whose JSON is `raw`."""
    return _struct_fault(data, raw, "data")


@cache
def hints(cls: type) -> dict[str, Any]:
    """The types of the fields of `cls`, with their limits."""
    return get_type_hints(cls, include_extras=True)


def _struct_fault(data: msgspec.Struct, raw: bytes | Raw, path: str) -> Rejected | None:
    members = _MEMBERS.decode(raw)
    for name, hint in hints(type(data)).items():
        value = getattr(data, name)
        if value is None or value is msgspec.UNSET or name not in members:
            continue
        found = _fault(bare(hint), value, members[name], f"{path}.{name}")
        if found is not None:
            return found
    return None


def _fault(hint: Any, value: Any, raw: Raw, path: str) -> Rejected | None:
    """What is wrong with `value`, of type `hint` and written as `raw`."""
    if isinstance(value, msgspec.Struct):
        return _struct_fault(value, raw, path)
    if isinstance(value, dict):
        return _differences_fault(value, path)
    if isinstance(value, tuple):
        faults = (
            _fault(get_args(hint)[0], item, raw, f"{path}[{n}]") for n, item in enumerate(value)
        )
        return next((found for found in faults if found is not None), None)
    if isinstance(value, Decimal):
        return _number_fault(hint, value, raw, path)
    if isinstance(value, date):
        return _date_fault(value, path)
    return _text_fault(hint, value, path) if isinstance(value, str) else None


def bare(hint: Any) -> Any:
    """`hint` without `| None`, and without the mark of what was not said."""
    if not may_be_null(hint):
        return hint
    (kind,) = (it for it in get_args(hint) if it not in (type(None), UnsetType))
    return kind


def may_be_null(hint: Any) -> bool:
    """Whether null may stand there."""
    return type(None) in get_args(hint)


def _differences_fault(differences: dict[str, Difference], path: str) -> Rejected | None:
    for difference in differences.values():
        for side in ("company", "customer"):
            if not _portable(getattr(difference, side), MAX_DEPTH):
                field = f"{path}[...].{side}"
                return Rejected(
                    "data",
                    field,
                    f"`{field}` nests deeper than {MAX_DEPTH} or has an integer beyond 64 bits.",
                    "Send the two values that differ as plain strings or numbers.",
                )
    return None


def _portable(value: Any, depth: int) -> bool:
    if isinstance(value, int):
        return -_INT64 <= value < _INT64
    if isinstance(value, (list, dict)):
        items = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_portable(item, depth - 1) for item in items)
    return True


def _number_fault(hint: Any, value: Decimal, raw: Raw, path: str) -> Rejected | None:
    text = bytes(raw)
    try:
        check_amount(path, value, signed=hint is Percent)
    except ValueError as error:
        reason = f"{error}."
    else:
        if not text.startswith(b'"') or _PLAIN[hint].search(msgspec.json.decode(text, type=str)):
            return None
        reason = f"`{path}` is not a number in plain decimal notation."
    return Rejected("data", path, reason, _number_mend(hint, path))


_AMOUNT_MEND = (
    'Send digits with at most one point, such as "1280.00": no sign, exponent, space or separator, '
    "at most 18 digits"
)
_PERCENT_MEND = (
    'Send digits with at most one point, such as "12.5", or "-5" for a surcharge of 5 %: no plus,'
    " exponent, space, separator or percent sign, at most 18 digits."
)
#: What people mean by an amount below 0, where there is another way to say it.
_BELOW_ZERO = {
    "data.amount": "; a refund is a payment of kind `refund`",
    "data.value": "; goods that come back are a shipment of status `returned`",
    "data.quantity": "; goods that come back are a shipment of status `returned`",
}


def _number_mend(hint: Any, path: str) -> str:
    if hint is Percent:
        return _PERCENT_MEND
    return f"{_AMOUNT_MEND}{_BELOW_ZERO.get(path, '')}."


def _date_fault(value: date, path: str) -> Rejected | None:
    if value.year in _YEARS or _says_always(value, path):
        return None
    return Rejected(
        "data",
        path,
        f"`{path}` lies outside the years {_YEARS[0]} to {_YEARS[-1]}.",
        "Send the real date, or leave the field out.",
    )


def _says_always(value: date, path: str) -> bool:
    """Many systems write a validity without an end as one from 1900 or to 9999."""
    if path.endswith("valid_from"):
        return value.year < _YEARS[0]
    return path.endswith("valid_to") and value.year > _YEARS[-1]


def _text_fault(hint: Any, value: str, path: str) -> Rejected | None:
    if hint in (Id, Account) and has_control(value):
        return Rejected(
            "data",
            path,
            f"`{path}` has a control character (a line break, a tab, a NUL …).",
            "Send the id as it stands in the source system, trimmed.",
        )
    if hint == Currency and not _CODE.search(value):
        return Rejected(
            "data",
            path,
            f"`{path}` is not an ISO 4217 code of three capital letters.",
            "Send the code, such as `USD`; the renminbi is `CNY`.",
        )
    return None


def without_always(data: EventData) -> EventData:
    """An account's validity without the dates that mean "always"."""
    if not isinstance(data, ReferenceAccount):
        return data
    if data.valid_from is not None and _says_always(data.valid_from, "valid_from"):
        data = replace(data, valid_from=None)
    if data.valid_to is not None and _says_always(data.valid_to, "valid_to"):
        data = replace(data, valid_to=None)
    return data
