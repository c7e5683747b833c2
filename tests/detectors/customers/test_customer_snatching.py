"""customer-snatching: a colleague works on a customer within 7 d after its owner's activity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY
from contract.types import ReferenceEmployee
from detectors.engine.engine import configured
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.rules.customers.customer_snatching import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    DOCUMENTED,
    activity,
    after,
    company,
    customer,
    edit,
    employee,
    event,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    owner,
    play,
)

NOON = "2026-03-02 12:00"
STAFF = (
    employee("E-1", "唐静"),
    event(DOCUMENTED, ReferenceEmployee("E-2", "王伟", manager="E-9")),
)
OWNED = customer("C-1", "E-2")


def found(*events: Event, reference: Reference | None = None) -> list[Alert]:
    return play(events, DETECTOR, reference=reference or company(*STAFF, OWNED))


def calls(distance: str, who: str = "E-2", about: str = "C-1", micro: int = 0) -> Event:
    """An activity; by its owner, if nothing else is said."""
    return activity(after(NOON, distance, micro), who, about)


def creates(
    distance: str,
    object: str = "quote",
    who: str = "E-1",
    about: str = "C-1",
    *,
    micro: int = 0,
    op: str = "create",
    **more: object,
) -> Event:
    """A quote, by a colleague, if nothing else is said."""
    moment = after(NOON, distance, micro)
    return edit(moment, who, op, (object, f"X-{distance}"), customer=about, **more)  # type: ignore[arg-type]


def test_a_colleague_works_on_a_customer_its_owner_is_working_on() -> None:
    #   E-2 (owner) calls ── 2 d ── E-1: quote ── 1 d ── order, quote
    called, quoted = calls("0s"), creates("2d")
    ordered, again = creates("3d", "order"), creates("75h")
    alert = only(found(called, quoted, ordered, again))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert evidence(alert) == ids(called, quoted, ordered, again)
    assert [piece.note for piece in alert.evidence] == [
        "the owner's last activity before",
        "quote created by a colleague",
        "order created by a colleague",
        "quote created by a colleague",
    ]
    assert alert.summary.en == (
        "唐静 (E-1) created 3 records (quote, order) on customer C-1 of 王伟 (E-2) within 7 days "
        "from 2026-03-04 12:00; the owner's last activity before that was at 2026-03-02 12:00."
    )
    assert alert.summary.zh == (
        "唐静（E-1）自 2026-03-04 12:00 起 7 天内，在王伟（E-2）名下的客户 C-1 上新建了 3 条记录"
        "（报价、订单）；此前归属人最近一次跟进是在 2026-03-02 12:00。"
    )


@pytest.mark.parametrize(
    "distance, micro, fires",
    [("0s", -1, False), ("0s", 0, True), ("7d", 0, True), ("7d", 1, False)],
)
def test_it_counts_from_the_instant_of_the_activity_to_its_seventh_day(
    distance: str, micro: int, fires: bool
) -> None:
    #   ┤ E-2 calls ───────── 7 d ─────────├   both ends included, in any order
    called, quoted = calls("0s"), creates(distance, micro=micro)
    assert (found(called, quoted) != []) is fires
    assert (found(quoted, called) != []) is fires


@pytest.mark.parametrize("object", ["activity", "quote", "opportunity", "order"])
def test_whatever_opens_business_counts(object: str) -> None:
    alert = only(found(calls("0s"), creates("1d", object)))
    assert f"created 1 record ({object})" in alert.summary.en


@pytest.mark.parametrize(
    "object, op",
    [
        ("contact", "create"),
        ("contract", "create"),
        ("customer", "create"),
        ("activity", "update"),
        ("quote", "update"),
        ("opportunity", "view"),
        ("order", "delete"),
    ],
)
def test_nothing_else_does(object: str, op: str) -> None:
    assert found(calls("0s"), creates("1d", object, op=op)) == []


def test_a_customer_its_owner_left_alone_is_free() -> None:
    #   E-2 never called; E-2 only quoted; E-3, not the owner, called
    assert found(creates("1d")) == []
    assert found(creates("0s", who="E-2"), creates("1d")) == []
    assert found(calls("0s", "E-3"), creates("1d")) == []


def test_an_activity_that_the_owner_takes_up_again_counts_as_theirs() -> None:
    #   E-2 calls ── 7 d ── E-2 amends it ── 6 d ── E-1: quote
    amended = creates("7d", "activity", "E-2", op="update")
    quoted = creates("13d")
    assert evidence(only(found(calls("0s"), amended, quoted))) == ids(amended, quoted)


def test_the_owner_and_their_manager_may() -> None:
    #   E-9 is E-2's manager; E-8 is some other manager
    assert found(calls("0s"), creates("1d", who="E-2"), creates("2d", who="E-9")) == []
    other = company(*STAFF, OWNED, event(DOCUMENTED, ReferenceEmployee("E-8", role="manager")))
    assert len(found(calls("0s"), creates("1d", who="E-8"), reference=other)) == 1


def test_without_reference_employees_it_is_silent() -> None:
    assert found(calls("0s"), creates("1d"), reference=company(OWNED)) == []


def test_a_customer_whose_owner_nobody_knows_is_nobodys() -> None:
    assert found(calls("0s"), creates("1d"), reference=company(*STAFF)) == []


@pytest.mark.parametrize("micro, fires", [(0, False), (1, True)])
def test_who_becomes_owner_at_that_instant_is_the_owner(micro: int, fires: bool) -> None:
    #   E-2 calls ── 1 d ── E-1: quote ┤ customer to E-1
    given = owner(after(NOON, "1d", micro), "C-1", "E-1", was="E-2")
    assert (firing(found(calls("0s"), creates("1d"), given)) != []) is fires


def test_who_was_owner_is_a_colleague_now() -> None:
    #   customer from E-2 to E-1 ── E-1 calls ── E-2: quote ◄
    given = owner(after(NOON, "-1h"), "C-1", "E-1", was="E-2")
    called, quoted = calls("0s", "E-1"), creates("1d", who="E-2")
    alert = only(found(given, called, quoted))
    assert (alert.employee, evidence(alert)) == ("E-2", ids(called, quoted))


def test_the_edit_that_takes_the_customer_tells_whose_it_was() -> None:
    #   no document; E-2 calls ── 1 d ── E-1: quote ── at most 7 d ── E-1 from E-2 becomes owner
    staff = company(*STAFF)
    taken = owner(after(NOON, "8d"), "C-1", "E-1", was="E-2")
    late = owner(after(NOON, "8d", 1), "C-1", "E-1", was="E-2")
    assert len(found(calls("0s"), creates("1d"), taken, reference=staff)) == 1
    assert found(calls("0s"), creates("1d"), late, reference=staff) == []


def test_repetitions_of_the_owner_hide_nothing() -> None:
    #   whole images: each edit of the customer repeats E-2, and only the newest is kept
    saved = [owner(after(NOON, f"{days}d"), "C-1", "E-2", was="E-2") for days in range(0, 14, 2)]
    called, quoted = calls("0s"), creates("1d")
    alerts = found(saved[0], called, quoted, *saved[1:], reference=company(*STAFF))
    assert (only(alerts).state, only(alerts).revision) == ("firing", 1)


def test_an_activity_of_the_owner_that_arrives_late_makes_it_so() -> None:
    #   (E-2 calls, late) ── E-1: quote ── 5 d ── the call arrives ◄ fires
    called, quoted = calls("0s"), creates("1d")
    assert evidence(only(found(quoted, hit(after(NOON, "6d"), "E-1"), called))) == ids(
        called, quoted
    )


def test_a_transfer_that_arrives_late_withdraws_it() -> None:
    #   E-2 calls ── (customer to E-1, late) ── E-1: quote ◄ fired, withdrawn
    given = owner(after(NOON, "12h"), "C-1", "E-1", was="E-2")
    alerts = found(calls("0s"), creates("1d"), hit(after(NOON, "5d"), "E-1"), given)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert alerts[-1].summary.en.startswith("Withdrawn: ")
    assert alerts[-1].summary.zh.startswith("已撤回：")


@pytest.mark.parametrize("micro, runs", [(0, 1), (1, 2)])
def test_a_run_lasts_seven_days_and_what_comes_after_is_another(micro: int, runs: int) -> None:
    #   calls: 0 d ────── 6 d        quotes: 1 d ─────── 7 d ──────┤ 8 d
    acts = [creates("1d"), creates("8d", micro=micro)]
    assert len(final(found(calls("0s"), calls("6d"), *acts))) == runs


def test_an_earlier_act_that_arrives_late_takes_the_run_over() -> None:
    #   E-2 calls ── (1 d quote, late) ── 2 d quote ◄ fired, withdrawn
    called, early, quoted = calls("0s"), creates("1d"), creates("2d")
    alerts = found(called, quoted, hit(after(NOON, "5d"), "E-1"), early)
    assert [evidence(alert) for alert in firing(alerts)] == [ids(called, early, quoted)]
    assert [alert.state for alert in final(alerts).values()] == ["withdrawn", "firing"]


def test_each_colleague_and_each_customer_is_an_alert_of_its_own() -> None:
    both = found(calls("0s"), creates("1d"), creates("1d", who="E-3"))
    assert sorted(str(alert.employee) for alert in firing(both)) == ["E-1", "E-3"]
    assert found(calls("0s"), creates("1d", about="C-2")) == []


def test_work_of_many_weeks_keeps_its_runs_when_the_first_of_them_are_forgotten() -> None:
    #   E-2 calls and E-1 quotes every 36 h for 20 weeks: a run every 7.5 d (of 5 quotes, 6 d long)
    work: list[Event] = []
    for number in range(94):
        work += [calls(f"{36 * number}h"), creates(f"{36 * number + 1}h")]
    alerts = found(*work)
    assert {alert.state for alert in final(alerts).values()} == {"firing"}
    assert [len(alert.evidence) for alert in firing(alerts)] == [6] * 18 + [5]


def test_of_an_owner_alone_only_what_may_still_matter_is_kept() -> None:
    #   a call a day for a year: 7 d, lateness 7 d and grace are kept
    run = local(DETECTOR, reference=company(*STAFF, OWNED))
    run.run(calls(f"{days}d") for days in range(365))
    facts = run.states["customer:C-1"].notebooks[DETECTOR.id].facts
    assert facts[-1].at - facts[0].at == 21 * DAY


def test_two_who_work_on_one_customer_for_months_are_kept_for_six_weeks_at_most() -> None:
    #   E-2 calls and E-1 quotes every 8 h: the runs are those of somebody who forgets nothing
    work: list[Event] = []
    for number in range(150 * 3):
        work += [calls(f"{8 * number}h"), creates(f"{8 * number + 1}h")]
    run = local(DETECTOR, reference=company(*STAFF, OWNED))
    patient = local(
        DETECTOR,
        reference=company(*STAFF, OWNED),
        common=Common(lateness=Duration("370d"), max_facts=10_000),
    )
    assert firing(run.run(work)) == firing(patient.run(work))
    facts = run.states["customer:C-1"].notebooks[DETECTOR.id].facts
    assert facts[-1].at - facts[0].at <= 37 * DAY
    assert not run.evicted


def test_what_was_part_of_a_run_that_is_over_may_still_be_a_claim() -> None:
    #   E-2 (owner) calls ─ E-1 calls ◄ ─ customer to E-1 ─ E-2: quote ◄ after E-1's call ── 40 d
    called, inroad = calls("0s"), calls("1d", "E-1")
    given = owner(after(NOON, "2d"), "C-1", "E-1", was="E-2")
    quoted = creates("8d", who="E-2")
    run = local(DETECTOR, reference=company(*STAFF, OWNED))
    alerts = run.run([called, inroad, given, quoted])
    for day in range(9, 60):
        alerts += run.run([creates(f"{day}d", "contact"), calls(f"{day}d", "E-1")])
    assert [evidence(alert) for alert in firing(alerts)] == [
        ids(called, inroad),
        ids(inroad, quoted),
    ]
    assert len(alerts) == 2


def test_of_a_run_that_is_over_nothing_is_kept() -> None:
    #   E-2 calls, E-1 quotes ── 60 d ── E-2 calls
    run = local(DETECTOR, reference=company(*STAFF, OWNED))
    run.run([calls("0s"), creates("1d"), calls("60d")])
    assert len(run.states["customer:C-1"].notebooks[DETECTOR.id].facts) == 1


def test_a_repeat_counts_once_and_the_length_is_a_parameter() -> None:
    called, quoted = calls("0s"), creates("1d")
    assert len(found(called, quoted, quoted, called)) == 1
    strict = configured(DETECTOR, within=DAY - 1)
    assert play([called, quoted], strict, reference=company(*STAFF, OWNED)) == []


def test_the_id_is_the_customers_the_actors_and_the_first_acts() -> None:
    alert = only(found(calls("0s"), creates("1d"), creates("2d")))
    assert alert.alert_id == "customer-snatching-6690835ea6e4e3d0"


# Its world.

DOCUMENTS = (
    customer("C-921", "E-922"),
    employee("E-921"),
    event(DOCUMENTED, ReferenceEmployee("E-922", manager="E-929")),
)
FIRES = (
    [
        activity("2026-03-02 09:00", "E-922", "C-921"),
        edit("2026-03-02 10:00", "E-921", "create", ("quote", "Q-921"), customer="C-921"),
    ],
    "1h",
)


@st.composite
def _scenes(draw: st.DrawFn) -> list[Event]:
    """One after the other, so that windows touch each other over weeks."""
    people = st.sampled_from(("E-921", "E-922", "E-922", "E-923", "E-929"))
    customers = st.sampled_from(("C-921", "C-921", "C-922"))
    spans = st.sampled_from((0, 0, DAY, 3 * DAY, 7 * DAY, 7 * DAY, 10 * DAY))
    moment, done = BASE, []
    for number in range(draw(st.integers(2, 14))):
        moment += draw(spans) + draw(st.sampled_from((-1, 0, 0, 1)))
        who, about = draw(people), draw(customers)
        match draw(st.integers(0, 5)):
            case 0:
                was = draw(st.none() | people)
                done.append(owner(moment, about, who, was=was))
            case 1:
                op = draw(st.sampled_from(("create", "update")))
                done.append(edit(moment, who, op, ("quote", f"Q-{number}"), customer=about))
            case 2:
                where = ("activity", f"A-{number}")
                done.append(edit(moment, who, "update", where, customer=about))
            case _:
                done.append(activity(moment, who, about))
    # Nor do two edits name the owner of a customer at one instant.
    named = {(one.time, one.data.object): one for one in done if one.data.object.type == "customer"}  # type: ignore[attr-defined]
    return [one for one in done if named.get((one.time, one.data.object), one) is one]  # type: ignore[attr-defined]


SCENES = _scenes()


def _owner(about: str, moment: int, words: list[Event]) -> str | None:
    before = [word for word in words if word.time <= moment]
    if before:
        return str(before[-1].data.after.owner)  # type: ignore[attr-defined]
    if about == "C-921":
        return "E-922"
    after = [word.data for word in words if word.time <= moment + 7 * DAY]
    if not after:
        return None
    first = after[0]
    return str((first.before and first.before.owner) or first.after.owner)  # type: ignore[attr-defined]


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    by_customer: dict[str, list[Event]] = defaultdict(list)
    for one in sorted(events, key=lambda one: (one.time, one.id)):
        by_customer[one.data.customer].append(one)  # type: ignore[attr-defined]
    for about, done in by_customer.items():
        words = [one for one in done if one.data.object.type == "customer"]  # type: ignore[attr-defined]
        calls = [one for one in done if one.data.object.type == "activity"]  # type: ignore[attr-defined]
        acts: dict[str, list[tuple[Event, Event]]] = defaultdict(list)
        for act in done:
            edited = act.data
            owned = _owner(about, act.time, words)
            claims = [
                call
                for call in calls
                if call.data.actor == owned and act.time - 7 * DAY <= call.time <= act.time  # type: ignore[attr-defined]
            ]
            manager = "E-929" if owned == "E-922" else None
            opens = edited.op == "create" and edited.object.type != "customer"  # type: ignore[attr-defined]
            if opens and claims and edited.actor not in (owned, manager):  # type: ignore[attr-defined]
                acts[edited.actor].append((act, claims[-1]))  # type: ignore[attr-defined]
        for actor, left in acts.items():
            while left:
                first, claim = left[0]
                run = [act for act, _ in left if act.time <= first.time + 7 * DAY]
                left = left[len(run) :]
                yield ("warning", actor, about, None, None, frozenset(ids(claim, *run)))
