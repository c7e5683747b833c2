"""Times as systems write them. A time without a zone is one only together with a zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.mapping.numbers import text
from connectors.mapping.wrong import WrongValueError

PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000, "d": 0}
#: Nanoseconds until long after the last year that there is.
_MOST: Final = 10**21
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN: Final = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))"
    r"(?:[T ]*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
_MEND: Final = 'Say how it is written: format = "%d.%m.%Y %H:%M", say.'


def moment(
    value: Any,
    *,
    zone: ZoneInfo | None,
    unit: str | None = None,
    format_: str | None = None,
    wall: bool = False,
) -> str:
    """RFC 3339 with the zone's offset. `unit` is of a count since 1970; with `wall` that counts
    what the clock on the wall said, as Debezium does of columns without a zone.

    Raises `WrongValueError`, of a time without an offset too if there is no `zone`.
    """
    found = _counted(value, unit, wall) if unit is not None else _written(value, format_)
    if found.tzinfo is None:
        if zone is None:
            raise WrongValueError(
                "The time has no offset.", 'Say where the clock hangs: zone = "Asia/Shanghai".'
            )
        found = found.replace(tzinfo=zone)
    elif unit is not None and zone is not None:
        found = found.astimezone(zone)
    return found.isoformat(timespec="milliseconds" if _whole_milliseconds(found) else "auto")


def day(value: Any, *, format_: str | None = None, unit: str | None = None) -> str:
    """A date, `2026-03-31`; of a time its day. Raises `WrongValueError`."""
    if unit is not None:
        return _counted(value, unit, wall=True).date().isoformat()
    return _written(value, format_).date().isoformat()


def _whole_milliseconds(found: datetime) -> bool:
    return found.microsecond != 0 and found.microsecond % 1000 == 0


def _counted(value: Any, unit: str, wall: bool) -> datetime:
    if isinstance(value, str):
        value = Decimal(value.strip()) if re.fullmatch(r"\s*-?\d{1,20}(\.\d+)?\s*", value) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WrongValueError("It is no count of time.", _MEND)
    try:
        if not -_MOST < value < _MOST:
            raise OverflowError
        if unit == "d":
            found = _EPOCH + timedelta(days=int(value))
        else:
            micros = int(value * 1_000_000) // PER_SECOND[unit]
            found = _EPOCH + timedelta(microseconds=micros)
    except (OverflowError, ArithmeticError, ValueError):
        raise WrongValueError(
            "The count lies outside the years that there are.",
            f"Check its unit, which is said to be {unit}.",
        ) from None
    return found.replace(tzinfo=None) if wall else found


def _written(value: Any, format_: str | None) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone comes later
    told = text(value) if isinstance(value, str | int) else ""
    try:
        if format_ is not None:
            return datetime.strptime(told, format_)  # noqa: DTZ007 - the zone comes later
        return _read(told)
    except (ValueError, OverflowError):
        raise WrongValueError("It is no time, or is written otherwise.", _MEND) from None


def _read(told: str) -> datetime:
    found = _WRITTEN.fullmatch(told)
    if found is None:
        raise ValueError(told)
    year, month, on, month2, on2, hour, minute, second, part, offset = found.groups()
    return datetime(
        int(year),
        int(month or month2),
        int(on or on2),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((part or "0").ljust(6, "0")[:6]),
        tzinfo=_offset(offset),
    )


def _offset(told: str | None) -> timezone | None:
    if told is None:
        return None
    if told == "Z":
        return UTC
    digits = told[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if told[0] == "-" else minutes))
