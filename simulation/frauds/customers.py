"""Customers that are snatched, moved, watched, or left alone."""

from __future__ import annotations

from collections.abc import Callable

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY, clock
from simulation.chance import between, happens, pick
from simulation.clientele import assign, newcomer
from simulation.company import Company
from simulation.frauds.deed import Deed, NotPossibleError, scenario
from simulation.people import Customer, Employee


@scenario("customer-snatching", "easy", lasts=12)
def the_day_after_the_visit(deed: Deed) -> Process:
    owner = deed.colleague()
    customer, acts, rep = deed.customer(owner), deed.acts, deed.rep
    acts.touch(deed.now, owner, customer, "visit")
    yield deed.later(1, 1)
    deed.harm()
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.soon(60, 200)
    amount = amount_of(deed.rng, customer, 1.5)
    acts.offer(deed.now, rep, customer, amount, 8)
    yield deed.later(1, 2)
    order = acts.place(deed.now, rep, customer, amount)
    deed.takes_its_course(order)
    deed.tell(
        f"{rep.name} sells {customer.id} what {order.id} says; {owner.name} had visited the day"
        " before.",
        f"{owner.name}前一天刚拜访 {customer.id}，{rep.name}次日就抢签 {order.id}。",
        customer=customer,
        order=order,
    )


@scenario("customer-snatching", "disguised", lasts=14)
def only_a_message(deed: Deed) -> Process:
    owner = deed.colleague()
    customer, acts, rep = deed.customer(owner), deed.acts, deed.rep
    acts.touch(deed.now, owner, customer)
    yield deed.later(3, 6)
    deed.harm()
    acts.touch(deed.now, rep, customer, "message")
    yield deed.later(1, 3)
    acts.offer(deed.now, rep, customer, amount_of(deed.rng, customer), 10)
    deed.tell(
        f"{rep.name} quietly writes to {customer.id}, {owner.name}'s customer, and makes an offer.",
        f"{rep.name}私下联系{owner.name}的客户 {customer.id} 并报价。",
        customer=customer,
    )


@scenario("eve-of-deal-transfer", "easy", lasts=6)
def theirs_just_in_time(deed: Deed) -> Process:
    yield from _transferred(deed, deed.company.manager_for(deed.rep, deed.company.today), 1)


@scenario("eve-of-deal-transfer", "disguised", lasts=8)
def by_the_administrator(deed: Deed) -> Process:
    day = deed.company.today
    if not all(deed.company.calendar.works(day + ahead) for ahead in (1, 2, 3)):
        raise NotPossibleError
    yield from _transferred(deed, deed.company.staff.office[0], 2)


def _transferred(deed: Deed, by: Employee, days: int) -> Process:
    """The owner changes just before the deal, and so does who gets the commission."""
    owner = deed.colleague()
    customer, acts, rep = deed.customer(owner), deed.acts, deed.rep
    acts.touch(deed.now, owner, customer, "meeting")
    yield deed.soon(30, 200)
    deed.harm()
    acts.hand_over(deed.now, by, customer, rep)
    assign(customer, rep)
    yield deed.later(days, days + 1)
    acts.touch(deed.now, rep, customer, "visit")
    yield deed.soon(20, 90)
    order = acts.place(deed.now, rep, customer, amount_of(deed.rng, customer, 2))
    deed.takes_its_course(order)
    deed.tell(
        f"{customer.id} is moved from {owner.name} to {rep.name} just before {order.id}.",
        f"{order.id} 成交前夕，{customer.id} 从{owner.name}名下转给了{rep.name}。",
        customer=customer,
        order=order,
    )


@scenario("unauthorised-transfer", "easy", lasts=3)
def now_it_is_mine(deed: Deed) -> Process:
    customer = deed.customer(deed.colleague())
    yield from _taken(deed, customer, deed.soon(5, 60), deed.rep)


@scenario("unauthorised-transfer", "disguised", lasts=3)
def late_at_night(deed: Deed) -> Process:
    customer = _nobodys(deed) if happens(deed.rng, 0.3) else deed.customer(deed.colleague())
    login = deed.colleague() if happens(deed.rng, 0.4) else deed.rep
    night = clock(deed.company.today, 22) + between(deed.rng, 0, 5000)
    yield from _taken(deed, customer, night, login)


def _nobodys(deed: Deed) -> Customer:
    free = [
        customer
        for customer in deed.company.customers
        if customer.owner is None and not customer.busy and not deed.company.held(customer)
    ]
    if not free:
        raise NotPossibleError
    customer = pick(deed.rng, free)
    deed.hold(customer)
    return customer


def _taken(deed: Deed, customer: Customer, at: int, login: Employee) -> Process:
    rep, owner = deed.rep, customer.owner
    yield max(at, deed.now)
    deed.harm()
    deed.acts.hand_over(deed.now, login, customer, rep)
    assign(customer, rep)
    yield deed.later(1, 1)
    deed.acts.touch(deed.now, rep, customer)
    whose = (f"{owner.name}'s", f"{owner.name}名下的") if owner else ("nobody's", "公海")
    deed.tell(
        f"{rep.name} makes themselves the owner of {customer.id}, until then {whose[0]}.",
        f"{rep.name}擅自把{whose[1]}客户 {customer.id} 改到自己名下。",
        customer=customer,
    )


