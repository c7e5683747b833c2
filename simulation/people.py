"""The customers and employees of a simulated company, and how they are related."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from contract.types import ReferenceCustomer, ReferenceEmployee, Role

_CITIES = ("江澜", "望湖", "沧宁", "景湾", "云川")


@dataclass(eq=False, slots=True)
class Customer:
    """One customer. `rhythm` is the usual number of days between orders, `basket` the median value
    of an order in yuan.

    `busy` is true while a purchase is being made. Until `held_until` (seconds) nobody's routine
    involves the customer, because a fraud is going on there.
    """

    id: str
    name: str
    phone: str
    email: str
    address: str
    account: str
    owner: Employee | None
    tier: str
    rhythm: float
    basket: float
    busy: bool = False
    held_until: int = 0
    last_order: int = 0
    orders: int = 0
    #: Until when a new owner is still being introduced.
    settles_at: int = 0
    #: Where goods go, if not to its own address.
    site: str | None = None
    #: The opportunity open on it, if there is one.
    opportunity: str | None = None

    def reference(self) -> ReferenceCustomer:
        """What the master data says of it."""
        return ReferenceCustomer(
            customer=self.id,
            owner=self.owner.id if self.owner else None,
            tier="key" if self.tier == "key" else "normal",
            phone=self.phone,
            address=self.address,
        )


@dataclass(eq=False)
class Employee:
    """One person. `from_day` and `to_day` are the first and last company day at work.

    `skill` multiplies how much gets done; `patience` is after how many days a customer with an
    open opportunity is called again. `away` holds the days of leave.
    """

    id: str
    name: str
    role: Role
    team: str
    manager: Employee | None
    rng: Random
    skill: float = 1.0
    patience: int = 3
    from_day: int = 0
    to_day: int | None = None
    away: frozenset[int] = frozenset()
    customers: dict[str, Customer] = field(default_factory=dict)
    #: Customers with an open opportunity, and when the employee was last in touch with each.
    live: dict[str, int] = field(default_factory=dict)
    #: Until when the employee's customers' business goes past the company's books.
    diverts_until: int = 0
    #: On how many days the employee has sold something so far, and the last of them.
    selling_days: int = 0
    last_sale: int = 0
    #: Has a fraud under way.
    guilty: bool = False

    @property
    def number(self) -> int:
        return int(self.id[1:])

    @property
    def account(self) -> str:
        """The private account the salary goes to."""
        return f"0000620000{self.number:06}"

    @property
    def phone(self) -> str:
        return f"+86 100 0{self.number // 10_000:03} {self.number % 10_000:04}"

    @property
    def address(self) -> str:
        return f"{_CITIES[self.number % 5]}市花园小区{self.number % 37 + 1}幢{self.number}室"

    def employed(self, day: int) -> bool:
        return self.from_day <= day and (self.to_day is None or day <= self.to_day)

    def at_work(self, day: int) -> bool:
        return self.employed(day) and day not in self.away

    def reference(self) -> ReferenceEmployee:
        """What personnel publishes of the employee."""
        return ReferenceEmployee(
            employee=self.id,
            name=self.name,
            team=self.team,
            manager=self.manager.id if self.manager else None,
            role=self.role,
            phones=(self.phone,),
            accounts=(self.account,),
            addresses=(self.address,),
        )
