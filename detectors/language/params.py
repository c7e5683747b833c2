"""The numbers of a detector, and what they mean to people."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Meta, Struct

from contract.times import DAY, HOUR, MINUTE, SECOND

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


class Duration(int):
    """A length of time in microseconds, written `"90d"`, `"72h"`, `"30m"` or `"10s"`."""

    def __new__(cls, text: str | int) -> Duration:
        """Raises `ValueError` for a text that is not a number and a unit."""
        if isinstance(text, int):
            return super().__new__(cls, text)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip())
        if match is None:
            raise ValueError('expected a duration such as "72h" or "7d" (units: s, m, h, d)')
        return super().__new__(cls, round(float(match[1]) * _UNITS[match[2]]))

    def __str__(self) -> str:
        for unit in "dhm":
            if self and self % _UNITS[unit] == 0:
                return f"{self // _UNITS[unit]}{unit}"
        return f"{self / SECOND:.6f}".rstrip("0").rstrip(".") + "s"

    __repr__ = __str__


class Params(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers of a detector. Each field has a default and is `described`."""


#: How what is measured must stand to a threshold for an alert.
Fires = Literal["at least", "more than", "at most", "less than"]


def described(en: str, zh: str, fires: Fires | None = None, *, ge: int | None = None) -> Meta:
    """What a parameter means; if it is a threshold, on which side of it an alert fires.

    `ge` is the least value it can have. A finding says what it `measured` of each threshold.
    """
    return Meta(description=en, ge=ge, extra={"zh": zh, "fires": fires})
