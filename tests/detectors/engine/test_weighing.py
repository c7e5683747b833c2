"""How alerts come to the detectors that weigh them: as facts, each as it stands, and in no loop."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from itertools import permutations
from random import Random
from types import ModuleType

import pytest

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Implicated, Input
from detectors.engine.state import EntityState, decode_state, encode_state
from detectors.facts.fact import Fact, fact_of
from detectors.facts.roles import STANDS, WITHDRAWN
from detectors.language.allowance import Allowance
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.money.offbook_payment import DETECTOR as OFFBOOK_PAYMENT
from detectors.rules.voices.callback_mismatch import DETECTOR as CALLBACK_MISMATCH
from detectors.rules.voices.employee_risk import DETECTOR as EMPLOYEE_RISK
from detectors.rules.voices.tip_corroborated import DETECTOR as TIP_CORROBORATED
from tests.detectors.timeline import (
    activity,
    after,
    at,
    callback,
    company,
    customer,
    deletes,
    employee,
    evidence,
    final,
    firing,
    hit,
    hr,
    ids,
    opens,
    owner,
    payment,
    play,
    shipment,
    time_is,
    tip,
)
from tests.detectors.voices import test_employee_risk, test_tip_corroborated
from tests.parts.examples import examples

NINE = "2026-03-02 09:00"
ME = "employee:E-1"
WEIGHERS = {detector.id for detector in DETECTORS if detector.weighs_alerts}


class Overheard(InMemoryRun):
    """Writes down each note between entities, and after how many hops it was sent."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.notes: list[tuple[str, object]] = []
        self.steps = 0
        self.furthest = 0

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        alerts, waiting = [], deque([(key, inputs, 0)])
        while waiting:
            to, items, hops = waiting.popleft()
            assert hops < 10, "notes go round"
            self.steps += 1
            self.furthest = max(self.furthest, hops)
            step = self._step_one(to, items)
            alerts += step.alerts
            self.notes += step.notes
            waiting.extend((other, [note], hops + 1) for other, note in step.notes)
        return alerts

    def implicated(self) -> list[tuple[str, Implicated]]:
        return [(to, note) for to, note in self.notes if isinstance(note, Implicated)]


def overheard(*detectors: Detector) -> Overheard:
    documents = (employee("E-1"), customer("C-1", "E-1"), customer("C-2", "E-2"))
    return Overheard(Engine(detectors, company(*documents), mode="replay"))


def told(
    revision: int = 1,
    *,
    name: str = "bulk-delete-1",
    firing: bool = True,
    moment: str | int = NINE,
    score: int = 60,
) -> Implicated:
    """What the engine tells of an alert."""
    gone = deletes(moment, "E-1", 20, id=f"{name}-{revision}")
    alert = fact_of(
        gone,
        STANDS,
        about=name,
        weight=score,
        detector=name.rsplit("-", 1)[0],
        severity="critical",
        revision=str(revision),
        found_at=str(at(moment)),
    )
    return Implicated(alert, revision, firing)


BOTH = Engine([EMPLOYEE_RISK, TIP_CORROBORATED, BULK_DELETE], company())


def hear(state: EntityState | None, *notes: Implicated) -> Step:
    return BOTH.step(ME, state, notes, time_is(NINE))


def known(state: EntityState, detector: Detector = EMPLOYEE_RISK) -> list[Fact]:
    return state.notebooks[detector.id].facts


# What is told.


def test_an_alert_is_told_to_its_employee_with_its_newest_event_and_its_score() -> None:
    run = overheard(EMPLOYEE_RISK, BULK_DELETE)
    gone = [deletes(NINE, "E-1", 20), deletes(after(NINE, "10m"), "E-1", 1)]
    alerts = run.run(gone)
    (to, first), (_, second) = run.implicated()
    assert to == ME
    assert (first.revision, first.firing, second.revision) == (1, True, 2)
    alert = second.alert
    assert (alert.role, alert.about, alert.weight) == (STANDS, alerts[0].alert_id, 60)
    assert (alert.at, alert.id, alert.kind) == (gone[1].time, gone[1].id, 0)
    assert alert.fields == {
        "detector": "bulk-delete",
        "severity": "critical",
        "revision": "2",
        "found_at": str(gone[1].time),
    }


