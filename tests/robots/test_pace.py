from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from robots.kinds.catalogue import KINDS
from robots.pace import Pace


def test_the_vendors_limits_are_theirs() -> None:
    limits = {name: (kind.per_minute, kind.per_second) for name, kind in KINDS.items()}
    assert limits == {
        "dingtalk": (20, None),
        "feishu": (100, 5),
        "lark": (100, 5),
        "wecom": (20, None),
    }


def test_the_one_beyond_the_limit_waits_until_the_first_is_a_minute_ago() -> None:
    pace = Pace(2)
    assert pace.wait(100.0) == 0
    pace.sent(100.0)
    pace.sent(130.0)
    assert pace.wait(131.0) == 30.0
    assert pace.wait(161.0) == 0


def test_a_robot_that_is_held_waits_however_little_it_was_sent() -> None:
    pace = Pace(20)
    pace.hold(700.0)
    pace.hold(200.0)
    assert pace.wait(100.0) == 600.0


@given(st.integers(1, 20), st.none() | st.integers(1, 5), st.lists(st.floats(0, 20), max_size=150))
def test_no_minute_and_no_second_has_more_than_it_may(
    per_minute: int, per_second: int | None, pauses: list[float]
) -> None:
    pace, now, sent = Pace(per_minute, per_second), 0.0, []
    for pause in pauses:
        now += pause
        now += pace.wait(now)
        pace.sent(now)
        sent.append(now)
    for at in sent:
        assert sum(at <= it < at + 60 for it in sent) <= per_minute
        if per_second is not None:
            assert sum(at <= it < at + 1 for it in sent) <= per_second
