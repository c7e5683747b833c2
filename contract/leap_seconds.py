"""Leap seconds: valid RFC 3339 times that no calendar library reads."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from contract.times import EPOCH

#: The months (UTC) at whose end there was one: IERS Bulletin C, as in the leap-seconds.list of the
#: time-zone database. Event times begin in 1990, and none is announced after the last.
MONTHS = frozenset(
    (
        *("1990-12", "1992-06", "1993-06", "1994-06", "1995-12", "1997-06"),
        *("1998-12", "2005-12", "2008-12", "2012-06", "2015-06", "2016-12"),
    )
)
_SIXTY = re.compile(r"(?<=:)60(?:\.[0-9]+)?(?=Z|z|[+-][0-9])")


def without(document: bytes) -> bytes | None:
    """A CloudEvents document whose `time` is a leap second, with the last microsecond before it
    instead; None if it is not such a document."""
    try:
        attributes: dict[str, Any] = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
        text = msgspec.json.decode(attributes["time"], type=str)
        told = before(text)
    except (KeyError, ValueError):  # msgspec's errors are ValueErrors
        return None
    if told is None:
        return None
    return msgspec.json.encode(attributes | {"time": told})


def before(text: str) -> str | None:
    """The last microsecond before a leap second that happened, as it is written; else None."""
    told, count = _SIXTY.subn("59.999999", text)
    if not count:
        return None
    try:
        moment = datetime.fromisoformat(told).astimezone(EPOCH.tzinfo)
    except ValueError:
        return None
    at_the_end = (moment.hour, moment.minute, moment.second) == (23, 59, 59)
    return told if at_the_end and f"{moment:%Y-%m}" in MONTHS and _ends(moment) else None


def _ends(moment: datetime) -> bool:
    return (moment.month, moment.day) in ((6, 30), (12, 31))
