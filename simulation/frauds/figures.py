"""Sales that never were, or are hidden: what is done for the figures, and what they give away."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY, clock, day_of
from simulation.chance import between, pick
from simulation.company import Company
from simulation.frauds.deed import Deed, NotPossibleError, scenario
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
def again_the_next_morning(deed: Deed) -> Process:
    yield from _too_soon(deed, 1, 1)


@scenario("order-cycle-collapse", "disguised", lasts=22, history=55, suits=_has_a_regular)
def again_after_a_weekend(deed: Deed) -> Process:
    yield from _too_soon(deed, 1, 2)


def _too_soon(deed: Deed, least: int, most: int) -> Process:
    """After a real order of a regular customer an invented one."""
    regulars = [
        customer
        for customer in deed.rep.customers.values()
        if _regular(customer) and not deed.company.held(customer)
    ]
    if not regulars:
        raise NotPossibleError
    customer = pick(deed.rng, regulars)
    begun = deed.now
    while customer.last_order < begun:
        if deed.now > begun + 15 * DAY or customer.owner is not deed.rep:
            raise NotPossibleError
        yield deed.now + 3 * 3600
    deed.hold(customer)
    yield deed.later(least, most)
    deed.harm()
    order = deed.acts.place(deed.now, deed.rep, customer, amount_of(deed.rng, customer))
    yield deed.soon(30, 200)
    deed.acts.approve(deed.now, deed.manager(), order)
    deed.tell(
        f"{deed.rep.name} invents {order.id} right after a real order of {customer.id}, which buys"
        f" every {customer.rhythm:.0f} days.",
        f"{customer.id} 约 {customer.rhythm:.0f} 天下一单，{deed.rep.name}紧跟真实订单虚构了"
        f" {order.id}。",
        customer=customer,
        order=order,
    )


@scenario("sales-spike", "easy", lasts=3, history=62, suits=_sells_often)
def a_record_day(deed: Deed) -> Process:
    yield from _spike(deed, 3, 14)


@scenario("sales-spike", "disguised", lasts=3, history=62, suits=_sells_often)
def a_very_good_day(deed: Deed) -> Process:
    yield from _spike(deed, 6, 4)


def _spike(deed: Deed, orders: int, times: int) -> Process:
    """Orders on one day that are worth many times what these customers usually buy."""
    customers = deed.customers(orders)
    yield clock(deed.company.calendar.workday(deed.company.today, 1), 9, 10)
    usual = sum(customer.basket for customer in deed.rep.customers.values())
    usual /= len(deed.rep.customers)
    total = 0
    for customer in customers:
        deed.harm()
        deed.acts.touch(deed.now, deed.rep, customer, "message")
        yield deed.now + between(deed.rng, 300, 1500)
        amount = int(usual * times * (0.8 + deed.rng.random() * 0.4)) // 10 * 10
        total += amount
        order = deed.acts.place(deed.now, deed.rep, customer, amount)
        yield deed.now + between(deed.rng, 300, 900)
        deed.acts.approve(deed.now, deed.manager(), order)
    deed.tell(
        f"{deed.rep.name} enters invented orders over {total} CNY on one day for their bonus.",
        f"{deed.rep.name}为冲业绩，一天内录入虚假订单共 {total} 元。",
    )


@scenario("sales-slump", "easy", lasts=24, history=42, suits=_sells_often)
def sells_privately(deed: Deed) -> Process:
    yield from _slump(deed, 1, between(deed.rng, 50, 120) * 10)


@scenario("sales-slump", "disguised", lasts=24, history=42, suits=_sells_often)
def a_little_for_the_company(deed: Deed) -> Process:
    yield from _slump(deed, 3, between(deed.rng, 200, 500) * 10)


def _slump(deed: Deed, crumbs: int, amount: int) -> Process:
    """For two weeks most of what the rep's customers want goes to a firm of the rep's own."""
    customers = deed.customers(3)
    rep, acts = deed.rep, deed.acts
    rep.diverts_until = deed.now + 15 * DAY
    deed.harm()
    for number, customer in enumerate(customers):
        acts.open_deal(deed.now, rep, customer, amount_of(deed.rng, customer, 1.5))
        yield deed.later(1, 2)
        if crumbs == 1:
            acts.chat(
                deed.now, rep, "private_deal", pick(deed.rng, GUILTY["private_deal"]), customer
            )
        if number < crumbs:
            deed.takes_its_course(acts.place(deed.now, rep, customer, amount))
        yield deed.later(1, 2)
        acts.close_deal(deed.now, rep, customer, "lost", "项目取消")
    yield max(rep.diverts_until, deed.now)
    acts.touch(deed.now, rep, customers[0])
    deed.tell(
        f"For two weeks {rep.name} sells their customers the goods of the rep's own firm.",
        f"两周内{rep.name}把客户的采购都转给了自己的公司，公司业绩骤降。",
    )


@scenario("phantom-order", "easy", lasts=3, proof=27)
def nobody_asked_for_it(deed: Deed) -> Process:
    customer = deed.customer()
    deed.harm()
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer, 3))
    deed.tell(
        f"{order.id} exists on paper only: {deed.rep.name} needed it for their quarter.",
        f"{order.id} 只存在于系统里，是{deed.rep.name}凑季度业绩的。",
        customer=customer,
        order=order,
    )


@scenario("phantom-order", "disguised", lasts=24, proof=27)
def closed_like_the_others(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.touch(deed.now, rep, customer, "visit")
    acts.offer(deed.now + 1200, rep, customer, amount_of(deed.rng, customer), 5)
    yield deed.later(1, 3)
    deed.harm()
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
    yield deed.later(5, 8)
    acts.move(deed.now, rep, order, "completed")
    yield deed.later(1, 3)
    acts.callback(deed.now, customer, "unreachable", order=order.id, employee=rep)
    deed.tell(
        f"{order.id} has a quote, an approval and an end, but no goods and no money.",
        f"{order.id} 有报价、有审批、有结单，就是没有发货也没有回款。",
        customer=customer,
        order=order,
    )


@scenario("period-end-reversal", "easy", lasts=45, proof=6)
def gone_next_week(deed: Deed) -> Process:
    yield from _reversed_order(deed, paid=False)


@scenario("period-end-reversal", "disguised", lasts=48, proof=6)
def paid_and_paid_back(deed: Deed) -> Process:
    yield from _reversed_order(deed, paid=True)


def _reversed_order(deed: Deed, *, paid: bool) -> Process:
    """An order for the month's target, undone when the month is over."""
    calendar, acts, rep = deed.company.calendar, deed.acts, deed.rep
    day = calendar.workday(deed.company.today)
    while calendar.days_left(day) > 1:
        day = calendar.workday(day, 1)
    yield clock(day, 10) + between(deed.rng, 0, 20_000)
    if not rep.employed(deed.company.today):
        raise NotPossibleError
    customer = deed.customer()
    deed.harm()
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer, 3))
    while calendar.days_left(day_of(deed.now)) > 0 and not paid:
        yield deed.later(1, 1)
    if paid:
        yield from deed.paid(order)
        yield deed.later(3, 5)
        clerk = deed.one_of(deed.company.staff.finance)
        acts.refund(deed.now, order, order.paid, clerk)
    else:
        yield deed.later(2, 5)
        acts.move(deed.now, rep, order, "cancelled")
    how = ("paid back", "退款") if paid else ("cancelled", "取消")
    deed.tell(
        f"{rep.name} books {order.id} for the month's target; afterwards it is {how[0]}.",
        f"{rep.name}月底冲业绩录入 {order.id}，过月后即{how[1]}。",
        customer=customer,
        order=order,
    )


