"""burst: enough of one thing within a window that is closed at both ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE
from detectors.language import (
    CrmEdit,
    Duration,
    Params,
    Subject,
    at_least,
    burst,
    different,
    either,
    in_all,
    keep,
    number,
    read,
)
from detectors.language.detector import Detector
from offbook.cli.check.standing import told
from tests.detectors.language.tiny import PLAIN, TITLE, few
from tests.detectors.timeline import (
    after,
    at,
    deletes,
    evidence,
    firing,
    hit,
    ids,
    only,
    play,
)

NINE = "2026-03-02 09:00"


class ThreeParams(Params):
    """How much, how fast."""

    threshold: int = at_least(3, "records in all", "合计")
    things: int = at_least(2, "different customers", "不同客户")
    window: Duration = number("1h", "from the first of the run", "自首次起")
    after: Duration = number("2d", "still open so long after", "此后多久仍可变化")


THREE = in_all("threshold")


def detector(enough: Any = THREE, **more: Any) -> Detector:
    return burst("three", "warning", TITLE, ThreeParams(), enough=enough, **(PLAIN | more))


ALL, DIFFERENT = detector(), detector(different("things"))
EITHER = detector(either(in_all("threshold"), different("things")))


def test_what_is_of_no_employee_must_say_of_whom_it_tells() -> None:
    reads = (read("order", CrmEdit, lambda edit: keep("approved", about=edit.actor)),)
    says = r"three: what it reads is of one order, and its .* write about=.*Subject\(order=view"
    with pytest.raises(TypeError, match=says):
        detector(reads=reads)
    assert detector(reads=reads, about=lambda view, _, __: Subject(order=view.entity_id))
    with pytest.raises(TypeError, match=r"of one quote, .*Subject\(…\)"):
        detector(reads=(read("quote", CrmEdit, lambda edit: keep("read")),))
    assert detector(reads=(read("seller", CrmEdit, lambda edit: keep("sold")),))


def test_a_parameter_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(TypeError, match=r"asks for a parameter thing, and .*; did you mean things"):
        detector(either(THREE, different("thing")))
    with pytest.raises(TypeError, match=r"write window: Duration = number\(…\) there"):
        burst("three", "warning", TITLE, Params(), enough=THREE, **PLAIN)


def test_notes_that_are_forgotten_are_asked_for() -> None:
    without = {name: it for name, it in PLAIN.items() if name != "notes"}
    with pytest.raises(TypeError, match=r"three: it has no notes; write notes=\{role: Bilingual"):
        burst("three", "warning", TITLE, ThreeParams(), enough=THREE, **without)


@pytest.mark.parametrize("count, fires", [(2, False), (3, True)])
def test_the_threshold_in_all_is_enough_and_one_less_is_not(count: int, fires: bool) -> None:
    #   09:00 2 | 3 ◄ fires
    alerts = play([deletes(NINE, "E-1", count)], ALL)
    assert [(it.employee, it.rule.measured) for it in alerts] == [
        ("E-1", {"threshold": "3"})
    ] * fires


@pytest.mark.parametrize("second, fires", [("C-1", False), (None, False), ("C-2", True)])
def test_so_many_different_things_are_enough_and_nothing_is_no_thing(
    second: str | None, fires: bool
) -> None:
    #   09:00 C-1 ×5    09:10 again, nobody, or C-2 ◄ fires
    same = [hit(after(NINE, f"{n}m"), "E-1", "C-1") for n in range(5)]
    assert (play([*same, hit(after(NINE, "10m"), "E-1", second)], DIFFERENT) != []) is fires


@pytest.mark.parametrize(
    "who, measured",
    [
        (["C-1", "C-1"], None),
        (["C-1", "C-2"], {"threshold": "2", "things": "2"}),
        (["C-1", "C-1", "C-1"], {"threshold": "3", "things": "1"}),
    ],
)
def test_either_is_enough_and_both_are_told(who: list[str], measured: Any) -> None:
    alerts = play([hit(after(NINE, f"{n}m"), "E-1", it) for n, it in enumerate(who)], EITHER)
    assert [it.rule.measured for it in alerts] == ([measured] if measured else [])


@pytest.mark.parametrize("micro, fires", [(0, True), (1, False)])
def test_the_window_is_closed_at_both_ends(micro: int, fires: bool) -> None:
    #   09:00 1 ── 1 ── 1 h ──┤ 1
    gone = [deletes(after(NINE, span), "E-1") for span in ("0m", "30m")]
    last = deletes(after(NINE, "1h", micro), "E-1")
    alerts = play([*gone, last], ALL)
    assert [evidence(it) for it in alerts] == ([ids(*gone, last)] if fires else [])


def test_two_employees_have_no_run_together() -> None:
    assert play([deletes(NINE, "E-1", 2), deletes(NINE, "E-2", 2)], ALL) == []


def test_what_is_left_behind_a_run_is_a_run_only_if_it_is_enough_alone() -> None:
    #   09:00 3   10:00 2 │ 10:01 1   10:30 1   11:01 1 ◄ another
    spans = [("0h", 3), ("1h", 2), ("61m", 1), ("90m", 1), ("121m", 1)]
    gone = [deletes(after(NINE, span), "E-1", count) for span, count in spans]
    assert [evidence(it) for it in firing(play(gone[:4], ALL))] == [ids(*gone[:2])]
    assert [evidence(it) for it in firing(play(gone, ALL))] == [ids(*gone[:2]), ids(*gone[2:])]


_MOMENTS = st.sampled_from([0, 0, 1, 30 * MINUTE, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR, 3 * DAY])
_SCENES = st.lists(
    st.builds(
        lambda a, b, who, what: (
            deletes(at(NINE) + a + b, who, what)
            if isinstance(what, int)
            else hit(at(NINE) + a + b, who, what)
        ),
        _MOMENTS,
        _MOMENTS,
        st.sampled_from(["E-1", "E-1", "E-2"]),
        st.sampled_from([1, 1, 2, "C-1", "C-2"]),
    ),
    max_size=10,
    unique_by=lambda it: it.id,
)


def brute(events: Sequence[Event], is_enough: Any) -> Iterator[list[str]]:
    """From the earliest on, all within the window, if that is enough; and so on behind it."""
    for who in ("E-1", "E-2"):
        left = [it for it in sorted(events, key=lambda it: (it.time, it.id)) if who_of(it) == who]
        while left:
            run = [it for it in left if it.time <= left[0].time + HOUR]
            if is_enough(run):
                yield ids(*run)
            left = left[len(run) if is_enough(run) else 1 :]


def who_of(event: Event) -> Any:
    return getattr(event.data, "actor", None) or getattr(event.data, "employee", None)


def has_three(run: list[Event]) -> bool:
    return sum(getattr(it.data, "count", 1) for it in run) >= 3


def has_two_customers(run: list[Event]) -> bool:
    return len({it.data.customer for it in run} - {None}) >= 2  # type: ignore[union-attr]


@few
@given(_SCENES)
def test_whatever_the_order_the_runs_are_those_of_a_brute_force_and_share_nothing(
    came: list[Event],
) -> None:
    for tiny, is_enough in ((ALL, has_three), (DIFFERENT, has_two_customers)):
        found = [evidence(it) for it in firing(play(came, tiny))]
        assert sorted(map(sorted, found)) == sorted(map(sorted, brute(came, is_enough)))
        assert len({id_ for run in found for id_ in run}) == sum(map(len, found))


@few
@given(_SCENES)
def test_a_look_at_what_is_frequent_loses_nothing(came: list[Event]) -> None:
    for enough in (in_all("threshold"), different("things")):
        looks = detector(enough, frequent=True)
        alerts = play(came, looks)
        assert alerts == play(came, replace(looks, concerns=None, spare=None))
        assert told(alerts) == told(play(came, detector(enough)))


def test_of_what_is_frequent_one_with_few_others_near_it_is_not_judged() -> None:
    #   one in two hours, a hundred times │ then three in a row
    judged = 0

    def judge(view: Any, params: Any) -> Any:
        nonlocal judged
        judged += 1
        return ALL.judge(view, params)

    looks = replace(detector(frequent=True), judge=judge)
    alone = [deletes(after(NINE, f"{2 * n}h"), "E-1") for n in range(100)]
    assert (play(alone, looks), judged) == ([], 0)
    row = [deletes(after(NINE, "200h", n), "E-1") for n in range(3)]
    assert evidence(only(play([*alone, *row], looks))) == ids(*row)
    assert judged == 1
