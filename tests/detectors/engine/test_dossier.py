"""Detectors that judge an entity by its profile and keep no facts of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from contract.alert import Alert, Bilingual
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import decode_state, encode_state
from detectors.facts.fact import Fact
from detectors.facts.reads import Dossier
from detectors.facts.reference import Reference
from detectors.facts.view import Common, View
from detectors.language.detector import Detector
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params
from detectors.rules.catalogue import BY_ID
from tests.detectors.order_world import paid
from tests.detectors.timeline import (
    after,
    company,
    customer,
    earliest,
    edit,
    evidence,
    hit,
    ids,
    local,
    only,
    order,
    shipment,
    time_is,
)

NOON = "2026-03-02 12:00"
UNPAID = BY_ID["payment-mismatch"]
PHANTOM = BY_ID["phantom-order"]

SOLD = order(after(NOON, "-3h"), "O-1", "E-1", customer="C-1", amount=Decimal(1000))
DONE = edit(NOON, "E-9", "update", ("order", "O-1"), status="completed")
#: An order of which nobody is known: an alert must ask its customer.
NOBODYS = edit(
    after(NOON, "-3h"), "E-9", "update", ("order", "O-1"), customer="C-1", amount=Decimal(1000)
)


def judged(*days: int, roles: Iterable[str] = ("received",), **more: Any) -> Detector:
    """Finds what there was by each of some days after the first fact, each on its own."""

    def judge(view: View, params: Params) -> Iterable[Finding]:
        if not view.facts:
            return
        for day in days:
            until = view.facts[0].at + day * DAY
            facts = tuple(fact for fact in view.facts if fact.at <= until)
            yield Finding(
                anchor=f"{view.entity_id}\n{day}",
                facts=facts,
                until=until,
                due=until,
                subject=Subject(order=view.entity_id),
            )

    return Detector(
        id="judged",
        severity="info",
        title=Bilingual("t", "题目"),
        params=Params(),
        dossier=Dossier("order", frozenset(roles)),
        judge=judge,
        says=lambda finding, params, words: Bilingual("s.", "述。"),
        notes={},
        keeps=lambda params: DAY,
        **more,
    )


# Facts are kept once.


def test_all_that_judge_an_order_share_its_facts() -> None:
    run = local(UNPAID, PHANTOM, BY_ID["overdue-receivable"], BY_ID["missed-callback"])
    run.run([SOLD, DONE, paid(after(NOON, "1h"), "400")])
    state = run.states["order:O-1"]
    kept = {id_: notebook.facts for id_, notebook in state.notebooks.items()}
    assert kept == {"payment-mismatch": [], "missed-callback": []}
    assert {fact.role for fact in state.profile} >= {"created", "status", "received"}


def test_it_is_asked_only_about_its_roles() -> None:
    seen: list[list[Fact]] = []

    def judge(view: View, params: Params) -> Iterable[Finding]:
        seen.append(list(view.facts))
        return ()

    run = local(replace(judged(), judge=judge))
    run.run([SOLD, DONE, paid(NOON, "400")])
    assert [[fact.role for fact in facts] for facts in seen] == [["received"]]


@pytest.mark.parametrize("begin", ["dispatched", "completed"])
def test_it_is_judged_only_once_something_has_begun(begin: str) -> None:
    #   paid ── paid ── (goods leave | completed): seen from then on, with all that was before
    seen: list[list[str]] = []

    def judge(view: View, params: Params) -> Iterable[Finding]:
        seen.append([fact.role for fact in view.facts])
        return ()

    roles = frozenset({"received", "dispatched", "status"})
    waits = replace(judged(), judge=judge, dossier=Dossier("order", roles, frozenset({begin})))
    run = local(waits)
    run.run([paid(NOON, "1", "P-1"), paid(after(NOON, "1h"), "1", "P-2")])
    assert (seen, run.states["order:O-1"].notebooks) == ([], {})
    later = after(NOON, "2h")
    completed = edit(later, "E-9", "update", ("order", "O-1"), status="completed")
    run.run([shipment(later, "S-1", order="O-1") if begin == "dispatched" else completed])
    run.run([paid(after(NOON, "3h"), "1", "P-3")])
    began = ["received", "received", "dispatched" if begin == "dispatched" else "status"]
    assert seen == [began, [*began, "received"]]


# Deadlines.


def test_a_deadline_wakes_it() -> None:
    run = local(UNPAID)
    run.run([SOLD, DONE])
    assert earliest(run.states["order:O-1"]) == after(NOON, "25h")
    assert run.advance(after(NOON, "25h")) == []
    assert len(run.advance(after(NOON, "25h") + 1)) == 1


def test_of_several_deadlines_each_wakes_it() -> None:
    run = local(judged(1, 3, 9))
    run.run([paid(NOON, "1")])
    days = [day for day in range(12) for _ in run.advance(after(NOON, f"{day}d") + 1)]
    assert days == [1, 3, 9]


def test_a_deadline_is_not_lost_when_time_leaps_over_it_and_all_lateness() -> None:
    run = local(UNPAID)
    run.run([SOLD, DONE])
    assert len(run.advance(after(NOON, "90d"))) == 1


def test_nor_when_it_began_while_time_was_unknown() -> None:
    #   (stream time unknown) completed ── then it is 90 d later: asks the customer, and fires
    run = InMemoryRun(Engine([UNPAID], company(customer("C-1", "E-7")), mode="replay"))
    for event in (NOBODYS, DONE):
        for key in run.engine.route(event):
            run._step(key, [event])
    assert only(run.advance(after(NOON, "90d"))).employee == "E-7"


def test_who_has_asked_is_not_forgotten_before_the_answer() -> None:
    #   at the deadline there is no fact, no alert and no further deadline: only the question
    engine = Engine([UNPAID], company(customer("C-1", "E-7")), mode="replay")
    state = engine.step("order:O-1", None, [NOBODYS, DONE], time_is(NOON)).state
    asking = engine.step("order:O-1", state, [], time_is(after(NOON, "26h")))
    assert (asking.alerts, len(asking.notes)) == ([], 1)
    key, question = asking.notes[0]
    answer = engine.step(key, None, [question], time_is(after(NOON, "26h"))).notes[0][1]
    again = decode_state(encode_state(asking.state))
    alerts = engine.step("order:O-1", again, [answer], time_is(after(NOON, "26h"))).alerts
    assert [alert.employee for alert in alerts] == ["E-7"]


# Alerts stay what they are.


def test_an_alert_of_months_ago_is_revised_and_not_raised_anew() -> None:
    #   unpaid ◄ 1 ── 200 d ── paid twice ◄ 2
    run = local(UNPAID)
    alerts = run.run([SOLD, DONE], after(NOON, "30d"))
    much = paid(after(NOON, "200d"), "2000")
    alerts += run.feed(much)
    assert [alert.revision for alert in alerts] == [1, 2]
    assert evidence(alerts[-1]) == ids(SOLD, much)


def test_what_settles_it_far_too_late_still_withdraws_it() -> None:
    #   unpaid ◄ fires ── 60 d: the payment of the first hour arrives
    run = local(UNPAID)
    alerts = run.run([SOLD, DONE, hit(after(NOON, "60d"), "E-9"), paid(NOON, "1000")])
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]


def in_two_years(*paid_long_ago: str) -> tuple[InMemoryRun, list[Alert]]:
    """Paid on the first day, priced and completed 290 and 300 d later; then the payments are
    forgotten: at the first step after that, so that the second judges without them."""
    run = local(UNPAID)
    events = [paid(NOON, amount, f"P-{n}") for n, amount in enumerate(paid_long_ago)]
    priced = edit(
        after(NOON, "290d"), "E-1", "update", ("order", "O-1"), amount=Decimal(1000), owner="E-1"
    )
    done = edit(after(NOON, "300d"), "E-9", "update", ("order", "O-1"), status="completed")
    alerts = run.run([*events, priced, done], after(NOON, "310d"))
    later = [paid(after(NOON, f"{day}d"), "1", f"P-{day}") for day in (420, 421)]
    return run, alerts + run.run(later)


def test_what_is_over_is_not_told_otherwise_when_some_of_it_is_forgotten() -> None:
    #   300 in ── 300 d ── completed ◄ fires: 300 ── 120 d: the payment is forgotten ── 1 in, 1 in
    run, alerts = in_two_years("300")
    assert [alert.revision for alert in alerts] == [1]
    assert "P-0" not in {fact.about for fact in run.states["order:O-1"].profile}


def test_nor_is_what_was_in_order_found_to_be_wrong() -> None:
    #   1000 in ── 300 d ── completed: matches ── 120 d: the payment is forgotten ── 1 in, 1 in
    run, alerts = in_two_years("1000")
    assert alerts == []
    assert "P-0" not in {fact.about for fact in run.states["order:O-1"].profile}


def test_an_alert_whose_cause_is_forgotten_keeps_its_number() -> None:
    #   completed, unpaid ◄ 1 ── 417 d: that is forgotten ── 5000 in ◄ 2
    run = local(UNPAID)
    priced = edit(after(NOON, "300d"), "E-1", "update", ("order", "O-1"), amount=Decimal(1000))
    alerts = run.run([SOLD, DONE, priced])
    for day, amount in ((416, "1"), (417, "1"), (418, "5000")):
        alerts += run.feed(paid(after(NOON, f"{day}d"), amount, f"P-{day}"))
    assert [alert.revision for alert in alerts] == [1, 2]
    assert "completed" not in {fact.about for fact in run.states["order:O-1"].profile}


def test_an_alert_some_of_whose_facts_gave_way_stands() -> None:
    #   5 payments are kept: from the seventh on the first is missing, and no revision tells a lie
    def judge(view: View, params: Params) -> Iterable[Finding]:
        yield Finding(anchor="O-1", facts=tuple(view.facts), until=view.facts[-1].at)

    run = local(replace(judged(), judge=judge), common=Common(max_facts=5))
    alerts = run.run([paid(after(NOON, f"{n}h"), "1", f"P-{n}") for n in range(20)])
    assert [len(alert.evidence) for alert in alerts] == [1, 2, 3, 4, 5, 6]
    assert run.evicted["profile"] == 15


# It goes with its profile.


def test_a_notebook_with_nothing_in_it_is_not_kept() -> None:
    run = local(UNPAID)
    run.run([SOLD, DONE, paid(after(NOON, "1h"), "1000")], after(NOON, "3d"))
    assert run.states["order:O-1"].notebooks == {}
    assert run.states["order:O-1"].profile


def test_a_notebook_goes_when_the_profile_does_with_all_its_alerts() -> None:
    run = local(UNPAID, PHANTOM)
    run.run([SOLD, DONE], after(NOON, "30d"))
    assert set(run.states["order:O-1"].notebooks) == {"payment-mismatch", "phantom-order"}
    run.advance(after(NOON, "400d"))
    assert run.states["order:O-1"].notebooks
    run.advance(after(NOON, "414d") + 2 * HOUR)
    assert run.states == {}
    assert len(run.timers) == 0


def test_nobody_asks_to_be_looked_at_without_end() -> None:
    run = local(UNPAID, PHANTOM)
    run.run([SOLD, DONE])
    looked = 0
    while (due := run.timers.next()) is not None and looked < 100:
        run.advance(due + 1)
        looked += 1
    assert looked < 10
    assert run.states == {}


def test_a_profile_is_bounded_without_any_detector() -> None:
    run = local(UNPAID)
    run.run([SOLD, DONE])
    state = run.states["order:O-1"]
    few = Engine([UNPAID], company(), Common(max_facts=2))
    step = few.step("order:O-1", state, [paid(after(NOON, "1h"), "1")], time_is(after(NOON, "1h")))
    assert step.evicted["profile"] > 0
    assert len(step.state.profile) <= 2
    assert step.state.notebooks["payment-mismatch"].floor is not None


def test_its_state_comes_back_as_it_was() -> None:
    run = local(UNPAID, PHANTOM)
    run.run([SOLD, DONE], after(NOON, "3d"))
    state = run.states["order:O-1"]
    assert decode_state(encode_state(state)) == state


# One that raises.


class BoomError(Exception):
    pass


def poisoned(by: str) -> Detector:
    def judge(view: View, params: Any) -> Iterable[Finding]:
        if any(fact.about == by for fact in view.facts):
            raise BoomError
        return UNPAID.judge(view, params)

    return replace(UNPAID, judge=judge)


def test_one_that_raises_reports_its_event_and_nothing_found_before_is_lost() -> None:
    #   paid twice ◄ fires ── poison ── its events go to the dead letters, the alert stands
    run = local(poisoned("P-666"), PHANTOM)
    much, bad = paid(NOON, "5000"), paid(after(NOON, "1h"), "1", "P-666")
    alerts = run.run([SOLD, much])
    assert len(alerts) == 1
    assert run.feed(bad) == []
    assert [(it.detector, [event.id for event in it.events]) for it in run.failures] == [
        ("payment-mismatch", [bad.id])
    ]
    assert run.states["order:O-1"].notebooks["payment-mismatch"].raised["O-1"].firing


def test_the_others_still_see_the_fact() -> None:
    run = local(poisoned("P-1"), PHANTOM)
    assert run.run([SOLD, DONE, paid(after(NOON, "1h"), "1")], after(NOON, "30d")) == []
    assert run.failures


def test_one_that_raises_at_its_deadline_does_not_stop_time() -> None:
    def judge(view: View, params: Any) -> Iterable[Finding]:
        if view.passed(after(NOON, "25h")):
            raise BoomError
        return UNPAID.judge(view, params)

    run = local(replace(UNPAID, judge=judge))
    run.run([SOLD, DONE], after(NOON, "500d"))
    assert 0 < len(run.failures) < 5
    assert run.states == {}


@pytest.mark.parametrize("needs", [(), ("accounts",)])
def test_without_its_reference_it_stays_silent(needs: Any) -> None:
    run = local(replace(judged(1), needs=needs), reference=Reference())
    assert bool(run.run([paid(NOON, "1")], after(NOON, "3d"))) is not bool(needs)
