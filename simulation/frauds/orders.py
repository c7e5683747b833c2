"""Orders past approval, prices past leave, orders cut in pieces, duties in one hand."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import clock
from simulation.chance import between, happens
from simulation.frauds.deed import Deed, NotPossibleError, scenario


@scenario("unapproved-order", "easy", lasts=25)
def closed_without_approval(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.soon(20, 60)
    order = acts.place(deed.now, rep, customer, amount_of(deed.rng, customer))
    yield from deed.paid(order)
    deed.harm()
    yield from deed.finished(order)
    deed.tell(
        f"{rep.name} closes {order.id}, which nobody approved.",
        f"{order.id} 未经任何人审批，{rep.name}直接结单。",
        customer=customer,
        order=order,
    )


@scenario("unapproved-order", "disguised", lasts=30)
def approved_among_friends(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    friend = deed.colleague()
    approver = rep if happens(deed.rng, 0.6) else deed.colleague()
    acts.touch(deed.now, rep, customer)
    yield deed.soon(20, 60)
    order = acts.place(deed.now, friend, customer, amount_of(deed.rng, customer), owner=rep)
    yield deed.soon(20, 100)
    deed.harm()
    acts.approve(deed.now, approver, order)
    yield from deed.delivered(order)
    yield from deed.paid(order)
    yield from deed.finished(order)
    deed.tell(
        f"{friend.name} enters {order.id} for {rep.name}; {approver.name}, no manager, approves.",
        f"{friend.name}代{rep.name}录入 {order.id}，由并非经理的{approver.name}审批通过。",
        customer=customer,
        order=order,
    )


@scenario("unauthorised-discount", "easy", lasts=5)
def a_third_off(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.soon(30, 90)
    deed.harm()
    discount = between(deed.rng, 28, 40)
    quote = acts.offer(deed.now, rep, customer, amount_of(deed.rng, customer, 2), discount)
    deed.tell(
        f"{rep.name} offers {customer.id} {discount} % off in {quote} without asking anybody.",
        f"{rep.name}未请示就在 {quote} 中给 {customer.id} 让价 {discount}%。",
        customer=customer,
    )


@scenario("unauthorised-discount", "disguised", lasts=15)
def other_terms_in_the_contract(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    listed = amount_of(deed.rng, customer, 2)
    quote = acts.offer(deed.now, rep, customer, listed, 14)
    yield deed.soon(30, 90)
    acts.approve_offer(deed.now, deed.manager(), customer, "quote", quote)
    yield deed.later(2, 4)
    deed.harm()
    changed = True if deed.rng.random() < 0.5 else None
    contract = acts.offer(
        deed.now,
        rep,
        customer,
        listed,
        14 if changed else between(deed.rng, 15, 19),
        "contract",
        terms_changed=changed,
    )
    deed.tell(
        f"After the approved quote {quote} for {customer.id}, {rep.name} puts other terms into"
        f" contract {contract}.",
        f"{customer.id} 的报价 {quote} 获批后，{rep.name}在合同 {contract} 里另改了条款或价格。",
        customer=customer,
    )


@scenario("order-splitting", "easy", lasts=3)
def a_dozen_small_ones(deed: Deed) -> Process:
    yield from _split(deed, (deed.now,), between(deed.rng, 12, 16), 1)


@scenario("order-splitting", "disguised", lasts=4)
def an_evening_and_a_morning(deed: Deed) -> Process:
    today = deed.company.today
    if not deed.company.calendar.works(today + 1):
        raise NotPossibleError
    yield from _split(
        deed, (clock(today, 17, 5), clock(today + 1, 9)), between(deed.rng, 10, 12), 2
    )


def _split(deed: Deed, parts: tuple[int, ...], count: int, customers: int) -> Process:
    chosen = deed.customers(customers)
    for part in parts:
        yield max(part, deed.now)
        deed.harm()
        for number in range(count // len(parts)):
            amount = between(deed.rng, 310, 460) * 10
            order = deed.acts.place(deed.now, deed.rep, chosen[number % customers], amount)
            deed.takes_its_course(order)
            yield deed.now + between(deed.rng, 90, 600)
    deed.tell(
        f"{deed.rep.name} cuts one large order into {count} small ones that are waved through.",
        f"{deed.rep.name}把一笔大单拆成 {count} 张小单，好让审批走过场。",
    )


@scenario("duties-conflict", "easy", lasts=20)
def seller_books_the_money(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
    yield deed.later(1, 3)
    deed.harm()
    acts.pay(deed.now, customer, order.amount, order=order, recorded_by=rep)
    yield from deed.delivered(order)
    yield from deed.finished(order)
    deed.tell(
        f"{rep.name} books the payment of {order.id}, their own order.",
        f"{rep.name}给自己的订单 {order.id} 登记收款。",
        customer=customer,
        order=order,
    )


@scenario("duties-conflict", "disguised", lasts=20)
def a_colleagues_name_on_it(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    friend = deed.colleague()
    acts.touch(deed.now, rep, customer)
    yield deed.soon(20, 60)
    enters = friend if happens(deed.rng, 0.6) else rep
    order = acts.place(deed.now, enters, customer, amount_of(deed.rng, customer), owner=rep)
    yield deed.soon(20, 100)
    acts.approve(deed.now, deed.manager(), order)
    yield deed.later(1, 3)
    deed.harm()
    acts.move_goods(deed.now, "dispatched", customer, order, released_by=friend)
    yield from deed.paid(order)
    deed.tell(
        f"{friend.name}, who sells, releases the goods of {order.id} for {rep.name}.",
        f"销售{friend.name}替{rep.name}给 {order.id} 放行发货。",
        customer=customer,
        order=order,
        culprit=friend,
    )


@scenario("big-order-unattended", "easy", lasts=12)
def past_the_manager(deed: Deed) -> Process:
    yield from _unattended(deed, between(deed.rng, 80, 150), 2)


@scenario("big-order-unattended", "disguised", lasts=12)
def another_teams_manager(deed: Deed) -> Process:
    yield from _unattended(deed, between(deed.rng, 52, 60), 0)


def _unattended(deed: Deed, ten_thousands: int, wait: int) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    company = deed.company
    others = [
        manager
        for manager in company.staff.managers
        if manager is not rep.manager and manager.at_work(company.today)
    ]
    approver = deed.one_of(others) if others else company.staff.head
    acts.touch(deed.now, rep, customer, "meeting")
    yield deed.soon(30, 120)
    deed.harm()
    order = acts.place(deed.now, rep, customer, ten_thousands * 10_000)
    yield deed.later(wait, wait) if wait else deed.soon(60, 200)
    acts.approve(deed.now, approver, order)
    yield from deed.paid(order)
    deed.tell(
        f"{rep.name} takes {order.id} over {ten_thousands}0,000 CNY past their own manager.",
        f"{rep.name}绕开自己的经理，签下 {ten_thousands} 万元的 {order.id}。",
        customer=customer,
        order=order,
    )
