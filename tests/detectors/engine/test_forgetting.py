"""What is forgotten is over: what comes of it again, or far too late, is kept out and told."""

from __future__ import annotations

from contract.event import Event
from contract.times import DAY, SECOND
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.look import Step
from detectors.engine.messages import Input
from detectors.engine.state import decode_state, encode_state
from detectors.language.detector import Detector
from detectors.rules.catalogue import BY_ID
from tests.detectors.timeline import (
    activity,
    after,
    at,
    callback,
    company,
    customer,
    deletes,
    edit,
    employee,
    evidence,
    firing,
    hit,
    hr,
    ids,
    only,
    order,
    payment,
    time_is,
)

NINE = "2026-03-02 09:00"
_COMPANY = company(customer("C-1", "E-1"), employee("E-1"))


class Heard(InMemoryRun):
    """Remembers what was kept out."""

    def __init__(self, *detectors: Detector) -> None:
        super().__init__(Engine(detectors, _COMPANY, mode="replay"))
        self.late: list[Event] = []

    def _step_one(self, key: str, inputs: list[Input]) -> Step:
        step = super()._step_one(key, inputs)
        self.late += step.late
        return step

    def restart(self) -> None:
        self.states = {key: decode_state(encode_state(it)) for key, it in self.states.items()}


def heard(id_: str) -> Heard:
    return Heard(BY_ID[id_])


def quiet(moment: str | int) -> Event:
    """Only says that time has passed."""
    return hit(moment, "E-QUIET", category="other")


# A run that is over.


def exports(days: int) -> Event:
    return edit(after(NINE, f"{days}d"), "E-1", "export", ("report", "R-1"), count=600)


def complains(days: float, number: str) -> Event:
    return callback(after(NINE, f"{days}d"), number, "C-1", "complaint", employee="E-1")


def test_a_run_that_is_forgotten_lends_nothing_to_one_that_goes_on() -> None:
    #   B-2 ── 15 d: B-3, B-1 ◄ fires ── 29 d ── B-2 │ restart │ all again: not B-3, B-1, B-2
    known = [
        complains(0, "B-2"),
        complains(15, "B-1"),
        complains(15, "B-3"),
        complains(44.5, "B-2"),
    ]
    run = heard("complaint-burst")
    before = run.run(known)
    run.restart()
    assert run.run(known) == []
    assert evidence(only(before)) == ids(*sorted(known[:3], key=lambda it: (it.time, it.id)))
    assert {it.id for it in run.late} == {it.id for it in known[:3]}


def test_nor_is_a_part_of_it_a_run_by_itself() -> None:
    #   1 delete, 20 deletes ◄ fires ── 30 d ── the 20 come again
    known = [deletes(NINE, "E-1"), deletes(after(NINE, "1m"), "E-1", 20)]
    run = heard("bulk-delete")
    alerts = run.run([*known, deletes(after(NINE, "30d"), "E-1")])
    assert len(alerts) == 1
    assert run.feed(known[1]) == []
    assert run.late == [known[1]]


def test_what_comes_late_counts_where_its_window_is_open_though_one_before_is_over() -> None:
    #   0 d: ◄ fires, over ── 35 d (comes 25 d late) ── 50 d, 60 d ◄ fires
    run = heard("complaint-burst")
    first = [complains(0, f"B-{n}") for n in range(3)]
    later = [complains(50, "B-7"), complains(60, "B-8")]
    late = complains(35, "B-9")
    alerts = run.run([*first, *later, late])
    assert [evidence(it) for it in firing(alerts)][1:] == [ids(late, *later)]
    assert run.late == []


def test_a_heavy_deed_counts_however_late_it_comes_if_none_after_it_is_over() -> None:
    run = heard("bulk-delete")
    alerts = run.run([deletes(after(NINE, "90d"), "E-1"), deletes(NINE, "E-1", 1000)])
    assert only(alerts).state == "firing"


