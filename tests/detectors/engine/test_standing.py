"""What was found of waits and runs that are over is not found again; what is told is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE
from detectors.engine.engine import Engine, configured
from detectors.engine.in_memory import InMemoryRun
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.detector import Detector, Standing
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.data.bulk_export import DETECTOR as BULK_EXPORT
from detectors.rules.orders.ghost_deal import DETECTOR as GHOST_DEAL
from tests.detectors.random_company import END
from tests.detectors.timeline import activity, at, deletes, edit, hr, payment, shipment

BASE = at("2026-03-02 09:00")
MOMENTS = st.integers(0, 12 * 24 * 6).map(lambda tenth: BASE + tenth * 10 * MINUTE)


def few(detector: Detector) -> Detector:
    return configured(detector, threshold=3)


@st.composite
def deletions(draw: st.DrawFn) -> list[Event]:
    moments = draw(st.lists(MOMENTS, min_size=6, max_size=30, unique=True))
    return [deletes(moment, "E-1", id=f"d{moment}") for moment in moments]


@st.composite
def exports(draw: st.DrawFn) -> list[Event]:
    moments = draw(st.lists(MOMENTS, min_size=6, max_size=30, unique=True))
    taken = [
        edit(moment, "E-1", "export", ("customer", f"C-{moment}"), id=f"x{moment}")
        for moment in moments
    ]
    if draw(st.booleans()):
        taken.append(hr(draw(MOMENTS), "E-1", "resignation_submitted"))
    return taken


@st.composite
def deals(draw: st.DrawFn) -> list[Event]:
    found: list[Event] = []
    for number, moment in enumerate(draw(st.lists(MOMENTS, min_size=4, max_size=20, unique=True))):
        match draw(st.sampled_from(("sent", "sent", "sent", "back", "paid", "worked"))):
            case "sent":
                found.append(shipment(moment, f"S-{number % 7}", customer="C-1", id=f"s{number}"))
            case "back":
                back = shipment(moment, f"S-{number % 7}", customer="C-1", status="returned")
                found.append(back)
            case "paid":
                found.append(payment(moment, f"P-{number}", customer="C-1", id=f"p{number}"))
            case _:
                found.append(activity(moment, "E-1", "C-1", id=f"a{number}"))
    return found


def told(detector: Detector, events: Sequence[Event]) -> list[object]:
    run = InMemoryRun(Engine([detector], Reference(), mode="replay"))
    alerts = run.run(events, END)
    assert not run.failures
    return [structs.replace(it, detected_at="") for it in alerts]


@pytest.mark.parametrize(
    "detector, worlds",
    [(few(BULK_DELETE), deletions()), (few(BULK_EXPORT), exports()), (GHOST_DEAL, deals())],
    ids=["bulk-delete", "bulk-export", "ghost-deal"],
)
def test_each_revision_is_the_same_whether_or_not_all_is_judged_again(
    detector: Detector, worlds: st.SearchStrategy[list[Event]]
) -> None:
    @given(worlds, st.randoms(use_true_random=False))
    def holds(events: list[Event], rng: object) -> None:
        came = sorted(events, key=lambda it: it.time + rng.choice((0, 0, HOUR, DAY)))  # type: ignore[attr-defined]
        assert told(detector, came) == told(replace(detector, stands=None), came)

    holds()


def test_of_a_thousand_waits_only_those_are_looked_at_that_go_on() -> None:
    #   S-0 … S-199, one an hour, each awaited for 24 h: about 24 wait at any time
    looked_at: list[int] = []

    def judge(view: View, params: object) -> object:
        looked_at.append(len(view.facts))
        return GHOST_DEAL.judge(view, params)

    counted = replace(GHOST_DEAL, judge=judge)  # type: ignore[arg-type]
    run = InMemoryRun(Engine([counted], Reference(), mode="replay"))
    for number in range(200):
        moment = BASE + number * HOUR
        run.feed(shipment(moment, f"S-{number}", customer="C-1", id=f"s{number}"))
    assert max(looked_at[-20:]) < 40


def test_new_settings_have_all_judged_again() -> None:
    seen: list[Sequence[Fact]] = []

    def judge(view: View, params: object) -> object:
        seen.append(list(view.facts))
        return GHOST_DEAL.judge(view, params)

    run = InMemoryRun(Engine([GHOST_DEAL], Reference(), mode="replay"))
    for number in range(100):
        moment = BASE + number * HOUR
        run.feed(shipment(moment, f"S-{number}", customer="C-1", id=f"s{number}"))
    changed = configured(replace(GHOST_DEAL, judge=judge), after=25 * HOUR)  # type: ignore[arg-type]
    run.engine = Engine([changed], Reference(), mode="replay")
    run.feed(shipment(BASE + 101 * HOUR, "S-101", customer="C-1", id="s101"))
    assert len(seen[0]) == 100


def test_a_detector_that_cannot_say_what_stands_fails_alone() -> None:
    def anew(*_: object) -> list[Fact]:
        raise ValueError

    broken = replace(few(BULK_DELETE), stands=Standing(frozenset({"delete"}), anew))
    run = InMemoryRun(Engine([broken, few(BULK_EXPORT)], Reference(), mode="replay"))
    for number in range(6):
        moment = BASE + number * MINUTE
        run.feed(deletes(moment, "E-1", id=f"d{number}"))
        run.feed(edit(moment, "E-1", "export", ("customer", "C-1"), id=f"x{number}"))
    assert {it.detector for it in run.failures} == {"bulk-delete"}
    assert "bulk-export" in run.states["employee:E-1"].notebooks
