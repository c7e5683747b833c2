"""What is wrong with a time somebody typed: the exact words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offbook.cli.files.written_times import day_fault, time_fault

EXPECTED = "expected a time with an offset such as 2026-03-22T20:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-30T20:00:00+08:00", "there is no 2026-02-30: February 2026 has 28 days"),
        ("2024-02-30", "there is no 2024-02-30: February 2024 has 29 days"),
        ("2026-04-31T20:00:00", "there is no 2026-04-31: April 2026 has 30 days"),
        ("2026-13-01T20:00:00Z", "there is no 2026-13-01: a year has months 01 to 12"),
        (
            "2026-03-22T25:00:00+08:00",
            "there is no 25:00:00 on a clock: times go from 00:00:00 to 23:59:59",
        ),
        (
            "2026-03-22 20:61+08:00",
            "there is no 20:61 on a clock: times go from 00:00:00 to 23:59:59",
        ),
        ("2026-03-22T20:00:00+25:00", "there is no offset +25:00: write such as +08:00"),
        (
            "2026-03-22T20:00:00",
            "2026-03-22T20:00:00 has no offset, and could be any of 26 hours:"
            " write 2026-03-22T20:00:00+08:00 or 2026-03-22T20:00:00Z",
        ),
        (
            "2026-03-22",
            "2026-03-22 is a day and no time: write which time of it, with its offset, such as"
            " 2026-03-22T23:59:59+08:00 for its end",
        ),
        ("yesterday", EXPECTED),
        ("2026-03-22T20:00:00 CST", EXPECTED),
        ("", EXPECTED),
    ],
)
def test_a_time_that_is_none_is_told_why(text: str, says: str) -> None:
    assert time_fault(text) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-30", "there is no 2026-02-30: February 2026 has 28 days"),
        ("2026-00-10", "there is no 2026-00-10: a year has months 01 to 12"),
        ("2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z is more than a day: write 2026-01-05"),
        ("monday", "expected a day such as 2026-01-05"),
    ],
)
def test_a_day_that_is_none_is_told_why(text: str, says: str) -> None:
    assert day_fault(text) == says


@given(st.text("0123456789-:.TZ+ ") | st.text())
def test_whatever_is_typed_there_is_something_to_say(text: str) -> None:
    assert time_fault(text)
    assert day_fault(text)
