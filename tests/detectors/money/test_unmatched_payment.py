"""unmatched-payment: money came in and no order explains it up to 72 h later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit, Payment
from detectors.facts.reference import Reference
from detectors.rules.money.unmatched_payment import DETECTOR
from tests.detectors import order_oracle, order_world, retold
from tests.detectors.order_oracle import Answer
from tests.detectors.timeline import (
    after,
    at,
    company,
    customer,
    edit,
    evidence,
    final,
    hit,
    ids,
    only,
    order,
    owner,
    payment,
    play,
    refund,
    shipment,
    withdrawing,
)
from tests.parts.may_happen import around, either, may

NOON = "2026-03-02 12:00"
DUE = after(NOON, "73h")  # 72 h, and 1 h of grace
WEEK = after(NOON, "7d")


def paid(**about: str) -> Event:
    return payment(NOON, "P-1", **about)  # type: ignore[arg-type]


def a_week_on(*events: Event) -> list[Alert]:
    return play(sorted(events, key=lambda event: event.time), DETECTOR, until=WEEK)


# It names an order.


def test_an_order_nobody_mentions_fires_after_72_hours_and_the_grace() -> None:
    #   payment O-1 ───── 72 h ─────┼─ 1 h grace ─┤ 1 µs ◄ fires
    assert play([paid(order="O-1")], DETECTOR, until=DUE) == []
    alert = only(play([paid(order="O-1")], DETECTOR, until=DUE + 1))
    assert (alert.severity, alert.score) == ("warning", 30)
    assert (alert.order, alert.customer, alert.account) == ("O-1", None, "6222OURS")
    assert alert.detected_at == "2026-03-05T05:00:00Z"
    assert evidence(alert) == ids(paid(order="O-1"))


def test_while_time_stands_still_nothing_is_missing() -> None:
    assert play([paid(order="O-1")], DETECTOR) == []


@pytest.mark.parametrize("distance, micro, known", [("72h", 0, True), ("72h", 1, False)])
def test_an_edit_at_the_72nd_hour_is_in_time(distance: str, micro: int, known: bool) -> None:
    #   payment O-1 ───── 72 h ─────┤ edit      one microsecond beyond is not
    named = edit(after(NOON, distance, micro), "E-2", "update", ("order", "O-1"), amount="800")
    assert (a_week_on(paid(order="O-1"), named) == []) is known


@pytest.mark.parametrize("op", ["create", "update", "view", "delete"])
def test_any_edit_of_the_order_however_early_is_a_mention(op: str) -> None:
    named = edit(after(NOON, "-80d"), "E-2", op, ("order", "O-1"))
    assert a_week_on(named, paid(order="O-1")) == []


def test_edits_of_other_orders_or_of_other_things_are_none() -> None:
    others = [
        order(after(NOON, "-1h"), "O-2", customer="C-1"),
        edit(after(NOON, "1h"), "E-2", "create", ("contract", "K-1"), order="O-1"),
        shipment(after(NOON, "2h"), "S-1", order="O-1"),
    ]
    assert only(a_week_on(paid(order="O-1", customer="C-1"), *others)).order == "O-1"


def test_an_edit_that_arrives_late_but_was_in_time_withdraws_it() -> None:
    #   payment ── edit (happened 2 h after) ── 73 h: fires ── 80 h: the edit arrives
    money, clock = paid(order="O-1"), hit(after(NOON, "80h"), "E-9")
    late = order(after(NOON, "2h"), "O-1")
    alerts = play([money, clock, late], DETECTOR)
    assert [(alert.revision, alert.state) for alert in alerts] == [(1, "firing"), (2, "withdrawn")]
    assert evidence(alerts[-1]) == ids(money, late)
    assert alerts[-1].evidence[-1].note == withdrawing("the order is known")
    assert alerts[-1].summary.en.startswith(
        "Withdrawn: an order that explains it was found in time. Payment P-1 of 800.00 CNY"
    )
    assert alerts[-1].summary.zh.startswith("已撤回：期限内已找到对应订单。2026-03-02 12:00 收到")


def test_an_order_entered_too_late_says_whose_it_is_and_withdraws_nothing() -> None:
    #   payment ── 72 h ──┼─ 73 h: fires ── 4 d: the order is made up
    alert = only(a_week_on(paid(order="O-1"), order(after(NOON, "4d"), "O-1", customer="C-1")))
    assert (alert.state, alert.employee, alert.customer) == ("firing", "E-CLERK", "C-1")
    assert alert.summary.en == (
        "Payment P-1 of 800.00 CNY received at 2026-03-02 12:00 names order O-1 of customer C-1, "
        "which no order edit mentions up to 3 days later. Responsible: E-CLERK."
    )
    assert alert.summary.zh == (
        "2026-03-02 12:00 收到的付款 P-1（800.00 元）所注明的订单 O-1（客户 C-1）在收款后 3 天内"
        "没有任何订单记录。责任人：员工E-CLERK。"
    )


# It names a customer only.


@pytest.mark.parametrize(
    "distance, micro, known",
    [
        #  ┤ 90 d before ├──────── payment ──── 72 h ────┤       both edges count
        ("-90d", -1, False),
        ("-90d", 0, True),
        ("-1h", 0, True),
        ("72h", 0, True),
        ("72h", 1, False),
    ],
)
def test_an_order_of_the_customer_from_90_days_before_to_72_hours_after_explains_it(
    distance: str, micro: int, known: bool
) -> None:
    created = order(after(NOON, distance, micro), "O-1", customer="C-1")
    assert (a_week_on(created, paid(customer="C-1")) == []) is known


def test_a_customer_without_orders_fires_after_72_hours_and_the_grace() -> None:
    #   payment C-1 ───── 72 h ─────┼─ 1 h grace ─┤ 1 µs ◄ fires
    reference = company(customer("C-1", "E-1"))
    money = paid(customer="C-1")
    assert play([money], DETECTOR, until=DUE, reference=reference) == []
    alert = only(play([money], DETECTOR, until=DUE + 1, reference=reference))
    assert (alert.employee, alert.customer, alert.order) == ("E-1", "C-1", None)
    assert alert.summary.en == (
        "Payment P-1 of 800.00 CNY received at 2026-03-02 12:00 names no order, and customer C-1 "
        "created none from 90 days before to 3 days after. Responsible: E-1."
    )
    assert alert.summary.zh == (
        "2026-03-02 12:00 收到的付款 P-1（800.00 元）未注明订单，且客户 C-1 在收款前 90 天至收款后"
        " 3 天内没有新建订单。责任人：员工E-1。"
    )


def test_an_order_of_another_customer_explains_nothing() -> None:
    assert only(a_week_on(order(NOON, "O-1", customer="C-2"), paid(customer="C-1")))


def test_an_old_order_that_is_edited_is_not_created() -> None:
    touched = edit(after(NOON, "-1h"), "E-1", "update", ("order", "O-1"), customer="C-1")
    assert only(a_week_on(touched, paid(customer="C-1"))).customer == "C-1"


def test_an_order_created_in_time_that_arrives_late_withdraws_it() -> None:
    money, clock = paid(customer="C-1"), hit(after(NOON, "80h"), "E-9")
    late = order(after(NOON, "-1d"), "O-1", customer="C-1")
    alerts = play([money, clock, late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
    assert evidence(alerts[-1]) == ids(late, money)


def test_a_busy_customers_order_at_the_edge_is_not_lost_among_many() -> None:
    #   hundreds of orders, an hour apart, up to the one at -90 d exactly
    many = [
        order(after(NOON, "-90d", -n * HOUR), f"O-{n}", customer="C-1") for n in range(300, -1, -1)
    ]
    assert a_week_on(*many, paid(customer="C-1")) == []


# It names neither.


def test_money_that_names_neither_fires_at_once() -> None:
    #   payment ? ◄ fires
    alert = only(play([paid()], DETECTOR))
    assert (alert.employee, alert.customer, alert.order) == (None, None, None)
    assert alert.summary.en == (
        "Payment P-1 of 800.00 CNY received at 2026-03-02 12:00 names neither an order nor a "
        "customer. Responsible: an employee not yet known."
    )
    assert alert.summary.zh == (
        "2026-03-02 12:00 收到的付款 P-1（800.00 元）既未注明订单也未注明客户。"
        "责任人：尚不明确的员工。"
    )


def test_it_makes_no_difference_when_such_a_payment_arrives() -> None:
    clock = hit(after(NOON, "6d"), "E-9")
    assert only(play([clock, paid()], DETECTOR)) == only(play([paid(), clock], DETECTOR))


# Refunds.


@pytest.mark.parametrize("about", [{"order": "O-1"}, {"customer": "C-1"}])
@pytest.mark.parametrize(
    "distance, micro, stops", [("0s", 0, True), ("72h", 0, True), ("72h", 1, False)]
)
def test_a_refund_stops_the_wait(
    about: dict[str, str], distance: str, micro: int, stops: bool
) -> None:
    #   payment ───── 72 h ─────┤ refund      one microsecond beyond is too late
    back = refund(after(NOON, distance, micro), "R-1", **about)
    assert (a_week_on(paid(**about), back) == []) is stops


def test_a_refund_of_that_very_payment_stops_it_whatever_a_fee_took() -> None:
    back = refund(after(NOON, "1d"), "P-1", "795.00", order="O-1")
    assert a_week_on(paid(order="O-1"), back) == []


def test_refunds_that_sum_to_the_payment_stop_it_too() -> None:
    halves = [refund(after(NOON, f"{n}d"), f"R-{n}", "400.00", order="O-1") for n in (1, 2)]
    assert a_week_on(paid(order="O-1"), *halves) == []
    assert only(a_week_on(paid(order="O-1"), halves[0])).state == "firing"


def test_a_refund_in_another_currency_or_reported_again_is_no_more_of_the_money() -> None:
    #   800 CNY ── 400 CNY back ── the same 400 reported again ── 800 JPY back ── 73 h ◄ fires
    half = refund(after(NOON, "1d"), "R-1", "400.00", order="O-1")
    again = refund(after(NOON, "25h"), "R-1", "400.00", order="O-1", id="slip")
    yen = refund(after(NOON, "2d"), "R-2", order="O-1", currency="JPY")
    assert only(a_week_on(paid(order="O-1"), half, again, yen)).state == "firing"


def test_refunds_of_other_orders_and_earlier_ones_stop_nothing() -> None:
    others = [
        refund(after(NOON, "-1h"), "R-1", order="O-1"),
        refund(after(NOON, "1h"), "R-2", order="O-2"),
        refund(after(NOON, "2h"), "R-3", customer="C-1"),
    ]
    assert only(a_week_on(*others, paid(order="O-1"))).state == "firing"


def test_a_refund_that_names_an_order_stops_its_payment_that_named_only_the_customer() -> None:
    paid = payment(NOON, "P-1", customer="C-1")
    itself = refund(after(NOON, "1d"), "P-1", "1.00", order="O-9", customer="C-1")
    other = refund(after(NOON, "1d"), "R-1", order="O-9", customer="C-1")
    assert a_week_on(paid, itself) == []
    assert len(a_week_on(paid, other)) == 1


def test_a_refund_in_time_that_arrives_late_withdraws_it() -> None:
    money, clock = paid(order="O-1"), hit(after(NOON, "80h"), "E-9")
    late = refund(after(NOON, "1d"), "P-1", order="O-1")
    alerts = play([money, clock, late], DETECTOR)
    assert [alert.state for alert in alerts] == ["firing", "withdrawn"]
    assert evidence(alerts[-1]) == ids(money, late)
    assert alerts[-1].summary.en.startswith("Withdrawn: the money was refunded in time. ")
    assert alerts[-1].summary.zh.startswith("已撤回：期限内已退款。")


def test_a_refund_itself_is_not_money_that_came_in() -> None:
    assert a_week_on(refund(NOON, "R-1"), refund(NOON, "R-2", order="O-1")) == []


# Who, how often, and which.


def test_the_owner_as_of_the_payment_is_named() -> None:
    #   E-1 ── payment ── owner E-1 → E-2 ── 73 h: fires
    events = [paid(customer="C-1"), owner(after(NOON, "1d"), "C-1", "E-2", was="E-1")]
    assert only(a_week_on(*events)).employee == "E-1"


def test_a_payment_that_is_reported_twice_is_one_alert() -> None:
    slip = payment(after(NOON, "1m"), "P-1", order="O-1", id="slip")
    assert len(final(a_week_on(paid(order="O-1"), paid(order="O-1"), slip))) == 1


def test_a_late_payment_whose_order_is_known_is_silent() -> None:
    #   order ─ 1 h ─ payment (happened) ── 5 d: it arrives
    events = [order(after(NOON, "-1h"), "O-1"), hit(after(NOON, "5d"), "E-9"), paid(order="O-1")]
    assert play(events, DETECTOR, until=after(NOON, "30d")) == []


def test_it_needs_no_reference_data() -> None:
    alerts = play([paid(order="O-1")], DETECTOR, until=WEEK, reference=Reference())
    assert only(alerts).state == "firing"


def test_two_payments_of_one_order_are_two_alerts() -> None:
    assert len(final(a_week_on(paid(order="O-1"), payment(NOON, "P-2", order="O-1")))) == 2


@pytest.mark.parametrize(
    "about", [{}, {"order": "O-1"}, {"customer": "C-1"}], ids=["neither", "order", "customer"]
)
def test_the_id_is_the_payments(about: dict[str, str]) -> None:
    assert only(a_week_on(paid(**about))).alert_id == "unmatched-payment-8f826948c9756ac1"


# The world it is held to the laws in.


_PAID = (("O-A", None), ("O-A", None), ("O-A", "K-2"), (None, "K-1"), (None, "K-1"), (None, None))
_PAID_BACK = (("O-A", None), ("O-A", "K-1"), ("O-B", "K-1"), (None, "K-1"))


def _pays(at: int, number: str, account: str, **about: str) -> Event:
    """Not told of again when its first report is forgotten."""
    return payment(max(at, T), number, account, **about)  # type: ignore[arg-type]


#: Of one order or customer only: two that claim one payment are two entities, each with its say in
#: one alert.
_paid = either(
    may(
        *(_pays, [f"P-{number}-{of or by or 'LOOSE'}" for number in (1, 2)]),
        ["6222OURS", "6222OURS", "6222PRIVATE"],
        order=of,
        customer=by,
    )
    for of, by in _PAID
)
_paid_back = either(
    may(
        *(refund, ["R-1", "R-1", "R-2", f"P-1-{of or by}", "P-1-K-1"]),
        ["400.00", "400.00", "800.00"],
        order=of,
        customer=by,
        currency=["CNY", "CNY", "CNY", "USD"],
    )
    for of, by in _PAID_BACK
)

DOCUMENTS = order_world.DOCUMENTS
T = at(NOON)
SCENES = order_world.scenes(
    [*around(T - 90 * DAY), *[T] * 3, T + HOUR, *around(T + 3 * DAY), *around(T + 6 * DAY)],
    *[_paid, _paid_back] * 4,
    *[order_world.HANDS] * 2,
    first=[payment(T, "P-1-O-A", order="O-A"), payment(T, "P-1-K-1", customer="K-1")],
)


def oracle(events: Sequence[Event]) -> Iterator[Answer]:
    """Every payment, once, that neither an order nor a refund explains in its time."""
    events = retold.corrected(events)
    seen: set[str] = set()
    for paid in events:
        data = paid.data
        if not isinstance(data, Payment) or data.kind != "received" or data.payment in seen:
            continue
        seen.add(data.payment)
        end, told_until = paid.time + 3 * DAY, paid.time + 6 * DAY
        whom = [data.customer] if data.customer else []
        who = None
        if data.order is not None:
            mention = order_oracle.mention(events, data.order)
            known = mention is not None and mention.time <= end
            whom += order_oracle.customers(events, data.order, told_until)
            who = order_oracle.whose(events, data.order, paid.time, told_until, data.customer)
        elif data.customer is not None:
            known = _ordered(events, data.customer, paid.time - 90 * DAY, end)
            who = order_oracle.keeper(events, data.customer, paid.time, told_until)
        else:
            known = False
        if not known and not _is_refunded(events, paid, data, end):
            customer = whom[0] if whom else None
            account, evidence = data.payee_account, frozenset({paid.id})
            yield "warning", who, customer, data.order, account, evidence


def _ordered(events: Sequence[Event], customer: str, since: int, until: int) -> bool:
    """What is created twice is new once."""
    for it in events:
        data = it.data
        if not isinstance(data, CrmEdit) or (data.op, data.object.type) != ("create", "order"):
            continue
        first = order_oracle.creation(events, data.object.id)
        assert first is not None
        told = {it.id for it in (first, it) if it.data.customer == customer}  # type: ignore[union-attr]
        if it.id in told and (it is first or first.id not in told) and since <= it.time <= until:
            return True
    return False


def _is_refunded(events: Sequence[Event], paid: Event, data: Payment, until: int) -> bool:
    """By a refund of this very payment, or by as much money, each refund counted once."""
    refunds: dict[str, Decimal] = {}
    for it in retold.sooner(events):
        back = it.data
        if not isinstance(back, Payment) or back.kind != "refund":
            continue
        if not paid.time <= it.time <= until:
            continue
        if data.order is not None and back.order != data.order:
            continue
        if data.order is None and (data.customer is None or back.customer != data.customer):
            continue
        if back.payment == data.payment:
            return True
        if back.order == data.order and back.currency == data.currency:
            refunds.setdefault(back.payment, back.amount)
    return sum(refunds.values(), Decimal(0)) >= data.amount
