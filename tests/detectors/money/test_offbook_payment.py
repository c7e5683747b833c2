"""offbook-payment: a received payment's payee account is not the company's at that time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY
from detectors.engine.alert_writer import alert_id
from detectors.facts.reference import Reference
from detectors.rules.money.offbook_payment import DETECTOR
from tests.detectors import order_world
from tests.detectors.asked import asked
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    COMPANY_ACCOUNT,
    account,
    after,
    at,
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
    refund,
    shipment,
)
from tests.examples.nine_questions import offbook_payment
from tests.parts.may_happen import either, may

NOON = "2026-03-02 12:00"


def test_money_to_a_stranger_fires_at_once() -> None:
    #   12:00 payment C-1 ──► X (not ours) ◄ fires
    paid = payment(NOON, "P-1", "X", customer="C-1")
    alert = only(play([paid], DETECTOR, reference=company(customer("C-1", "E-1"))))
    assert alert.severity == "critical"
    assert alert.score == 60
    assert (alert.employee, alert.customer, alert.order, alert.account) == ("E-1", "C-1", None, "X")
    assert evidence(alert) == ids(paid)


def test_money_to_the_company_is_silent() -> None:
    assert play([payment(NOON, "P-1", COMPANY_ACCOUNT, customer="C-1")], DETECTOR) == []


def test_a_refund_from_a_private_account_is_no_received_payment() -> None:
    assert play([payment(NOON, "P-1", "X", kind="refund", customer="C-1")], DETECTOR) == []


@pytest.mark.parametrize(
    "moment, ours",
    [
        #      valid_from 10 Mar            valid_to 12 Mar     (days in Shanghai, both included)
        #  ────────┼───────────────────────────────────┼────────
        #  23:59:59│00:00:00                   23:59:59│00:00:00
        ("2026-03-09 23:59:59.999999", False),
        ("2026-03-10 00:00:00", True),
        ("2026-03-12 23:59:59.999999", True),
        ("2026-03-13 00:00:00", False),
    ],
)
def test_an_account_is_the_companys_on_the_days_it_is_valid(moment: str, ours: bool) -> None:
    reference = company(account("OLD", valid_from="2026-03-10", valid_to="2026-03-12"))
    alerts = play([payment(moment, "P-1", "OLD")], DETECTOR, reference=reference)
    assert (alerts == []) is ours


@pytest.mark.parametrize(
    "distance, micro, score",
    [
        #   hit ──── 7 d ────► payment ──── 7 d ────► hit      both edges count
        ("-7d", 0, 80),
        ("-7d", -1, 60),
        ("7d", 0, 80),
        ("7d", 1, 60),
        ("0s", 0, 80),
    ],
)
def test_talk_with_the_same_customer_within_a_week_corroborates(
    distance: str, micro: int, score: int
) -> None:
    paid = payment(NOON, "P-1", "X", customer="C-1")
    talk = hit(after(NOON, distance, micro), "E-1", "C-1", "off_channel_payment")
    alert = only(play(sorted([paid, talk], key=lambda event: event.time), DETECTOR))
    assert alert.score == score
    assert set(evidence(alert)) == set(ids(paid, talk) if score == 80 else ids(paid))


@pytest.mark.parametrize("category", ["private_deal", "off_channel_payment", "kickback"])
def test_talk_of_deals_channels_and_kickbacks_counts(category: str) -> None:
    talk = hit(after(NOON, "-1h"), "E-1", "C-1", category)
    alert = only(play([talk, payment(NOON, "P-1", "X", customer="C-1")], DETECTOR))
    assert alert.score == 80
    assert alert.summary.en.endswith(" 1 chat hit with this customer points to a private deal.")
    assert alert.summary.zh.endswith("与该客户的聊天中有 1 次私单相关命中。")


def test_all_the_talk_around_it_is_evidence_oldest_first() -> None:
    #   hit ─ 1 d ─► payment ─ 1 d ─► hit
    before, later = hit(after(NOON, "-1d"), "E-1", "C-1"), hit(after(NOON, "1d"), "E-2", "C-1")
    paid = payment(NOON, "P-1", "X", customer="C-1")
    alert = only(play([before, paid, later], DETECTOR))
    assert evidence(alert) == ids(before, paid, later)
    assert [piece.note for piece in alert.evidence] == [
        "talk of a private deal with this customer",
        "payment to an account that is not the company's",
        "talk of a private deal with this customer",
    ]
    assert "2 chat hits with this customer point to a private deal." in alert.summary.en


@pytest.mark.parametrize("category", ["competitor", "customer_data", "leaving", "other"])
def test_other_talk_does_not(category: str) -> None:
    talk = hit(after(NOON, "-1h"), "E-1", "C-1", category)
    assert only(play([talk, payment(NOON, "P-1", "X", customer="C-1")], DETECTOR)).score == 60


def test_talk_with_another_customer_or_with_nobody_does_not() -> None:
    talk = [hit(after(NOON, "-1h"), "E-1", "C-2"), hit(after(NOON, "-2h"), "E-1")]
    assert only(play([*talk, payment(NOON, "P-1", "X", customer="C-1")], DETECTOR)).score == 60


def test_talk_that_arrives_later_raises_the_score_of_the_same_alert() -> None:
    #   hit (happened) ─ 1 h ─► payment ─ 5 d ─► hit arrives:  60 becomes 80, revision 2
    paid = payment(NOON, "P-1", "X", customer="C-1")
    clock = shipment(after(NOON, "5d"), "S-1", order="O-9")
    late = hit(after(NOON, "-1h"), "E-1", "C-1")
    alerts = play([paid, clock, late], DETECTOR)
    assert [(alert.revision, alert.score) for alert in alerts] == [(1, 60), (2, 80)]
    assert len(final(alerts)) == 1


def test_talk_corroborates_through_the_orders_customer() -> None:
    events = [
        order(after(NOON, "-2h"), "O-1", customer="C-1"),
        hit(after(NOON, "-1h"), "E-1", "C-1"),
        payment(NOON, "P-1", "X", order="O-1"),
    ]
    alert = only(play(events, DETECTOR))
    assert (alert.customer, alert.order, alert.score) == ("C-1", "O-1", 80)


@pytest.mark.parametrize("micro, known", [(0, True), (1, False)])
def test_an_orders_customer_is_taken_from_edits_up_to_a_week_after(micro: int, known: bool) -> None:
    #   payment O-1 ───── 7 d ─────┤ an edit says that O-1 is for C-1
    told = order(after(NOON, "7d", micro), "O-1", customer="C-1")
    alert = only(play([payment(NOON, "P-1", "X", order="O-1"), told], DETECTOR))
    assert alert.customer == ("C-1" if known else None)
    assert alert.employee == ("E-CLERK" if known else None)


def test_a_payment_that_is_reported_twice_is_one_alert() -> None:
    paid = payment(NOON, "P-1", "X", customer="C-1")
    slip = payment(after(NOON, "1m"), "P-1", "X", customer="C-1", id="slip-1")
    alert = only(play([paid, slip], DETECTOR))
    assert evidence(alert) == ids(paid, slip)


@pytest.mark.parametrize("company_since", ["2026-02-20", "2025-01-01"])
def test_of_what_is_reported_twice_each_report_counts_whose_day_the_account_is_not_ours(
    company_since: str,
) -> None:
    #   reported on the last day of the account, and once more when it is ours no longer ◄ fires
    known = company(account("SOLD", valid_from=company_since, valid_to="2026-03-01"))
    booked, settled = (payment(day, "P-1", "SOLD") for day in ("2026-03-01 12:00", NOON))
    for came in permutations([booked, settled]):
        alert = only(play(came, DETECTOR, reference=known))
        assert evidence(alert) == ids(settled)


@pytest.mark.parametrize("ours", ["SOLD", COMPANY_ACCOUNT])
def test_what_is_paid_to_us_after_a_refund_takes_nothing_back_of_what_was_paid_elsewhere(
    ours: str,
) -> None:
    #   P-1 to X ◄ fires ── refunded ── P-1 to an account that is ours, for 10 d or ever since
    elsewhere = payment("2026-02-27 12:00", "P-1", "X")
    back, here = refund("2026-02-28 12:00", "P-1"), payment("2026-03-01 12:00", "P-1", ours)
    right = payment("2026-03-01 13:00", "P-1", ours, "900.00")
    known = company(account("SOLD", valid_from="2026-02-20"))
    for came in [
        *permutations([elsewhere, back, here]),
        *permutations([elsewhere, back, here, right]),
    ]:
        [alert] = firing(play(came, DETECTOR, reference=known))
        assert evidence(alert) == ids(elsewhere)


def test_the_same_event_again_changes_nothing() -> None:
    paid, talk = payment(NOON, "P-1", "X", customer="C-1"), hit(NOON, "E-1", "C-1")
    assert [alert.revision for alert in play([talk, paid, paid, talk, paid], DETECTOR)] == [1]


def test_another_payment_is_another_alert() -> None:
    events = [payment(NOON, "P-1", "X"), payment(NOON, "P-2", "X")]
    assert len(final(play(events, DETECTOR))) == 2


def test_a_late_payment_fires_all_the_same() -> None:
    clock = shipment(after(NOON, "30d"), "S-1", order="O-9")
    for about in ({}, {"customer": "C-1"}, {"order": "O-1"}):
        assert only(play([clock, payment(NOON, "P-1", "X", **about)], DETECTOR)).revision == 1


def test_the_summary_says_whose_account_it_is() -> None:
    reference = company(employee("E-7", "刘洋", accounts=["X"]), customer("C-1", "E-1"))
    paid = payment(NOON, "P-1", "X", "168000", customer="C-1")
    alert = only(play([paid], DETECTOR, reference=reference))
    assert alert.summary.en == (
        "Customer C-1 paid 168,000.00 CNY at 2026-03-02 12:00 to account X, which is not the "
        "company's. Responsible: E-1. The account belongs to employee 刘洋 (E-7)."
    )
    assert alert.summary.zh == (
        "客户 C-1 于 2026-03-02 12:00 向非公司账户 X 付款 168,000.00 元。责任人：员工E-1。"
        "该账户属于刘洋（E-7）。"
    )


# Who is named: the order's owner, else who created it, else the customer's owner as of that time.


def test_the_orders_owner_comes_first() -> None:
    events = [
        order(after(NOON, "-2h"), "O-1", "E-CLERK", customer="C-1", owner="E-2"),
        payment(NOON, "P-1", "X", order="O-1", customer="C-1"),
    ]
    reference = company(customer("C-1", "E-1"))
    assert only(play(events, DETECTOR, reference=reference)).employee == "E-2"


def test_then_who_created_the_order() -> None:
    events = [
        order(after(NOON, "-2h"), "O-1", "E-CLERK", customer="C-1"),
        payment(NOON, "P-1", "X", order="O-1", customer="C-1"),
    ]
    reference = company(customer("C-1", "E-1"))
    assert only(play(events, DETECTOR, reference=reference)).employee == "E-CLERK"


def test_then_the_customers_owner_as_of_the_payment() -> None:
    #   E-1 (document) ──► E-2 ──► payment ──► E-3
    events = [
        owner(after(NOON, "-1d"), "C-1", "E-2", was="E-1"),
        payment(NOON, "P-1", "X", customer="C-1"),
        owner(after(NOON, "1d"), "C-1", "E-3", was="E-2"),
    ]
    reference = company(customer("C-1", "E-1"))
    assert only(play(events, DETECTOR, reference=reference)).employee == "E-2"


def test_an_owner_at_the_very_instant_of_the_payment_is_its_owner() -> None:
    events = [owner(NOON, "C-1", "E-2"), payment(NOON, "P-1", "X", customer="C-1")]
    assert only(play(events, DETECTOR)).employee == "E-2"


def test_an_owner_learnt_too_late_corrects_the_alert() -> None:
    #   owner E-2 (happened) ─ 1 d ─► payment (named E-1) ─ 2 d ─► the edit arrives
    events = [
        payment(NOON, "P-1", "X", customer="C-1"),
        owner(after(NOON, "-1d"), "C-1", "E-2", was="E-1"),
    ]
    alerts = play(events, DETECTOR, reference=company(customer("C-1", "E-1")))
    assert [alert.employee for alert in alerts] == ["E-1", "E-2"]


def test_an_edits_before_says_who_owned_it_earlier() -> None:
    #   payment ─ 1 d ─► owner E-1 → E-2
    events = [
        payment(NOON, "P-1", "X", customer="C-1"),
        owner(after(NOON, "1d"), "C-1", "E-2", was="E-1"),
    ]
    assert only(play(events, DETECTOR)).employee == "E-1"


def test_nobody_is_named_where_nobody_is_known() -> None:
    alert = only(play([payment(NOON, "P-1", "X")], DETECTOR))
    assert alert.employee is None
    assert alert.customer is None


def test_a_refund_takes_nothing_back() -> None:
    #   12:00 payment ─► X ◄ fires      13:00 refund: that it went astray stays true
    events = [payment(NOON, "P-1", "X"), refund(after(NOON, "1h"), "P-1")]
    assert only(play(events, DETECTOR)).state == "firing"


def test_without_accounts_it_stays_silent_and_says_why() -> None:
    run = local(DETECTOR, reference=Reference())
    assert run.run([payment(NOON, "P-1", "X")]) == []
    assert run.engine.silent() == {
        "offbook-payment": "no document on reference.accounts has arrived yet"
    }


def test_a_payment_from_nobody_known_says_so() -> None:
    alert = only(play([payment(NOON, "P-1", "X", "5000", currency="USD")], DETECTOR))
    assert alert.summary.en == (
        "Customer unknown paid 5,000.00 USD at 2026-03-02 12:00 to account X, which is not the "
        "company's. Responsible: an employee not yet known."
    )
    assert alert.summary.zh == (
        "客户 未知 于 2026-03-02 12:00 向非公司账户 X 付款 5,000.00 USD。责任人：尚不明确的员工。"
    )


def test_the_id_is_the_payments() -> None:
    alert = only(play([payment(NOON, "P-1", "X")], DETECTOR))
    assert (
        alert.alert_id == alert_id("offbook-payment", "P-1") == "offbook-payment-76d88561144ddecb"
    )


# The world it is held to the laws in.


T = at(NOON)
MIDNIGHT = at("2026-03-09 00:00")
DOCUMENTS = (
    *order_world.DOCUMENTS,
    account(COMPANY_ACCOUNT),
    account("6222DATED", valid_from="2026-03-02", valid_to="2026-03-08"),
    employee("E-HOLDS", accounts=["6222HELD"]),
)
_WEEK = [7 * DAY + micro for micro in (-1, 0, 0, 1)]
_accounts = st.sampled_from(
    ("6222PRIVATE", "6222PRIVATE", "6222HELD", "6222DATED", COMPANY_ACCOUNT)
)
_named = st.sampled_from(
    (("O-A", None), ("O-A", None), ("O-A", "K-2"), ("O-B", None), (None, "K-1"), (None, None))
)


_talked = may(
    *(hit, ["E-A", "E-B"]),
    customer=["K-1", "K-2", None],
    category=["private_deal", "off_channel_payment", "kickback", "competitor"],
)
_beside = either((_talked, _talked, order_world.HANDS, *order_world.EDITS))


@st.composite
def _paying(draw: st.DrawFn) -> list[Event]:
    """Payments, reported once more or sent back perhaps; talk and edits about a week away."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 3))):
        paid = draw(st.sampled_from((T, T, T + 1, T + 7 * DAY, MIDNIGHT - 1, MIDNIGHT)))
        (of, by), number = draw(_named), f"P-{draw(st.integers(1, 2))}"
        kind = draw(st.sampled_from(("received", "received", "received", "refund")))
        events.append(payment(paid, number, draw(_accounts), kind=kind, order=of, customer=by))
        for _ in range(draw(st.integers(0, 3))):
            away = draw(st.sampled_from((-1, 1))) * draw(st.sampled_from((0, 1, DAY, *_WEEK)))
            events.append(draw(_beside)(paid + away))
    return order_world.truthful(events)


SCENES = _paying()


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    return asked(offbook_payment, events, DOCUMENTS)
