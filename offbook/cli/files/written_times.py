"""What is wrong with a time or a day that somebody typed, and how to write it correctly."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

_EXAMPLE: Final = "2026-03-22T20:00:00+08:00"
_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?")
_OFFSET: Final = re.compile(r"[zZ]|[+-](\d{2}):?(\d{2})")


def time_fault(text: str) -> str:
    """What is wrong with `text`, which is not an RFC 3339 time with an offset; one clause or
    two."""
    expected = f"expected a time with an offset such as {_EXAMPLE}"
    text = text.strip()
    day = _DAY.match(text)
    if day is None:
        return expected
    if wrong := _no_such_day(day):
        return wrong
    rest = text[day.end() :]
    if not rest:
        return (
            f"{text} is a day and no time: write which time of it, with its offset, such as"
            f" {text}T23:59:59+08:00 for its end"
        )
    clock = _CLOCK.match(rest.lstrip("Tt "))
    if clock is None:
        return expected
    if int(clock[1]) > 23 or int(clock[2]) > 59 or int(clock[3] or 0) > 59:
        return f"there is no {clock[0]} on a clock: times go from 00:00:00 to 23:59:59"
    offset = rest.lstrip("Tt ")[clock.end() :].strip()
    if not offset:
        return f"{text} has no offset, and could be any of 26 hours: write {text}+08:00 or {text}Z"
    written = _OFFSET.fullmatch(offset)
    if written is not None and written[1] and (int(written[1]) > 23 or int(written[2]) > 59):
        return f"there is no offset {offset}: write such as +08:00"
    return expected


def day_fault(text: str) -> str:
    """What is wrong with `text`, which is not a day of the calendar."""
    day = _DAY.match(text.strip())
    if day is not None:
        if wrong := _no_such_day(day):
            return wrong
        if day.end() < len(text.strip()):
            return f"{text.strip()} is more than a day: write {day[0]}"
    return "expected a day such as 2026-01-05"


def _no_such_day(match: re.Match[str]) -> str:
    """Empty if there is."""
    year, month, day = (int(part) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        if year < 1 or not 1 <= month <= 12:
            return f"there is no {match[0]}: a year has months 01 to 12"
        days = monthrange(year, month)[1]
        return f"there is no {match[0]}: {date(year, month, 1):%B %Y} has {days} days"
    return ""
