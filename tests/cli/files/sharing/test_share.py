"""Two shares find what one process finds, in its order, however the events are cut into batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.alert import Alert
from contract.event import Event
from contract.types import CrmEdit
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.silent import Signs
from detectors.facts.drawing import PROFILES
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID, DETECTORS
from detectors.rules.orders import ghost_deal
from offbook.cli.files.sharing.judge import Ended, Failed, Rules
from offbook.cli.files.sharing.messages import decode_found, encode
from offbook.cli.files.sharing.share import PEOPLE, CoupledError, Share, can_be_shared
from streams.settings.settings import Settings
from tests.detectors.histories import Arrival, documents, histories, reference_of
from tests.detectors.random_company import END
from tests.detectors.timeline import activity, at, edit, payment
from tests.parts.examples import examples
from tests.simulation.simulated import SMALL, company

OURS = Rules(Settings(), DETECTORS)
_place = itemgetter(0)


class Cramped(Rules):
    """There is room for next to nothing, so that a great deal gives way."""

    def engine(self, reference: Reference) -> Engine:
        common = Common(max_facts=4, max_evidence=3)
        return Engine(self.detectors, reference, common, "replay", Signs())


Told = tuple[list[Alert], Ended]


def by_one(rules: Rules, reference: Reference, events: Iterable[Event], until: int | None) -> Told:
    run = InMemoryRun(rules.engine(reference))
    alerts = run.run(events, until)
    silent = run.engine.silent() | run.engine.signless()
    return alerts, Ended(silent, run.evicted, [rules.failed(it) for it in run.failures])


def by_two(
    rules: Rules,
    reference: Reference,
    events: Iterable[Event],
    until: int | None,
    sizes: Iterable[int],
) -> Told:
    """As `divided` has it done by two processes, one batch after the other."""
    engine = rules.engine(reference)
    people = Share(rules, engine, people=True)
    things = Share(rules, rules.engine(reference), people=False)
    alerts: list[Alert] = []
    failures: list[Failed] = []

    def settle(batch: Sequence[tuple[int, Event, list[str]]], upto: int) -> None:
        for one in batch:
            things.take(*one)
        found = decode_found(encode(things.upto(upto)))
        people.hear(found.notes)
        for one in batch:
            people.take(*one)
        ours = people.upto(upto)
        alerts.extend(alert for _, alert in merge(found.alerts, ours.alerts, key=_place))
        failures.extend(it for _, it in merge(found.failures, ours.failures, key=_place))

    numbered = ((n, it, engine.route(it, reference)) for n, it in enumerate(events, start=1))
    for size in sizes:
        batch = [*islice(numbered, size)]
        if not batch:
            break
        settle(batch, batch[-1][1].time)
    if until is not None:
        settle([], until)
    silent = things.engine.silent() | things.engine.signless()
    return alerts, Ended(silent, people.evicted + things.evicted, failures)


def evenly(size: int) -> Iterable[int]:
    while True:
        yield size


def in_time_order(history: Iterable[Arrival]) -> list[Event]:
    return sorted((it.event for it in history), key=lambda event: (event.time, event.id))


@settings(max_examples=examples(120))
@given(
    documents=documents | st.just(()),
    history=histories(scenes=5, noise=8),
    rules=st.sampled_from([OURS, Cramped(Settings(), DETECTORS)]),
    size=st.integers(1, 9),
    until=st.none() | st.just(END),
)
def test_of_any_company(
    documents: tuple[Event, ...],
    history: list[Arrival],
    rules: Rules,
    size: int,
    until: int | None,
) -> None:
    reference, events = reference_of(documents), in_time_order(history)
    expected = by_one(rules, reference, events, until)
    assert by_two(rules, reference, events, until, evenly(size)) == expected


@pytest.mark.parametrize("rules", [OURS, Cramped(Settings(), DETECTORS)], ids=["roomy", "cramped"])
def test_of_a_company_as_people_work(rules: Rules) -> None:
    small = company(SMALL)
    reference, events = reference_of((*small.reference,)), small.events
    events = sorted(events, key=lambda event: (event.time, event.id))
    until = events[-1].time + 60 * 86_400_000_000
    expected = by_one(rules, reference, events, until)
    assert len(expected[0]) > 50
    assert bool(expected[1].evicted) == isinstance(rules, Cramped)
    for size in (1, 700):
        assert by_two(rules, reference, events, until, evenly(size)) == expected


def test_what_waited_for_a_sign_is_judged_at_the_same_moment() -> None:
    """A deal without any work is none until the CRM has told of work at all."""
    events = [activity("2026-03-20 10:00", "E-1", "C-0")]
    for n in range(1, 9):
        order, customer = f"O-{n}", f"C-{n}"
        made = edit(f"2026-03-0{n} 10:00", f"E-{n}", "create", ("order", order), customer=customer)
        events += [made, payment(f"2026-03-0{n} 11:00", f"P-{n}", order=order, customer=customer)]
    events.sort(key=lambda event: event.time)
    rules = replace(OURS, detectors=[ghost_deal.DETECTOR, BY_ID["employee-risk"]])
    expected = by_one(rules, Reference(), events, END)
    assert len(expected[0]) >= 8
    for size in (1, 4, 100):
        assert by_two(rules, Reference(), events, END, evenly(size)) == expected


def failing(detector: Detector, every: int) -> Detector:
    """It raises at each so-many-th entity, by its name."""

    def judge(view: Any, params: Any) -> Any:
        if int(view.entity_id.rpartition("-")[2], 36) % every == 0:
            raise ZeroDivisionError
        return detector.judge(view, params)

    return replace(detector, judge=judge)


def test_of_detectors_that_fail_the_first_is_told_first() -> None:
    small = company(SMALL)
    events = sorted(small.events, key=lambda event: (event.time, event.id))
    rules = replace(OURS, detectors=[failing(it, 3) for it in DETECTORS])
    reference = reference_of((*small.reference,))
    expected = by_one(rules, reference, events, None)
    assert len({it.detector for it in expected[1].failures}) > 5
    assert by_two(rules, reference, events, None, evenly(100)) == expected


def test_of_people_the_crm_tells_nothing_that_others_go_by() -> None:
    assert [kind for kind, data in PROFILES if kind in PEOPLE and data is CrmEdit] == []
    assert can_be_shared(DETECTORS)
    of_people = replace(BY_ID["bulk-delete"], misses=ghost_deal.DETECTOR.misses)
    assert not can_be_shared([*DETECTORS, of_people])


def asking(detector: Detector, kind: Any, id_: str) -> Detector:
    def judge(view: Any, params: Any) -> Any:
        view.profile(kind, id_)
        return detector.judge(view, params)

    return replace(detector, judge=judge, concerns=None)


@pytest.mark.parametrize(
    "asks",
    [
        asking(BY_ID["bulk-delete"], "customer", "C-1"),
        asking(BY_ID["customer-snatching"], "employee", "E-1"),
    ],
    ids=["a person asks", "a person is asked"],
)
def test_a_detector_that_asks_the_other_way_is_noticed(asks: Detector) -> None:
    small = company(SMALL)
    events = sorted(small.events, key=lambda event: (event.time, event.id))
    rules = replace(OURS, detectors=[asks])
    with pytest.raises(CoupledError):
        by_two(rules, reference_of((*small.reference,)), events, None, evenly(100))


def test_an_entity_is_a_person_or_a_thing() -> None:
    share = Share(OURS, OURS.engine(Reference()), people=True)
    event = edit("2026-03-01 10:00", "E-1", "update", ("order", "O-1"), customer="C-1")
    share.take(1, event, share.engine.route(event))
    kinds = Counter(key.partition(":")[0] for key in share.states)
    assert set(kinds) <= PEOPLE
    assert at("2026-03-01 10:00") == share.now
