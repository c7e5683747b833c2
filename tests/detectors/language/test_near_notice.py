"""near_notice: a run is worse with a notice near it, for as long as the notice stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.facts.view import Common
from detectors.language import (
    GAVE_NOTICE,
    HR_CHANGES,
    LONGEST_NOTICE,
    Duration,
    NearNotice,
    Params,
    Sentence,
    at_least,
    burst,
    in_all,
    number,
    says,
)
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import PLAIN, START, TITLE, few
from tests.detectors.timeline import (
    after,
    at,
    deletes,
    evidence,
    firing,
    hr,
    ids,
    local,
    only,
    play,
)


class NearParams(Params):
    """How much, how fast, how near."""

    threshold: int = at_least(3, "records in all", "合计")
    window: Duration = number("1h", "from the first of the run", "自首次起")
    within: Duration = number("2d", "a notice this long before or after", "离职前后多久")


NEAR = burst(
    "near",
    "warning",
    TITLE,
    NearParams(),
    enough=in_all("threshold"),
    worse=NearNotice("within"),
    severities=("warning", "critical"),
    reads=(*PLAIN["reads"], HR_CHANGES),
    notes={**PLAIN["notes"], "resigned": GAVE_NOTICE},
    says=says(
        Sentence("Many by {employee}.", "{employee}多次。"),
        Sentence("Notice on {notice:day}.", "{notice:day} 提出离职。", when="notice"),
        given=("notice",),
    ),
)
#: From 09:00 to 09:30, whatever its window is.
RUN = [deletes(after(START, span), "E-1") for span in ("0m", "10m", "30m")]
LAST = after(START, "30m")


def gives(moment: Any, kind: str = "resigned", who: str = "E-1") -> Event:
    return hr(moment, who, kind)


@pytest.mark.parametrize(
    "moment, worse",
    [
        (at(START) - 2 * DAY, True),
        (at(START) - 2 * DAY - 1, False),
        (LAST, True),
        (LAST + 2 * DAY, True),
        (LAST + 2 * DAY + 1, False),
    ],
)
def test_a_notice_makes_it_worse_within_a_closed_interval_around_the_run(
    moment: int, worse: bool
) -> None:
    #   ├── 2 d ── 09:00 ●●● 09:30 ── 2 d ──┤
    notice = gives(moment)
    for came in ([*RUN, notice], [notice, *RUN], [RUN[0], notice, *RUN[1:]]):
        alert = only(play(came, NEAR))
        assert (alert.severity, alert.score) == (("critical", 60) if worse else ("warning", 30))
        assert (notice.id in evidence(alert)) is worse
        assert ("Notice on" in alert.summary.en) is worse


def test_the_day_of_the_first_notice_near_it_is_named() -> None:
    #   notice, 1 d ●●● 1 d, again: it repeats the first, or is one of its own
    first, again = gives(after(START, "-1d")), gives(after(START, "1d"))
    came_back = [gives(after(START, "-3h"), "left"), gives(after(START, "-2h"), "hired")]
    for between_them in ([], came_back):
        alert = only(play([first, *between_them, *RUN, again], NEAR))
        assert alert.summary.en == "Many by E-1. Notice on 2026-03-01."
        assert evidence(alert) == ids(first, *RUN)


def test_anothers_notice_and_one_who_was_dismissed_make_nothing_worse() -> None:
    for other in (gives(START, who="E-2"), gives(START, "terminated"), gives(START, "hired")):
        assert only(play([*RUN, other], NEAR)).severity == "warning"


def test_a_notice_that_is_taken_back_makes_it_what_it_was() -> None:
    #   ●●● ◄ warning ── notice ◄ critical ── taken back ◄ warning, and still firing
    notice, back = gives(after(START, "1d")), gives(after(START, "9d"), "resignation_withdrawn")
    alerts = play([*RUN, notice, back], NEAR)
    assert [it.severity for it in alerts] == ["warning", "critical", "warning"]
    assert {(it.alert_id, it.state) for it in alerts} == {(alerts[0].alert_id, "firing")}
    assert evidence(alerts[-1]) == ids(*RUN)


@pytest.mark.parametrize("span, severity", [("0d", "warning"), ("400d", "critical")])
def test_it_can_be_taken_back_for_as_long_as_notices_run_and_not_once_it_is_forgotten(
    span: str, severity: str
) -> None:
    #   ●●● · notice ────── 180 d ──────┤── lateness 14 d ──┤ only now it is told that they stay
    notice = gives(after(START, "1d"))
    end = notice.time + LONGEST_NOTICE
    now = after(end, span) + Common().lateness
    looked_at = [*RUN, notice, deletes(now, "E-1"), deletes(now + 1, "E-1")]
    back = gives(end, "resignation_withdrawn")
    assert only(play(looked_at, NEAR)).severity == "critical"
    assert only(play([*looked_at, back], NEAR)).severity == severity


def test_with_a_notice_near_it_is_open_half_a_year_and_else_for_its_window() -> None:
    #   until: 1 h after 09:00 │ 180 d after the notice, taken back or not │ not by one that is far
    near, far = gives(after(START, "1d")), gives(after(START, "9d"))
    back = gives(after(START, "2d"), "resignation_withdrawn")
    window, half_a_year = at(START) + HOUR, near.time + LONGEST_NOTICE
    worse = {(): window, (far,): window, (near,): half_a_year, (near, back): half_a_year}
    for others, until in worse.items():
        run = local(NEAR)
        run.run([*RUN, *others])
        raised = run.states["employee:E-1"].notebooks["near"].raised.values()
        assert [it.finding.until for it in raised] == [until]


def test_facts_are_kept_for_a_notice_and_for_one_that_this_one_repeats() -> None:
    assert NEAR.keeps(NEAR.params) == HOUR + 2 * LONGEST_NOTICE


_KINDS = st.sampled_from(["resigned", "resigned", "resignation_withdrawn", "left", "hired"])
_NEARLY = st.sampled_from([-3 * DAY, -2 * DAY - 1, -2 * DAY, -1, 0, 1, 2 * DAY, 2 * DAY + HOUR])
_COUNTS = st.integers(1, 3)
_SCENES = st.lists(
    st.one_of(
        st.builds(lambda it, kind: gives(at(START) + it, kind), _NEARLY, _KINDS),
        st.builds(
            lambda it, count: deletes(at(START) + it, "E-1", count), _NEARLY, st.integers(1, 3)
        ),
    ),
    max_size=9,
)


def standing(changes: Sequence[Event]) -> list[Event]:
    """The notices that stand in the end: not those that repeat one, nor those taken back."""
    notices: list[Event] = []
    runs = left = False
    for change in changes:
        kind = change.data.kind  # type: ignore[union-attr]
        if kind == "resigned" and (not runs or left):
            notices.append(change)
            runs, left = True, False
        elif kind == "resignation_withdrawn" and runs:
            notices.pop()
            runs = left = False
        elif kind == "hired":
            runs = left = False
        elif kind == "left" and runs:
            left = True
    return notices


@few
@given(_SCENES)
def test_in_any_order_each_run_is_worse_if_a_notice_that_stands_is_near(came: list[Event]) -> None:
    in_order = sorted({it.id: it for it in came}.values(), key=lambda it: (it.time, it.id))
    hr_words = [it for it in in_order if hasattr(it.data, "kind")]
    alerts, notices = play(came, NEAR), standing(hr_words)
    assert told(alerts) == told(play(in_order, NEAR))
    for alert in firing(alerts):
        run = [it.time for it in in_order if it.id in evidence(alert) and it not in hr_words]
        near = [it for it in notices if run[0] - 2 * DAY <= it.time <= run[-1] + 2 * DAY]
        assert alert.severity == ("critical" if near else "warning")
        assert [it for it in evidence(alert) if it in ids(*hr_words)] == ids(*near[:1])