def test_of_something_missing_it_is_told_that_it_was_found_at_its_deadline() -> None:
    run = overheard(EMPLOYEE_RISK, *[it for it in DETECTORS if it.id == "shipment-without-order"])
    run.run([shipment(NINE, "S-1", order="O-1", customer="C-1")], after(NINE, "9d"))
    [(to, note)] = run.implicated()
    assert to == ME
    assert note.alert.at == at(NINE)
    assert note.alert.fields["found_at"] == str(after(NINE, "25h"))


def test_an_alert_that_names_nobody_is_told_to_nobody() -> None:
    run = overheard(EMPLOYEE_RISK, CALLBACK_MISMATCH)
    assert run.run([callback(NINE, "B-1", "C-9", "denied")])
    assert run.implicated() == []


def test_where_nobody_weighs_alerts_none_is_told() -> None:
    run = overheard(BULK_DELETE)
    assert run.run([deletes(NINE, "E-1", 20)])
    assert run.notes == []


# What becomes of it.


def test_each_detector_that_weighs_has_it_as_a_fact_and_no_other_does() -> None:
    state = hear(None, told()).state
    assert set(state.notebooks) == WEIGHERS
    assert known(state) == known(state, TIP_CORROBORATED) == [told().alert]


def test_a_newer_revision_takes_the_place_of_the_older() -> None:
    state = hear(None, told(1), told(2, score=30)).state
    assert [(fact.weight, fact.fields["revision"]) for fact in known(state)] == [(30, "2")]


@pytest.mark.parametrize("revision", [1, 2])
def test_the_same_again_or_an_older_one_changes_nothing(revision: int) -> None:
    state = hear(None, told(1), told(2)).state
    before = encode_state(state)
    step = hear(state, told(revision), told(revision, firing=False))
    assert not step.changed
    assert (step.alerts, step.notes) == ([], [])
    assert encode_state(step.state) == before


def test_one_that_no_longer_stands_is_remembered_as_such() -> None:
    state = hear(None, told(1), told(2, firing=False)).state
    assert [fact.role for fact in known(state)] == [WITHDRAWN]
    assert not hear(state, told(1)).changed
    assert [fact.role for fact in known(hear(state, told(3)).state)] == [STANDS]


def test_in_whatever_order_revisions_come_the_newest_stands() -> None:
    notes = [told(1), told(2, firing=False), told(3, score=30), told(1, name="chat-burst-1")]
    ends = {encode_state(_after(order)) for order in permutations(notes)}
    assert len(ends) == 1


def _after(notes: tuple[Implicated, ...]) -> EntityState:
    state: EntityState | None = None
    for note in notes:
        state = hear(state, note).state
    assert state is not None
    for notebook in state.notebooks.values():
        notebook.raised = {}  # their revisions do depend on it, and when they are over
        notebook.due = notebook.expires = None
    state.due = {}
    return state


def test_one_step_or_many_is_the_same() -> None:
    notes = [told(1), told(2), told(1, name="chat-burst-1"), told(2, name="chat-burst-1")]
    at_once = hear(None, *notes)
    assert len(at_once.alerts) == 1
    assert known(at_once.state) == known(_after(tuple(notes)))


def test_the_state_comes_back_as_it_was() -> None:
    state = hear(None, told(1), told(1, name="chat-burst-1"), told(2, firing=False)).state
    assert decode_state(encode_state(state)) == state


def test_a_tip_of_the_same_name_is_no_alert() -> None:
    named = tip(NINE, "bulk-delete-1", "E-1")
    state = BOTH.step(ME, None, [named, told()], time_is(NINE)).state
    assert [fact.role for fact in known(state, TIP_CORROBORATED)] == [STANDS, "tip"]
    assert not hear(state, told()).changed


