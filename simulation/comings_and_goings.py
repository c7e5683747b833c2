"""Employees who join and leave, managers who reassign customers, and the tidying up of records."""

from __future__ import annotations

from contract.types import Image
from simulation.agenda import Process
from simulation.buying import purchases
from simulation.calendar import DAY, clock, date_of, day_of, office_hours
from simulation.chance import around, between, happens, pick, some
from simulation.clientele import assign, newcomer
from simulation.company import Company
from simulation.people import Customer, Employee


def joins(company: Company, rep: Employee) -> Process:
    """A new rep: hired, and given customers by the manager over the first days."""
    acts, calendar, rng = company.acts, company.calendar, rep.rng
    yield clock(rep.from_day, 9) + between(rng, 0, 1800)
    acts.staff_change(company.now, rep, "hired", date_of(rep.from_day))
    free = [customer for customer in company.customers if customer.owner is None]
    for customer in some(rng, free, between(rng, 6, 14)):
        yield clock(calendar.workday(company.today, 1), 8, 5) + between(rng, 0, 600)
        if customer.owner is None and not customer.busy and not company.held(customer):
            _give(company, company.manager_for(rep, company.today), customer, rep)


def leaves(company: Company, rep: Employee, notice: int) -> Process:
    """Notice, hand-over through the manager, the last day; some employees change their mind."""
    acts, rng = company.acts, rep.rng
    yield office_hours(rng, notice)
    if rep.guilty:
        return
    acts.staff_change(company.now, rep, "resigned", date_of(notice + 30))
    if happens(rng, 0.15):
        yield company.calendar.later(rng, company.now, 2, 8)
        acts.staff_change(company.now, rep, "resignation_withdrawn")
        return
    last = company.calendar.workday(notice + between(rng, 14, 30))
    rep.to_day = last - 1
    yield from hand_over_all(company, rep, last)
    yield clock(last, 17) + between(rng, 0, 3000)
    acts.staff_change(company.now, rep, "left", date_of(last))


