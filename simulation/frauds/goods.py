"""Goods that leave without an order, too early, or to the wrong place."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY
from simulation.chance import between, happens
from simulation.frauds.scenario import Attempt, scenario


@scenario("shipment-without-order", "easy", lasts=6)
def out_of_the_gate(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    acts.touch(attempt.now, attempt.rep, customer)
    yield attempt.later(0, 1)
    attempt.harm()
    clerk = attempt.one_of(attempt.company.staff.logistics)
    value = amount_of(attempt.rng, customer)
    shipment = acts.move_goods(
        attempt.now, "dispatched", customer, None, released_by=clerk, value=value
    )
    yield attempt.now + DAY
    acts.move_goods(attempt.now, "delivered", customer, None, shipment=shipment)
    attempt.tell(
        f"Goods worth {value} CNY leave for {customer.id} without any order; {attempt.rep.name}"
        " sold them privately.",
        f"价值 {value} 元的货无订单发往 {customer.id}，是{attempt.rep.name}私卖的。",
        customer=customer,
    )


@scenario("shipment-without-order", "disguised", lasts=28)
def under_a_false_number(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    number = f"SO-{between(attempt.rng, 700_000, 999_999)}"
    if happens(attempt.rng, 0.35):
        # The number of an order that was delivered and paid long ago serves as well.
        order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
        yield from attempt.delivered(order)
        yield from attempt.paid(order)
        number = order.id
    clerk = attempt.one_of(attempt.company.staff.logistics)
    for lot in range(2):
        attempt.harm()
        value = amount_of(attempt.rng, customer, 0.4)
        acts.move_goods(attempt.now, "dispatched", customer, number, released_by=clerk, value=value)
        if lot == 0:
            yield attempt.later(1, 4)
    attempt.tell(
        f"Two small lots leave for {customer.id} under {number}, which does not cover them.",
        f"两小批货套用订单号 {number} 发往 {customer.id}，实际并无此订货。",
        customer=customer,
        order=number,
    )


@scenario("shipment-before-approval", "easy", lasts=8)
def shipped_first(attempt: Attempt) -> Process:
    yield from _too_early(attempt, 1)


@scenario("shipment-before-approval", "disguised", lasts=6)
def shipped_an_hour_before(attempt: Attempt) -> Process:
    yield from _too_early(attempt, 0)


def _too_early(attempt: Attempt, days: int) -> Process:
    customer, acts, rng = attempt.customer(), attempt.acts, attempt.rng
    acts.touch(attempt.now, attempt.rep, customer)
    yield attempt.soon(10, 60)
    order = acts.place(attempt.now, attempt.rep, customer, amount_of(rng, customer))
    yield attempt.soon(20, 60)
    attempt.harm()
    clerk = attempt.one_of(attempt.company.staff.logistics)
    shipment = acts.move_goods(attempt.now, "dispatched", customer, order, released_by=clerk)
    yield attempt.later(days, days + 1) if days else attempt.soon(30, 90)
    acts.approve(attempt.now, attempt.manager(), order)
    yield attempt.now + DAY
    acts.move_goods(attempt.now, "delivered", customer, order, shipment=shipment)
    yield from attempt.paid(order)
    attempt.tell(
        f"{attempt.rep.name} gets the goods of {order.id} out before it is approved.",
        f"{attempt.rep.name}在 {order.id} 审批前就让仓库把货发走。",
        customer=customer,
        order=order,
    )


@scenario("diverted-consignee", "easy", lasts=16)
def to_their_own_door(attempt: Attempt) -> Process:
    customer, rep, acts = attempt.customer(), attempt.rep, attempt.acts
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
    yield from attempt.paid(order)
    yield attempt.later(0, 2)
    attempt.harm()
    acts.move_goods(
        attempt.now,
        "dispatched",
        customer,
        order,
        released_by=attempt.one_of(attempt.company.staff.logistics),
        value=order.amount,
        address=rep.address,
        phone=rep.phone,
        consignee=rep.name,
    )
    attempt.tell(
        f"The goods of {order.id} go to {rep.name}'s own address.",
        f"{order.id} 的货发到了{rep.name}自己的住址。",
        customer=customer,
        order=order,
    )


@scenario("diverted-consignee", "disguised", lasts=45)
def a_cousins_warehouse(attempt: Attempt) -> Process:
    customers = attempt.customers(3)
    phones = [attempt.strange_phone() for _ in range(between(attempt.rng, 1, 2))]
    address = f"云川市物流二路{between(attempt.rng, 100, 999)}号"
    for number, customer in enumerate(customers):
        order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
        customer.site = address if number != 1 else None
        yield attempt.later(0, 2)
        attempt.harm()
        attempt.acts.move_goods(
            attempt.now,
            "dispatched",
            customer,
            order,
            released_by=attempt.one_of(attempt.company.staff.logistics),
            value=order.amount,
            phone=phones[number % len(phones)],
        )
        customer.site = None
        yield from attempt.paid(order)
        yield attempt.later(2, 5)
    attempt.tell(
        f"Goods of three customers go to a warehouse that {attempt.rep.name}'s cousin rents.",
        f"三家客户的货都发往{attempt.rep.name}表亲租的仓库。",
    )
