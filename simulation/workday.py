"""What fills the days: calls and visits, records looked up, papers printed, conversations."""

from __future__ import annotations

from itertools import accumulate
from random import Random

from contract.types import FileAction, ObjectType
from simulation.agenda import Process
from simulation.calendar import HOUR, clock, office_hours
from simulation.chance import between, happens, pick
from simulation.company import Company
from simulation.crm import Contact
from simulation.people import Customer, Employee
from simulation.small_talk import INNOCENT, SMALL_TALK

_CONTACTS: tuple[Contact, ...] = ("call", "call", "call", "message", "message", "visit", "meeting")
_LISTS: tuple[ObjectType, ...] = ("opportunity", "order", "order", "quote", "customer")
_FILED: tuple[FileAction, ...] = ("print", "print", "print", "send", "send", "upload")
#: How far back in the numbers of orders people look.
_RECENT_ORDERS = 400


def days(company: Company, person: Employee) -> Process:
    """One person's days at work, from the first to the last."""
    calendar = company.calendar
    day = max(company.first_day, person.from_day)
    while day <= company.last_day and (person.to_day is None or day <= person.to_day):
        yield clock(day, 8, 20)
        if person.at_work(day):
            if calendar.works(day):
                _workday(company, person, day)
            elif person.role == "sales":
                _day_off(company, person, day)
        day += 1


def _workday(company: Company, person: Employee, day: int) -> None:
    if person.role == "sales":
        _sells(company, person, day)
    elif person.role == "manager":
        _manages(company, person, day)
    else:
        _keeps_books(company, person, day)
    _papers(company, person, day)
    _chats(company, person, day)


def _sells(company: Company, rep: Employee, day: int) -> None:
    rng = rep.rng
    mine = [customer for customer in rep.customers.values() if not company.held(customer)]
    for customer in mine:
        last = rep.live.get(customer.id)
        # Customers with an open opportunity come first. Now and then the rep forgets one.
        if last is not None and last < clock(day - rep.patience + 1, 0) and happens(rng, 0.97):
            _contact(company, rep, customer, office_hours(rng, day))
    if mine:
        weights = list(accumulate(customer.rhythm**-0.5 for customer in mine))
        count = int(between(rng, 8, 14) * rep.skill)
        for customer in rng.choices(mine, cum_weights=weights, k=count):
            _contact(company, rep, customer, office_hours(rng, day))
    acts = company.acts
    for _ in range(between(rng, 2, 5)):
        acts.look(office_hours(rng, day), rep, pick(rng, _LISTS), count=between(rng, 5, 15))
    if happens(rng, 0.0005):
        # A colleague asked for something to be looked up.
        customer = pick(rng, company.customers)
        acts.look(office_hours(rng, day), rep, "customer", customer.id, customer)
    if happens(rng, 0.01):
        # Entered twice, or under the wrong customer.
        acts.edit(office_hours(rng, day), rep, "delete", "activity",
                  acts.numbers.next("ACT"))  # fmt: skip


def _contact(company: Company, rep: Employee, customer: Customer, time: int) -> None:
    """The record is opened, the customer is spoken to, and it is written down."""
    rng, acts = rep.rng, company.acts
    acts.look(time, rep, "customer", customer.id, customer)
    for _ in range(between(rng, 0, 2)):
        opened = time + between(rng, 5, 200)
        if customer.opportunity is not None and happens(rng, 0.6):
            acts.look(opened, rep, "opportunity", customer.opportunity, customer)
        else:
            acts.look(opened, rep, "contact", _person_at(customer, rng), customer)
    acts.touch(time + between(rng, 200, 1500), rep, customer, pick(rng, _CONTACTS))
    if happens(rng, 0.2):
        written = time + between(rng, 1500, 1800)
        acts.edit(written, rep, "update", "contact", _person_at(customer, rng), customer)


def _person_at(customer: Customer, rng: Random) -> str:
    return f"CN-{customer.id[3:]}-{between(rng, 1, 4)}"


def _day_off(company: Company, rep: Employee, day: int) -> None:
    """New Year's greetings to those one wants to sell to; else a message now and then."""
    rng = rep.rng
    if company.calendar.new_year(day):
        for customer in rep.customers.values():
            if customer.id in rep.live and not company.held(customer) and happens(rng, 0.35):
                time = clock(day, 9) + int(rng.random() * 12 * HOUR)
                company.acts.touch(time, rep, customer, "message")
    elif happens(rng, 0.08):
        mine = [customer for customer in rep.customers.values() if not company.held(customer)]
        for _ in range(between(rng, 1, 4) if mine else 0):
            time = clock(day, 9) + int(rng.random() * 11 * HOUR)
            company.acts.touch(time, rep, pick(rng, mine), "message")


def _manages(company: Company, manager: Employee, day: int) -> None:
    rng, acts = manager.rng, company.acts
    for _ in range(between(rng, 6, 14)):
        acts.look(office_hours(rng, day), manager, pick(rng, _LISTS), count=between(rng, 3, 25))
    reps = [rep for rep in company.staff.reps if rep.manager is manager and rep.at_work(day)]
    for _ in range(between(rng, 1, 4)):
        mine = list(pick(rng, reps).customers.values()) if reps else []
        if mine and not company.held(customer := pick(rng, mine)):
            time = office_hours(rng, day)
            acts.look(time, manager, "customer", customer.id, customer)
            acts.touch(time + between(rng, 300, 1800), manager, customer, pick(rng, _CONTACTS))


def _keeps_books(company: Company, person: Employee, day: int) -> None:
    rng, acts = person.rng, company.acts
    newest = acts.numbers.last("SO")
    for _ in range(between(rng, 8, 20) if newest else 0):
        number = between(rng, max(newest - _RECENT_ORDERS, 1), newest)
        acts.look(office_hours(rng, day), person, "order", f"SO-{number:06}")
    if person.role == "finance" and company.calendar.days_left(day) == 0:
        rows = between(rng, 30, 110)
        acts.look(office_hours(rng, day), person, "order", count=rows, op="export")


def _papers(company: Company, person: Employee, day: int) -> None:
    rng, files = person.rng, company.acts.files
    for _ in range(between(rng, 1, 6)):
        files(office_hours(rng, day), person, pick(rng, _FILED), between(rng, 1, 5))
    if happens(rng, 0.02):
        files(office_hours(rng, day), person, "delete", between(rng, 1, 2))


def _chats(company: Company, person: Employee, day: int) -> None:
    rng = person.rng
    if person.role not in ("sales", "manager") or not happens(rng, 0.09):
        return
    mine = list(person.customers.values())
    customer = pick(rng, mine) if mine and happens(rng, 0.5) else None
    time = office_hours(rng, day)
    if happens(rng, 0.9):
        company.acts.chat(time, person, "other", pick(rng, SMALL_TALK), customer)
    else:
        category = pick(rng, tuple(INNOCENT))
        company.acts.chat(time, person, category, pick(rng, INNOCENT[category]), customer)


def leave(rng: Random, company: Company, person: Employee) -> frozenset[int]:
    """The days on which somebody is on holiday or ill."""
    away: set[int] = set()
    for first in range(company.first_day, company.last_day + 1, 90):
        if happens(rng, 0.35):
            day = first + between(rng, 0, 85)
            away.update(range(day, day + between(rng, 1, 6)))
    return frozenset(away)
