"""Sales that never happened, or that are hidden: fraud for the sake of sales figures, and its
traces."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY, clock, day_of
from simulation.chance import between, pick
from simulation.company import Company
from simulation.frauds.scenario import Attempt, NotPossibleError, scenario
from simulation.people import Customer, Employee
from simulation.small_talk import GUILTY


def _sells_often(company: Company, rep: Employee) -> bool:
    """Sells on more than every second workday."""
    days = company.today - company.first_day
    return rep.selling_days > days * 0.4


def _has_a_regular(company: Company, rep: Employee) -> bool:
    return any(_regular(customer) for customer in rep.customers.values())


def _regular(customer: Customer) -> bool:
    """Has ordered about every week, often enough that one knows its rhythm."""
    return customer.rhythm < 14 and customer.orders >= 6


@scenario("order-cycle-collapse", "easy", lasts=22, history=50, suits=_has_a_regular)
def again_the_next_morning(attempt: Attempt) -> Process:
    yield from _too_soon(attempt, 1, 1)


@scenario("order-cycle-collapse", "disguised", lasts=22, history=55, suits=_has_a_regular)
def again_after_a_weekend(attempt: Attempt) -> Process:
    yield from _too_soon(attempt, 1, 2)


def _too_soon(attempt: Attempt, least: int, most: int) -> Process:
    """An invented order right after a real order of a regular customer."""
    regulars = [
        customer
        for customer in attempt.rep.customers.values()
        if _regular(customer) and not attempt.company.held(customer)
    ]
    if not regulars:
        raise NotPossibleError
    customer = pick(attempt.rng, regulars)
    begun = attempt.now
    while customer.last_order < begun:
        if attempt.now > begun + 15 * DAY or customer.owner is not attempt.rep:
            raise NotPossibleError
        yield attempt.now + 3 * 3600
    attempt.hold(customer)
    yield attempt.later(least, most)
    attempt.harm()
    order = attempt.acts.place(attempt.now, attempt.rep, customer, amount_of(attempt.rng, customer))
    yield attempt.soon(30, 200)
    attempt.acts.approve(attempt.now, attempt.manager(), order)
    attempt.tell(
        f"{attempt.rep.name} invents {order.id} right after a real order of {customer.id}, which"
        f" buys every {customer.rhythm:.0f} days.",
        f"{customer.id} 约 {customer.rhythm:.0f} 天下一单，{attempt.rep.name}紧跟真实订单虚构了"
        f" {order.id}。",
        customer=customer,
        order=order,
    )


@scenario("sales-spike", "easy", lasts=3, history=62, suits=_sells_often)
def a_record_day(attempt: Attempt) -> Process:
    yield from _spike(attempt, 3, 14)


@scenario("sales-spike", "disguised", lasts=3, history=62, suits=_sells_often)
def a_very_good_day(attempt: Attempt) -> Process:
    yield from _spike(attempt, 6, 4)


def _spike(attempt: Attempt, orders: int, times: int) -> Process:
    """Orders on one day that are worth many times what these customers usually buy."""
    customers = attempt.customers(orders)
    yield clock(attempt.company.calendar.workday(attempt.company.today, 1), 9, 10)
    usual = sum(customer.basket for customer in attempt.rep.customers.values())
    usual /= len(attempt.rep.customers)
    total = 0
    for customer in customers:
        attempt.harm()
        attempt.acts.touch(attempt.now, attempt.rep, customer, "message")
        yield attempt.now + between(attempt.rng, 300, 1500)
        amount = int(usual * times * (0.8 + attempt.rng.random() * 0.4)) // 10 * 10
        total += amount
        order = attempt.acts.place(attempt.now, attempt.rep, customer, amount)
        yield attempt.now + between(attempt.rng, 300, 900)
        attempt.acts.approve(attempt.now, attempt.manager(), order)
    attempt.tell(
        f"{attempt.rep.name} enters invented orders over {total} CNY on one day for their bonus.",
        f"{attempt.rep.name}为冲业绩，一天内录入虚假订单共 {total} 元。",
    )


@scenario("sales-slump", "easy", lasts=24, history=42, suits=_sells_often)
def sells_privately(attempt: Attempt) -> Process:
    yield from _slump(attempt, 1, between(attempt.rng, 50, 120) * 10)


@scenario("sales-slump", "disguised", lasts=24, history=42, suits=_sells_often)
def a_little_for_the_company(attempt: Attempt) -> Process:
    yield from _slump(attempt, 3, between(attempt.rng, 200, 500) * 10)


def _slump(attempt: Attempt, crumbs: int, amount: int) -> Process:
    """For two weeks most of what the rep's customers want goes to a company of the rep's own."""
    customers = attempt.customers(3)
    rep, acts = attempt.rep, attempt.acts
    rep.diverts_until = attempt.now + 15 * DAY
    attempt.harm()
    for number, customer in enumerate(customers):
        acts.open_deal(attempt.now, rep, customer, amount_of(attempt.rng, customer, 1.5))
        yield attempt.later(1, 2)
        if crumbs == 1:
            acts.chat(
                attempt.now,
                rep,
                "private_deal",
                pick(attempt.rng, GUILTY["private_deal"]),
                customer,
            )
        if number < crumbs:
            attempt.takes_its_course(acts.place(attempt.now, rep, customer, amount))
        yield attempt.later(1, 2)
        acts.close_deal(attempt.now, rep, customer, "lost", "项目取消")
    yield max(rep.diverts_until, attempt.now)
    acts.touch(attempt.now, rep, customers[0])
    attempt.tell(
        f"For two weeks {rep.name} sells their customers the goods of the rep's own firm.",
        f"两周内{rep.name}把客户的采购都转给了自己的公司，公司业绩骤降。",
    )


@scenario("phantom-order", "easy", lasts=3, proof=27)
def nobody_asked_for_it(attempt: Attempt) -> Process:
    customer = attempt.customer()
    attempt.harm()
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer, 3))
    attempt.tell(
        f"{order.id} exists on paper only: {attempt.rep.name} needed it for their quarter.",
        f"{order.id} 只存在于系统里，是{attempt.rep.name}凑季度业绩的。",
        customer=customer,
        order=order,
    )


@scenario("phantom-order", "disguised", lasts=24, proof=27)
def closed_like_the_others(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.touch(attempt.now, rep, customer, "visit")
    acts.offer(attempt.now + 1200, rep, customer, amount_of(attempt.rng, customer), 5)
    yield attempt.later(1, 3)
    attempt.harm()
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
    yield attempt.later(5, 8)
    acts.move(attempt.now, rep, order, "completed")
    yield attempt.later(1, 3)
    acts.callback(attempt.now, customer, "unreachable", order=order.id, employee=rep)
    attempt.tell(
        f"{order.id} has a quote, an approval and an end, but no goods and no money.",
        f"{order.id} 有报价、有审批、有结单，就是没有发货也没有回款。",
        customer=customer,
        order=order,
    )


@scenario("period-end-reversal", "easy", lasts=45, proof=6)
def gone_next_week(attempt: Attempt) -> Process:
    yield from _reversed_order(attempt, paid=False)


@scenario("period-end-reversal", "disguised", lasts=48, proof=6)
def paid_and_paid_back(attempt: Attempt) -> Process:
    yield from _reversed_order(attempt, paid=True)


def _reversed_order(attempt: Attempt, *, paid: bool) -> Process:
    """An order for the month's target, undone when the month is over."""
    calendar, acts, rep = attempt.company.calendar, attempt.acts, attempt.rep
    day = calendar.workday(attempt.company.today)
    while calendar.days_left(day) > 1:
        day = calendar.workday(day, 1)
    yield clock(day, 10) + between(attempt.rng, 0, 20_000)
    if not rep.employed(attempt.company.today):
        raise NotPossibleError
    customer = attempt.customer()
    attempt.harm()
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer, 3))
    while calendar.days_left(day_of(attempt.now)) > 0 and not paid:
        yield attempt.later(1, 1)
    if paid:
        yield from attempt.paid(order)
        yield attempt.later(3, 5)
        clerk = attempt.one_of(attempt.company.staff.finance)
        acts.refund(attempt.now, order, order.paid, clerk)
    else:
        yield attempt.later(2, 5)
        acts.move(attempt.now, rep, order, "cancelled")
    how = ("paid back", "退款") if paid else ("cancelled", "取消")
    attempt.tell(
        f"{rep.name} books {order.id} for the month's target; afterwards it is {how[0]}.",
        f"{rep.name}月底冲业绩录入 {order.id}，过月后即{how[1]}。",
        customer=customer,
        order=order,
    )


