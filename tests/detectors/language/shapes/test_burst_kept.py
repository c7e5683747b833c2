"""burst: what of a run stays, what may be counted and shown besides, and what makes it worse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.times import DAY, HOUR
from detectors.facts.fact import Fact
from detectors.facts.view import Common
from detectors.language import (
    HR_CHANGES,
    Bilingual,
    Duration,
    NearNotice,
    Params,
    at_least,
    between,
    burst,
    different,
    in_all,
    in_time_order,
    number,
    structs,
)
from detectors.language.detector import Detector
from tests.detectors.language.tiny import PLAIN, TITLE, more, quiet
from tests.detectors.timeline import after, deletes, evidence, hit, hr, ids, only, play

NINE = "2026-03-02 09:00"


class ThreeParams(Params):
    """How much, how fast."""

    threshold: int = at_least(3, "records in all", "合计")
    window: Duration = number("1h", "from the first of the run", "自首次起")
    after: Duration = number("2d", "still open so long after", "此后多久仍可变化")


def detector(**more: Any) -> Detector:
    told = PLAIN | {"enough": in_all("threshold")} | more
    return burst("three", "warning", TITLE, ThreeParams(), **told)


def seen(at: int, about: str = "") -> Fact:
    return Fact(at, "delete", "//test.example", f"{at}", 0, 0, 0, about)


def runs(times: list[int]) -> list[list[int]]:
    """Three or more within ten of the earliest; and so on behind them."""
    found, left = [], times
    while left:
        run = [it for it in left if it <= left[0] + 10]
        found += [run] if len(run) >= 3 else []
        left = left[len(run) if len(run) >= 3 else 1 :]
    return found


@more
@given(
    st.lists(st.integers(0, 40), max_size=12, unique=True).map(sorted),
    st.integers(-5, 60),
    st.sampled_from([0, 5]),
)
def test_a_run_goes_whole_or_stays_whole(times: list[int], limit: int, stays: int) -> None:
    #   window 10: runs that are open at the limit stay, and what one after it can still be added to
    prune = detector(open_for=stays).prune
    assert prune is not None
    kept = {it.at for it in prune([*map(seen, times)], ThreeParams(window=Duration(10)), limit)}
    over = runs([it for it in times if it <= limit])
    for run in over:
        stayed = run[0] + 10 + stays >= limit
        assert {it in kept for it in run} == {stayed}
    alone = {it for it in times if it not in {one for run in over for one in run}}
    assert {it for it in alone if it + 10 >= limit} <= kept


@more
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["", "C-1"])), max_size=12))
def test_where_others_know_what_some_are_about_what_goes_lies_a_window_before_what_stays(
    some: list[tuple[int, str]],
) -> None:
    #   ── goes ──┤ more than 10 ├── stays: whatever it is about, no run has part in both
    prune, later = (detector(counts=lambda view: view.facts, open_for=it).prune for it in (0, 5))
    facts = sorted((seen(*it) for it in dict(some).items()), key=lambda it: it.at)
    params = ThreeParams(window=Duration(10))
    for limit in range(0, 60, 7):
        assert prune is not None
        assert later is not None
        assert later(facts, params, limit + 5) == prune(facts, params, limit)
        kept = [it.at for it in prune(facts, params, limit)]
        gone = [it.at for it in facts if it.at not in kept]
        if all(it.about for it in facts):
            plain = detector().prune
            assert plain is not None
            assert kept == [it.at for it in plain(facts, params, limit)]
        else:
            assert all(it + 10 < min([limit, *kept]) for it in gone)


def test_a_run_that_is_over_and_comes_again_is_no_news() -> None:
    #   09:00 ●●● ◄ fires ── 60 d ── all again, and one that would be the fourth
    gone = [deletes(after(NINE, "0h", n), "E-1") for n in range(3)]
    fourth = deletes(after(NINE, "30m"), "E-1")
    alerts = play([*gone, quiet(after(NINE, "60d")), *gone, fourth], detector())
    assert [(it.revision, evidence(it)) for it in alerts] == [(1, ids(*gone))]


def test_of_too_many_the_total_stays() -> None:
    #   40 within 40 minutes, where ten facts may be kept
    gone = [deletes(after(NINE, f"{n}m"), "E-1") for n in range(40)]
    alert = only(play(gone, detector(), common=Common(max_facts=10)))
    assert alert.rule.measured == {"threshold": "40+"}
    assert evidence(alert)[0] == gone[0].id


# What counts, and what is shown.


def shown(view: Any, run: Any) -> Any:
    first = run[0].at
    return in_time_order(*run, *between(view.of("hit"), first - DAY, first + HOUR + 2 * DAY))


SHOWS = detector(
    counts=lambda view: view.of("delete"), shows=shown, looks_back=DAY, open_for="after"
)


@pytest.mark.parametrize(
    "span, micro, told",
    [("-1d", 0, True), ("-1d", -1, False), ("49h", 0, True), ("49h", 1, False)],
)
def test_what_is_shown_beside_it_does_not_count_and_may_come_late(
    span: str, micro: int, told: bool
) -> None:
    #   ├─ looks back 1 d ─ ●●● ─ window 1 h ─┤─ open for 2 d ─┤── lateness ──┤ told now
    talk = hit(after(NINE, span, micro), "E-1")
    gone = [deletes(after(NINE, "0h", n), "E-1") for n in range(3)]
    assert play([talk, *gone[:2]], SHOWS) == []
    clock = quiet(after(NINE, "49h") + Common().lateness)
    alert = only(play([*gone, clock, talk], SHOWS))
    assert (talk.id in evidence(alert), alert.revision) == (told, 1 + told)
    assert alert.rule.measured == {"threshold": "3"}


def test_facts_are_kept_for_the_window_and_what_it_looks_back_and_is_open() -> None:
    assert (it := detector()).keeps(it.params) == HOUR
    assert SHOWS.keeps(SHOWS.params) == DAY + HOUR + 2 * DAY


def test_who_counts_says_as_what() -> None:
    #   who is not named was C-9: with C-1 that makes two
    def as_nine(view: Any) -> Any:
        return [structs.replace(it, about=it.about or "C-9") for it in view.facts]

    hits = [hit(NINE, "E-1", "C-1"), hit(after(NINE, "1m"), "E-1", None)]
    two = different("threshold")
    params = ThreeParams(threshold=2)
    assert play(hits, replace(detector(enough=two), params=params)) == []
    alert = only(play(hits, replace(detector(enough=two, counts=as_nine), params=params)))
    assert alert.rule.measured == {"threshold": "2"}


# What makes it worse.


NOTICED: dict[str, Any] = {
    "worse": NearNotice(2 * DAY),
    "severities": ("warning", "critical"),
    "reads": (*PLAIN["reads"], HR_CHANGES),
    "notes": {**PLAIN["notes"], "resigned": Bilingual("gave notice", "提出离职")},
}
WORSE = detector(**NOTICED)


def test_what_makes_it_worse_is_no_part_of_it() -> None:
    #   notice · 09:00 2 | 3 ◄ fires, critical
    notice = hr(after(NINE, "-1h"), "E-1", "resigned")
    assert play([notice, deletes(NINE, "E-1", 2)], WORSE) == []
    assert play([hr(after(NINE, "-2h"), "E-1", "hired"), deletes(NINE, "E-1", 2)], WORSE) == []
    gone = deletes(NINE, "E-1", 3)
    alert = only(play([notice, gone], WORSE))
    assert (alert.severity, evidence(alert)) == ("critical", ids(notice, gone))
    assert only(play([gone], WORSE)).severity == "warning"
    assert only(play([hr(NINE, "E-2", "resigned"), gone], WORSE)).severity == "warning"
    often = detector(frequent=True, **NOTICED)
    assert [it.severity for it in play([gone, notice], often)] == ["warning", "critical"]
