"""A bucket for each reader: so many at once, so many a second, and others are not held up."""

from __future__ import annotations

from desk.http.limits import Limits


def test_so_many_at_once_and_then_at_a_steady_rate() -> None:
    now = [0.0]
    limits = Limits(2.0, 3, lambda: now[0])
    assert [limits.wait("chen") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limits.wait("wu") == 0
    now[0] = 0.25
    assert limits.wait("chen") == 0.25
    now[0] = 0.5
    assert limits.wait("chen") == 0
    assert limits.wait("chen") == 0.5


def test_a_pause_saves_up_no_more_than_the_bucket_holds() -> None:
    now = [0.0]
    limits = Limits(2.0, 3, lambda: now[0])
    limits.wait("chen")
    now[0] = 3600.0
    assert [limits.wait("chen") > 0 for _ in range(4)] == [False, False, False, True]