@scenario("ghost-deal", "easy", lasts=20, untouched=True)
def nobody_ever_spoke_to_them(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    attempt.harm()
    order = acts.place(attempt.now, attempt.rep, customer, amount_of(attempt.rng, customer, 1.5))
    yield attempt.soon(20, 100)
    acts.approve(attempt.now, attempt.manager(), order)
    yield from attempt.delivered(order)
    yield from attempt.paid(order)
    attempt.tell(
        f"{order.id} for {customer.id} is placed, delivered and paid, and nobody ever spoke to"
        " them.",
        f"{customer.id} 从未有人联系，{order.id} 却下单、发货、付款一气呵成。",
        customer=customer,
        order=order,
    )


@scenario("ghost-deal", "disguised", lasts=14, untouched=True)
def only_the_money(attempt: Attempt) -> Process:
    customer = attempt.customer()
    order = attempt.acts.place(
        attempt.now, attempt.rep, customer, amount_of(attempt.rng, customer, 0.5)
    )
    yield attempt.soon(20, 100)
    attempt.harm()
    attempt.acts.approve(attempt.now, attempt.manager(), order)
    yield from attempt.paid(order)
    yield attempt.later(4, 6)
    attempt.acts.touch(attempt.now, attempt.rep, customer, "report")
    attempt.tell(
        f"{order.id}, a small order for {customer.id}, goes through; the visit report is written"
        " a week later.",
        f"{customer.id} 的小单 {order.id} 悄悄走完，拜访记录一周后才补写。",
        customer=customer,
        order=order,
    )


@scenario("missed-callback", "easy", lasts=30, proof=22)
def do_not_ring_them(attempt: Attempt) -> Process:
    yield from _not_called(attempt, attempts=0)


@scenario("missed-callback", "disguised", lasts=34, proof=22)
def a_number_nobody_answers(attempt: Attempt) -> Process:
    yield from _not_called(attempt, attempts=2)


def _not_called(attempt: Attempt, attempts: int) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
    yield from attempt.delivered(order)
    yield from attempt.paid(order)
    yield attempt.later(0, 1)
    attempt.harm()
    acts.move(attempt.now, attempt.rep, order, "completed")
    for _ in range(attempts):
        yield attempt.later(1, 2)
        acts.callback(attempt.now, customer, "unreachable", order=order.id, employee=attempt.rep)
    attempt.tell(
        f"{attempt.rep.name} sees to it that {customer.id} is not asked about {order.id}.",
        f"{attempt.rep.name}设法让客服回访不到 {customer.id}，{order.id} 无从核实。",
        customer=customer,
        order=order,
    )
