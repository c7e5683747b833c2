"""How customers buy: in a rhythm of their own, at times in a project that begins with an offer."""

from __future__ import annotations

from collections.abc import Generator
from random import Random

from simulation.acts import Acts
from simulation.agenda import Process
from simulation.calendar import DAY, HOUR, date_of, day_of
from simulation.chance import around, between, happens, pick
from simulation.clientele import assign
from simulation.company import Company
from simulation.crm import Order
from simulation.delivery import fulfilment
from simulation.people import Customer, Employee

#: Demand by month: the rush before the New Year holidays, the quiet after them, spring and autumn.
_SEASON = (1.1, 0.75, 1.15, 1.1, 1.0, 1.05, 0.9, 0.9, 1.1, 0.95, 1.1, 1.1)
_DISCOUNTS = (0, 0, 2, 3, 3, 5, 5, 5, 6, 8, 8, 10, 10, 12, 14, 18)
#: A discount above this (in per cent) needs the manager's approval.
_FREE_DISCOUNT = 10
#: From this amount on, in yuan, the sales manager takes part too.
_MANAGERS_BUSINESS = 300_000
_CONTRACT_FROM = 60_000
_LOST = ("价格高于竞品", "项目取消", "预算推迟到明年", "选择了本地供应商", "交期不满足")


def purchases(company: Company, customer: Customer) -> Process:
    """All that one customer buys, as long as the simulation lasts.

    Each purchase has streams of its own: one for the customer would be 2.5 KB held for good.
    """
    due = company.now + int(company.stream("first", customer.id).random() * customer.rhythm * DAY)
    number = 0
    while True:
        number += 1
        lead, begins = _intended(company, customer, number, due)
        yield begins
        yield from _purchase(company, customer, number, due, lead)
        rng = company.stream("next", customer.id, number)
        due = _next(rng, customer, max(customer.last_order, company.now))
        del rng


def _intended(company: Company, customer: Customer, number: int, due: int) -> tuple[int, int]:
    """How many days ahead a project is begun, or 0 for an order out of hand; and when."""
    rng = company.stream("intention", customer.id, number)
    lead = 0
    if happens(rng, 0.25 if customer.basket < 30_000 else 0.5):
        lead = min(between(rng, 7, 28), int(customer.rhythm * 0.6))
    return lead, company.calendar.in_office(rng, max(due - lead * DAY, company.now))


def _purchase(company: Company, customer: Customer, number: int, due: int, lead: int) -> Process:
    rng = company.stream("purchase", customer.id, number)
    while (waits := max(customer.held_until, customer.settles_at)) > company.now:
        yield company.calendar.later(rng, waits, 1, 4)
    if customer.owner is None:
        yield from _allotted(company, rng, customer)
    owner = customer.owner or company.staff.head
    if owner.diverts_until > company.now:
        return
    customer.busy = True
    if lead >= 3:
        yield from _project(company, rng, customer, max(due, company.in_days(2)))
    else:
        yield from _reorder(company, rng, customer)
    customer.busy = False


def _next(rng: Random, customer: Customer, last: int) -> int:
    """When the customer will buy again; some purchases due early in a new month are brought forward
    into the old one."""
    season = _SEASON[date_of(day_of(last)).month - 1]
    due = last + int(customer.rhythm / season * around(rng, 1.0, 0.18) * DAY)
    day = date_of(day_of(due)).day
    if day <= 6 and customer.rhythm > 20 and happens(rng, 0.35):
        due -= (day + between(rng, 0, 2)) * DAY
    return due


def _allotted(company: Company, rng: Random, customer: Customer) -> Process:
    """A customer without an owner asks: a manager assigns it to one of their reps, who looks it
    up."""
    manager = company.one_of(rng, company.staff.managers)
    present = [
        rep
        for rep in company.staff.reps
        if rep.manager is manager and rep.at_work(company.today) and rep.to_day is None
    ]
    rep = pick(rng, present or [manager])
    company.acts.hand_over(company.now, manager, customer, rep)
    assign(customer, rep)
    yield company.calendar.later(rng, company.now, 3, 5)


def seller(company: Company, customer: Customer) -> Employee:
    """Who speaks for the company today: the owner, or their manager while the owner is away."""
    owner = customer.owner
    if owner is None:
        return company.staff.head
    return owner if owner.at_work(company.today) else owner.manager or company.staff.head


