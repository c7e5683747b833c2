"""Facts that no look at a new one needs are kept encoded, and are there when something does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.alert import Alert
from contract.event import Event
from contract.times import HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import SEALED_TOGETHER, Notebook, decode_state, encode_state
from detectors.facts.fact import Fact
from detectors.facts.view import Common
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID, DETECTORS
from tests.detectors.timeline import after, company, edit, local

MONDAY = "2026-03-02 09:00"
BULK_EXPORT = BY_ID["bulk-export"]


def facts(count: int) -> list[Fact]:
    return [Fact(n * HOUR, "view", "//crm", f"e{n}", 0, 0, n) for n in range(count)]


def sealed(count: int, reach: int = HOUR) -> Notebook:
    notebook = Notebook(facts=facts(count))
    notebook.seal(reach)
    return notebook


# hour    0 ───────────────────── 29   30 31 32
#         └──────── sealed ────────┘   two reaches before the newest, that hour included
def test_what_lies_more_than_two_reaches_back_is_sealed() -> None:
    notebook = sealed(33)
    assert [fact.at // HOUR for fact in notebook.facts] == [30, 31, 32]
    assert notebook.sealed is not None
    assert (notebook.sealed.until, notebook.size()) == (29 * HOUR, 33)


def test_a_few_facts_are_left_as_they_are() -> None:
    assert sealed(SEALED_TOGETHER + 2).sealed is None
    assert sealed(SEALED_TOGETHER + 3).sealed is not None


def test_sealing_goes_on_where_it_was_left() -> None:
    notebook = sealed(33)
    notebook.facts += facts(60)[33:]
    notebook.seal(HOUR)
    assert notebook.sealed is not None
    assert len(notebook.sealed.chunks) == 2
    notebook.unseal()
    assert notebook == Notebook(facts=facts(60))


@pytest.mark.parametrize("since, opened", [(29 * HOUR, True), (29 * HOUR + 1, False)])
def test_it_is_unsealed_for_what_reaches_the_newest_of_it(since: int, opened: bool) -> None:
    notebook = sealed(33)
    notebook.unseal(since)
    assert (notebook.sealed is None) is opened
    assert (notebook.facts == facts(33)) is opened


class Kept(InMemoryRun):
    """As the monitor keeps it: sealed and encoded between any two events."""

    def feed(self, event: Event) -> list[Alert]:
        alerts = super().feed(event)
        for key, state in self.states.items():
            self.engine.seal(state)
            self.states[key] = decode_state(encode_state(state))
        return alerts

    def notebook(self) -> Notebook:
        return self.states["employee:E-1"].notebooks[BULK_EXPORT.id]


def views(first: int, count: int, **more: int) -> list[Event]:
    """A view every five minutes, from the `first` such on."""
    return [
        edit(after(MONDAY, f"{5 * n}m"), "E-1", "view", ("customer", "C-1"), id=f"v{n}", **more)
        for n in range(first, first + count)
    ]


def kept(*happened: Event) -> tuple[list[Alert], Kept]:
    run = Kept(Engine([BULK_EXPORT], company(), mode="replay"))
    return [alert for event in happened for alert in run.feed(event)], run


# 09:00 ──────────── 60 views ──────────── 13:55      180 at 09:32, two days late: fires
#   └──────── sealed ─────────┘
def test_a_late_event_finds_what_was_sealed() -> None:
    wednesday = edit("2026-03-04 09:00", "E-1", "view", ("customer", "C-1"))
    late = edit("2026-03-02 09:32", "E-1", "export", ("customer", "C-1"), count=188)
    before, run = kept(*views(0, 60), wednesday)
    assert (before, run.notebook().sealed is None) == ([], False)
    alerts, run = kept(*views(0, 60), wednesday, late)
    assert alerts == local(BULK_EXPORT).run([*views(0, 60), wednesday, late])
    assert len(alerts) == 1


def test_what_comes_next_opens_nothing_that_is_sealed() -> None:
    _, run = kept(*views(0, 60))
    chunks = run.notebook().sealed
    _, run = kept(*views(0, 61))
    assert chunks is not None
    assert run.notebook().sealed == chunks


def test_the_bound_counts_what_is_sealed() -> None:
    run = Kept(Engine([BULK_EXPORT], company(), Common(max_facts=60)))
    for event in views(0, 200):
        run.feed(event)
    assert run.notebook().size() <= 60
    assert run.evicted


def test_a_detector_that_no_longer_says_how_far_it_reaches_finds_all_there_is() -> None:
    _, run = kept(*views(0, 60))
    run.engine = Engine([replace(BULK_EXPORT, reach=None)], company())
    run.feed(views(60, 1)[0])
    assert (run.notebook().sealed, len(run.notebook().facts)) == (None, 61)


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda it: it.id)
def test_who_says_how_far_a_look_reaches_looks(detector: Detector) -> None:
    assert detector.reach is None or detector.concerns is not None
