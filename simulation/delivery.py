"""What becomes of an order: approval, money, goods, completion, and the call by customer
service."""

from __future__ import annotations

from random import Random

from contract.types import Difference, Image
from simulation.acts import Acts
from simulation.agenda import Process
from simulation.calendar import clock, day_of
from simulation.chance import between, happens, pick
from simulation.company import Company
from simulation.crm import Order, yuan
from simulation.people import Employee

#: Terms of payment, as shares of the orders: all in advance, or at least a deposit; the rest is on
#: credit.
_IN_ADVANCE, _WITH_DEPOSIT = 0.45, 0.72
_DEPOSIT_PERCENT = 30
_INSTALMENTS_FROM = 100_000


def fulfilment(
    company: Company, acts: Acts, rng: Random, order: Order, entered_by: Employee
) -> Process:
    """Take an entered order through its normal course."""
    calendar = company.calendar
    urgent = happens(rng, 0.0005)
    if urgent:
        # The customer's line stands still: the manager says yes on the phone, and later in the CRM.
        yield calendar.soon(rng, company.now, 20, 120)
        yield from deliver(company, acts, rng, order)
    yield from _approval(company, acts, rng, order, entered_by)
    if not urgent:
        if happens(rng, 0.008):
            yield from _called_off(company, acts, rng, order)
            return
        yield from _in_advance(company, acts, rng, order)
        if order.paid and happens(rng, 0.003):
            yield from _called_off(company, acts, rng, order)
            return
        made_to_order = order.paid > 0 and happens(rng, 0.12)
        yield calendar.later(rng, company.now, *((6, 16) if made_to_order else (0, 3)))
        yield from deliver(company, acts, rng, order)
    if order.paid < order.amount:
        yield from _settle(company, acts, rng, order, on_credit=not order.paid)
    yield calendar.later(rng, company.now, 0, 2)
    finish(company, acts, rng, order)


def _approval(
    company: Company, acts: Acts, rng: Random, order: Order, entered_by: Employee
) -> Process:
    """The manager approves, once in a while at the second attempt."""
    calendar = company.calendar
    yield calendar.soon(rng, company.now, 10, 240)
    if happens(rng, 0.02):
        acts.move(company.now, _approver(company, order, entered_by), order, "rejected")
        yield calendar.soon(rng, company.now, 30, 300)
        acts.move(company.now, entered_by, order, "submitted")
        yield calendar.soon(rng, company.now, 20, 200)
    acts.approve(company.now, _approver(company, order, entered_by), order)


def _called_off(company: Company, acts: Acts, rng: Random, order: Order) -> Process:
    """The customer changes its mind; what it has paid goes back."""
    yield company.calendar.later(rng, company.now, 0, 3)
    manager = company.manager_for(order.owner, company.today)
    acts.move(company.now, manager, order, "cancelled")
    if order.paid:
        yield company.calendar.later(rng, company.now, 0, 3)
        acts.refund(company.now, order, order.paid, company.one_of(rng, company.staff.finance))