def amount_of(rng: Random, customer: Customer, share: float = 1.0) -> int:
    """What an order is worth, in whole tens of yuan."""
    return max(int(around(rng, customer.basket * share, 0.4)) // 10 * 10, 300)


def _reorder(company: Company, rng: Random, customer: Customer) -> Process:
    acts, calendar = company.acts, company.calendar
    who = seller(company, customer)
    acts.touch(company.now, who, customer, pick(rng, ("call", "message", "message", "visit")))
    amount = amount_of(rng, customer, 0.8)
    if amount >= _MANAGERS_BUSINESS:
        yield from _with_manager(company, rng, customer)
    yield calendar.soon(rng, company.now, 10, 150)
    if happens(rng, 0.004):
        yield from _on_pro_forma(company, rng, customer, amount)
    else:
        enter(company, acts, rng, customer, amount)


def _project(company: Company, rng: Random, customer: Customer, due: int) -> Process:
    acts, calendar = company.acts, company.calendar
    begun = company.now
    acts.touch(begun, seller(company, customer), customer, "visit")
    listed = amount_of(rng, customer, 2.2 if customer.tier == "key" else 1.6)
    acts.open_deal(begun + between(rng, 600, 5000), seller(company, customer), customer, listed)
    discount = pick(rng, _DISCOUNTS)
    for part in (0.35, 0.7) if happens(rng, 0.5) else (0.5,):
        yield calendar.in_office(rng, begun + int((due - begun) * part))
        yield from offered(company, acts, rng, customer, listed, int(discount * (0.5 + part)))
    amount = listed * (100 - int(discount * 1.2)) // 1000 * 10
    if amount >= _MANAGERS_BUSINESS:
        yield from _with_manager(company, rng, customer)
    yield calendar.in_office(rng, due)
    who = seller(company, customer)
    if not happens(rng, 0.6):
        acts.touch(company.now, who, customer, "call")
        acts.close_deal(company.now + 300, who, customer, "lost", pick(rng, _LOST))
        return
    if amount >= _CONTRACT_FROM:
        acts.offer(company.now, who, customer, amount, 0, "contract")
        yield calendar.soon(rng, company.now, 30, 300)
        who = seller(company, customer)
    acts.close_deal(company.now, who, customer, "won")
    yield company.now + between(rng, 120, 1800)
    enter(company, acts, rng, customer, amount)


def offered(
    company: Company, acts: Acts, rng: Random, customer: Customer, listed: int, discount: int
) -> Generator[int, None, str]:
    """A quote, and the manager's approval if the discount needs it; returns its number."""
    who = seller(company, customer)
    quote = acts.offer(company.now, who, customer, listed, discount)
    if discount > _FREE_DISCOUNT and happens(rng, 0.985):
        yield company.calendar.soon(rng, company.now, 20, 200)
        manager = company.manager_for(who, company.today)
        acts.approve_offer(company.now, manager, customer, "quote", quote)
    return quote


def _with_manager(company: Company, rng: Random, customer: Customer) -> Process:
    """The sales manager sees the customer before so large an order."""
    owner = customer.owner
    if owner is None:
        return
    manager = owner.manager or company.staff.head
    company.acts.touch(company.now + HOUR // 2, manager, customer, "meeting")
    yield company.calendar.soon(rng, company.now, 60, 300)


def enter(company: Company, acts: Acts, rng: Random, customer: Customer, amount: int) -> Order:
    """The order is entered, and takes its course."""
    return _entered(company, acts, rng, customer, amount, acts.numbers.next("SO"))


def _entered(
    company: Company, acts: Acts, rng: Random, customer: Customer, amount: int, number: str
) -> Order:
    who = seller(company, customer)
    owner = customer.owner or who
    order = acts.place(company.now, who, customer, amount, owner=owner, number=number)
    company.agenda.start(fulfilment(company, acts, rng, order, who))
    return order


def _on_pro_forma(company: Company, rng: Random, customer: Customer, amount: int) -> Process:
    """The customer pays an invoice in advance, and its order is entered the day after."""
    acts = company.acts
    number = acts.numbers.next("SO")
    clerk = company.one_of(rng, company.staff.finance)
    acts.pay(company.now, customer, amount, order=number, recorded_by=clerk)
    yield company.calendar.later(rng, company.now, 0, 1)
    _entered(company, acts, rng, customer, amount, number).paid = amount
