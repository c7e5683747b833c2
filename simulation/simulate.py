"""`simulate`: from a plan to lines of events, and what was fraud in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract.label import Company as Scale
from contract.label import Labels
from simulation.buying import purchases
from simulation.calendar import clock
from simulation.chance import between, happens
from simulation.comings_and_goings import (
    administers,
    finds_customers,
    gossip,
    helps_out,
    joins,
    leaves,
    shares_out,
)
from simulation.company import Company
from simulation.frauds.crime import Crime
from simulation.journal import rfc3339
from simulation.plan import Plan
from simulation.workday import days, leave

#: Shares of the reps who join, and who give notice, in 90 days.
_JOINERS, _LEAVERS = 0.04, 0.04


class Simulation:
    """One company from its first day to its last. To be run once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._company = Company(plan)
        _people_come(self._company)
        self._crime = Crime(self._company)
        _business_begins(self._company)

    def lines(self, advance: Callable[[int], None] | None = None) -> Iterator[bytes]:
        """Documents with their line breaks, in the order of arrival; reference documents first.

        `advance` is told of each day that is over. Lines that arrive after the last day come last.
        """
        company = self._company
        yield from company.reference()
        for day in range(company.first_day, company.last_day + 1):
            company.agenda.run(clock(day + 1, 0))
            yield from company.journal.arrivals(day)
            if advance is not None:
                advance(1)
        yield from company.journal.arrivals()

    def labels(self) -> Labels:
        """What was fraud. To be asked when `lines` has ended."""
        plan, company = self._plan, self._company
        scale = Scale(
            reps=plan.reps,
            customers=plan.customers,
            since=rfc3339(clock(company.first_day, 0)),
            until=rfc3339(clock(company.last_day + 1, 0)),
            seed=plan.seed,
        )
        return Labels(scale, self._crime.frauds())

    def summary(self) -> list[str]:
        """Lines for people."""
        journal, frauds = self._company.journal, self._crime.frauds()
        easy = sum(fraud.version == "easy" for fraud in frauds)
        kinds = len({fraud.kind for fraud in frauds})
        lines = [
            f"{journal.told} events, {journal.repeats} of them twice",
            f"{len(frauds)} frauds of {kinds} kinds: {easy} easy, {len(frauds) - easy} disguised",
        ]
        if self._crime.given_up:
            lines.append(
                f"{self._crime.given_up} more found nobody, or no customer, to be done with"
            )
        return lines


def _people_come(company: Company) -> None:
    """Those who will join are known to personnel before the first day."""
    rng, plan, staff = company.stream("joiners"), company.plan, company.staff
    for _ in range(_count(rng.random(), plan.reps * plan.days / 90 * _JOINERS)):
        manager = staff.managers[between(rng, 0, len(staff.managers) - 1)]
        rep = company.hiring.hire("sales", manager.team, manager)
        rep.from_day = company.calendar.workday(company.first_day + between(rng, 3, plan.days))
        staff.reps.append(rep)


def _business_begins(company: Company) -> None:
    agenda, staff, plan = company.agenda, company.staff, company.plan
    for person in staff.everybody():
        person.away = leave(company.stream("leave", person.id), company, person)
        agenda.start(days(company, person))
    for customer in company.customers:
        agenda.start(purchases(company, customer))
    for rep in staff.reps:
        agenda.start(finds_customers(company, rep))
        agenda.start(helps_out(company, rep))
        rng = company.stream("career", rep.id)
        if rep.from_day:
            agenda.start(joins(company, rep))
        elif happens(rng, _LEAVERS * plan.days / 90):
            day = company.first_day + between(rng, 5, max(plan.days, 6))
            agenda.start(leaves(company, rep, company.calendar.workday(day)))
    for manager in staff.managers:
        agenda.start(shares_out(company, manager))
    agenda.start(administers(company))
    agenda.start(gossip(company))


def _count(chance: float, expected: float) -> int:
    """A whole number that is `expected` on average."""
    return int(expected) + (chance < expected - int(expected))