def _in_advance(company: Company, acts: Acts, rng: Random, order: Order) -> Process:
    """All of it, a deposit, or nothing is paid before the goods leave."""
    terms = rng.random()
    if terms < _WITH_DEPOSIT and not order.paid:
        yield company.calendar.later(rng, company.now, 0, 4)
        share = 100 if terms < _IN_ADVANCE else _DEPOSIT_PERCENT
        receive(company, acts, rng, order, order.amount * share // 100)


def _approver(company: Company, order: Order, entered_by: Employee) -> Employee:
    manager = company.manager_for(order.owner, company.today)
    return manager if manager not in (entered_by, order.owner) else company.staff.head


def receive(company: Company, acts: Acts, rng: Random, order: Order, amount: int) -> None:
    """The customer pays `amount` into an account of the company; a few forget to say what for."""
    order.paid += amount
    silent = happens(rng, 0.0006)
    acts.pay(
        company.now,
        None if silent else order.customer,
        amount,
        order=None if silent else order.id,
        payee=company.company_account(rng),
        recorded_by=company.one_of(rng, company.staff.finance),
        payer=order.customer.name,
    )


def _settle(company: Company, acts: Acts, rng: Random, order: Order, *, on_credit: bool) -> Process:
    """What is still owed comes in, of large sums a part at a time; few pay late."""
    parts = pick(rng, (1, 1, 2, 3)) if order.amount >= _INSTALMENTS_FROM else 1
    late = happens(rng, 0.0025)
    for part in range(parts, 0, -1):
        least, most = (25, 40) if late else (2, 12) if on_credit else (1, 6)
        yield company.calendar.later(rng, company.now, least // parts, most // parts)
        owed = order.amount - order.paid
        receive(company, acts, rng, order, owed // part)


def deliver(company: Company, acts: Acts, rng: Random, order: Order) -> Process:
    """Goods leave, sometimes in two lots, and arrive, at weekends too; few come back in part."""
    lots = 2 if happens(rng, 0.08) else 1
    number = ""
    for lot in range(lots):
        if lot:
            yield company.calendar.later(rng, company.now, 1, 2)
        number = acts.move_goods(
            company.now,
            "dispatched",
            order.customer,
            order,
            released_by=company.one_of(rng, company.staff.logistics),
            value=order.amount // lots,
        )
        arrives = clock(day_of(company.now) + between(rng, 1, 3), between(rng, 8, 19))
        yield arrives + between(rng, 0, 3000)
        acts.move_goods(company.now, "delivered", order.customer, order, shipment=number)
    if happens(rng, 0.003):
        yield company.calendar.later(rng, company.now, 1, 6)
        yield from _return(company, acts, rng, order, number)


def _return(company: Company, acts: Acts, rng: Random, order: Order, shipment: str) -> Process:
    """Damaged goods come back: the order is corrected, and what was overpaid is refunded."""
    acts.move_goods(company.now, "returned", order.customer, order, shipment=shipment)
    yield company.calendar.later(rng, company.now, 1, 3)
    before, order.amount = order.amount, order.amount * between(rng, 50, 90) // 100
    acts.edit(
        company.now,
        company.manager_for(order.owner, company.today),
        "update",
        "order",
        order.id,
        order.customer,
        order=order.id,
        before=Image(amount=yuan(before)),
        after=Image(amount=yuan(order.amount)),
    )
    if order.paid > order.amount:
        yield company.calendar.soon(rng, company.now, 30, 400)
        clerk = company.one_of(rng, company.staff.finance)
        acts.refund(company.now, order, order.paid - order.amount, clerk)


def finish(company: Company, acts: Acts, rng: Random, order: Order) -> None:
    """The order is closed by the customer's current owner, and customer service will call."""
    owner = order.customer.owner or order.owner
    present = owner.at_work(company.today)
    acts.move(
        company.now,
        owner if present else company.manager_for(owner, company.today),
        order,
        "completed",
    )
    if not happens(rng, 0.002):
        company.agenda.start(called_back(company, acts, rng, order))


def called_back(company: Company, acts: Acts, rng: Random, order: Order) -> Process:
    """Customer service calls until somebody answers."""
    yield company.calendar.later(rng, company.now, 1, 4)
    for _ in range(3):
        if not happens(rng, 0.12):
            break
        acts.callback(
            company.now, order.customer, "unreachable", order=order.id, employee=order.owner
        )
        yield company.calendar.later(rng, company.now, 1, 1)
    chance = rng.random()
    if chance < 0.008:
        acts.callback(
            company.now,
            order.customer,
            "complaint",
            order=order.id,
            employee=order.owner,
            satisfaction=between(rng, 1, 3),
        )
    elif chance < 0.009:
        # Asked for the net price, the customer remembers the gross one.
        differences = {"amount": Difference(f"{order.amount}", f"{order.amount * 113 // 100}")}
        acts.callback(
            company.now,
            order.customer,
            "mismatch",
            order=order.id,
            employee=order.owner,
            differences=differences,
        )
    else:
        acts.callback(
            company.now,
            order.customer,
            "confirmed",
            order=order.id,
            employee=order.owner,
            satisfaction=pick(rng, (3, 4, 4, 5, 5, 5)),
        )
