"""account-ring: one non-company account is paid by 3 distinct customers within 90 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR
from detectors.facts.reference import Reference
from detectors.rules.money.account_ring import DETECTOR
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.random_company import BASE
from tests.detectors.timeline import (
    COMPANY_ACCOUNT,
    account,
    after,
    company,
    customer,
    employee,
    evidence,
    final,
    firing,
    hit,
    ids,
    local,
    only,
    order,
    owner,
    payment,
    play,
)
from tests.examples.nine_questions import account_ring

NOON = "2026-03-02 12:00"


def pays(distance: str, who: str, micro: int = 0, to: str = "X") -> Event:
    moment = after(NOON, distance, micro)
    return payment(moment, f"P-{distance}-{who}", to, customer=who)


def test_three_customers_fire_at_the_third_payment() -> None:
    #   0 d C-1    10 d C-2    20 d C-3 ◄ fires
    paid = [pays("0s", "C-1"), pays("10d", "C-2"), pays("20d", "C-3")]
    assert play(paid[:2], DETECTOR) == []
    alert = only(play(paid, DETECTOR))
    assert (alert.severity, alert.score, alert.account) == ("critical", 60, "X")
    assert evidence(alert) == ids(*paid)
    assert alert.detected_at == "2026-03-22T04:00:00Z"


def test_one_customer_who_pays_often_is_silent() -> None:
    paid = [pays(f"{day}d", "C-1") for day in range(1, 9)] + [pays("9d", "C-2")]
    assert play(paid, DETECTOR) == []


def test_the_ninetieth_day_counts_and_the_microsecond_after_does_not() -> None:
    #   0 d C-1 ──── 45 d C-2 ──── 90 d C-3 | 90 d + 1 µs
    assert only(play([pays("0s", "C-1"), pays("45d", "C-2"), pays("90d", "C-3")], DETECTOR))
    beyond = [pays("0s", "C-1"), pays("45d", "C-2"), pays("90d", "C-3", micro=1)]
    assert play(beyond, DETECTOR) == []


def test_the_window_may_start_at_a_later_payment() -> None:
    #   0 d C-1 ──────── 50 d C-2 ─ 91 d C-3 ─ 100 d C-4       the ring begins with C-2
    paid = [pays("0s", "C-1"), pays("50d", "C-2"), pays("91d", "C-3"), pays("100d", "C-4")]
    assert evidence(only(play(paid, DETECTOR))) == ids(*paid[1:])


def test_company_accounts_and_accounts_valid_that_day_are_silent() -> None:
    reference = company(account("OLD", valid_to="2026-12-31"))
    ours = [pays(f"{day}d", f"C-{day}", to=COMPANY_ACCOUNT) for day in range(5)]
    old = [pays(f"{day}d", f"C-{day}", to="OLD") for day in range(5)]
    assert play([*ours, *old], DETECTOR, reference=reference) == []


def test_each_account_is_by_itself() -> None:
    paid = [pays("1d", "C-1"), pays("2d", "C-2"), pays("3d", "C-3", to="Y")]
    assert play(paid, DETECTOR) == []


def test_a_late_payment_completes_the_ring() -> None:
    #   0 d C-1   ·   6 d C-3   7 d (time)   then 1 d C-2 arrives
    paid = [pays("0s", "C-1"), pays("6d", "C-3"), hit(after(NOON, "7d"), "E-1"), pays("1d", "C-2")]
    alert = only(play(paid, DETECTOR))
    assert evidence(alert) == ids(paid[0], paid[3], paid[1])


def test_more_payments_revise_the_same_alert() -> None:
    paid = [pays(f"{day}d", f"C-{day}") for day in range(1, 6)]
    alerts = play(paid, DETECTOR)
    assert [alert.revision for alert in alerts] == [1, 2, 3]
    assert "5 customers made 5 payments" in only(alerts).summary.en
    assert "5 个客户" in only(alerts).summary.zh


def test_an_earlier_payment_that_comes_late_takes_the_ring_over() -> None:
    #   0 d C-4 (late)  1 d C-1  2 d C-2  3 d C-3      the anchor moves: a new id, the old one goes
    paid = [pays("1d", "C-1"), pays("2d", "C-2"), pays("3d", "C-3"), pays("0s", "C-4")]
    alerts = play(paid, DETECTOR)
    assert sorted(alert.state for alert in final(alerts).values()) == ["firing", "withdrawn"]
    [alert] = firing(alerts)
    assert evidence(alert) == ids(paid[3], *paid[:3])


def test_a_payment_that_is_reported_twice_is_one_payment() -> None:
    settled = payment(after(NOON, "11d"), "P-10d-C-2", "X", customer="C-2")
    alert = only(
        play([pays("0s", "C-1"), pays("10d", "C-2"), settled, pays("20d", "C-3")], DETECTOR)
    )
    assert alert.summary.en.startswith("3 customers made 3 payments to account X")


def test_the_same_payment_again_changes_nothing() -> None:
    paid = [pays(f"{day}d", f"C-{day}") for day in (1, 2, 3)]
    assert [alert.revision for alert in play([*paid, *paid], DETECTOR)] == [1]


def test_a_ring_that_may_still_be_corrected_survives_an_older_payment_told_again() -> None:
    #   0 d C-1 ── 90 d C-1 ── 91 d C-2 ── 180 d C-3 ◄ fires ── C-1 ── 205 d: all of it again
    paid = [
        pays("0d", "C-1"),
        pays("90d", "C-1"),
        pays("91d", "C-2"),
        pays("180d", "C-3"),
        pays("181d", "C-1"),
    ]
    [alert] = play([*paid, hit(after(NOON, "205d"), "E-9"), *paid], DETECTOR)
    assert evidence(alert) == ids(*paid[1:4])


def test_refunds_are_no_payments() -> None:
    back = [
        payment(after(NOON, f"{n}d"), f"P-{n}", "X", kind="refund", customer=f"C-{n}")
        for n in (1, 2, 3)
    ]
    assert play(back, DETECTOR) == []


def test_a_second_ring_begins_after_the_first_window() -> None:
    first = [pays(f"{day}d", f"C-{day}") for day in (0, 1, 2)]
    second = [pays(f"{day}d", f"C-{day}") for day in (91, 92, 93)]
    alerts = firing(play([*first, *second], DETECTOR))
    assert [evidence(alert) for alert in alerts] == [ids(*first), ids(*second)]


def test_the_customer_of_an_order_is_the_payer_where_none_is_named() -> None:
    events = [
        *(order(after(NOON, "-1h"), f"O-{n}", customer=f"C-{n}") for n in (1, 2, 3)),
        *(payment(after(NOON, f"{n}d"), f"P-{n}", "X", order=f"O-{n}") for n in (1, 2, 3)),
    ]
    assert only(play(events, DETECTOR)).evidence[0].id == events[3].id


def test_three_orders_of_one_customer_are_one_customer() -> None:
    events = [
        *(order(after(NOON, "-1h"), f"O-{n}", customer="C-1") for n in (1, 2, 3)),
        *(payment(after(NOON, f"{n}d"), f"P-{n}", "X", order=f"O-{n}") for n in (1, 2, 3)),
    ]
    assert play(events, DETECTOR) == []


def test_payments_of_nobody_known_are_not_customers() -> None:
    paid = [payment(after(NOON, f"{n}d"), f"P-{n}", "X") for n in range(1, 9)]
    assert play(paid, DETECTOR) == []


def test_a_ring_known_by_its_orders_fires_once_however_long_it_goes_on() -> None:
    """What is dropped of a ring must be dropped whole, or its rest looks like a new ring."""
    #   0 30 60 85 d: one ring      99, 100 d: time goes on; 30 60 85 99 must not look like a ring
    events = []
    for day in (0, 30, 60, 85, 99, 100):
        events.append(order(after(NOON, f"{day}d"), f"O-{day}", customer=f"C-{day}"))
        events.append(payment(after(NOON, f"{day}d", 1), f"P-{day}", "X", order=f"O-{day}"))
    assert evidence(only(play(events, DETECTOR))) == ids(*events[1:8:2])


def test_a_ring_that_is_forgotten_is_not_taken_back() -> None:
    #   0 d C-1   8 d C-2 C-3 ◄ fires   90 d: its window ends      98 d: two more of C-1
    ring = [pays("0s", "C-1"), pays("8d", "C-2"), pays("8d", "C-3")]
    for day in range(90, 110):
        more = [pays(f"{day}d", "C-1"), pays(f"{day}d", "C-1", micro=1)]
        assert only(play([*ring, *more], DETECTOR)).state == "firing"


def test_old_payments_are_forgotten_though_only_orders_know_their_customers() -> None:
    #   one payment every 150 days: none can ever belong to a ring with another
    run = local(DETECTOR)
    for n in range(6):
        run.feed(payment(after(NOON, f"{150 * n}d"), f"P-{n}", "X", order=f"O-{n}"))
    assert len(run.states["account:X"].notebooks["account-ring"].facts) == 1


def test_the_holder_of_the_account_is_named() -> None:
    reference = company(employee("E-7", "刘洋", accounts=["X"]), customer("C-1", "E-1"))
    paid = [pays(f"{n}d", f"C-{n}") for n in (1, 2, 3)]
    alert = only(play(paid, DETECTOR, reference=reference))
    assert alert.employee == "E-7"
    assert alert.summary.en == (
        "3 customers made 3 payments to account X, which is not the company's, from 2026-03-03 to "
        "2026-03-05 (within 90 days). Behind it: 刘洋 (E-7)."
    )
    assert alert.summary.zh == (
        "2026-03-03 至 2026-03-05（90 天内）有 3 个客户向非公司账户 X 付款 3 笔。"
        "相关员工：刘洋（E-7）。"
    )


def test_else_the_one_employee_all_customers_belong_to() -> None:
    paid = [pays(f"{n}d", f"C-{n}") for n in (1, 2, 3)]
    one = company(*(customer(f"C-{n}", "E-1") for n in (1, 2, 3)))
    assert only(play(paid, DETECTOR, reference=one)).employee == "E-1"
    two = company(*(customer(f"C-{n}", f"E-{n}") for n in (1, 2, 3)))
    assert only(play(paid, DETECTOR, reference=two)).employee is None


def test_without_accounts_it_stays_silent_and_says_why() -> None:
    run = local(DETECTOR, reference=Reference())
    assert run.run([pays(f"{n}d", f"C-{n}") for n in (1, 2, 3)]) == []
    assert "reference.accounts" in run.engine.silent()["account-ring"]


def test_the_id_is_the_accounts_and_the_first_payments() -> None:
    paid = [pays(f"{n}d", f"C-{n}") for n in (1, 2, 3)]
    assert only(play(paid, DETECTOR)).alert_id == "account-ring-ea2f351b2084e222"


# The world it is held to the laws in.


DOCUMENTS = (
    account(COMPANY_ACCOUNT),
    account("6222ONCE", valid_to="2026-03-02"),
    employee("E-COLLECTS", accounts=["6222COLLECTS"]),
    *(customer(f"K-RING-{n}", f"E-RINGS-{n % 2}") for n in range(4)),
)
_LATER = (0, 0, 1, HOUR, 30 * DAY, *[90 * DAY + micro for micro in (-1, 0, 0, 1)], 97 * DAY)
_AWAY = (-DAY, 0, 1, *[7 * DAY + micro for micro in (-1, 0, 0, 1)])
_customers = st.sampled_from(tuple(f"K-RING-{n}" for n in range(4)))
_accounts = st.sampled_from(
    ("6222RING", "6222RING", "6222RING", "6222COLLECTS", "6222ONCE", COMPANY_ACCOUNT)
)


@st.composite
def _collecting(draw: st.DrawFn) -> list[Event]:
    """Rings about three months long into few accounts; a week later orders say whose money it was.

    No two rings begin with one payment: it would be one alert.
    """
    events: list[Event] = []
    for turn in range(draw(st.integers(1, 2))):
        start, into = BASE + turn * draw(st.sampled_from((0, 90 * DAY, 91 * DAY))), draw(_accounts)
        for _ in range(draw(st.integers(1, 6))):
            paid, number = start + draw(st.sampled_from(_LATER)), f"O-{draw(st.integers(1, 4))}"
            names = st.sampled_from(((True, False), (False, True), (True, True), (False, False)))
            names_customer, names_order = draw(names)
            by, of = draw(_customers) if names_customer else None, number if names_order else None
            kind = draw(st.sampled_from((*["received"] * 6, "refund")))
            name = f"P-{turn}-{paid}-{draw(st.integers(1, 3))}"
            events.append(payment(paid, name, into, kind=kind, customer=by, order=of))
            if of and draw(st.integers(0, 3)):
                entered, whose = paid + draw(st.sampled_from(_AWAY)), draw(_customers)
                events.append(
                    order(entered, number, f"E-RINGS-{draw(st.integers(0, 1))}", customer=whose)
                )
            elif by and draw(st.integers(0, 3)) == 0:
                events.append(owner(paid + draw(st.sampled_from(_AWAY)), by, "E-RINGS-0"))
    return events


SCENES = _collecting()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(account_ring, events, DOCUMENTS)


def test_payments_of_nobody_take_nothing_from_a_ring() -> None:
    #   0 d of nobody   30 d C-1   40 d C-2   90 d C-3 ◄ fires   115 d of nobody
    #   120 d C-3, within 90 d of the ring's first payment
    nobody = [payment(after(NOON, day), f"P-{day}", "X") for day in ("0d", "115d")]
    ring = [pays("30d", "C-1"), pays("40d", "C-2"), pays("90d", "C-3"), pays("120d", "C-3")]
    happened = [nobody[0], *ring[:3], nobody[1], ring[3]]
    assert evidence(only(play(happened, DETECTOR))) == ids(*ring)
