"""How long silence is, by a clock on the wall of the office."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR, MINUTE, micros
from streams.settings.silence import Silence, WorkingHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = "Mon-Fri 08:30-18:00"


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=zone))


def office(text: str = OFFICE, country: str | None = None) -> WorkingHours:
    return WorkingHours(text, SHANGHAI, country)


@pytest.mark.parametrize(
    ("since", "ends"),
    [
        # 2026-03-02 is a Monday.
        ("2026-03-02 10:00", "2026-03-02 11:00"),
        ("2026-03-02 17:30", "2026-03-03 09:00"),
        ("2026-03-02 18:00", "2026-03-03 09:30"),
        ("2026-03-03 03:00", "2026-03-03 09:30"),
        ("2026-03-06 17:59", "2026-03-09 09:29"),
        ("2026-03-07 12:00", "2026-03-09 09:30"),
    ],
)
def test_silence_is_counted_in_working_hours(since: str, ends: str) -> None:
    silence = Silence(HOUR, office())
    assert silence.ends(at(since)) == at(ends)
    assert not silence.exceeded(at(since), at(ends))
    assert silence.exceeded(at(since), at(ends) + 1)


def test_without_working_hours_all_time_counts() -> None:
    assert Silence(HOUR).ends(at("2026-03-07 12:00")) == at("2026-03-07 13:00")


def test_public_holidays_are_free_and_what_is_worked_in_exchange_is_not() -> None:
    # 2026: the National Day holidays begin on Thursday 1 October and end on 7 October; Saturday
    # 10 October is worked for one of them.
    china = Silence(HOUR, office(country="CN"))
    assert china.ends(at("2026-09-30 17:30")) == at("2026-10-08 09:00")
    assert china.ends(at("2026-10-09 17:30")) == at("2026-10-10 09:00")
    assert Silence(HOUR, office()).ends(at("2026-10-09 17:30")) == at("2026-10-12 09:00")


def test_several_hours_a_day_and_a_saturday() -> None:
    hours = office("Mon-Fri 08:30-12:00, mon-fri 13:30 - 18:00, Sat 09:00-24:00")
    friday = list(islice(hours.spans(at("2026-03-06 11:00")), 4))
    assert friday == [
        (at("2026-03-06 11:00"), at("2026-03-06 12:00")),
        (at("2026-03-06 13:30"), at("2026-03-06 18:00")),
        (at("2026-03-07 09:00"), at("2026-03-08 00:00")),
        (at("2026-03-09 08:30"), at("2026-03-09 12:00")),
    ]


def test_hours_are_those_of_the_clock_on_the_wall_when_it_is_put_forward() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    hours = WorkingHours("Sun 01:00-05:00", berlin)
    begin, end = next(hours.spans(at("2026-03-29 00:00", berlin)))
    assert end - begin == 3 * HOUR


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no working hours"),
        ("always", "is no working hours"),
        ("Mon-Fri", "is no working hours"),
        ("Mon-Fry 08:00-18:00", "'fry' is no day"),
        ("Fri-Mon 08:00-18:00", "last day is before the first"),
        ("Mon 18:00-08:00", "ends before it begins"),
        ("Mon 08:00-24:01", "no time of day"),
        ("Mon 08:75-09:00", "no time of day"),
        ("Mon 08:00-18:00,", "is no working hours"),
        ("Mon-Fri 08:00-18:00, Tue 17:59-20:00", "overlap"),
    ],
)
def test_what_is_no_working_hours_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        office(text)


def test_a_country_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no public holidays are known of 'China'"):
        office(country="China")


_instants = st.integers(at("2020-01-01 00:00"), at("2035-01-01 00:00"))


@given(_instants, st.integers(1, 40 * HOUR), st.integers(0, 3 * DAY), st.sampled_from([None, "CN"]))
def test_who_speaks_later_may_be_silent_for_as_long_or_longer(
    since: int, longest: int, later: int, country: str | None
) -> None:
    silence = Silence(longest, office(country=country))
    ends = silence.ends(since)
    assert ends >= since + longest
    assert silence.ends(since + later) >= ends
    assert ends <= since + longest * 8 + 30 * DAY


@given(_instants, st.integers(1, 60))
def test_hours_of_all_days_are_all_time(since: int, minutes: int) -> None:
    always = Silence(minutes * MINUTE, office("Mon-Sun 00:00-24:00"))
    assert always.ends(since) == since + minutes * MINUTE
