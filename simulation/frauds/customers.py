"""Customers that are taken from colleagues, reassigned, spied on, or neglected."""

from __future__ import annotations

from collections.abc import Callable

from simulation.agenda import Process
from simulation.buying import amount_of
from simulation.calendar import DAY, clock
from simulation.chance import between, happens, pick
from simulation.clientele import assign, newcomer
from simulation.company import Company
from simulation.frauds.scenario import Attempt, NotPossibleError, scenario
from simulation.people import Customer, Employee


@scenario("customer-snatching", "easy", lasts=12)
def the_day_after_the_visit(attempt: Attempt) -> Process:
    owner = attempt.colleague()
    customer, acts, rep = attempt.customer(owner), attempt.acts, attempt.rep
    acts.touch(attempt.now, owner, customer, "visit")
    yield attempt.later(1, 1)
    attempt.harm()
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.soon(60, 200)
    amount = amount_of(attempt.rng, customer, 1.5)
    acts.offer(attempt.now, rep, customer, amount, 8)
    yield attempt.later(1, 2)
    order = acts.place(attempt.now, rep, customer, amount)
    attempt.takes_its_course(order)
    attempt.tell(
        f"{rep.name} sells {customer.id} what {order.id} says; {owner.name} had visited the day"
        " before.",
        f"{owner.name}前一天刚拜访 {customer.id}，{rep.name}次日就抢签 {order.id}。",
        customer=customer,
        order=order,
    )


@scenario("customer-snatching", "disguised", lasts=14)
def only_a_message(attempt: Attempt) -> Process:
    owner = attempt.colleague()
    customer, acts, rep = attempt.customer(owner), attempt.acts, attempt.rep
    acts.touch(attempt.now, owner, customer)
    yield attempt.later(3, 6)
    attempt.harm()
    acts.touch(attempt.now, rep, customer, "message")
    yield attempt.later(1, 3)
    acts.offer(attempt.now, rep, customer, amount_of(attempt.rng, customer), 10)
    attempt.tell(
        f"{rep.name} quietly writes to {customer.id}, {owner.name}'s customer, and makes an offer.",
        f"{rep.name}私下联系{owner.name}的客户 {customer.id} 并报价。",
        customer=customer,
    )


@scenario("eve-of-deal-transfer", "easy", lasts=6)
def theirs_just_in_time(attempt: Attempt) -> Process:
    yield from _transferred(
        attempt, attempt.company.manager_for(attempt.rep, attempt.company.today), 1
    )


@scenario("eve-of-deal-transfer", "disguised", lasts=8)
def by_the_administrator(attempt: Attempt) -> Process:
    day = attempt.company.today
    if not all(attempt.company.calendar.works(day + ahead) for ahead in (1, 2, 3)):
        raise NotPossibleError
    yield from _transferred(attempt, attempt.company.staff.office[0], 2)


def _transferred(attempt: Attempt, by: Employee, days: int) -> Process:
    """The owner changes just before the deal, and so does who gets the commission."""
    owner = attempt.colleague()
    customer, acts, rep = attempt.customer(owner), attempt.acts, attempt.rep
    acts.touch(attempt.now, owner, customer, "meeting")
    yield attempt.soon(30, 200)
    attempt.harm()
    acts.hand_over(attempt.now, by, customer, rep)
    assign(customer, rep)
    yield attempt.later(days, days + 1)
    acts.touch(attempt.now, rep, customer, "visit")
    yield attempt.soon(20, 90)
    order = acts.place(attempt.now, rep, customer, amount_of(attempt.rng, customer, 2))
    attempt.takes_its_course(order)
    attempt.tell(
        f"{customer.id} is moved from {owner.name} to {rep.name} just before {order.id}.",
        f"{order.id} 成交前夕，{customer.id} 从{owner.name}名下转给了{rep.name}。",
        customer=customer,
        order=order,
    )


@scenario("unauthorised-transfer", "easy", lasts=3)
def now_it_is_mine(attempt: Attempt) -> Process:
    customer = attempt.customer(attempt.colleague())
    yield from _taken(attempt, customer, attempt.soon(5, 60), attempt.rep)


@scenario("unauthorised-transfer", "disguised", lasts=3)
def late_at_night(attempt: Attempt) -> Process:
    customer = (
        _nobodys(attempt) if happens(attempt.rng, 0.3) else attempt.customer(attempt.colleague())
    )
    login = attempt.colleague() if happens(attempt.rng, 0.4) else attempt.rep
    night = clock(attempt.company.today, 22) + between(attempt.rng, 0, 5000)
    yield from _taken(attempt, customer, night, login)


def _nobodys(attempt: Attempt) -> Customer:
    free = [
        customer
        for customer in attempt.company.customers
        if customer.owner is None and not customer.busy and not attempt.company.held(customer)
    ]
    if not free:
        raise NotPossibleError
    customer = pick(attempt.rng, free)
    attempt.hold(customer)
    return customer