def test_one_that_makes_it_fail_is_taken_out_and_the_others_are_weighed() -> None:
    def judge(view: object, params: object) -> object:
        if any(fact.weight == 13 for fact in view.facts):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return EMPLOYEE_RISK.judge(view, params)  # type: ignore[arg-type]

    engine = Engine([replace(EMPLOYEE_RISK, judge=judge)], company())
    bad = told(1, name="offbook-payment-1", score=13)
    step = engine.step(ME, None, [told(), bad, bad], time_is(NINE))
    assert [(failure.detector, failure.events) for failure in step.failures] == [
        (EMPLOYEE_RISK.id, [])
    ]
    assert EMPLOYEE_RISK.id not in step.state.notebooks
    good = [told(2), told(1, name="chat-burst-1")]
    assert len(engine.step(ME, step.state, good, time_is(NINE)).alerts) == 1


# Whom it names.


def test_an_alert_whose_employee_changes_moves_from_the_one_to_the_other() -> None:
    #   E-1 and E-2 delete ◄ 60 each ── payment for C-1: E-1's ◄ 120 ── (C-1 was E-2's, late)
    run = overheard(EMPLOYEE_RISK, BULK_DELETE, OFFBOOK_PAYMENT)
    gone = [deletes(NINE, who, 20) for who in ("E-1", "E-2")]
    paid = payment(after(NINE, "1h"), "P-1", "X", customer="C-1")
    alerts = run.run([*gone, paid])
    assert [it.employee for it in firing(alerts) if it.detector == EMPLOYEE_RISK.id] == ["E-1"]
    alerts += run.run([hit(after(NINE, "5d"), "E-9"), owner(after(NINE, "-1h"), "C-1", "E-2")])
    risks = [it for it in final(alerts).values() if it.detector == EMPLOYEE_RISK.id]
    assert {(it.employee, it.state, it.revision) for it in risks} == {
        ("E-1", "withdrawn", 2),
        ("E-2", "firing", 1),
    }
    assert [(to, note.revision, note.firing) for to, note in run.implicated()][-2:] == [
        ("employee:E-2", 2, True),
        ("employee:E-1", 2, False),
    ]
    [mine], [theirs] = (
        [fact for fact in known(run.states[key]) if fact.about.startswith("offbook-payment")]
        for key in ("employee:E-1", "employee:E-2")
    )
    assert (mine.role, theirs.role) == (WITHDRAWN, STANDS)


def test_an_alert_that_is_withdrawn_leaves() -> None:
    #   3 deletes and a notice ◄ 60, a tip ◄ ── stays after all: the tip's is withdrawn
    story = [
        deletes(NINE, "E-1", 3),
        tip(NINE, "T-1", "E-1"),
        hr(after(NINE, "1d"), "E-1", "resigned"),
        hr(after(NINE, "2d"), "E-1", "resignation_withdrawn"),
    ]
    alerts = final(play(story))
    assert {(it.detector, it.state) for it in alerts.values()} == {
        ("deleted-before-resignation", "withdrawn"),
        ("tip-corroborated", "withdrawn"),
    }


# No loop.


@pytest.mark.parametrize("world", [test_employee_risk, test_tip_corroborated])
def test_the_alert_of_one_that_weighs_is_told_to_nobody(world: ModuleType) -> None:
    """All detectors there are, on events that make it fire."""
    events, until = world.FIRES
    run = overheard(*DETECTORS)
    alerts = run.run(events, after(NINE, until))
    assert world.DETECTOR.id in {alert.detector for alert in alerts}
    assert {note.alert.fields["detector"] for _, note in run.implicated()}.isdisjoint(WEIGHERS)


