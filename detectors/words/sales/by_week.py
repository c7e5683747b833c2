"""Orders by the seven days up to the end of any day, and where one stands among calendar weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from detectors.facts.fact import EXACT, Fact
from detectors.facts.view import View, is_over

WEEK = 7
_NOTHING = Decimal(0)


def day_number(day: str) -> int:
    """`2026-03-02` as an ordinal: days can be counted."""
    return date.fromisoformat(day).toordinal()


def monday(day: int) -> int:
    """The first day of a day's calendar week."""
    return day - (day - 1) % WEEK


def with_orders(weeks: Sequence[Decimal]) -> int:
    """How many of the weeks, by what their orders come to, had any."""
    return sum(map(bool, weeks))


def week_of(day: int) -> str:
    """The calendar week of a day: `2026-W10`."""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02}"


def end_of(view: View, day: int) -> int:
    """The last microsecond of a company day."""
    return view.reference.end_of_day(date.fromordinal(day))


def is_day_over(view: View, day: int) -> bool:
    """Whether all that was told of a day in time has come."""
    return is_over(view, end_of(view, day))


def before_the_next_look(view: View, sale: Fact, _: Any) -> bool:
    """Whether an order of the newest day is one of a day that is over, or no look is set for within
    a week of it: else it says nothing before the next look."""
    if view.due is None:
        return True
    day = day_number(sale.about)
    looked_at = view.due <= end_of(view, day + WEEK) + view.common.grace
    return not looked_at or (view.passed(sale.at) and is_day_over(view, day))


class Weeks:
    """The orders of one employee. A day is its ordinal, a week is named by its last day."""

    def __init__(self, days: Mapping[str, Fact]) -> None:
        """`days` are at least one, oldest first, each with its orders in one fact."""
        self._facts = {day_number(day): fact for day, fact in days.items()}
        self.oldest, self.newest = min(self._facts), max(self._facts)
        amounts = (
            self._facts[day].amount if day in self._facts else Decimal(0)
            for day in range(self.oldest, self.newest + 1)
        )
        upto = [*[Decimal(0)] * WEEK, *accumulate(amounts, EXACT.add)]
        upto += upto[-1:] * (WEEK - 1)
        pairs = zip(upto[WEEK:], upto, strict=False)
        self._amounts = [EXACT.subtract(last, before) for last, before in pairs]

    def amount(self, last: int) -> Decimal:
        """What the orders of the week come to."""
        known = self.oldest <= last < self.newest + WEEK
        return self._amounts[last - self.oldest] if known else _NOTHING

    def before(self, last: int, weeks: int) -> list[Decimal]:
        """What those of each of the weeks before come to, the latest first."""
        amounts, end = self._amounts, last - self.oldest
        known = range(len(amounts))
        places = range(end - WEEK, end - WEEK * weeks - 1, -WEEK)
        return [amounts[place] if place in known else _NOTHING for place in places]

    def facts(self, last: int) -> tuple[Fact, ...]:
        """The week's days; without any, the newest day before, if there is one."""
        week = [self._facts[it] for it in range(last - WEEK + 1, last + 1) if it in self._facts]
        older = [fact for day, fact in self._facts.items() if day <= last]
        return tuple(week or older[-1:])


def looked_at(
    view: View,
    weeks: Weeks,
    first: int,
    back: int,
    holds: Callable[[int], bool],
    may_hold: Callable[[int], bool],
) -> Iterator[tuple[int, bool]]:
    """The day of each calendar week, from that of the `first` on, that is told: the first on which
    something `holds`; where none does, the last so far if it might, with False. And the next day on
    which it will hold if nothing more comes; weeks are held against so many `back`.

    That is not later than a week after the newest order, which is then among the weeks before: that
    day it may hold by orders that were no reason to look.
    """
    end = weeks.newest + WEEK * (back + 1)
    for start in range(monday(first), end, WEEK):
        over = [day for day in range(start, start + WEEK) if is_day_over(view, day)]
        low = next((day for day in over if holds(day)), None)
        if low is not None:
            yield low, True
        elif over and may_hold(over[-1]):
            yield over[-1], False
        if len(over) < WEEK:
            ahead = range(start + (len(over) if low is None else WEEK), end)
            turn = weeks.newest + WEEK
            may = not is_day_over(view, turn)
            for day in ahead:
                if (may and day >= turn) or holds(day):
                    yield day, True
                    return
            return