def _taken(attempt: Attempt, customer: Customer, at: int, login: Employee) -> Process:
    rep, owner = attempt.rep, customer.owner
    yield max(at, attempt.now)
    attempt.harm()
    attempt.acts.hand_over(attempt.now, login, customer, rep)
    assign(customer, rep)
    yield attempt.later(1, 1)
    attempt.acts.touch(attempt.now, rep, customer)
    whose = (f"{owner.name}'s", f"{owner.name}名下的") if owner else ("nobody's", "公海")
    attempt.tell(
        f"{rep.name} makes themselves the owner of {customer.id}, until then {whose[0]}.",
        f"{rep.name}擅自把{whose[1]}客户 {customer.id} 改到自己名下。",
        customer=customer,
    )


@scenario("follow-up-lapsed", "easy", lasts=4, proof=16)
def sat_on(attempt: Attempt) -> Process:
    customer, acts = attempt.customer(), attempt.acts
    acts.touch(attempt.now, attempt.rep, customer, "visit")
    yield attempt.soon(30, 100)
    attempt.harm()
    acts.open_deal(attempt.now, attempt.rep, customer, amount_of(attempt.rng, customer, 2))
    attempt.tell(
        f"{attempt.rep.name} lets the opportunity of {customer.id} lie; it is to go elsewhere.",
        f"{attempt.rep.name}故意晾着 {customer.id} 的商机，准备转给别家。",
        customer=customer,
    )


@scenario("follow-up-lapsed", "disguised", lasts=24, proof=4)
def one_late_call(attempt: Attempt) -> Process:
    customer, acts, rep = attempt.customer(), attempt.acts, attempt.rep
    acts.open_deal(attempt.now, rep, customer, amount_of(attempt.rng, customer))
    yield attempt.soon(30, 100)
    acts.touch(attempt.now, rep, customer)
    attempt.harm()
    yield attempt.later(2, 4)
    acts.look(attempt.now, rep, "opportunity", customer.opportunity or "LIST", customer)
    yield max(attempt.later(2, 5), attempt.harm_at + 6 * DAY)
    acts.touch(attempt.now, rep, customer, "message")
    yield attempt.later(0, 1)
    acts.close_deal(attempt.now, rep, customer, "lost", "客户已选择其他供应商")
    attempt.tell(
        f"{rep.name} only opens the record of {customer.id} now and then, until the deal is lost.",
        f"{rep.name}对 {customer.id} 只看不跟，直到商机丢失。",
        customer=customer,
    )


@scenario("duplicate-customer", "easy", lasts=12)
def entered_again(attempt: Attempt) -> Process:
    yield from _entered_twice(attempt, 1, 3, lambda phone: phone)


@scenario("duplicate-customer", "disguised", lasts=40)
def spelled_otherwise(attempt: Attempt) -> Process:
    yield from _entered_twice(
        attempt, 8, 16, lambda phone: phone.removeprefix("+86 ").replace(" ", "-")
    )


def _entered_twice(
    attempt: Attempt, least: int, most: int, spelled: Callable[[str], str]
) -> Process:
    """A customer that a colleague found is entered once more, as one's own."""
    company, acts, rep = attempt.company, attempt.acts, attempt.rep
    finder = attempt.colleague()
    first, second = (_found(company, owner) for owner in (finder, rep))
    acts.register(attempt.now, finder, first)
    yield attempt.soon(20, 100)
    acts.touch(attempt.now, finder, first, "visit")
    yield attempt.later(least, most)
    attempt.harm()
    acts.register(attempt.now, rep, second, phone=spelled(first.phone))
    yield attempt.soon(20, 100)
    acts.touch(attempt.now, rep, second)
    attempt.tell(
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
def all_of_the_file(attempt: Attempt) -> Process:
    customer = _key_customer(attempt)
    attempt.harm()
    attempt.acts.look(attempt.now, attempt.rep, "customer", customer.id, customer)
    yield attempt.now + between(attempt.rng, 60, 600)
    attempt.acts.look(attempt.now, attempt.rep, "customer", customer.id, customer, op="export")
    _told_of_access(attempt, customer)


@scenario("key-customer-access", "disguised", lasts=12)
def a_glance_now_and_then(attempt: Attempt) -> Process:
    customer = _key_customer(attempt)
    for number in range(2):
        if number:
            yield attempt.later(2, 4)
        attempt.harm()
        attempt.acts.look(attempt.now, attempt.rep, "customer", customer.id, customer)
    _told_of_access(attempt, customer)


def _key_customer(attempt: Attempt) -> Customer:
    keys = [
        customer
        for customer in attempt.company.customers
        if customer.tier == "key" and customer.owner not in (None, attempt.rep)
    ]
    if not keys:
        raise NotPossibleError
    return pick(attempt.rng, keys)


def _told_of_access(attempt: Attempt, customer: Customer) -> None:
    attempt.tell(
        f"{attempt.rep.name} reads up on {customer.id}, a key customer that is not theirs.",
        f"{attempt.rep.name}查看了不归自己的大客户 {customer.id} 的资料。",
        customer=customer,
    )
