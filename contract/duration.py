"""A length of time, as people write it in settings."""

from __future__ import annotations

import re

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
