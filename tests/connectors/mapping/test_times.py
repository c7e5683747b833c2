from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping.times import PER_SECOND, day, moment
from connectors.mapping.wrong import WrongValueError

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-05T14:22:30+08:00", "2026-03-05T14:22:30+08:00"),
        ("2026-03-05T06:22:30Z", "2026-03-05T06:22:30+00:00"),
        ("2026-03-05 14:22:30", "2026-03-05T14:22:30+08:00"),
        ("2026-03-05 14:22", "2026-03-05T14:22:00+08:00"),
        ("2026/3/5 4:22:30", "2026-03-05T04:22:30+08:00"),
        ("2026/3/5", "2026-03-05T00:00:00+08:00"),
        ("2026年3月5日 14:22:30", "2026-03-05T14:22:30+08:00"),
        ("20260305", "2026-03-05T00:00:00+08:00"),
        ("20260305142230", "2026-03-05T14:22:30+08:00"),
        ("2026-03-05T14:22:30.250", "2026-03-05T14:22:30.250+08:00"),
        ("2026-03-05T14:22:30.1234567-0500", "2026-03-05T14:22:30.123456-05:00"),
        ("２０２６-03-05 14：22", "2026-03-05T14:22:00+08:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(written: str, meant: str) -> None:
    assert moment(written, zone=SHANGHAI) == meant


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-02-30", "2026-13-01", "05.03.2026", "2026-03-05 25:00", None, []],
)
def test_what_is_no_time_is_none(written: object) -> None:
    with pytest.raises(WrongValueError, match="no time"):
        moment(written, zone=SHANGHAI)


def test_a_time_without_a_zone_is_none() -> None:
    with pytest.raises(WrongValueError, match="no offset"):
        moment("2026-03-05 14:22:30", zone=None)


def test_a_format_says_how_it_is_written() -> None:
    assert moment("05.03.2026 14:22", zone=SHANGHAI, format_="%d.%m.%Y %H:%M") == (
        "2026-03-05T14:22:00+08:00"
    )
    with pytest.raises(WrongValueError):
        moment("2026-03-05", zone=SHANGHAI, format_="%d.%m.%Y")


def test_what_the_clock_on_the_wall_said_is_not_eight_hours_in_the_future() -> None:
    """A column without a zone, which Debezium counts as if the wall clock were UTC's."""
    wall = 1_772_720_550_000  # 2026-03-05T14:22:30, whatever the zone
    assert moment(wall, zone=SHANGHAI, unit="ms", wall=True) == "2026-03-05T14:22:30+08:00"
    assert moment(wall, zone=SHANGHAI, unit="ms") == "2026-03-05T22:22:30+08:00"


@given(
    seconds=st.integers(-(10**9), 4 * 10**9),
    part=st.integers(0, 999),
    unit=st.sampled_from(["ms", "us", "ns"]),
)
def test_a_count_is_exact_in_each_unit(seconds: int, part: int, unit: str) -> None:
    thousandths = seconds * 1000 + part
    count = thousandths * PER_SECOND[unit] // 1000
    for written in (count, str(count)):
        found = datetime.fromisoformat(moment(written, zone=None, unit=unit))
        assert (found - EPOCH) / timedelta(milliseconds=1) == thousandths


@pytest.mark.parametrize("count", [10**30, -(10**30), "x", None, True, "1e5"])
def test_a_count_that_is_no_time_is_refused(count: object) -> None:
    for unit in PER_SECOND:
        with pytest.raises(WrongValueError):
            moment(count, zone=None, unit=unit)


def test_a_day_is_that_of_the_time() -> None:
    assert day("2026/3/9") == "2026-03-09"
    assert day("09.03.26", format_="%d.%m.%y") == "2026-03-09"
    assert day(20521, unit="d") == "2026-03-09"


@given(st.text(max_size=40) | st.integers() | st.decimals() | st.none())
def test_whatever_is_given_a_time_is_found_or_it_is_said_to_be_none(given: object) -> None:
    for unit in (None, *PER_SECOND):
        try:
            found = moment(given, zone=SHANGHAI, unit=unit)
        except WrongValueError:
            continue
        assert datetime.fromisoformat(found).tzinfo is not None