@scenario("ghost-deal", "easy", lasts=20, untouched=True)
def nobody_ever_spoke_to_them(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    deed.harm()
    order = acts.place(deed.now, deed.rep, customer, amount_of(deed.rng, customer, 1.5))
    yield deed.soon(20, 100)
    acts.approve(deed.now, deed.manager(), order)
    yield from deed.delivered(order)
    yield from deed.paid(order)
    deed.tell(
        f"{order.id} for {customer.id} is placed, delivered and paid, and nobody ever spoke to"
        " them.",
        f"{customer.id} 从未有人联系，{order.id} 却下单、发货、付款一气呵成。",
        customer=customer,
        order=order,
    )


@scenario("ghost-deal", "disguised", lasts=14, untouched=True)
def only_the_money(deed: Deed) -> Process:
    customer = deed.customer()
    order = deed.acts.place(deed.now, deed.rep, customer, amount_of(deed.rng, customer, 0.5))
    yield deed.soon(20, 100)
    deed.harm()
    deed.acts.approve(deed.now, deed.manager(), order)
    yield from deed.paid(order)
    yield deed.later(4, 6)
    deed.acts.touch(deed.now, deed.rep, customer, "report")
    deed.tell(
        f"{order.id}, a small order for {customer.id}, goes through; the visit report is written"
        " a week later.",
        f"{customer.id} 的小单 {order.id} 悄悄走完，拜访记录一周后才补写。",
        customer=customer,
        order=order,
    )


@scenario("missed-callback", "easy", lasts=30, proof=22)
def do_not_ring_them(deed: Deed) -> Process:
    yield from _not_called(deed, attempts=0)


@scenario("missed-callback", "disguised", lasts=34, proof=22)
def a_number_nobody_answers(deed: Deed) -> Process:
    yield from _not_called(deed, attempts=2)


def _not_called(deed: Deed, attempts: int) -> Process:
    customer, acts = deed.customer(), deed.acts
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
    yield from deed.delivered(order)
    yield from deed.paid(order)
    yield deed.later(0, 1)
    deed.harm()
    acts.move(deed.now, deed.rep, order, "completed")
    for _ in range(attempts):
        yield deed.later(1, 2)
        acts.callback(deed.now, customer, "unreachable", order=order.id, employee=deed.rep)
    deed.tell(
        f"{deed.rep.name} sees to it that {customer.id} is not asked about {order.id}.",
        f"{deed.rep.name}设法让客服回访不到 {customer.id}，{order.id} 无从核实。",
        customer=customer,
        order=order,
    )
