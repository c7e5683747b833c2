"""Instants as microseconds: the same one in whatever zone it is told."""

from __future__ import annotations

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from contract.decoding.decode import EARLIEST, LATEST
from contract.times import micros, moment

TIMES = st.integers(EARLIEST, LATEST - 1)


@given(TIMES, st.integers(-1439, 1439))
def test_an_instant_is_the_same_at_every_offset(time: int, minutes: int) -> None:
    assert micros(moment(time).astimezone(timezone(timedelta(minutes=minutes)))) == time


@given(TIMES)
def test_an_instant_is_the_same_where_there_is_summer_time(time: int) -> None:
    assert micros(moment(time).astimezone(ZoneInfo("Europe/Berlin"))) == time
