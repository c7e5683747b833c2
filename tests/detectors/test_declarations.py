"""What detectors and profiles say of themselves is what they do: the engine relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.event import Event
from contract.kinds import KINDS
from contract.types import (
    EventData,
    HrChange,
    Image,
    KeywordCategory,
    ObjectType,
    Op,
    Payment,
    ServiceCallback,
    Shipment,
)
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.running import awaited
from detectors.facts.drawing import PROFILES
from detectors.facts.entity import ABOUT, EntityKind
from detectors.facts.view import View
from detectors.language.detector import Detector
from detectors.language.finding import Finding
from detectors.rules.catalogue import BY_ID, DETECTORS
from tests.detectors.histories import reference_of
from tests.detectors.modules import its_tests
from tests.detectors.random_company import END
from tests.detectors.test_laws_of_each import arrivals
from tests.detectors.timeline import callback, edit, hit, hr, payment, shipment

NINE = "2026-03-02 09:00"


# Whether it waits, and for what.


class Findings:
    """All that a detector found in its world, though it raised none of it."""

    def __init__(self, detector: Detector) -> None:
        self.unsettled: list[Finding] = []
        self.settled: list[Finding] = []
        self._judge = detector.judge
        module = its_tests(detector)
        others = [it for it in getattr(module, "ALONGSIDE", ()) if it.id != detector.id]
        self._watching = [replace(detector, judge=self._noted), *others]
        self._reference = reference_of(getattr(module, "DOCUMENTS", ()))

    def _noted(self, view: View, params: Any) -> Iterator[Finding]:
        for finding in self._judge(view, params):
            if finding.due is not None:
                (self.unsettled if finding.settled is None else self.settled).append(finding)
            yield finding

    def look(self, events: Iterable[Event]) -> None:
        run = InMemoryRun(Engine(self._watching, self._reference, mode="replay"))
        run.run(events, END)


@cache
def found_by(id_: str) -> Findings:
    detector = BY_ID[id_]
    found = Findings(detector)
    if hasattr(its_tests(detector), "FIRES"):
        found.look(its_tests(detector).FIRES[0])

    @settings(
        max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def look(data: st.DataObject) -> None:
        found.look(arrivals(data, detector)[1])

    look()
    return found


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_it_waits_if_it_finds_anything_due_and_for_every_topic_that_could_settle_it(
    detector: Detector,
) -> None:
    found = found_by(detector.id)
    assert bool(found.unsettled) is detector.waits
    settling = {KINDS[fact.kind].topic for it in found.settled for fact in it.facts}
    assert not detector.waits or settling <= awaited(detector)


def test_what_settles_is_found_by_all_but_those_that_say_why_not() -> None:
    """Else the law above would hold of nothing."""
    waiting = [it for it in DETECTORS if it.waits]
    assert len(waiting) > 10
    assert sum(bool(found_by(it.id).settled) for it in waiting) >= len(waiting) - 2


# What a profile is drawn from.


def _literals(data: type[EventData], field: str) -> tuple[Any, ...]:
    """The values that a field may have, of which there are few."""
    [values] = [it for it in _unions(get_type_hints(data)[field]) if get_args(it)]
    return get_args(values)


def _unions(hint: Any) -> tuple[Any, ...]:
    args = get_args(hint)
    return args if type(None) in args else (hint,)


def _all_edits() -> Iterator[Event]:
    images: list[dict[str, object]] = [{}, {"owner": "E-1"}, {"owner": None}, {"amount": "5"}]
    images += [{"status": it} for it in _literals(Image, "status")]
    images += [{"stage": it} for it in _literals(Image, "stage")]
    for op, kind, image in product(get_args(Op), get_args(ObjectType), images):
        for number, customer in product(("X-1", "C-1"), (None, "C-1")):
            yield edit(NINE, "E-1", op, (kind, number), customer=customer, order="O-1", **image)  # type: ignore[arg-type]


def _all_others() -> Iterator[Event]:
    about = {"order": "O-1", "customer": "C-1"}
    yield from (payment(NINE, "P-1", kind=it, **about) for it in _literals(Payment, "kind"))
    yield from (shipment(NINE, "S-1", status=it, **about) for it in _literals(Shipment, "status"))
    yield from (hit(NINE, "E-1", "C-1", it) for it in get_args(KeywordCategory))
    yield from (hr(NINE, "E-1", it) for it in _literals(HrChange, "kind"))
    outcomes = _literals(ServiceCallback, "outcome")
    yield from (callback(NINE, "B-1", "C-1", it, order="O-1") for it in outcomes)


EVENTS = [*_all_edits(), *_all_others()]


@pytest.mark.parametrize("kind, data", PROFILES, ids=lambda it: getattr(it, "__name__", it))
def test_a_profile_names_all_roles_that_it_is_drawn_to_and_no_other(
    kind: EntityKind, data: type[EventData]
) -> None:
    drawn, ids = PROFILES[kind, data], ABOUT[data, kind]
    events = [it for it in EVENTS if isinstance(it.data, data) and drawn.where(it.data)]
    facts = [fact for it in events for id_ in ids(it.data) for fact in drawn.facts(it, id_)]
    assert {fact.role for fact in facts} == drawn.roles


def test_every_kind_of_event_that_is_drawn_from_is_among_them() -> None:
    assert {type(it.data) for it in EVENTS} >= {data for _, data in PROFILES}