def test_what_hr_says_far_too_late_is_no_part_of_a_run_that_is_over() -> None:
    #   600 exports ◄ 1, over, and gone ── 300 d ── 600 ◄ 1 │ 10 d before: gave notice (30 d late)
    run = heard("bulk-export")
    alerts = run.run([exports(0), exports(300), quiet(after(NINE, "320d"))])
    notice = hr(after(NINE, "290d"), "E-1", "resigned")
    alerts += run.feed(notice)
    assert [it.severity for it in firing(alerts)] == ["warning", "critical"]
    assert run.late == []


# An alert that is over.


def test_what_is_over_is_not_told_again_with_less() -> None:
    #   E-1 ── E-2, E-2 ◄ fires ── 100 d: past ── the first two come again, together
    known = [activity(after(NINE, when), who, "C-1") for when, who in _INROAD]
    run = heard("customer-snatching")
    told = run.run([*known, quiet(after(NINE, "100d"))])
    key = "customer:C-1"
    assert run.states[key].past
    step = run.engine.step(key, run.states[key], known[:2], time_is(run.now))
    assert evidence(only(told)) == ids(*known)
    assert step.alerts == []


_INROAD = (("0s", "E-1"), ("1h", "E-2"), ("25h", "E-2"))


# What is older than is remembered.


def test_what_waits_hears_nothing_that_is_older_than_it_remembers_and_says_so() -> None:
    #   a payment of 40 d ago, whose order is long forgotten: not "no order", and told as late
    run = heard("unmatched-payment")
    run.run([order(NINE, "O-7", customer="C-1"), quiet(after(NINE, "600d"))])
    paid = payment(after(NINE, "100d"), "P-1", order="O-1", customer="C-1")
    assert [*run.feed(paid), *run.advance(after(NINE, "700d"))] == []
    assert paid in run.late


def test_what_is_not_too_old_is_not_late() -> None:
    run = heard("unmatched-payment")
    run.run([quiet(after(NINE, "13d")), payment(NINE, "P-1", order="O-1", customer="C-1")])
    assert run.late == []
    assert len(run.advance(after(NINE, "14d"))) == 0


def test_a_profile_keeps_out_what_it_would_have_forgotten_and_says_so() -> None:
    engine = Engine([BY_ID["offbook-payment"]], company())
    said = hit(NINE, "E-1", "C-1")
    for days, late in ((74, ()), (75, (said,))):
        step = engine.step("customer:C-1", None, [said], time_is(after(NINE, f"{days}d")))
        assert (step.late, step.state.is_empty()) == (late, bool(late))


# Time that goes back.


def test_what_a_look_without_a_judgement_forgot_stays_forgotten_when_time_goes_back() -> None:
    #   15 small orders ◄ fires ── 29 d: one (folds the run) │ back 21 d: another ── nothing changes
    run = heard("order-splitting")
    many = [
        order(at(NINE) + n * SECOND, f"O-{n}", "E-1", amount="4999.99", currency="CNY")
        for n in range(15)
    ]
    later = [
        order(after(NINE, f"{days}d"), f"O-{days}d", "E-1", amount=amount, currency="CNY")
        for days, amount in ((29, "4999.99"), (30, "100"))
    ]
    told = run.run([*many, later[0]])
    assert run.now is not None
    run.now -= 21 * DAY
    key = "employee:E-1"
    step = run.engine.step(key, run.states[key], [later[1]], time_is(run.now))
    assert firing(told)
    assert step.alerts == []


def test_what_changed_nothing_is_not_forgotten_with_what_was_before_it() -> None:
    #   update ── 15 d ── update │ 22 d 2 h: the first could go a week ago │ 37 d: the other too
    run = heard("flooded-record")
    record = ("activity", "A-17")
    run.run(
        [edit(NINE, "E-1", "update", record), edit(after(NINE, "15d"), "E-1", "update", record)]
    )
    [key] = run.states
    run.advance(after(NINE, "530h"))
    assert [fact.at for fact in run.states[key].notebooks["flooded-record"].facts][-1] == at(
        after(NINE, "15d")
    )
    run.advance(after(NINE, "890h"))
    assert not run.states
