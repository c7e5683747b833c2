"""Money that goes elsewhere, comes from nowhere, or never arrives."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.chance import between, happens, pick
from simulation.frauds.scenario import Attempt, scenario
from simulation.small_talk import GUILTY


@scenario("offbook-payment", "easy", lasts=20)
def paid_onto_a_private_card(attempt: Attempt) -> Process:
    rep, acts, customer = attempt.rep, attempt.acts, attempt.customer()
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.later(0, 2)
    for category in ("private_deal", "off_channel_payment"):
        acts.chat(attempt.now, rep, category, pick(attempt.rng, GUILTY[category]), customer)
        yield attempt.soon(10, 200)
    yield attempt.later(1, 3)
    amount = amount_of(attempt.rng, customer, 1.5)
    attempt.harm()
    acts.pay(attempt.now, customer, amount, payee=rep.account, slip=True)
    attempt.tell(
        f"{rep.name} has {customer.id} pay {amount} CNY onto the rep's card, without any order.",
        f"{rep.name}让 {customer.id} 把货款 {amount} 元直接打到自己卡上，公司没有订单。",
        customer=customer,
        account=rep.account,
    )


@scenario("offbook-payment", "disguised", lasts=30)
def where_nobody_looks(attempt: Attempt) -> Process:
    yield from _in_cash(attempt) if happens(attempt.rng, 0.25) else _to_a_relative(attempt)


def _in_cash(attempt: Attempt) -> Process:
    """No system sees the money; the only trace is a remark in a chat."""
    rep, acts, customer = attempt.rep, attempt.acts, attempt.customer()
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.later(1, 3)
    words = pick(attempt.rng, GUILTY["off_channel_payment"])
    acts.chat(attempt.now, rep, "off_channel_payment", words, customer)
    yield attempt.later(1, 3)
    attempt.harm()
    acts.touch(attempt.now, rep, customer, "visit")
    attempt.tell(
        f"{customer.id} pays {rep.name} in cash; only a chat message hints at it.",
        f"{customer.id} 付现金给{rep.name}，只在聊天里露过一句。",
        customer=customer,
    )


def _to_a_relative(attempt: Attempt) -> Process:
    rep, acts, customer = attempt.rep, attempt.acts, attempt.customer()
    amount = amount_of(attempt.rng, customer)
    account = attempt.strange_account()
    order = yield from attempt.ordered(customer, amount)
    yield from attempt.paid(order, amount // 2)
    yield attempt.later(1, 4)
    attempt.harm()
    acts.pay(attempt.now, customer, amount - order.paid, order=order, payee=account, slip=True)
    yield from attempt.delivered(order)
    attempt.tell(
        f"Half of {order.id} goes to a relative of {rep.name}'s instead of the company.",
        f"{order.id} 的一半货款被{rep.name}引到亲属账户，没有进公司。",
        customer=customer,
        order=order,
        account=account,
    )


@scenario("account-ring", "easy", lasts=30)
def four_customers_one_card(attempt: Attempt) -> Process:
    account = attempt.strange_account()
    customers = attempt.customers(4)
    for customer in customers:
        attempt.harm()
        amount = amount_of(attempt.rng, customer)
        attempt.acts.pay(attempt.now, customer, amount, payee=account, slip=True)
        yield attempt.later(2, 4)
    attempt.tell(
        f"Four customers of {attempt.rep.name}'s pay into one private account.",
        f"{attempt.rep.name}的四家客户都向同一个私人账户付款。",
        account=account,
    )


@scenario("account-ring", "disguised", lasts=55)
def shell_company(attempt: Attempt) -> Process:
    account = attempt.strange_account()
    other = attempt.strange_account() if happens(attempt.rng, 0.3) else account
    customers = [*attempt.customers(2), *attempt.customers(1, attempt.colleague())]
    for number, customer in enumerate(customers):
        if number:
            yield attempt.later(8, 13)
        attempt.harm()
        amount = amount_of(attempt.rng, customer, 0.5)
        payee = account if number != 1 else other
        attempt.acts.pay(attempt.now, customer, amount, payee=payee, slip=True)
    attempt.tell(
        f"Over weeks three customers, one of them a colleague's, pay a shell company behind which"
        f" {attempt.rep.name} stands.",
        f"数周内三家客户（其中一家归同事）先后付款给{attempt.rep.name}背后的空壳公司。",
        account=account,
    )


@scenario("unmatched-payment", "easy", lasts=6, proof=6)
def order_nobody_entered(attempt: Attempt) -> Process:
    customer = attempt.customer()
    number = f"SY-{between(attempt.rng, 1000, 9999)}"
    attempt.acts.touch(attempt.now, attempt.rep, customer, "meeting")
    yield attempt.later(1, 2)
    amount = amount_of(attempt.rng, customer, 1.5)
    attempt.harm()
    clerk = attempt.one_of(attempt.company.staff.finance)
    attempt.acts.pay(attempt.now, customer, amount, order=number, recorded_by=clerk)
    attempt.tell(
        f"{customer.id} pays for {number}, an order {attempt.rep.name} took on a letterhead of"
        " their own and never entered; the money came to the company by mistake.",
        f"{customer.id} 按 {number} 付款：{attempt.rep.name}私下签的订单，从未录入，"
        "款项误打进公司。",
        customer=customer,
        order=number,
    )


@scenario("unmatched-payment", "disguised", lasts=2, proof=6, untouched=True)
def money_without_a_reason(attempt: Attempt) -> Process:
    customer, rep, acts = attempt.customer(), attempt.rep, attempt.acts
    amount = amount_of(attempt.rng, customer, 0.6)
    if happens(attempt.rng, 0.4):
        acts.touch(attempt.now, rep, customer)
        # A trifle is ordered properly, so that the money has something to belong to.
        acts.approve(
            attempt.now + 900, attempt.manager(), acts.place(attempt.now + 300, rep, customer, 200)
        )
        yield attempt.soon(60, 200)
    attempt.harm()
    clerk = attempt.one_of(attempt.company.staff.finance)
    acts.pay(attempt.now, customer, amount, recorded_by=clerk)
    yield attempt.soon(5, 30)
    attempt.tell(
        f"{customer.id} pays {amount} CNY for a deal of {rep.name}'s that stands nowhere.",
        f"{customer.id} 付来 {amount} 元，{rep.name}的这笔生意系统里没有任何记录。",
        customer=customer,
    )


@scenario("payment-mismatch", "easy", lasts=30)
def part_of_it_in_cash(attempt: Attempt) -> Process:
    yield from _short(attempt, 65, 80)


@scenario("payment-mismatch", "disguised", lasts=35)
def a_little_short(attempt: Attempt) -> Process:
    yield from _short(attempt, 95, 99)


def _short(attempt: Attempt, least: int, most: int) -> Process:
    customer = attempt.customer()
    amount = amount_of(attempt.rng, customer, 1.5)
    order = yield from attempt.ordered(customer, amount)
    paid = amount * between(attempt.rng, least, most) // 100
    yield from attempt.paid(order, paid // 2)
    yield from attempt.delivered(order)
    yield from attempt.paid(order, paid - paid // 2)
    attempt.harm()
    yield from attempt.finished(order)
    attempt.tell(
        f"{order.id} over {amount} CNY is closed with {paid} CNY paid; {attempt.rep.name} kept the"
        " rest.",
        f"{order.id} 金额 {amount} 元，只收到 {paid} 元就结单，差额被{attempt.rep.name}截留。",
        customer=customer,
        order=order,
    )


@scenario("overdue-receivable", "easy", lasts=8, proof=36)
def goods_on_credit_to_a_friend(attempt: Attempt) -> Process:
    customer = attempt.customer()
    order = yield from attempt.ordered(customer, amount_of(attempt.rng, customer, 2))
    attempt.harm()
    yield from attempt.delivered(order)
    attempt.tell(
        f"{attempt.rep.name} lets {customer.id}, a friend's firm, have {order.id} and never asks"
        " for the money.",
        f"{attempt.rep.name}把 {order.id} 的货发给朋友公司 {customer.id}，从不催款。",
        customer=customer,
        order=order,
    )


@scenario("overdue-receivable", "disguised", lasts=26, proof=34)
def a_little_now_and_then(attempt: Attempt) -> Process:
    customer = attempt.customer()
    amount = amount_of(attempt.rng, customer, 2)
    order = yield from attempt.ordered(customer, amount)
    attempt.harm()
    yield from attempt.delivered(order)
    for _ in range(2):
        yield from attempt.paid(order, amount * between(attempt.rng, 8, 20) // 100)
    attempt.tell(
        f"{customer.id} pays small parts of {order.id} so that nobody asks; the rest never comes.",
        f"{customer.id} 对 {order.id} 只零星付款以掩人耳目，余款一直不付。",
        customer=customer,
        order=order,
    )
