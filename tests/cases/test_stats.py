"""How alerts of each detector were worked: counts, and the waits that can be known."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.stats import Wait, Worked, stats_of
from contract.action import VERDICTS
from contract.times import SECOND


def worked(**more: Any) -> Worked:
    told: dict[str, Any] = {"detector": "d", "detected": 0, "state": "new", "verdict": None}
    return Worked(**(told | {"acknowledged": None, "closed": None} | more))


def closed(verdict: str, at: int = 10) -> Worked:
    return worked(state="closed", verdict=verdict, closed=at * SECOND)


def test_what_is_open_and_what_was_closed_as_what() -> None:
    verdicts = ("confirmed", "confirmed", "false_positive", "benign", "withdrawn")
    (it,) = stats_of([worked(), *map(closed, verdicts)])
    assert (it.opened, it.open, it.closed) == (6, 1, 5)
    assert it.verdicts == {"benign": 1, "confirmed": 2, "false_positive": 1, "withdrawn": 1}
    assert (it.confirmed, it.judged) == (2, 3)


def test_half_waited_so_long_or_less() -> None:
    (it,) = stats_of(
        [
            worked(acknowledged=10 * SECOND),
            worked(acknowledged=30 * SECOND, closed=100 * SECOND, state="closed"),
            worked(acknowledged=50 * SECOND),
            worked(),
        ]
    )
    assert (it.to_acknowledge, it.to_close) == (Wait(3, 30.0), Wait(1, 100.0))


def test_one_that_was_revised_after_somebody_acted_has_no_wait() -> None:
    # detected ─► acknowledged ─► revised: when it was first detected is not known any more
    (it,) = stats_of([worked(detected=20 * SECOND, acknowledged=10 * SECOND)])
    assert it.to_acknowledge == Wait(0, None)


def test_each_detector_by_itself_in_the_order_of_their_ids() -> None:
    found = stats_of([worked(detector="b"), worked(detector="a"), worked(detector="b")])
    assert [(it.detector, it.opened) for it in found] == [("a", 1), ("b", 2)]
    assert stats_of([]) == ()


TOLD = st.builds(
    worked,
    detector=st.sampled_from(["a", "b"]),
    state=st.sampled_from(["new", "acknowledged", "closed"]),
    verdict=st.none() | st.sampled_from(VERDICTS),
    acknowledged=st.none() | st.integers(-5, 50),
    closed=st.none() | st.integers(-5, 50),
)


@given(st.lists(TOLD, max_size=20), st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_nothing_is_lost(told: list[Worked], random: Any) -> None:
    found = stats_of(told)
    assert stats_of(random.sample(told, len(told))) == found
    assert sum(it.opened for it in found) == len(told)
    assert all(it.open + it.closed == it.opened for it in found)
