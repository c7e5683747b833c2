"""The company as its people see it: who is there today, whose customer is whose."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from contract.types import ReferenceAccount
from simulation.acts import BILLS_ACCOUNT, MAIN_ACCOUNT, OLD_ACCOUNT, Acts
from simulation.agenda import Agenda
from simulation.calendar import DAY, Calendar, clock, date_of, day_of
from simulation.chance import pick, stream
from simulation.clientele import clientele
from simulation.crm import Numbers
from simulation.journal import Journal
from simulation.people import Customer, Employee
from simulation.plan import Plan
from simulation.staff import Hiring, founded

_NAME = "云川精工机械设备贸易有限公司"


class Company:
    """Everything that scenarios, honest or not, act on."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.first_day = plan.first_day
        self.last_day = plan.first_day + plan.days - 1
        self.calendar = Calendar()
        self.agenda = Agenda(clock(self.first_day, 0))
        self.journal = Journal(plan.seed, clock(self.last_day + 1, 0) - 1)
        self.acts = Acts(self.journal, Numbers())
        self.hiring = Hiring(plan.seed)
        self.staff = founded(self.hiring, plan.reps)
        self.customers = clientele(plan.seed, plan.customers, self.staff.reps)
        #: Every document of master data is dated the evening before.
        self._stated_at = clock(self.first_day - 1, 20)

    @property
    def now(self) -> int:
        return self.agenda.now

    @property
    def today(self) -> int:
        return day_of(self.agenda.now)

    def stream(self, *topic: object) -> Random:
        return stream(self.plan.seed, *topic)

    def reference(self) -> Iterator[bytes]:
        """Accounts, employees and customers as they stand on the evening before."""
        state, at = self.journal.state, self._stated_at
        closes = date_of(self.first_day + self.plan.days // 3)
        for account in (
            ReferenceAccount(account=MAIN_ACCOUNT, name=_NAME, bank="云川银行营业部"),
            ReferenceAccount(account=BILLS_ACCOUNT, name=_NAME, bank="江澜商业银行云川分行"),
            ReferenceAccount(
                account=OLD_ACCOUNT, name=_NAME, bank="云川银行城郊支行", valid_to=closes
            ),
        ):
            yield state(at, account.account, account)
        for person in self.staff.everybody():
            yield state(at, person.id, person.reference())
        for customer in self.customers:
            yield state(at, customer.id, customer.reference())

    def company_account(self, rng: Random) -> str:
        """Where a customer pays: mostly into the main account."""
        chance = rng.random()
        if chance < 0.03 and self.today < self.first_day + self.plan.days // 3 - 10:
            return OLD_ACCOUNT
        return MAIN_ACCOUNT if chance < 0.85 else BILLS_ACCOUNT

    def manager_for(self, rep: Employee, day: int) -> Employee:
        """Who decides for `rep` on that day: their manager, or that manager's stand-in."""
        manager = rep.manager
        if manager is None or manager is self.staff.head or manager.role != "manager":
            return self.staff.head
        if manager.at_work(day):
            return manager
        near = self.staff.managers.index(manager) + 1
        around = self.staff.managers[near:] + self.staff.managers[:near]
        return next((other for other in around if other.at_work(day)), self.staff.head)

    def one_of(self, rng: Random, group: list[Employee]) -> Employee:
        """Somebody of `group` who is at work today, if anybody is."""
        present = [person for person in group if person.at_work(self.today)]
        return pick(rng, present or group)

    def team(self, rep: Employee, day: int) -> list[Employee]:
        """The rep's colleagues under the same manager who are there on that day."""
        return [
            other
            for other in self.staff.reps
            if other.manager is rep.manager and other is not rep and other.employed(day)
        ]

    def held(self, customer: Customer) -> bool:
        return customer.held_until > self.agenda.now

    def in_days(self, days: float) -> int:
        return self.agenda.now + int(days * DAY)
