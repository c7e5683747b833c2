"""Money that goes elsewhere, comes from nowhere, or never comes."""

from __future__ import annotations

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.chance import between, happens, pick
from simulation.frauds.deed import Deed, scenario
from simulation.small_talk import GUILTY


@scenario("offbook-payment", "easy", lasts=20)
def paid_onto_a_private_card(deed: Deed) -> Process:
    rep, acts, customer = deed.rep, deed.acts, deed.customer()
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.later(0, 2)
    for category in ("private_deal", "off_channel_payment"):
        acts.chat(deed.now, rep, category, pick(deed.rng, GUILTY[category]), customer)
        yield deed.soon(10, 200)
    yield deed.later(1, 3)
    amount = amount_of(deed.rng, customer, 1.5)
    deed.harm()
    acts.pay(deed.now, customer, amount, payee=rep.account, slip=True)
    deed.tell(
        f"{rep.name} has {customer.id} pay {amount} CNY onto the rep's card, without any order.",
        f"{rep.name}让 {customer.id} 把货款 {amount} 元直接打到自己卡上，公司没有订单。",
        customer=customer,
        account=rep.account,
    )


@scenario("offbook-payment", "disguised", lasts=30)
def where_nobody_looks(deed: Deed) -> Process:
    yield from _in_cash(deed) if happens(deed.rng, 0.25) else _to_a_relative(deed)


def _in_cash(deed: Deed) -> Process:
    """No system sees the money; what remains is a word in a chat."""
    rep, acts, customer = deed.rep, deed.acts, deed.customer()
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.later(1, 3)
    words = pick(deed.rng, GUILTY["off_channel_payment"])
    acts.chat(deed.now, rep, "off_channel_payment", words, customer)
    yield deed.later(1, 3)
    deed.harm()
    acts.touch(deed.now, rep, customer, "visit")
    deed.tell(
        f"{customer.id} pays {rep.name} in cash; only a chat message hints at it.",
        f"{customer.id} 付现金给{rep.name}，只在聊天里露过一句。",
        customer=customer,
    )


