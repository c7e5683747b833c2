"""What customers and colleagues say, and what is said to them."""

from __future__ import annotations

from contract.types import Difference, KeywordCategory
from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import MINUTE, clock
from simulation.chance import between, pick
from simulation.frauds.deed import Deed, NotPossibleError, scenario
from simulation.small_talk import GUILTY


@scenario("leak-then-lost", "easy", lasts=18)
def told_the_competitor(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.touch(deed.now, rep, customer, "visit")
    acts.open_deal(deed.now + 10 * MINUTE, rep, customer, amount_of(deed.rng, customer, 2))
    yield deed.later(1, 2)
    for category in ("competitor", "kickback"):
        acts.chat(deed.now, rep, category, pick(deed.rng, GUILTY[category]), customer)
        yield deed.soon(10, 100)
    yield deed.later(2, 4)
    deed.harm()
    acts.close_deal(deed.now, rep, customer, "lost", "选择了竞争对手")
    deed.tell(
        f"{rep.name} tells a competitor the floor price; {customer.id} is lost to it.",
        f"{rep.name}把底价透给竞争对手，{customer.id} 的商机随即丢失。",
        customer=customer,
    )


@scenario("leak-then-lost", "disguised", lasts=26)
def lost_two_weeks_later(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.open_deal(deed.now, rep, customer, amount_of(deed.rng, customer))
    yield deed.later(0, 1)
    acts.chat(deed.now, rep, "private_deal", pick(deed.rng, GUILTY["private_deal"]), customer)
    for _ in range(2):
        yield deed.later(2, 4)
        acts.touch(deed.now, rep, customer, "message")
    yield deed.later(1, 3)
    deed.harm()
    acts.close_deal(deed.now, rep, customer, "lost", "项目取消")
    deed.tell(
        f"After one careless message {rep.name} keeps calling {customer.id} for show until it is"
        " lost.",
        f"{rep.name}只漏过一句话，此后照常跟进装样子，最后 {customer.id} 商机丢失。",
        customer=customer,
    )


@scenario("chat-burst", "easy", lasts=2)
def rounds_everybody_up(deed: Deed) -> Process:
    yield from _talks(deed, 5, 8, (deed.now,))


@scenario("chat-burst", "disguised", lasts=3)
def a_few_on_two_days(deed: Deed) -> Process:
    today = deed.company.today
    customers = between(deed.rng, 2, 3)
    yield from _talks(deed, customers, 4, (clock(today, 19, 30), clock(today + 1, 9)))


_ADVANCES: tuple[KeywordCategory, ...] = ("private_deal", "off_channel_payment", "customer_data")


def _talks(deed: Deed, customers: int, hits: int, times: tuple[int, ...]) -> Process:
    chosen = deed.customers(customers)
    number = 0
    for time in times:
        yield max(time, deed.now)
        for _ in range(hits // len(times)):
            category = pick(deed.rng, _ADVANCES)
            deed.harm()
            deed.acts.chat(
                deed.now,
                deed.rep,
                category,
                pick(deed.rng, GUILTY[category]),
                chosen[number % customers],
            )
            number += 1
            yield deed.now + between(deed.rng, 3 * MINUTE, 25 * MINUTE)
    deed.tell(
        f"{deed.rep.name} offers {customers} customers a deal past the company.",
        f"{deed.rep.name}集中向 {customers} 家客户兜揽私单。",
    )


@scenario("callback-mismatch", "easy", lasts=20)
def never_ordered_that(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    deed.harm()
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer))
    yield deed.later(3, 5)
    acts.move(deed.now, deed.rep, order, "completed")
    yield deed.later(1, 3)
    acts.callback(deed.now, customer, "denied", order=order.id, employee=deed.rep, satisfaction=1)
    deed.tell(
        f"Asked about {order.id}, {customer.id} says it never ordered that; {deed.rep.name}"
        " invented it.",
        f"回访时 {customer.id} 否认下过 {order.id}，订单是{deed.rep.name}编造的。",
        customer=customer,
        order=order,
    )


@scenario("callback-mismatch", "disguised", lasts=34)
def paid_a_little_more(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    amount = amount_of(deed.rng, customer)
    deed.harm()
    order = yield from deed.ordered(customer, amount)
    yield from deed.delivered(order)
    yield from deed.paid(order)
    acts.move(deed.now + 10 * MINUTE, deed.rep, order, "completed")
    yield deed.later(1, 4)
    paid = amount * between(deed.rng, 104, 112) // 100
    acts.callback(
        deed.now,
        customer,
        "mismatch",
        order=order.id,
        employee=deed.rep,
        differences={"amount": Difference(f"{amount}", f"{paid}")},
        satisfaction=4,
    )
    deed.tell(
        f"{customer.id} paid {paid} CNY for {order.id}, {amount} of them to the company.",
        f"{customer.id} 为 {order.id} 实付 {paid} 元，公司只入账 {amount} 元。",
        customer=customer,
        order=order,
    )


@scenario("complaint-burst", "easy", lasts=24)
def angry_customers(deed: Deed) -> Process:
    yield from _complaints(deed, 5, 1, 2)


@scenario("complaint-burst", "disguised", lasts=40)
def one_every_other_week(deed: Deed) -> Process:
    yield from _complaints(deed, 3, 5, 10)


def _complaints(deed: Deed, count: int, least: int, most: int) -> Process:
    """Customers who were promised something that is not in the papers."""
    for number, customer in enumerate(deed.customers(count)):
        if number:
            yield deed.later(least, most)
        deed.harm()
        deed.acts.callback(
            deed.now, customer, "complaint", employee=deed.rep, satisfaction=between(deed.rng, 1, 2)
        )
    deed.tell(
        f"{count} customers complain of what {deed.rep.name} promised them and did not keep.",
        f"{count} 家客户投诉{deed.rep.name}私下承诺不兑现。",
    )


@scenario("tip-corroborated", "easy", lasts=14)
def told_on(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.chat(deed.now, rep, "off_channel_payment",
              pick(deed.rng, GUILTY["off_channel_payment"]), customer)  # fmt: skip
    yield deed.later(0, 2)
    deed.harm()
    amount = amount_of(deed.rng, customer)
    acts.pay(deed.now, customer, amount, payee=rep.account, slip=True)
    yield deed.later(1, 4)
    acts.tip(deed.now, rep, "他让客户把钱打到自己卡上", customer)
    deed.tell(
        f"{rep.name} takes {customer.id}'s money onto their own card; days later somebody tells.",
        f"{rep.name}让 {customer.id} 打款到自己卡上，几天后被人举报。",
        customer=customer,
        account=rep.account,
    )


@scenario("tip-corroborated", "disguised", lasts=34)
def told_on_weeks_later(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    clerk = deed.one_of(deed.company.staff.logistics)
    if clerk is rep:
        raise NotPossibleError
    deed.harm()
    acts.move_goods(deed.now, "dispatched", customer, None, released_by=clerk)
    yield deed.later(10, 15)
    acts.tip(deed.now, rep, "仓库有货没走单子，听说是他拉走的")
    deed.tell(
        f"Goods leave for {customer.id} without an order; weeks later a tip names {rep.name}.",
        f"一批货无单发往 {customer.id}，几周后有人举报是{rep.name}所为。",
        customer=customer,
    )
