from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from contract.decoding.decode import EARLIEST, LATEST
from contract.times import DAY, parse_rfc3339
from offbook.cli.files.gaps import LONG, Gaps, gap

TIMES = st.lists(st.integers(EARLIEST // DAY, LATEST // DAY - 1), max_size=40, unique=True)


@given(TIMES, st.randoms())
def test_every_long_span_between_neighbours_is_found_in_whatever_order_they_come(
    days: list[int], random: Random
) -> None:
    points = [(day * DAY, (0, number)) for number, day in enumerate(days, start=1)]
    random.shuffle(points)
    gaps = Gaps()
    for time, place in points:
        gaps.note(time, place)
    assert list(gaps.told(["a"])) == [
        gap(before, after, ["a"])
        for before, after in pairwise(sorted(points))
        if after[0] - before[0] > LONG
    ]


def test_two_years_are_not_long_whether_one_of_them_is_a_leap_year_or_not() -> None:
    for since, until, found in (
        ("2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 0),
        ("2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 0),
        ("2025-01-01T00:00:00Z", "2027-01-03T00:00:00Z", 1),
    ):
        gaps = Gaps()
        gaps.note(parse_rfc3339(until), (1, 7))
        gaps.note(parse_rfc3339(since), (0, 3))
        assert len(list(gaps.told(["a", "b"]))) == found


def test_a_gap_is_told_with_both_places_and_times() -> None:
    before, after = (parse_rfc3339(f"{year}-03-02T10:00:00Z") for year in (2006, 2026))
    assert gap((before, (1, 9)), (after, (0, 2)), ["a.ndjson", "b.ndjson"]) == (
        "b.ndjson:9 (2006-03-02T10:00:00Z) to a.ndjson:2 (2026-03-02T10:00:00Z): nothing happens"
        " for 20 years: probably a year is mistyped"
    )
