"""How long a sender may be silent, counting all time or only the company's working time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final

from contract.times import DAY, micros, moment

#: Days without working hours after which there are taken to be none any more.
_LONGEST_PAUSE: Final = 400
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ITEM = re.compile(
    r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?"
    r"\s+(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})",
    re.IGNORECASE,
)
_EXAMPLE: Final = '"Mon-Fri 08:30-18:00", several with commas between'


class WorkingHours:
    """When people are at work: `"Mon-Fri 08:30-12:00, Mon-Fri 13:30-18:00, Sat 09:00-12:00"`.

    `country`: its public holidays are free, and on a day that is worked in exchange for one the
    hours of the first day named hold. Raises `ValueError`, for people.
    """

    def __init__(self, text: str, zone: tzinfo, country: str | None = None) -> None:
        self._zone = zone
        self._spans: dict[int, list[tuple[int, int]]] = {}
        for item in text.split(","):
            first, last, begin, end = _parsed(item.strip())
            for day in range(first, last + 1):
                self._spans.setdefault(day, []).append((begin, end))
        for spans in self._spans.values():
            spans.sort()
            if any(one[1] > other[0] for one, other in pairwise(spans)):
                raise ValueError(f"{text!r}: the hours of a day overlap")
        self._first = next(iter(self._spans.values()))
        self._calendar: Any = None
        if country is not None:
            import holidays  # few ask for any, and it takes a twentieth of the start

            known: Mapping[str, Any] = holidays.list_supported_countries(include_aliases=True)
            if country not in known:
                raise ValueError(
                    f"no public holidays are known of {country!r}; expected a country's two letters"
                    ' such as "CN"'
                )
            self._calendar = holidays.country_holidays(country)

    def spans(self, since: int) -> Iterator[tuple[int, int]]:
        """The working hours from `since` on, as pairs of instants (µs), in order. Ends if there are
        none for more than a year."""
        day, pause = moment(since).astimezone(self._zone).date(), 0
        while pause < _LONGEST_PAUSE:
            found = False
            for begin, end in self._of(day):
                at = max(since, self._instant(day, begin)), self._instant(day, end)
                if at[0] < at[1]:
                    found = True
                    yield at
            pause = 0 if found else pause + 1
            day += timedelta(days=1)

    def _of(self, day: date) -> list[tuple[int, int]]:
        if self._calendar is not None and day in self._calendar:
            return []
        spans = self._spans.get(day.weekday(), [])
        if not spans and self._calendar is not None and day in self._calendar.weekend_workdays:
            return self._first
        return spans

    def _instant(self, day: date, minute: int) -> int:
        day += timedelta(days=minute // (24 * 60))
        local = datetime.combine(day, time(minute // 60 % 24, minute % 60), tzinfo=self._zone)
        return micros(local.astimezone(UTC))


class Silence:
    """Allows `longest` (µs) without a sign of a sender; if `hours` is given, only those count."""

    def __init__(self, longest: int, hours: WorkingHours | None = None) -> None:
        self._longest = longest
        self._hours = hours
        self._asked: tuple[int, int] | None = None

    def exceeded(self, since: int, now: int) -> bool:
        """Whether the time without a sign from `since` to `now` (µs) is longer than allowed."""
        return now > self.ends(since)

    def ends(self, since: int) -> int:
        """The last instant (µs) at which silence since `since` is not too long."""
        if self._hours is None:
            return since + self._longest
        if self._asked is None or self._asked[0] != since:
            self._asked = since, self._last(since, self._hours)
        return self._asked[1]

    def _last(self, since: int, hours: WorkingHours) -> int:
        left = self._longest
        for begin, end in hours.spans(since):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return since + 10 * _LONGEST_PAUSE * DAY


def _parsed(item: str) -> tuple[int, int, int, int]:
    """First and last weekday, begin and end in minutes of the day."""
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(f"{item!r} is no working hours: expected {_EXAMPLE}")
    days = [match["first"].lower(), (match["last"] or match["first"]).lower()]
    for name in days:
        if name not in _DAYS:
            raise ValueError(f"{name!r} is no day: expected one of Mon, Tue, … Sun")
    first, last = (_DAYS.index(name) for name in days)
    begin, end = (_minute(match[name]) for name in ("from", "to"))
    if last < first:
        raise ValueError(f"{item!r}: the last day is before the first; write two, with a comma")
    if end <= begin:
        raise ValueError(f"{item!r}: ends before it begins; hours over midnight are written as two")
    return first, last, begin, end


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f"{text!r} is no time of day")
    return hour * 60 + minute