def test_those_who_weigh_do_not_weigh_each_other() -> None:
    #   deletes 60, tip ◄ 60 borne out ── that is no second alert to add up
    run = overheard(*DETECTORS)
    gone, tipped = deletes(NINE, "E-1", 20), tip(after(NINE, "1h"), "T-1", "E-1")
    found = firing(run.run([gone, tipped]))
    assert [alert.detector for alert in found] == ["bulk-delete", "tip-corroborated"]


@pytest.mark.parametrize(
    "marked",
    [
        replace(BULK_DELETE, shadow=True),
        replace(
            BULK_DELETE,
            allowances=(
                Allowance(name="1", until=at("2027-01-01"), reason="known", employee="E-1"),
            ),
        ),
    ],
    ids=["on trial", "allowed"],
)
def test_what_wakes_nobody_is_not_weighed(marked: Detector) -> None:
    #   deletes, on trial or allowed ── tip: nothing bears it out
    others = [marked if it.id == marked.id else it for it in DETECTORS]
    run = overheard(*others)
    found = run.run([deletes(NINE, "E-1", 20), tip(after(NINE, "1h"), "T-1", "E-1")])
    assert [alert.detector for alert in firing(found)] == ["bulk-delete"]


def test_over_thousands_of_steps_every_note_comes_to_an_end() -> None:
    count = examples(4_000)
    rng = Random(20260302)
    run = overheard(*DETECTORS)
    fired: Counter[str] = Counter()
    moment = at(NINE)
    for _ in range(count):
        moment += rng.choice((0, 0, DAY // 24, DAY // 2))
        fired.update(alert.detector for alert in run.feed(_anything(rng, moment)))
    fired.update(alert.detector for alert in run.advance(moment + 30 * DAY))
    assert not run.failures, run.failures[0]
    assert run.steps > 4 * count
    # A question, its answer, another and its answer, the alert to its employee.
    assert run.furthest <= 6
    sent = Counter(note.alert.fields["detector"] for _, note in run.implicated())
    assert set(sent).isdisjoint(WEIGHERS)
    assert sum(sent.values()) > count / 8
    assert all(fired[detector] > count / 200 for detector in WEIGHERS)


def _anything(rng: Random, moment: int) -> Event:
    moment -= rng.choice((0, 0, 0, DAY, 7 * DAY))
    who, about = f"E-{rng.randint(1, 12)}", f"C-{rng.randint(1, 40)}"
    match rng.randint(0, 9):
        case 0:
            return deletes(moment, who, rng.choice((3, 20)))
        case 1:
            return hit(moment, who, about, rng.choice(("private_deal", "competitor")))
        case 2:
            outcome = rng.choice(("mismatch", "denied", "complaint", "confirmed"))
            return callback(moment, f"B-{moment}", about, outcome, employee=who)
        case 3:
            return payment(moment, f"P-{moment}", rng.choice(("X", "Y")), customer=about)
        case 4:
            return tip(moment, f"T-{moment}", who)
        case 5:
            kinds = ("resigned", "resignation_withdrawn", "left", "hired")
            return hr(moment, who, rng.choice(kinds))
        case 6:
            return owner(moment, about, who, was=rng.choice((None, "E-1")))
        case 7:
            return shipment(
                moment, f"S-{moment}", order=f"O-{moment}", customer=about, released_by=who
            )
        case 8:
            return opens(moment, f"OP-{about}", about, who)
        case _:
            return activity(moment, who, about)


def test_a_note_that_comes_back_after_everything_was_forgotten_does_no_harm() -> None:
    run = overheard(EMPLOYEE_RISK, BULK_DELETE, CALLBACK_MISMATCH)
    gone = deletes(NINE, "E-1", 20)
    run.run([gone, callback(NINE, "B-1", "C-9", "denied", employee="E-1")])
    run.advance(after(NINE, "900d"))
    assert run.states == {}
    for to, note in run.implicated():
        assert run._step(to, [note]) == []
    assert run.states == {}
    assert evidence(firing(play([gone]))[0]) == ids(gone)
