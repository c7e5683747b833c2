"""What the fields of events may hold: their types, limits and patterns."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

#: `(?![\s\S])` is "end of text" in both Python's and ECMA 262's regular expressions;
#: Python's `$` would let a trailing newline through.
NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]+(?![\s\S])"

_CONTROL = r"\x00-\x1f\x7f-\x9f"

#: An id: 1 to 128 characters without control characters, and blanks of any kind at its ends.
NAMES_SOMETHING = rf"^\s*[^\s{_CONTROL}](?:[^{_CONTROL}]{{0,126}}[^\s{_CONTROL}])?\s*(?![\s\S])"

#: The longest id, in characters.
MAX_ID = 128

#: Digits, and at most one point with digits on both sides: what `Decimal` also takes ("1e5",
#: "1_000", " 1 ", full-width digits) is somebody's mistake more often than an amount.
PLAIN_AMOUNT = r"^(?=[0-9.]{1,19}(?![\s\S]))(?:[0-9]{1,18}|[0-9]{1,17}\.[0-9]{1,17})(?![\s\S])"

PLAIN_PERCENT = "^-?" + PLAIN_AMOUNT[1:]

CURRENCY_CODE = r"^(?!RMB)[A-Z]{3}(?![\s\S])"

# Regular expressions and the form of amounts stand in `extra_json_schema`: published, and held by
# `contract.checks`, because msgspec would run them on every decoding: a payment read with
# them cost 4.3 µs, without 0.6 µs, and the monitor reads each event again.
Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ID,
        description="an id of 1-128 characters without control characters",
        extra_json_schema={"pattern": NAMES_SOMETHING, "maxLength": None},
    ),
]

#: An account compares otherwise than other ids do, and so is a type of its own; the next three are
#: texts that compare as what they are. `contract.spelling.spelling` says how.
Account = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ID,
        description="an account of 1-128 characters, whole: not masked, not rounded",
        extra_json_schema={"pattern": NAMES_SOMETHING, "maxLength": None},
    ),
]

Text = Annotated[str, Meta(max_length=4096, description="free text, at most 4096 characters")]

Phone = Annotated[str, Meta(max_length=4096, description="a phone, at most 4096 characters")]

Email = Annotated[str, Meta(max_length=4096, description="an e-mail, at most 4096 characters")]

Address = Annotated[str, Meta(max_length=4096, description="an address, at most 4096 characters")]

Amount = Annotated[
    Decimal,
    Meta(
        description='a decimal ≥ 0 of at most 18 digits, as a string such as "1280.00"',
        extra_json_schema={
            "type": ["string", "number"],
            "pattern": PLAIN_AMOUNT,
            "minimum": 0,
            "exclusiveMaximum": 10**18,
        },
    ),
]

Percent = Annotated[
    Decimal,
    Meta(
        description='a percentage as a string such as "12.5"; below 0 is a surcharge',
        extra_json_schema={
            "type": ["string", "number"],
            "pattern": PLAIN_PERCENT,
            "exclusiveMinimum": -(10**18),
            "exclusiveMaximum": 10**18,
        },
    ),
]

Currency = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=3,
        description="an ISO 4217 code such as CNY (RMB is none)",
        extra_json_schema={"pattern": CURRENCY_CODE},
    ),
]

Count = Annotated[int, Meta(ge=1, le=10**12, description="a whole number, 1 or more")]

Bytes = Annotated[int, Meta(ge=0, le=10**18, description="a whole number of bytes, 0 or more")]

PartitionNumber = Annotated[int, Meta(ge=0, le=2**31 - 1, description="a whole number, 0 or more")]

Stars = Annotated[int, Meta(ge=1, le=5, description="a whole number from 1 (bad) to 5 (good)")]

Excerpt = Annotated[str, Meta(max_length=500, description="text of at most 500 characters")]

TipText = Annotated[str, Meta(max_length=65536, description="text of at most 65 536 characters")]


def check_amount(field: str, amount: Decimal | None, *, signed: bool = False) -> None:
    """Raise `ValueError` unless `amount` is finite, of at most 18 digits, and ≥ 0 or `signed`."""
    if amount is None:
        return
    if not amount.is_finite():
        raise ValueError(f"`{field}` must be a finite number")
    if not signed and amount.is_signed() and amount:
        raise ValueError(f"`{field}` must be 0 or more")
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    if max(len(digits) + exponent, 1) + max(-exponent, 0) > 18:
        raise ValueError(f"`{field}` must have at most 18 digits")