@scenario("follow-up-lapsed", "easy", lasts=4, proof=16)
def sat_on(deed: Deed) -> Process:
    customer, acts = deed.customer(), deed.acts
    acts.touch(deed.now, deed.rep, customer, "visit")
    yield deed.soon(30, 100)
    deed.harm()
    acts.open_deal(deed.now, deed.rep, customer, amount_of(deed.rng, customer, 2))
    deed.tell(
        f"{deed.rep.name} lets the opportunity of {customer.id} lie; it is to go elsewhere.",
        f"{deed.rep.name}故意晾着 {customer.id} 的商机，准备转给别家。",
        customer=customer,
    )


@scenario("follow-up-lapsed", "disguised", lasts=24, proof=4)
def one_late_call(deed: Deed) -> Process:
    customer, acts, rep = deed.customer(), deed.acts, deed.rep
    acts.open_deal(deed.now, rep, customer, amount_of(deed.rng, customer))
    yield deed.soon(30, 100)
    acts.touch(deed.now, rep, customer)
    deed.harm()
    yield deed.later(2, 4)
    acts.look(deed.now, rep, "opportunity", customer.opportunity or "LIST", customer)
    yield max(deed.later(2, 5), deed.harm_at + 6 * DAY)
    acts.touch(deed.now, rep, customer, "message")
    yield deed.later(0, 1)
    acts.close_deal(deed.now, rep, customer, "lost", "客户已选择其他供应商")
    deed.tell(
        f"{rep.name} only opens the record of {customer.id} now and then, until the deal is lost.",
        f"{rep.name}对 {customer.id} 只看不跟，直到商机丢失。",
        customer=customer,
    )


@scenario("duplicate-customer", "easy", lasts=12)
def entered_again(deed: Deed) -> Process:
    yield from _entered_twice(deed, 1, 3, lambda phone: phone)


@scenario("duplicate-customer", "disguised", lasts=40)
def spelled_otherwise(deed: Deed) -> Process:
    yield from _entered_twice(
        deed, 8, 16, lambda phone: phone.removeprefix("+86 ").replace(" ", "-")
    )


def _entered_twice(deed: Deed, least: int, most: int, spelled: Callable[[str], str]) -> Process:
    """What a colleague found is entered once more, as one's own."""
    company, acts, rep = deed.company, deed.acts, deed.rep
    finder = deed.colleague()
    first, second = (_found(company, owner) for owner in (finder, rep))
    acts.register(deed.now, finder, first)
    yield deed.soon(20, 100)
    acts.touch(deed.now, finder, first, "visit")
    yield deed.later(least, most)
    deed.harm()
    acts.register(deed.now, rep, second, phone=spelled(first.phone))
    yield deed.soon(20, 100)
    acts.touch(deed.now, rep, second)
    deed.tell(
        f"{rep.name} enters {first.id}, which {finder.name} had found, once more as {second.id}.",
        f"{finder.name}开发的 {first.id} 被{rep.name}换个名字又建成 {second.id}。",
        customer=second,
    )


def _found(company: Company, owner: Employee) -> Customer:
    customer = newcomer(company.plan.seed, len(company.customers), 90, 9_000, "normal")
    company.customers.append(customer)
    # Nobody else deals with it.
    customer.owner = owner
    return customer


@scenario("key-customer-access", "easy", lasts=3)
def all_of_the_file(deed: Deed) -> Process:
    customer = _key_customer(deed)
    deed.harm()
    deed.acts.look(deed.now, deed.rep, "customer", customer.id, customer)
    yield deed.now + between(deed.rng, 60, 600)
    deed.acts.look(deed.now, deed.rep, "customer", customer.id, customer, op="export")
    _told_of_access(deed, customer)


@scenario("key-customer-access", "disguised", lasts=12)
def a_glance_now_and_then(deed: Deed) -> Process:
    customer = _key_customer(deed)
    for number in range(2):
        if number:
            yield deed.later(2, 4)
        deed.harm()
        deed.acts.look(deed.now, deed.rep, "customer", customer.id, customer)
    _told_of_access(deed, customer)


def _key_customer(deed: Deed) -> Customer:
    keys = [
        customer
        for customer in deed.company.customers
        if customer.tier == "key" and customer.owner not in (None, deed.rep)
    ]
    if not keys:
        raise NotPossibleError
    return pick(deed.rng, keys)


def _told_of_access(deed: Deed, customer: Customer) -> None:
    deed.tell(
        f"{deed.rep.name} reads up on {customer.id}, a key customer that is not theirs.",
        f"{deed.rep.name}查看了不归自己的大客户 {customer.id} 的资料。",
        customer=customer,
    )
