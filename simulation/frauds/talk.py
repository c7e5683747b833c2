"""What customers and colleagues say, and what is said to them."""

from __future__ import annotations

from contract.types import Difference, KeywordCategory
from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import MINUTE, clock
from simulation.chance import between, pick
from simulation.frauds.scenario import Attempt, NotPossibleError, scenario
from simulation.small_talk import GUILTY


@scenario("leak-then-lost", "easy", lasts=18)
def told_the_competitor(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.touch(attempt.now, rep, customer, "visit")
    acts.open_deal(attempt.now + 10 * MINUTE, rep, customer, amount_of(attempt.rng, customer, 2))
    yield attempt.later(1, 2)
    for category in ("competitor", "kickback"):
        acts.chat(attempt.now, rep, category, pick(attempt.rng, GUILTY[category]), customer)
        yield attempt.soon(10, 100)
    yield attempt.later(2, 4)
    attempt.harm()
    acts.close_deal(attempt.now, rep, customer, "lost", "选择了竞争对手")
    attempt.tell(
        f"{rep.name} tells a competitor the floor price; {customer.id} is lost to it.",
        f"{rep.name}把底价透给竞争对手，{customer.id} 的商机随即丢失。",
        customer=customer,
    )


@scenario("leak-then-lost", "disguised", lasts=26)
def lost_two_weeks_later(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.open_deal(attempt.now, rep, customer, amount_of(attempt.rng, customer))
    yield attempt.later(0, 1)
    acts.chat(attempt.now, rep, "private_deal", pick(attempt.rng, GUILTY["private_deal"]), customer)
    for _ in range(2):
        yield attempt.later(2, 4)
        acts.touch(attempt.now, rep, customer, "message")
    yield attempt.later(1, 3)
    attempt.harm()
    acts.close_deal(attempt.now, rep, customer, "lost", "项目取消")
    attempt.tell(
        f"After one careless message {rep.name} keeps calling {customer.id} for show until it is"
        " lost.",
        f"{rep.name}只漏过一句话，此后照常跟进装样子，最后 {customer.id} 商机丢失。",
        customer=customer,
    )


@scenario("chat-burst", "easy", lasts=2)
def rounds_everybody_up(attempt: Attempt) -> Process:
    yield from _talks(attempt, 5, 8, (attempt.now,))


@scenario("chat-burst", "disguised", lasts=3)
def a_few_on_two_days(attempt: Attempt) -> Process:
    today = attempt.company.today
    customers = between(attempt.rng, 2, 3)
    yield from _talks(attempt, customers, 4, (clock(today, 19, 30), clock(today + 1, 9)))


_ADVANCES: tuple[KeywordCategory, ...] = ("private_deal", "off_channel_payment", "customer_data")


def _talks(attempt: Attempt, customers: int, hits: int, times: tuple[int, ...]) -> Process:
    chosen = attempt.customers(customers)
    number = 0
    for time in times:
        yield max(time, attempt.now)
        for _ in range(hits // len(times)):
            category = pick(attempt.rng, _ADVANCES)
            attempt.harm()
            attempt.acts.chat(
                attempt.now,
                attempt.rep,
                category,
                pick(attempt.rng, GUILTY[category]),
                chosen[number % customers],
            )
            number += 1
            yield attempt.now + between(attempt.rng, 3 * MINUTE, 25 * MINUTE)
    attempt.tell(
        f"{attempt.rep.name} offers {customers} customers a deal past the company.",
        f"{attempt.rep.name}集中向 {customers} 家客户兜揽私单。",
    )


@scenario("callback-mismatch", "easy", lasts=20)
def never_ordered_that(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    attempt.harm()
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer))
    yield attempt.later(3, 5)
    acts.move(attempt.now, attempt.rep, order, "completed")
    yield attempt.later(1, 3)
    acts.callback(
        attempt.now, customer, "denied", order=order.id, employee=attempt.rep, satisfaction=1
    )
    attempt.tell(
        f"Asked about {order.id}, {customer.id} says it never ordered that; {attempt.rep.name}"
        " invented it.",
        f"回访时 {customer.id} 否认下过 {order.id}，订单是{attempt.rep.name}编造的。",
        customer=customer,
        order=order,
    )


@scenario("callback-mismatch", "disguised", lasts=34)
def paid_a_little_more(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    amount = amount_of(attempt.rng, customer)
    attempt.harm()
    order = yield from attempt.ordered(customer, amount)
    yield from attempt.delivered(order)
    yield from attempt.paid(order)
    acts.move(attempt.now + 10 * MINUTE, attempt.rep, order, "completed")
    yield attempt.later(1, 4)
    paid = amount * between(attempt.rng, 104, 112) // 100
    acts.callback(
        attempt.now,
        customer,
        "mismatch",
        order=order.id,
        employee=attempt.rep,
        differences={"amount": Difference(f"{amount}", f"{paid}")},
        satisfaction=4,
    )
    attempt.tell(
        f"{customer.id} paid {paid} CNY for {order.id}, {amount} of them to the company.",
        f"{customer.id} 为 {order.id} 实付 {paid} 元，公司只入账 {amount} 元。",
        customer=customer,
        order=order,
    )


@scenario("complaint-burst", "easy", lasts=24)
def angry_customers(attempt: Attempt) -> Process:
    yield from _complaints(attempt, 5, 1, 2)


@scenario("complaint-burst", "disguised", lasts=40)
def one_every_other_week(attempt: Attempt) -> Process:
    yield from _complaints(attempt, 3, 5, 10)


def _complaints(attempt: Attempt, count: int, least: int, most: int) -> Process:
    """Customers who were promised something that is not in the papers."""
    for number, customer in enumerate(attempt.customers(count)):
        if number:
            yield attempt.later(least, most)
        attempt.harm()
        attempt.acts.callback(
            attempt.now,
            customer,
            "complaint",
            employee=attempt.rep,
            satisfaction=between(attempt.rng, 1, 2),
        )
    attempt.tell(
        f"{count} customers complain of what {attempt.rep.name} promised them and did not keep.",
        f"{count} 家客户投诉{attempt.rep.name}私下承诺不兑现。",
    )


@scenario("tip-corroborated", "easy", lasts=14)
def told_on(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.chat(attempt.now, rep, "off_channel_payment",
              pick(attempt.rng, GUILTY["off_channel_payment"]), customer)  # fmt: skip
    yield attempt.later(0, 2)
    attempt.harm()
    amount = amount_of(attempt.rng, customer)
    acts.pay(attempt.now, customer, amount, payee=rep.account, slip=True)
    yield attempt.later(1, 4)
    acts.tip(attempt.now, rep, "他让客户把钱打到自己卡上", customer)
    attempt.tell(
        f"{rep.name} takes {customer.id}'s money onto their own card; days later somebody tells.",
        f"{rep.name}让 {customer.id} 打款到自己卡上，几天后被人举报。",
        customer=customer,
        account=rep.account,
    )


@scenario("tip-corroborated", "disguised", lasts=34)
def told_on_weeks_later(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    clerk = attempt.one_of(attempt.company.staff.logistics)
    if clerk is rep:
        raise NotPossibleError
    attempt.harm()
    acts.move_goods(attempt.now, "dispatched", customer, None, released_by=clerk)
    yield attempt.later(10, 15)
    acts.tip(attempt.now, rep, "仓库有货没走单子，听说是他拉走的")
    attempt.tell(
        f"Goods leave for {customer.id} without an order; weeks later a tip names {rep.name}.",
        f"一批货无单发往 {customer.id}，几周后有人举报是{rep.name}所为。",
        customer=customer,
    )
