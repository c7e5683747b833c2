"""Days, office hours and public holidays in China. Times are seconds since 1970, UTC."""

from __future__ import annotations

from datetime import date
from random import Random

import holidays

from simulation.chance import between

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: China has had one offset and no summer time since 1991.
OFFSET = 8 * HOUR
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
#: The first days of the lunar year, as the library names them.
_NEW_YEAR = "Chinese New Year (Spring Festival)"


def day_of(time: int) -> int:
    """The company day of an instant, in days since 1970-01-01."""
    return (time + OFFSET) // DAY


def date_of(day: int) -> date:
    return date.fromordinal(_EPOCH_ORDINAL + day)


def day_number(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def clock(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """The instant of a time of day."""
    return day * DAY - OFFSET + hour * HOUR + minute * MINUTE + second


class Calendar:
    """Which days are worked: weekdays, less public holidays, with the Saturdays worked for them."""

    def __init__(self) -> None:
        self._china = holidays.country_holidays("CN", language="en_US")
        self._worked: dict[int, bool] = {}

    def works(self, day: int) -> bool:
        known = self._worked.get(day)
        if known is None:
            known = self._worked[day] = bool(self._china.is_working_day(date_of(day)))
        return known

    def new_year(self, day: int) -> bool:
        """Whether it is one of the first days of the lunar year, when people send greetings."""
        return _NEW_YEAR in self._china.get_list(date_of(day))

    def workday(self, day: int, count: int = 0) -> int:
        """The `count`-th workday after `day`; for 0 `day` itself or else the next one."""
        while not self.works(day):
            day += 1
        for _ in range(count):
            day += 1
            while not self.works(day):
                day += 1
        return day

    def days_left(self, day: int) -> int:
        """How many workdays of the month come after `day`."""
        month = date_of(day).month
        left, later = 0, day + 1
        while date_of(later).month == month:
            left += self.works(later)
            later += 1
        return left

    def in_office(self, rng: Random, time: int) -> int:
        """`time` if people are at work then, else early in the next office hours."""
        day = day_of(time)
        if self.works(day) and clock(day, 8, 30) <= time < clock(day, 18, 30):
            return time
        if time >= clock(day, 8, 30):
            day += 1
        return clock(self.workday(day), 8, 35) + between(rng, 0, 4000)

    def soon(self, rng: Random, time: int, least: int, most: int) -> int:
        """`least` to `most` minutes later, or what corresponds to it on the next workday."""
        return self.in_office(rng, time + between(rng, least * MINUTE, most * MINUTE))

    def later(self, rng: Random, time: int, least: int, most: int) -> int:
        """In office hours, `least` to `most` workdays later and never before `time`."""
        day = self.workday(day_of(time), between(rng, least, most))
        return max(office_hours(rng, day), time + MINUTE)


def office_hours(rng: Random, day: int) -> int:
    """An instant of `day` in 09:00-12:00 or 13:30-18:00."""
    second = int(rng.random() * 7.5 * HOUR)
    return clock(day, 9) + second + (90 * MINUTE if second >= 3 * HOUR else 0)
