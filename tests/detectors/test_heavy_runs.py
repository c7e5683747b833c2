"""heavy_runs: what `runs` finds by total, faster; and what of it may be forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from offbook.detectors.fact import Fact
from offbook.detectors.heavy_runs import heavy_runs, open_heavy_runs
from offbook.detectors.shapes import runs, total_of

WINDOW = 10


def fact(at: int, weight: int = 1, id: str = "") -> Fact:
    return Fact(at, "taken", "//test", id or f"{at}", 0, 0, 0, weight=weight)


def forget(facts: list[Fact], threshold: int, limit: int, held: int) -> list[Fact]:
    """Each run is held for a while after its window."""
    return open_heavy_runs(
        facts, WINDOW, threshold, limit, until=lambda run: run[0].at + WINDOW + held
    )


timelines = st.lists(
    st.builds(fact, st.integers(0, 120), st.integers(1, 6), st.sampled_from("abcd")), max_size=60
).map(lambda facts: sorted({it.order: it for it in facts}.values(), key=lambda it: it.order))
thresholds = st.integers(1, 25)


@given(timelines, thresholds)
def test_the_runs_are_those_of_runs(facts: list[Fact], threshold: int) -> None:
    assert list(heavy_runs(facts, WINDOW, threshold)) == list(
        runs(facts, WINDOW, total_of(threshold))
    )


@given(timelines, thresholds, st.integers(0, 150), st.integers(0, 40), timelines)
def test_what_is_forgotten_changes_nothing_that_events_after_the_limit_can_bring(
    facts: list[Fact], threshold: int, limit: int, held: int, later: list[Fact]
) -> None:
    def still_held(facts: list[Fact]) -> list[list[Fact]]:
        found = heavy_runs(facts, WINDOW, threshold)
        return [list(run) for run in found if run[0].at + WINDOW + held >= limit]

    known = {it.order for it in facts}
    later = [it for it in later if it.at >= limit and it.order not in known]
    kept = forget(facts, threshold, limit, held)
    everything, remembered = (
        sorted([*some, *later], key=lambda it: it.order) for some in (facts, kept)
    )
    assert still_held(remembered) == still_held(everything)


def test_what_belongs_to_no_run_goes_at_once_however_long_a_run_is_held() -> None:
    #   0 one   20 a run ── 25   40 one │ 51 - 10: the limit less the window
    facts = [fact(0), fact(20, 3), fact(25, 3), fact(40), fact(41)]
    assert forget(facts, 5, 51, 30) == [facts[1], facts[2], facts[4]]


def test_a_run_is_held_to_its_last_instant_and_then_goes_whole() -> None:
    #   run 20–25, its window ends at 30: held to 60 with 30 more
    facts = [fact(20, 3), fact(25, 3)]
    assert forget(facts, 5, 60, 30) == facts
    assert forget(facts, 5, 61, 30) == []
    assert forget(facts, 5, 31, 0) == []
