"""Goods that leave without an order, too early, or to the wrong place."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY
from simulation.chance import between, happens
from simulation.frauds.deed import Deed, scenario


@scenario("shipment-without-order", "easy", lasts=6)
def out_of_the_gate(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    acts.touch(deed.now, deed.rep, customer)
    yield deed.later(0, 1)
    deed.harm()
    clerk = deed.one_of(deed.company.staff.logistics)
    value = amount_of(deed.rng, customer)
    shipment = acts.move_goods(
        deed.now, "dispatched", customer, None, released_by=clerk, value=value
    )
    yield deed.now + DAY
    acts.move_goods(deed.now, "delivered", customer, None, shipment=shipment)
    deed.tell(
        f"Goods worth {value} CNY leave for {customer.id} without any order; {deed.rep.name} sold"
        " them privately.",
        f"价值 {value} 元的货无订单发往 {customer.id}，是{deed.rep.name}私卖的。",
        customer=customer,
    )


@scenario("shipment-without-order", "disguised", lasts=28)
def under_a_false_number(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    number = f"SO-{between(deed.rng, 700_000, 999_999)}"
    if happens(deed.rng, 0.35):
        # The number of an order that was delivered and paid long ago serves as well.
        order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
        yield from deed.delivered(order)
        yield from deed.paid(order)
        number = order.id
    clerk = deed.one_of(deed.company.staff.logistics)
    for lot in range(2):
        deed.harm()
        value = amount_of(deed.rng, customer, 0.4)
        acts.move_goods(deed.now, "dispatched", customer, number, released_by=clerk, value=value)
        if lot == 0:
            yield deed.later(1, 4)
    deed.tell(
        f"Two small lots leave for {customer.id} under {number}, which does not cover them.",
        f"两小批货套用订单号 {number} 发往 {customer.id}，实际并无此订货。",
        customer=customer,
        order=number,
    )


@scenario("shipment-before-approval", "easy", lasts=8)
def shipped_first(deed: Deed) -> Process:
    yield from _too_early(deed, 1)


@scenario("shipment-before-approval", "disguised", lasts=6)
def shipped_an_hour_before(deed: Deed) -> Process:
    yield from _too_early(deed, 0)


def _too_early(deed: Deed, days: int) -> Process:
    customer, acts, rng = deed.customer(), deed.acts, deed.rng
    acts.touch(deed.now, deed.rep, customer)
    yield deed.soon(10, 60)
    order = acts.place(deed.now, deed.rep, customer, amount_of(rng, customer))
    yield deed.soon(20, 60)
    deed.harm()
    clerk = deed.one_of(deed.company.staff.logistics)
    shipment = acts.move_goods(deed.now, "dispatched", customer, order, released_by=clerk)
    yield deed.later(days, days + 1) if days else deed.soon(30, 90)
    acts.approve(deed.now, deed.manager(), order)
    yield deed.now + DAY
    acts.move_goods(deed.now, "delivered", customer, order, shipment=shipment)
    yield from deed.paid(order)
    deed.tell(
        f"{deed.rep.name} gets the goods of {order.id} out before it is approved.",
        f"{deed.rep.name}在 {order.id} 审批前就让仓库把货发走。",
        customer=customer,
        order=order,
    )


@scenario("diverted-consignee", "easy", lasts=16)
def to_their_own_door(deed: Deed) -> Process:
    customer, rep, acts = deed.customer(), deed.rep, deed.acts
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
    yield from deed.paid(order)
    yield deed.later(0, 2)
    deed.harm()
    acts.move_goods(
        deed.now,
        "dispatched",
        customer,
        order,
        released_by=deed.one_of(deed.company.staff.logistics),
        value=order.amount,
        address=rep.address,
        phone=rep.phone,
        consignee=rep.name,
    )
    deed.tell(
        f"The goods of {order.id} go to {rep.name}'s own address.",
        f"{order.id} 的货发到了{rep.name}自己的住址。",
        customer=customer,
        order=order,
    )


@scenario("diverted-consignee", "disguised", lasts=45)
def a_cousins_warehouse(deed: Deed) -> Process:
    customers = deed.customers(3)
    phones = [deed.strange_phone() for _ in range(between(deed.rng, 1, 2))]
    address = f"云川市物流二路{between(deed.rng, 100, 999)}号"
    for number, customer in enumerate(customers):
        order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
        customer.site = address if number != 1 else None
        yield deed.later(0, 2)
        deed.harm()
        deed.acts.move_goods(
            deed.now,
            "dispatched",
            customer,
            order,
            released_by=deed.one_of(deed.company.staff.logistics),
            value=order.amount,
            phone=phones[number % len(phones)],
        )
        customer.site = None
        yield from deed.paid(order)
        yield deed.later(2, 5)
    deed.tell(
        f"Goods of three customers go to a warehouse that {deed.rep.name}'s cousin rents.",
        f"三家客户的货都发往{deed.rep.name}表亲租的仓库。",
    )