def hand_over_all(company: Company, rep: Employee, by: int) -> Process:
    """The manager gives the customers of an employee who leaves to colleagues, some each day.

    Customers who are about to buy come last: whoever began the deal is to finish it.
    """
    calendar, rng = company.calendar, rep.rng
    while rep.customers:
        yield clock(calendar.workday(company.today, 1), 8, 5) + between(rng, 0, 600)
        days = by - company.today - 2
        heirs = [other for other in company.team(rep, company.today) if other.to_day is None]
        manager = company.manager_for(rep, company.today)
        ready = [
            customer
            for customer in rep.customers.values()
            if days <= 0 or not (customer.busy or company.held(customer))
        ]
        for customer in ready[: len(rep.customers) // max(days, 1) + 1]:
            _give(company, manager, customer, pick(rng, heirs or [manager]))


def _give(company: Company, manager: Employee, customer: Customer, rep: Employee) -> None:
    """A customer gets a new owner, and mostly delays the next order until they have met."""
    company.acts.hand_over(company.now, manager, customer, rep)
    assign(customer, rep)
    if happens(rep.rng, 0.85):
        customer.settles_at = company.in_days(between(rep.rng, 4, 9))


def shares_out(company: Company, manager: Employee) -> Process:
    """Now and then a manager moves a quiet customer from a rep who has many to one who has few."""
    rng = company.stream("shares out", manager.id)
    while True:
        day = company.calendar.workday(company.today, between(rng, 5, 14))
        yield clock(day, 8, 5) + between(rng, 0, 800)
        reps = [
            rep
            for rep in company.staff.reps
            if rep.manager is manager and rep.at_work(company.today) and rep.to_day is None
        ]
        if len(reps) < 2:
            continue
        reps.sort(key=lambda rep: len(rep.customers))
        quiet = [
            customer
            for customer in reps[-1].customers.values()
            if not customer.busy
            and not company.held(customer)
            and customer.rhythm > 40
            and company.now - customer.last_order < customer.rhythm * DAY / 2
        ]
        if quiet:
            _give(company, manager, pick(rng, quiet), reps[0])


def finds_customers(company: Company, rep: Employee) -> Process:
    """A rep brings in new customers, and puts right what is wrong in the records of the old."""
    rng, acts = company.stream("finds customers", rep.id), company.acts
    yield company.calendar.later(rng, clock(max(rep.from_day, company.first_day), 8), 1, 15)
    while rep.employed(company.today):
        if rep.at_work(company.today):
            if happens(rng, 0.6):
                _new_customer(company, rep)
            else:
                mine = [one for one in rep.customers.values() if not company.held(one)]
                # After a trade fair there are many new contacts to enter.
                cards = between(rng, 4, 7) if happens(rng, 0.008) else 1
                for number, customer in enumerate(some(rng, mine, cards)):
                    before, customer.phone = customer.phone, _other_phone(customer)
                    time = company.now + number * between(rng, 100, 400)
                    acts.update(
                        time, rep, customer, Image(phone=before), Image(phone=customer.phone)
                    )
        yield company.calendar.later(rng, company.now, 5, 25)


def _other_phone(customer: Customer) -> str:
    area, tail = customer.phone[:9], customer.phone[9:]
    return f"{area[:-1]}{(int(area[-1]) + 1) % 5 + 1}{tail}"


def _new_customer(company: Company, rep: Employee) -> Customer:
    number = len(company.customers)
    rng = company.stream("newcomer", number)
    customer = newcomer(
        company.plan.seed, number, around(rng, 70, 0.4), around(rng, 9_000, 0.5), "normal"
    )
    company.customers.append(customer)
    assign(customer, rep)
    company.acts.register(company.now, rep, customer)
    company.acts.touch(company.now + between(rng, 600, 3000), rep, customer, "visit")
    company.agenda.start(purchases(company, customer), company.in_days(between(rng, 3, 20)))
    if happens(rng, 0.004):
        company.agenda.start(_twin(company, customer))
    return customer


def _twin(company: Company, customer: Customer) -> Process:
    """A colleague enters the same customer in good faith; an administrator merges the two."""
    rng, acts = company.stream("twin", customer.id), company.acts
    yield company.calendar.later(rng, company.now, 2, 20)
    assert customer.owner is not None
    others = company.team(customer.owner, company.today)
    if others:
        twin = newcomer(company.plan.seed, len(company.customers), 90, 5_000, "normal")
        company.customers.append(twin)
        twin.phone, twin.owner = customer.phone, pick(rng, others)
        acts.register(company.now, twin.owner, twin)
        yield company.calendar.later(rng, company.now, 1, 5)
        acts.edit(company.now, company.staff.office[0], "delete", "customer", twin.id, twin)


def administers(company: Company) -> Process:
    """Imports from trade fairs, merged duplicates, old records cleared, once a week or so."""
    rng, acts = company.stream("administration"), company.acts
    admin = company.staff.office[0]
    share = max(company.plan.reps // 40, 1)
    while True:
        yield company.calendar.later(rng, company.now, 2, 6)
        acts.edit(company.now, admin, "create", "contact", acts.numbers.next("IMPORT"),
                  count=between(rng, 10, 40) * share)  # fmt: skip
        for _ in range(between(rng, 1, 4)):
            acts.edit(company.now + between(rng, 600, 9000), admin, "delete", "contact",
                      acts.numbers.next("CN-DUP"), count=between(rng, 1, 2))  # fmt: skip
        if happens(rng, 0.12):
            acts.edit(company.now + 200, admin, "delete", "activity", "ARCHIVE",
                      count=between(rng, 10, 30) * share)  # fmt: skip


def gossip(company: Company) -> Process:
    """Tips with nothing behind them."""
    rng = company.stream("gossip")
    while True:
        wait = around(rng, 4_000 / company.plan.reps, 0.5)
        yield office_hours(rng, day_of(company.in_days(max(wait, 1.0))))
        rep = company.one_of(rng, company.staff.reps)
        company.acts.tip(company.now, rep, "听说他业绩好是因为领导照顾")


def helps_out(company: Company, rep: Employee) -> Process:
    """While a rep is on leave a colleague once in a while answers one of the rep's customers."""
    rng = company.stream("helps out", rep.id)
    for day in sorted(rep.away):
        yield clock(max(day, company.today), 8)
        team = company.team(rep, day)
        if company.calendar.works(day) and team and rep.customers and happens(rng, 0.03):
            customer = pick(rng, list(rep.customers.values()))
            if not company.held(customer):
                time = office_hours(rng, day)
                company.acts.touch(time, pick(rng, team), customer, "call")
