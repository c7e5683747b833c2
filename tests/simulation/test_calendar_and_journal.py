from __future__ import annotations

import json
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from contract.types import Tip
from simulation.agenda import Agenda, Process
from simulation.calendar import DAY, HOUR, MINUTE, Calendar, clock, day_number, day_of
from simulation.chance import around, between, some, stream
from simulation.journal import Journal, rfc3339

CALENDAR = Calendar()
FIRST = day_number(date(2026, 1, 1))
instants = st.integers(clock(FIRST, 0), clock(FIRST + 365, 0))
seeds = st.integers(0, 2**32)


def test_days_off_and_the_days_worked_for_them() -> None:
    works = {day: CALENDAR.works(day_number(date(2026, 2, day))) for day in range(13, 26)}
    assert [day for day, worked in works.items() if worked] == [13, 14, 24, 25]
    assert CALENDAR.new_year(day_number(date(2026, 2, 17)))
    assert not CALENDAR.new_year(day_number(date(2026, 2, 24)))


def test_the_last_workdays_of_a_month_are_counted() -> None:
    assert CALENDAR.days_left(day_number(date(2026, 3, 31))) == 0
    assert CALENDAR.days_left(day_number(date(2026, 3, 27))) == 2


@given(instants, seeds)
def test_what_waits_for_office_hours_comes_in_them_and_never_early(time: int, seed: int) -> None:
    then = CALENDAR.in_office(Random(seed), time)
    assert then >= time
    assert CALENDAR.works(day_of(then))
    assert clock(day_of(then), 8, 30) <= then < clock(day_of(then), 18, 30)
    assert CALENDAR.in_office(Random(seed), then) == then


@given(instants, seeds, st.integers(0, 20))
def test_workdays_later_means_workdays(time: int, seed: int, count: int) -> None:
    then = CALENDAR.later(Random(seed), time, count, count)
    assert then > time
    worked = sum(CALENDAR.works(day) for day in range(day_of(time), day_of(then)))
    assert count - 1 <= worked <= count + 1


@given(seeds, st.integers(-50, 50), st.integers(0, 50))
def test_draws_keep_to_their_limits(seed: int, least: int, width: int) -> None:
    rng = stream(seed, "limits")
    assert least <= between(rng, least, least + width) <= least + width
    assert around(rng, 100.0, 0.5) > 0
    things = list(range(width))
    assert len(set(some(rng, things, 10))) == min(10, width)


def test_streams_of_different_topics_have_nothing_in_common() -> None:
    first = [stream(1, "a", "b").random() for _ in range(2)]
    assert first[0] == first[1]
    assert stream(1, "a").random() != stream(1, "b").random() != stream(2, "b").random()


@given(st.lists(st.integers(0, 20 * DAY), max_size=60), seeds)
def test_a_journal_loses_nothing_and_gives_it_out_by_arrival(times: list[int], seed: int) -> None:
    start = clock(FIRST, 0)
    end = start + 18 * DAY
    journal = Journal(seed, end)
    told = [journal.tell(start + time, Tip(tip=f"T-{n}")) for n, time in enumerate(times)]
    lines = [json.loads(line) for line in journal.arrivals()]
    assert {line["id"] for line in lines} == {
        name.id for name, time in zip(told, times, strict=True) if start + time <= end
    }
    assert len(lines) == journal.told + journal.repeats
    assert list(journal.arrivals()) == []


def test_a_journal_keeps_what_arrives_later() -> None:
    journal = Journal(4, clock(FIRST + 30, 0))
    for number in range(3000):
        journal.tell(clock(FIRST, 12), Tip(tip=f"T-{number}"))
    first_day = list(journal.arrivals(FIRST))
    later = list(journal.arrivals())
    assert 0 < len(later) < 30
    assert len(first_day) + len(later) == 3000 + journal.repeats


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    assert rfc3339(clock(FIRST, 9, 5, 7)) == "2026-01-01T09:05:07+08:00"


def test_an_agenda_resumes_by_time_and_then_by_who_asked_first() -> None:
    agenda, said = Agenda(0), []

    def speaks(name: str, *times: int) -> Process:
        for time in times:
            yield time
            said.append((agenda.now, name))

    agenda.start(speaks("a", 5, 7, 30))
    agenda.start(speaks("b", 5, 6))
    agenda.run(HOUR // MINUTE // 3)
    assert said == [(5, "a"), (5, "b"), (6, "b"), (7, "a")]
    assert agenda.now == 20
    agenda.run(31)
    assert said[-1] == (30, "a")