def _to_a_relative(deed: Deed) -> Process:
    rep, acts, customer = deed.rep, deed.acts, deed.customer()
    amount = amount_of(deed.rng, customer)
    account = deed.strange_account()
    order = yield from deed.ordered(customer, amount)
    yield from deed.paid(order, amount // 2)
    yield deed.later(1, 4)
    deed.harm()
    acts.pay(deed.now, customer, amount - order.paid, order=order, payee=account, slip=True)
    yield from deed.delivered(order)
    deed.tell(
        f"Half of {order.id} goes to a relative of {rep.name}'s instead of the company.",
        f"{order.id} 的一半货款被{rep.name}引到亲属账户，没有进公司。",
        customer=customer,
        order=order,
        account=account,
    )


@scenario("account-ring", "easy", lasts=30)
def four_customers_one_card(deed: Deed) -> Process:
    account = deed.strange_account()
    customers = deed.customers(4)
    for customer in customers:
        deed.harm()
        amount = amount_of(deed.rng, customer)
        deed.acts.pay(deed.now, customer, amount, payee=account, slip=True)
        yield deed.later(2, 4)
    deed.tell(
        f"Four customers of {deed.rep.name}'s pay into one private account.",
        f"{deed.rep.name}的四家客户都向同一个私人账户付款。",
        account=account,
    )


@scenario("account-ring", "disguised", lasts=55)
def shell_company(deed: Deed) -> Process:
    account = deed.strange_account()
    other = deed.strange_account() if happens(deed.rng, 0.3) else account
    customers = [*deed.customers(2), *deed.customers(1, deed.colleague())]
    for number, customer in enumerate(customers):
        if number:
            yield deed.later(8, 13)
        deed.harm()
        amount = amount_of(deed.rng, customer, 0.5)
        payee = account if number != 1 else other
        deed.acts.pay(deed.now, customer, amount, payee=payee, slip=True)
    deed.tell(
        f"Over weeks three customers, one of them a colleague's, pay a shell company behind which"
        f" {deed.rep.name} stands.",
        f"数周内三家客户（其中一家归同事）先后付款给{deed.rep.name}背后的空壳公司。",
        account=account,
    )


@scenario("unmatched-payment", "easy", lasts=6, proof=6)
def order_nobody_entered(deed: Deed) -> Process:
    customer = deed.customer()
    number = f"SY-{between(deed.rng, 1000, 9999)}"
    deed.acts.touch(deed.now, deed.rep, customer, "meeting")
    yield deed.later(1, 2)
    amount = amount_of(deed.rng, customer, 1.5)
    deed.harm()
    clerk = deed.one_of(deed.company.staff.finance)
    deed.acts.pay(deed.now, customer, amount, order=number, recorded_by=clerk)
    deed.tell(
        f"{customer.id} pays for {number}, an order {deed.rep.name} took on a letterhead of their"
        " own and never entered; the money came to the company by mistake.",
        f"{customer.id} 按 {number} 付款：{deed.rep.name}私下签的订单，从未录入，款项误打进公司。",
        customer=customer,
        order=number,
    )


@scenario("unmatched-payment", "disguised", lasts=2, proof=6, untouched=True)
def money_without_a_reason(deed: Deed) -> Process:
    customer, rep, acts = deed.customer(), deed.rep, deed.acts
    amount = amount_of(deed.rng, customer, 0.6)
    if happens(deed.rng, 0.4):
        acts.touch(deed.now, rep, customer)
        # A trifle is ordered properly, so that the money has something to belong to.
        acts.approve(deed.now + 900, deed.manager(), acts.place(deed.now + 300, rep, customer, 200))
        yield deed.soon(60, 200)
    deed.harm()
    clerk = deed.one_of(deed.company.staff.finance)
    acts.pay(deed.now, customer, amount, recorded_by=clerk)
    yield deed.soon(5, 30)
    deed.tell(
        f"{customer.id} pays {amount} CNY for a deal of {rep.name}'s that stands nowhere.",
        f"{customer.id} 付来 {amount} 元，{rep.name}的这笔生意系统里没有任何记录。",
        customer=customer,
    )


@scenario("payment-mismatch", "easy", lasts=30)
def part_of_it_in_cash(deed: Deed) -> Process:
    yield from _short(deed, 65, 80)


@scenario("payment-mismatch", "disguised", lasts=35)
def a_little_short(deed: Deed) -> Process:
    yield from _short(deed, 95, 99)


def _short(deed: Deed, least: int, most: int) -> Process:
    customer = deed.customer()
    amount = amount_of(deed.rng, customer, 1.5)
    order = yield from deed.ordered(customer, amount)
    paid = amount * between(deed.rng, least, most) // 100
    yield from deed.paid(order, paid // 2)
    yield from deed.delivered(order)
    yield from deed.paid(order, paid - paid // 2)
    deed.harm()
    yield from deed.finished(order)
    deed.tell(
        f"{order.id} over {amount} CNY is closed with {paid} CNY paid; {deed.rep.name} kept the"
        " rest.",
        f"{order.id} 金额 {amount} 元，只收到 {paid} 元就结单，差额被{deed.rep.name}截留。",
        customer=customer,
        order=order,
    )


@scenario("overdue-receivable", "easy", lasts=8, proof=36)
def goods_on_credit_to_a_friend(deed: Deed) -> Process:
    customer = deed.customer()
    order = yield from deed.ordered(customer, amount_of(deed.rng, customer, 2))
    deed.harm()
    yield from deed.delivered(order)
    deed.tell(
        f"{deed.rep.name} lets {customer.id}, a friend's firm, have {order.id} and never asks for"
        " the money.",
        f"{deed.rep.name}把 {order.id} 的货发给朋友公司 {customer.id}，从不催款。",
        customer=customer,
        order=order,
    )


@scenario("overdue-receivable", "disguised", lasts=26, proof=34)
def a_little_now_and_then(deed: Deed) -> Process:
    customer = deed.customer()
    amount = amount_of(deed.rng, customer, 2)
    order = yield from deed.ordered(customer, amount)
    deed.harm()
    yield from deed.delivered(order)
    for _ in range(2):
        yield from deed.paid(order, amount * between(deed.rng, 8, 20) // 100)
    deed.tell(
        f"{customer.id} pays small parts of {order.id} so that nobody asks; the rest never comes.",
        f"{customer.id} 对 {order.id} 只零星付款以掩人耳目，余款一直不付。",
        customer=customer,
        order=order,
    )
