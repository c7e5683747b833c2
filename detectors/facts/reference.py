"""What the company says of its accounts, employees and customers: the newest document of an id."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct

from contract.event import Event
from contract.times import EPOCH, end_of_day
from contract.types import ReferenceAccount, ReferenceCustomer, ReferenceEmployee
from detectors.facts.contact import each
from detectors.facts.entity import EntityKind, entity

ReferenceKind = Literal["accounts", "employees", "customers"]
REFERENCE_KINDS: tuple[ReferenceKind, ...] = ("accounts", "employees", "customers")
_ENTITY: Final[Mapping[ReferenceKind, EntityKind]] = {
    "accounts": "account",
    "employees": "employee",
    "customers": "customer",
}
#: Entities whose documents have changed that are remembered.
_CHANGES: Final = 200_000


class Stated(Struct, frozen=True):
    """An owner as a reference document names them, and its time. None: it says, nobody."""

    owner: str | None
    at: int


def _belongings(employee: ReferenceEmployee) -> Iterator[tuple[str, str]]:
    """What is known to be an employee's, as it is looked up."""
    for account in employee.accounts:
        yield "account", account
    for phones in employee.phones:
        for phone in each(phones):
            yield "phone", phone
    for address in employee.addresses:
        yield "address", address


class Reference:
    """Look-ups over the reference documents seen so far. Not thread-safe.

    `timezone` is the company's: validity dates are days there.
    """

    def __init__(self, timezone: str = "Asia/Shanghai") -> None:
        self.timezone = ZoneInfo(timezone)
        self.accounts: dict[str, ReferenceAccount] = {}
        self.employees: dict[str, ReferenceEmployee] = {}
        self.customers: dict[str, ReferenceCustomer] = {}
        self._customer_stated_at: dict[str, int] = {}
        self._holders: dict[tuple[str, str], set[str]] = {}
        self._reports: Counter[str] = Counter()
        self._arrived: set[ReferenceKind] = set()
        #: How many documents have said something new.
        self.version = 0
        self._changed: deque[str] = deque(maxlen=_CHANGES)
        #: By day: worked out anew each time, they would cost 2 µs.
        self._ends: dict[date, int] = {}

    def put(self, event: Event) -> None:
        """Take in one reference document; it replaces the earlier one of its id."""
        data = event.data
        if isinstance(data, ReferenceAccount):
            self._arrived.add("accounts")
            self._changes("account", data.account, self.accounts.get(data.account) != data)
            self.accounts[data.account] = data
        elif isinstance(data, ReferenceEmployee):
            self._arrived.add("employees")
            self._changes("employee", data.employee, self.employees.get(data.employee) != data)
            self._forget_ties_of(data.employee)
            self.employees[data.employee] = data
            for thing in _belongings(data):
                self._holders.setdefault(thing, set()).add(data.employee)
            if data.manager is not None and data.manager != data.employee:
                self._reports[data.manager] += 1
        elif isinstance(data, ReferenceCustomer):
            self._arrived.add("customers")
            self._changes("customer", data.customer, self.customers.get(data.customer) != data)
            self.customers[data.customer] = data
            self._customer_stated_at[data.customer] = event.time
        else:
            raise TypeError(f"{type(data).__name__} is not a reference document")

    def remove(self, kind: ReferenceKind, id_: str) -> None:
        """A tombstone: the document of this id no longer holds."""
        self._changes(_ENTITY[kind], id_)
        if kind == "accounts":
            self.accounts.pop(id_, None)
        elif kind == "employees":
            self._forget_ties_of(id_)
            self.employees.pop(id_, None)
        else:
            self.customers.pop(id_, None)
            self._customer_stated_at.pop(id_, None)

    def changed_since(self, version: int) -> set[str]:
        """The entities that documents were about which have said something new since then; of very
        many, the newest."""
        count = min(self.version - version, len(self._changed))
        return set(islice(reversed(self._changed), count))

    def _changes(self, kind: EntityKind, id_: str, something_new: bool = True) -> None:
        if something_new:
            self.version += 1
            self._changed.append(entity(kind, id_))

    def _forget_ties_of(self, employee: str) -> None:
        known = self.employees.get(employee)
        if known is None:
            return
        for thing in _belongings(known):
            self._holders[thing].discard(employee)
        if known.manager is not None and known.manager != employee:
            self._reports[known.manager] -= 1

    def has(self, kind: ReferenceKind) -> bool:
        """Whether any document of this kind has ever arrived."""
        return kind in self._arrived

    def entries(self, kind: ReferenceKind) -> int:
        """How many documents of this kind hold now."""
        if kind == "accounts":
            return len(self.accounts)
        return len(self.employees if kind == "employees" else self.customers)

    def is_company_account(self, account: str, at: int) -> bool:
        """Whether the company owned `account` on the day of `at`; validity days are included."""
        known = self.accounts.get(account)
        if known is None:
            return False
        if known.valid_from is None and known.valid_to is None:
            return True
        day = self.day(at)
        if known.valid_from is not None and day < known.valid_from:
            return False
        return known.valid_to is None or day <= known.valid_to

    def holder(self, account: str) -> str | None:
        """The employee who is known to hold a private account; of several, the first by id."""
        return self._holder("account", account)

    def employees_of(self, phone: str | None = None, address: str | None = None) -> dict[str, str]:
        """Whose phone and address they are, by `phone` and `address`.

        Of several employees, the first by id; what is nobody's is left out.
        """
        held = {
            "phone": [self._holder("phone", one) for one in each(phone)],
            "address": [self._holder("address", address)] if address else [],
        }
        known = {what: [it for it in holders if it] for what, holders in held.items()}
        return {what: min(holders) for what, holders in known.items() if holders}

    def _holder(self, kind: str, key: str) -> str | None:
        return min(self._holders.get((kind, key), ()), default=None)

    def may_be_an_employees(self, phone: str | None, address: str | None) -> bool:
        """Whether either is an employee's; while none is known, it may be."""
        return bool(self.employees_of(phone, address)) or not self.has("employees")

    def owner(self, customer: str) -> Stated | None:
        """Who owns a customer according to its document; None if it does not say."""
        known = self.customers.get(customer)
        if known is None or known.owner is UNSET:
            return None
        return Stated(known.owner, self._customer_stated_at[customer])

    def is_manager(self, employee: str) -> bool:
        """Whether their role says so, or a colleague's document names them as manager."""
        known = self.employees.get(employee)
        return (known is not None and known.role == "manager") or self._reports[employee] > 0

    def may_be_manager(self, employee: str) -> bool:
        """The same, and while no employee is known, anybody may be."""
        return self.is_manager(employee) or not self.has("employees")

    def manager_of(self, employee: str) -> str | None:
        """Whom their document names as their manager."""
        known = self.employees.get(employee)
        return known.manager if known else None

    def employee_name(self, employee: str) -> str | None:
        """The name of an employee, where one is on file."""
        known = self.employees.get(employee)
        return known.name if known else None

    def day(self, at: int) -> date:
        """The company day that the instant `at` falls on."""
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.timezone).date()

    def end_of_day(self, day: date) -> int:
        """The last microsecond of a company day."""
        known = self._ends.get(day)
        if known is None:
            known = self._ends[day] = end_of_day(day, self.timezone)
        return known
