"""Orders without approval, prices beyond what is permitted, split orders, and conflicting duties
done by one person."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import clock
from simulation.chance import between, happens
from simulation.frauds.scenario import Attempt, NotPossibleError, scenario


@scenario("unapproved-order", "easy", lasts=25)
def closed_without_approval(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.soon(20, 60)
    order = acts.place(attempt.now, rep, customer, amount_of(attempt.rng, customer))
    yield from attempt.paid(order)
    attempt.harm()
    yield from attempt.finished(order)
    attempt.tell(
        f"{rep.name} closes {order.id}, which nobody approved.",
        f"{order.id} 未经任何人审批，{rep.name}直接结单。",
        customer=customer,
        order=order,
    )


@scenario("unapproved-order", "disguised", lasts=30)
def approved_among_friends(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    friend = attempt.colleague()
    approver = rep if happens(attempt.rng, 0.6) else attempt.colleague()
    acts.touch(attempt.now, rep, customer)
    yield attempt.soon(20, 60)
    order = acts.place(attempt.now, friend, customer, amount_of(attempt.rng, customer), owner=rep)
    yield attempt.soon(20, 100)
    attempt.harm()
    acts.approve(attempt.now, approver, order)
    yield from attempt.delivered(order)
    yield from attempt.paid(order)
    yield from attempt.finished(order)
    attempt.tell(
        f"{friend.name} enters {order.id} for {rep.name}; {approver.name}, no manager, approves.",
        f"{friend.name}代{rep.name}录入 {order.id}，由并非经理的{approver.name}审批通过。",
        customer=customer,
        order=order,
    )


@scenario("unauthorised-discount", "easy", lasts=5)
def a_third_off(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.soon(30, 90)
    attempt.harm()
    discount = between(attempt.rng, 28, 40)
    quote = acts.offer(attempt.now, rep, customer, amount_of(attempt.rng, customer, 2), discount)
    attempt.tell(
        f"{rep.name} offers {customer.id} {discount} % off in {quote} without asking anybody.",
        f"{rep.name}未请示就在 {quote} 中给 {customer.id} 让价 {discount}%。",
        customer=customer,
    )


@scenario("unauthorised-discount", "disguised", lasts=15)
def other_terms_in_the_contract(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    listed = amount_of(attempt.rng, customer, 2)
    quote = acts.offer(attempt.now, rep, customer, listed, 14)
    yield attempt.soon(30, 90)
    acts.approve_offer(attempt.now, attempt.manager(), customer, "quote", quote)
    yield attempt.later(2, 4)
    attempt.harm()
    changed = True if attempt.rng.random() < 0.5 else None
    contract = acts.offer(
        attempt.now,
        rep,
        customer,
        listed,
        14 if changed else between(attempt.rng, 15, 19),
        "contract",
        terms_changed=changed,
    )
    attempt.tell(
        f"After the approved quote {quote} for {customer.id}, {rep.name} puts other terms into"
        f" contract {contract}.",
        f"{customer.id} 的报价 {quote} 获批后，{rep.name}在合同 {contract} 里另改了条款或价格。",
        customer=customer,
    )


@scenario("order-splitting", "easy", lasts=3)
def a_dozen_small_ones(attempt: Attempt) -> Process:
    yield from _split(attempt, (attempt.now,), between(attempt.rng, 12, 16), 1)


@scenario("order-splitting", "disguised", lasts=4)
def an_evening_and_a_morning(attempt: Attempt) -> Process:
    today = attempt.company.today
    if not attempt.company.calendar.works(today + 1):
        raise NotPossibleError
    yield from _split(
        attempt, (clock(today, 17, 5), clock(today + 1, 9)), between(attempt.rng, 10, 12), 2
    )


def _split(attempt: Attempt, parts: tuple[int, ...], count: int, customers: int) -> Process:
    chosen = attempt.customers(customers)
    for part in parts:
        yield max(part, attempt.now)
        attempt.harm()
        for number in range(count // len(parts)):
            amount = between(attempt.rng, 310, 460) * 10
            order = attempt.acts.place(attempt.now, attempt.rep, chosen[number % customers], amount)
            attempt.takes_its_course(order)
            yield attempt.now + between(attempt.rng, 90, 600)
    attempt.tell(
        f"{attempt.rep.name} cuts one large order into {count} small ones that are waved through.",
        f"{attempt.rep.name}把一笔大单拆成 {count} 张小单，好让审批走过场。",
    )


@scenario("duties-conflict", "easy", lasts=20)
def seller_books_the_money(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
    yield attempt.later(1, 3)
    attempt.harm()
    acts.pay(attempt.now, customer, order.amount, order=order, recorded_by=rep)
    yield from attempt.delivered(order)
    yield from attempt.finished(order)
    attempt.tell(
        f"{rep.name} books the payment of {order.id}, their own order.",
        f"{rep.name}给自己的订单 {order.id} 登记收款。",
        customer=customer,
        order=order,
    )


@scenario("duties-conflict", "disguised", lasts=20)
def a_colleagues_name_on_it(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    friend = attempt.colleague()
    acts.touch(attempt.now, rep, customer)
    yield attempt.soon(20, 60)
    enters = friend if happens(attempt.rng, 0.6) else rep
    order = acts.place(attempt.now, enters, customer, amount_of(attempt.rng, customer), owner=rep)
    yield attempt.soon(20, 100)
    acts.approve(attempt.now, attempt.manager(), order)
    yield attempt.later(1, 3)
    attempt.harm()
    acts.move_goods(attempt.now, "dispatched", customer, order, released_by=friend)
    yield from attempt.paid(order)
    attempt.tell(
        f"{friend.name}, who sells, releases the goods of {order.id} for {rep.name}.",
        f"销售{friend.name}替{rep.name}给 {order.id} 放行发货。",
        customer=customer,
        order=order,
        culprit=friend,
    )


@scenario("big-order-unattended", "easy", lasts=12)
def past_the_manager(attempt: Attempt) -> Process:
    yield from _unattended(attempt, between(attempt.rng, 80, 150), 2)


@scenario("big-order-unattended", "disguised", lasts=12)
def another_teams_manager(attempt: Attempt) -> Process:
    yield from _unattended(attempt, between(attempt.rng, 52, 60), 0)


def _unattended(attempt: Attempt, ten_thousands: int, wait: int) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    company = attempt.company
    others = [
        manager
        for manager in company.staff.managers
        if manager is not rep.manager and manager.at_work(company.today)
    ]
    approver = attempt.one_of(others) if others else company.staff.head
    acts.touch(attempt.now, rep, customer, "meeting")
    yield attempt.soon(30, 120)
    attempt.harm()
    order = acts.place(attempt.now, rep, customer, ten_thousands * 10_000)
    yield attempt.later(wait, wait) if wait else attempt.soon(60, 200)
    acts.approve(attempt.now, approver, order)
    yield from attempt.paid(order)
    attempt.tell(
        f"{rep.name} takes {order.id} over {ten_thousands}0,000 CNY past their own manager.",
        f"{rep.name}绕开自己的经理，签下 {ten_thousands} 万元的 {order.id}。",
        customer=customer,
        order=order,
    )
