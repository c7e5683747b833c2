"""One fraud: who commits it, which events bear its traces, and what the labels say about it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from random import Random

from contract.alert import Bilingual
from contract.label import EventId, Fraud, Version
from simulation.agenda import Process
from simulation.calendar import DAY
from simulation.chance import pick, some
from simulation.company import Company
from simulation.crm import Order
from simulation.delivery import deliver, finish, fulfilment, receive
from simulation.journal import rfc3339
from simulation.people import Customer, Employee


class NotPossibleError(Exception):
    """There is nobody, or no customer, to commit it with. Nothing has been done yet."""

    retryable = False


@dataclass(frozen=True)
class Scenario:
    """A way to commit a fraud.

    It takes at most `lasts` days; `history` days of ordinary business must lie before it and
    `proof` days after it, so that it can be seen at all. An `untouched` scenario is about a
    customer that nobody has dealt with since the simulation began.
    """

    kind: str
    version: Version
    play: Callable[[Attempt], Process]
    lasts: int
    proof: int
    history: int
    untouched: bool
    suits: Callable[[Company, Employee], bool] | None

    @property
    def span(self) -> int:
        return self.history + self.lasts + self.proof


@dataclass(eq=False)
class Attempt:
    """A scenario as `rep` carries it out: what the functions that describe scenarios can use."""

    company: Company
    scenario: Scenario
    rep: Employee
    rng: Random
    untouched: Customer | None = None
    events: list[EventId] = field(default_factory=list)
    told: Bilingual | None = None
    harm_at: int = 0
    culprit: Employee | None = None
    customer_id: str | None = None
    order_id: str | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        self.acts = self.company.acts.traced(self.events)

    @property
    def now(self) -> int:
        return self.company.now

    def later(self, least: int, most: int) -> int:
        """In office hours, so many workdays on."""
        return self.company.calendar.later(self.rng, self.now, least, most)

    def soon(self, least: int, most: int) -> int:
        """So many minutes on, in office hours."""
        return self.company.calendar.soon(self.rng, self.now, least, most)

    def harm(self) -> None:
        """The harm is being done now."""
        self.harm_at = self.now

    def tell(
        self,
        en: str,
        zh: str,
        *,
        customer: Customer | None = None,
        order: Order | str | None = None,
        account: str | None = None,
        culprit: Employee | None = None,
    ) -> None:
        """Say what the label says. `culprit` is given if it is not the rep who began it."""
        self.told = Bilingual(en, zh)
        self.customer_id = customer.id if customer else None
        self.order_id = order.id if isinstance(order, Order) else order
        self.account = account
        self.culprit = culprit or self.rep

    def label(self, id_: str) -> Fraud:
        """Raises `ValueError` if the scenario forgot to say what happened or when."""
        if self.told is None or not self.harm_at or self.culprit is None:
            raise ValueError(f"{self.scenario.play.__name__} did not say what happened, or when")
        return Fraud(
            id=id_,
            kind=self.scenario.kind,
            version=self.scenario.version,
            what=self.told,
            deed_at=rfc3339(self.harm_at),
            events=tuple(self.events),
            employee=self.culprit.id,
            customer=self.customer_id,
            order=self.order_id,
            account=self.account,
        )

    # Whom it is done with

    def customers(self, count: int, owner: Employee | None = None) -> list[Customer]:
        """`count` customers of `owner`, by default the rep; routine business leaves them alone from
        now on."""
        mine = (owner or self.rep).customers.values()
        free = [
            customer
            for customer in mine
            if not customer.busy
            and not self.company.held(customer)
            and customer.opportunity is None
        ]
        if len(free) < count:
            raise NotPossibleError
        chosen = some(self.rng, free, count)
        for customer in chosen:
            self.hold(customer)
        return chosen

    def customer(self, owner: Employee | None = None) -> Customer:
        """One such customer; the untouched one where the scenario asks for it."""
        if self.untouched is not None:
            return self.untouched
        return self.customers(1, owner)[0]

    def hold(self, customer: Customer) -> None:
        days = self.scenario.lasts + self.scenario.proof
        customer.held_until = max(customer.held_until, self.now + days * DAY)

    def colleague(self) -> Employee:
        """Another rep, of the same team if there is one, who is at work."""
        today = self.company.today
        team = self.company.team(self.rep, today)
        others = [one for one in team or self.company.staff.reps if one is not self.rep]
        present = [one for one in others if one.at_work(today) and one.to_day is None]
        if not present:
            raise NotPossibleError
        return pick(self.rng, present)

    def manager(self) -> Employee:
        """The rep's manager, or that manager's stand-in today."""
        return self.company.manager_for(self.rep, self.company.today)

    def one_of(self, group: list[Employee]) -> Employee:
        return self.company.one_of(self.rng, group)

    def strange_account(self) -> str:
        """An account that nobody at the company has heard of: a relative's, a friend's."""
        return f"00007700{int(self.rng.random() * 10**8):08}"

    def strange_phone(self) -> str:
        return f"+86 100 9{int(self.rng.random() * 10**3):03} {int(self.rng.random() * 10**4):04}"

    # What goes the honest way

    def ordered(
        self, customer: Customer, amount: int, owner: Employee | None = None
    ) -> Generator[int, None, Order]:
        """A call, an order, the manager's approval."""
        owner = owner or self.rep
        self.acts.touch(self.now, owner, customer)
        yield self.soon(20, 90)
        order = self.acts.place(self.now, owner, customer, amount)
        yield self.soon(15, 150)
        self.acts.approve(self.now, self.company.manager_for(owner, self.company.today), order)
        return order

    def takes_its_course(self, order: Order) -> None:
        """What was entered by its owner is approved, delivered and paid like any other order."""
        course = fulfilment(self.company, self.acts, self.rng, order, order.owner)
        self.company.agenda.start(course)

    def delivered(self, order: Order) -> Process:
        yield self.later(0, 2)
        yield from deliver(self.company, self.acts, self.rng, order)

    def paid(self, order: Order, amount: int | None = None) -> Process:
        yield self.later(0, 4)
        receive(self.company, self.acts, self.rng, order, amount or order.amount - order.paid)

    def finished(self, order: Order) -> Process:
        """Completed; customer service will ring."""
        yield self.later(0, 1)
        finish(self.company, self.acts, self.rng, order)


SCENARIOS: list[Scenario] = []


def scenario(
    kind: str,
    version: Version,
    *,
    lasts: int,
    proof: int = 4,
    history: int = 0,
    untouched: bool = False,
    suits: Callable[[Company, Employee], bool] | None = None,
) -> Callable[[Callable[[Attempt], Process]], Callable[[Attempt], Process]]:
    """Add a scenario to the registry; see `Scenario`."""

    def enter(play: Callable[[Attempt], Process]) -> Callable[[Attempt], Process]:
        SCENARIOS.append(Scenario(kind, version, play, lasts, proof, history, untouched, suits))
        return play

    return enter
