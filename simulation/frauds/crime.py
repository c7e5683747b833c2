"""Which frauds are committed when, and by whom."""

from __future__ import annotations

from collections import Counter
from random import Random

from contract.label import Fraud
from simulation.agenda import Process
from simulation.calendar import clock, office_hours
from simulation.chance import between, happens, pick, some
from simulation.company import Company
from simulation.frauds import SCENARIOS
from simulation.frauds.scenario import Attempt, NotPossibleError, Scenario
from simulation.people import Customer, Employee

#: How many days a fraud waits for somebody to commit it before it is given up.
_PATIENCE = 6


class Crime:
    """Starts frauds and keeps their labels.

    Kinds take turns in an order given by the seed; every second turn of a kind is disguised. A kind
    that needs more days than are simulated gets no turn.
    """

    def __init__(self, company: Company) -> None:
        self._company = company
        self._rng = company.stream("crime")
        self._record: Counter[str] = Counter()
        self._done: list[tuple[str, Attempt]] = []
        self.given_up = 0
        plan = company.plan
        attempts = round(plan.fraud_rate * plan.reps * plan.days / 30)
        turns = self._turns(attempts)
        self._untouched = self._reserve(2 * sum(scenario.untouched for scenario in turns))
        for number, scenario in enumerate(turns, start=1):
            company.agenda.start(self._committed(number, scenario))

    def frauds(self) -> tuple[Fraud, ...]:
        """Those that were committed, the earliest first."""
        frauds = [attempt.label(id_) for id_, attempt in self._done]
        return tuple(sorted(frauds, key=lambda fraud: (fraud.deed_at, fraud.id)))

    def _turns(self, attempts: int) -> list[Scenario]:
        days = self._company.plan.days
        fitting: dict[str, list[Scenario]] = {}
        for scenario in SCENARIOS:
            if scenario.span + _PATIENCE < days:
                fitting.setdefault(scenario.kind, []).append(scenario)
        kinds = some(self._rng, list(fitting), len(fitting))
        turns = []
        for turn in range(attempts if kinds else 0):
            round_, place = divmod(turn, len(kinds))
            versions = fitting[kinds[place]]
            turns.append(versions[(round_ + place) % len(versions)])
        return turns

    def _reserve(self, count: int) -> list[Customer]:
        """Small customers reserved before the first day, so that nobody contacts them."""
        company = self._company
        small = company.customers[len(company.customers) // 2 :]
        chosen = some(self._rng, [one for one in small if one.owner], count)
        for customer in chosen:
            customer.held_until = clock(company.last_day + 1, 0)
        return chosen

    def _committed(self, number: int, scenario: Scenario) -> Process:
        company, calendar = self._company, self._company.calendar
        # By this name of the stream the seed decides; another name would make other frauds.
        rng = company.stream("deed", number)
        latest = company.plan.days - scenario.lasts - scenario.proof
        first = company.first_day + between(rng, scenario.history, latest - _PATIENCE)
        for wait in range(_PATIENCE):
            day = calendar.workday(first, wait)
            if max(day, company.today) > company.first_day + latest:
                break
            yield max(office_hours(rng, day), company.now)
            untouched = self._untouched_one() if scenario.untouched else None
            rep = self._somebody(scenario, untouched, rng)
            if rep is None:
                continue
            attempt = Attempt(company, scenario, rep, rng, untouched)
            rep.guilty = True
            try:
                yield from scenario.play(attempt)
            except NotPossibleError:
                if attempt.events:
                    raise
                continue
            finally:
                rep.guilty = False
            if untouched is not None:
                self._untouched.remove(untouched)
            self._record[rep.id] += 1
            self._done.append((f"F-{number:04}", attempt))
            return
        self.given_up += 1

    def _untouched_one(self) -> Customer | None:
        """One of the reserved customers whose owner could commit the fraud now."""
        return next((one for one in self._untouched if one.owner and self._able(one.owner)), None)

    def _able(self, rep: Employee) -> bool:
        return rep.at_work(self._company.today) and rep.to_day is None and not rep.guilty

    def _somebody(
        self, scenario: Scenario, untouched: Customer | None, rng: Random
    ) -> Employee | None:
        """A rep who is not committing a fraud now, preferably one who has committed none yet."""
        if scenario.untouched:
            return untouched.owner if untouched else None
        able = [
            rep
            for rep in self._company.staff.reps
            if self._able(rep) and (scenario.suits is None or scenario.suits(self._company, rep))
        ]
        if not able:
            return None
        fewest = min(self._record[rep.id] for rep in able)
        fresh = [rep for rep in able if self._record[rep.id] == fewest]
        return pick(rng, fresh if happens(rng, 0.9) else able)
