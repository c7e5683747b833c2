"""Company time: offset +08:00, office hours, and three weeks of March 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from random import Random

CHINA = timezone(timedelta(hours=8))
REFERENCE = datetime(2026, 3, 1, 22, 0, tzinfo=CHINA)
START = datetime(2026, 3, 2, 0, 0, tzinfo=CHINA)
END = datetime(2026, 3, 22, 20, 5, tzinfo=CHINA)


def at(day: int, clock: str) -> datetime:
    """`clock` (`HH:MM` or `HH:MM:SS`) on that day of March 2026."""
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), CHINA)


def is_workday(day: date) -> bool:
    return day.weekday() < 5


def workdays_later(day: date, count: int) -> date:
    """The `count`th workday after `day`."""
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def during(rng: Random, day: date, opens: int = 9, closes: int = 17) -> datetime:
    """A moment of `day` between two full hours; nobody works at noon."""
    seconds = rng.randrange(opens * 3600, closes * 3600)
    if 12 * 3600 <= seconds < 13 * 3600:
        seconds += 3600
    return datetime.combine(day, time(0), CHINA) + timedelta(seconds=seconds)


def soon(rng: Random, moment: datetime, least: int, most: int) -> datetime:
    """`least` to `most` minutes after `moment`."""
    return moment + timedelta(seconds=rng.randrange(least * 60, most * 60))
