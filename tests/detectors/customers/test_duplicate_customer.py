"""duplicate-customer: two customers with one phone or email, created by two employees in 90 d."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY
from detectors.engine.engine import configured
from detectors.rules.customers.duplicate_customer import DETECTOR
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    after,
    at,
    company,
    edit,
    employee,
    evidence,
    final,
    firing,
    ids,
    local,
    only,
    play,
)

NINE = "2026-03-02 09:00"
PHONE, EMAIL = "+86 138-0000-4711", "buyer@lin.example"


def enters(
    distance: str,
    customer: str = "C-2",
    who: str = "E-2",
    *,
    micro: int = 0,
    op: str = "create",
    **contact: object,
) -> Event:
    """A customer is entered; with the same phone, if nothing else is said."""
    where = ("customer", customer)
    return edit(after(NINE, distance, micro), who, op, where, **(contact or {"phone": PHONE}))  # type: ignore[arg-type]


def found(*events: Event) -> list[Alert]:
    return play(events, DETECTOR)


FIRST = enters("0s", "C-1", "E-1")
FIRES = (
    [enters("0s", "C-DUP1", "E-DUP1"), enters("1d", "C-DUP2", "E-DUP2")],
    "1d",
)


def test_a_colleague_enters_a_customer_again() -> None:
    #   E-1: C-1, phone 138… ── 10 d ── E-2: C-2, the same phone ◄ fires
    second = enters("10d", phone="13800004711")
    reference = company(employee("E-1", "唐静"), employee("E-2", "王伟"))
    alert = only(play([FIRST, second], DETECTOR, reference=reference))
    assert (alert.severity, alert.score, alert.state) == ("warning", 30, "firing")
    assert (alert.employee, alert.customer, alert.order) == ("E-2", "C-2", None)
    assert evidence(alert) == ids(FIRST, second)
    assert [piece.note for piece in alert.evidence] == [
        f'created a customer with the same phone or email (sent as after.phone "{sent}")'
        for sent in (PHONE, "13800004711")
    ]
    assert alert.detected_at == "2026-03-12T01:00:00Z"
    assert alert.rule.params == {"within": "90d"}
    assert alert.rule.measured == {"within": "10d"}
    assert alert.summary.en == (
        "王伟 (E-2) created customer C-2 at 2026-03-12 09:00 with the phone of customer C-1, "
        "which 唐静 (E-1) had created at 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "王伟（E-2）于 2026-03-12 09:00 新建客户 C-2，其电话与唐静（E-1）于 2026-03-02 09:00 "
        "新建的客户 C-1 相同。"
    )


def test_one_email_is_enough_however_it_is_written() -> None:
    first = enters("0s", "C-1", "E-1", email=EMAIL, phone="0571-87000001")
    alert = only(found(first, enters("1d", email=" Buyer@LIN.example", phone="0571-87000002")))
    assert alert.summary.en == (
        "E-2 created customer C-2 at 2026-03-03 09:00 with the email of customer C-1, which E-1 "
        "had created at 2026-03-02 09:00."
    )
    assert alert.summary.zh == (
        "员工E-2于 2026-03-03 09:00 新建客户 C-2，其邮箱与员工E-1于 2026-03-02 09:00 "
        "新建的客户 C-1 相同。"
    )


def test_one_phone_and_one_email_are_two_alerts() -> None:
    both = {"phone": PHONE, "email": EMAIL}
    alerts = firing(found(enters("0s", "C-1", "E-1", **both), enters("1d", **both)))
    assert len({alert.alert_id for alert in alerts}) == 2


def test_the_phone_itself_is_not_told() -> None:
    [alert] = found(FIRST, enters("1d"))
    assert "4711" not in alert.summary.en + alert.summary.zh + alert.alert_id


@pytest.mark.parametrize("micro, fires", [(-1, True), (0, True), (1, False)])
def test_the_ninetieth_day_counts_and_the_microsecond_after_does_not(
    micro: int, fires: bool
) -> None:
    #   ┤ C-1 ───────── 90 d ─────────├ C-2    in any order of arrival
    second = enters("90d", micro=micro)
    assert (found(FIRST, second) != []) is fires
    assert (found(second, FIRST) != []) is fires


@pytest.mark.parametrize(
    "second",
    [
        enters("1d", who="E-1"),
        enters("1d", "C-1"),
        enters("1d", phone="13900004711"),
        enters("1d", name="Lin & Co"),
        enters("1d", phone="n/a"),
        enters("1d", op="update"),
        enters("1d", op="restore"),
        edit(after(NINE, "1d"), "E-2", "create", ("contact", "K-1"), phone=PHONE),
        edit(after(NINE, "1d"), "E-2", "create", ("customer", "C-2"), email=PHONE),
    ],
    ids=[
        "one employee", "one customer", "another phone", "no phone", "no digit", "an update",
        "a restore", "a contact", "no phone but an email",
    ],
)  # fmt: skip
def test_what_is_no_second_customer_of_somebody_elses(second: Event) -> None:
    assert found(FIRST, second) == []


def test_a_third_customer_is_held_against_the_latest_of_a_colleague() -> None:
    #   E-1: C-1 ── E-2: C-2 ◄ C-1 ── E-2: C-3 ◄ C-1 ── E-3: C-4 ◄ C-3
    entered = [enters("0s", "C-1", "E-1"), enters("1d"), enters("2d", "C-3")]
    entered.append(enters("3d", "C-4", "E-3"))
    a, b, c, d = entered
    assert [evidence(it) for it in firing(found(*entered))] == [ids(a, b), ids(a, c), ids(c, d)]


def test_a_colleague_between_two_of_ones_own_is_another() -> None:
    #   E-1: C-1 ── E-2: C-2 ◄ C-1 ── E-1: C-3 ◄ C-2
    a, b, c = enters("0s", "C-1", "E-1"), enters("1d"), enters("2d", "C-3", "E-1")
    assert [evidence(it) for it in firing(found(a, b, c))] == [ids(a, b), ids(b, c)]


def test_a_first_entry_that_comes_late_completes_it() -> None:
    #   (C-1 late) ── 6 d ── C-2
    assert evidence(only(found(enters("6d"), FIRST))) == ids(FIRST, enters("6d"))


def test_a_late_entry_before_both_makes_the_second_of_what_was_the_first() -> None:
    #   E-1: C-1 late ── E-2: C-2 ◄ ── E-3: C-3 ◄ C-2, as before
    b, c = enters("1d"), enters("2d", "C-3", "E-3")
    alerts = found(b, c, FIRST)
    assert [evidence(it) for it in firing(alerts)] == [ids(FIRST, b), ids(b, c)]
    assert [alert.revision for alert in alerts] == [1, 1]


def test_a_late_entry_between_both_is_the_one_it_is_held_against() -> None:
    #   E-1: C-1 ── (E-3: C-3 late) ── E-2: C-2
    second, late = enters("3d"), enters("1d", "C-3", "E-3")
    newest = final(found(FIRST, second, late))
    of_second = [alert for alert in newest.values() if alert.customer == "C-2"]
    assert [(it.revision, evidence(it)) for it in of_second] == [(2, ids(late, second))]


def test_the_same_again_changes_nothing() -> None:
    second = enters("1d")
    told_again = enters("2d", "C-2", "E-3")
    assert [alert.revision for alert in found(FIRST, second, second, told_again)] == [1]


def test_a_deletion_of_the_first_is_no_excuse() -> None:
    #   E-1: C-1 ── E-2 deletes C-1 ── E-2: C-2
    gone = edit(after(NINE, "1d"), "E-2", "delete", ("customer", "C-1"))
    assert only(found(FIRST, gone, enters("2d"))).state == "firing"


def test_the_number_is_a_parameter() -> None:
    strict = configured(DETECTOR, within=Duration("1d"))
    assert play([FIRST, enters("2d")], strict) == []
    assert only(play([FIRST, enters("24h")], strict)).rule.params == {"within": "1d"}


def test_a_phone_that_nobody_enters_any_more_is_forgotten() -> None:
    run = local(DETECTOR)
    run.run([FIRST, enters("1d")], after(NINE, "80d"))
    assert list(run.states) == ["contact:phone:+8613800004711"]
    run.advance(after(NINE, "300d"))
    assert not run.states["contact:phone:+8613800004711"].notebooks


def test_who_entered_a_customer_twice_is_not_accused_when_all_is_sent_again() -> None:
    # C-1 ── 45 d ── C-2 (fires) ── 15 d ── C-1 again ── 45 d ── C-2 again ── 55 d ── all again
    entries = [FIRST, enters("45d"), enters("60d", "C-1", "E-1"), enters("105d", who="E-3")]
    run = local(DETECTOR)
    assert only(run.run(entries, after(NINE, "160d"))).customer == "C-2"
    assert run.run(entries) == []


def test_a_placeholder_that_everybody_enters_costs_little() -> None:
    run = local(DETECTOR)
    alerts = [
        alert for n in range(300) for alert in run.feed(enters(f"{n}h", f"C-{n}", f"E-{n % 7}"))
    ]
    assert len(alerts) == 299
    assert {alert.revision for alert in alerts} == {1}


_EDGE = (0, 1, DAY, 45 * DAY, 90 * DAY - 1, 90 * DAY, 90 * DAY + 1)


@st.composite
def _entering(draw: st.DrawFn) -> list[Event]:
    """Four customers with two phones and an email, entered, entered again, changed or deleted."""
    moment, events = BASE, []
    contacts = st.sampled_from(
        (
            {"phone": PHONE},
            {"phone": "13800004711"},
            {"phone": "0571-8612 3456"},
            {"phone": PHONE, "email": EMAIL},
            {"email": EMAIL.upper()},
        )
    )
    who = st.sampled_from(("E-1", "E-1", "E-2", "E-3"))
    for customer in draw(st.permutations(("C-1", "C-2", "C-3", "C-4"))):
        moment += draw(st.sampled_from(_EDGE))
        contact, where = draw(contacts), ("customer", customer)
        events.append(edit(moment, draw(who), "create", where, **contact))  # type: ignore[arg-type]
        if draw(st.booleans()):
            again = moment + draw(st.sampled_from((0, 1, DAY, 60 * DAY)))
            op = draw(st.sampled_from(("create", "update", "delete")))
            events.append(edit(again, draw(who), op, where, **contact))  # type: ignore[arg-type]
    return events


SCENES = _entering()


def oracle(events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    """For each first entry of a customer with a contact, the latest before it by somebody else."""
    entries: dict[str, list[Event]] = {}
    for one in sorted(events, key=lambda it: (it.time, it.id)):
        if one.data.op == "create":
            if one.data.after.phone is not None:
                digits = "".join(sign for sign in one.data.after.phone if sign.isdigit())
                entries.setdefault(digits[-10:], []).append(one)
            if one.data.after.email is not None:
                entries.setdefault(one.data.after.email.lower(), []).append(one)
    for same in entries.values():
        for place, second in enumerate(same):
            earlier = same[:place]
            if second.data.object.id in [it.data.object.id for it in earlier]:
                continue
            others = [
                it
                for it in earlier
                if it.data.actor != second.data.actor and it.time >= second.time - 90 * DAY
            ]
            if others:
                pair = frozenset((others[-1].id, second.id))
                yield "warning", second.data.actor, second.data.object.id, None, None, pair


def test_the_oracle_knows_the_edge() -> None:
    assert at(NINE) == BASE
    assert len(list(oracle([FIRST, enters("90d")]))) == 1
    assert list(oracle([FIRST, enters("90d", micro=1)])) == []
