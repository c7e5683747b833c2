"""What the company says of its accounts, employees and customers: the newest document of an id."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from offbook.events.event import Event
from offbook.events.times import EPOCH
from offbook.events.types import ReferenceAccount, ReferenceCustomer, ReferenceEmployee

ReferenceKind = Literal["accounts", "employees", "customers"]
REFERENCE_KINDS: tuple[ReferenceKind, ...] = ("accounts", "employees", "customers")


class Stated(Struct, frozen=True):
    """An owner as a reference document names him, and that document's time."""

    owner: str
    at: int


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
        self._holders: dict[str, set[str]] = {}
        self._arrived: set[ReferenceKind] = set()

    def put(self, event: Event) -> None:
        """Take in one reference document; it replaces the earlier one of its id."""
        data = event.data
        if isinstance(data, ReferenceAccount):
            self._arrived.add("accounts")
            self.accounts[data.account] = data
        elif isinstance(data, ReferenceEmployee):
            self._arrived.add("employees")
            self._forget_accounts_of(data.employee)
            self.employees[data.employee] = data
            for account in data.accounts:
                self._holders.setdefault(account, set()).add(data.employee)
        elif isinstance(data, ReferenceCustomer):
            self._arrived.add("customers")
            self.customers[data.customer] = data
            self._customer_stated_at[data.customer] = event.time
        else:
            raise TypeError(f"{type(data).__name__} is not a reference document")

    def remove(self, kind: ReferenceKind, id_: str) -> None:
        """A tombstone: the document of this id no longer holds."""
        if kind == "accounts":
            self.accounts.pop(id_, None)
        elif kind == "employees":
            self._forget_accounts_of(id_)
            self.employees.pop(id_, None)
        else:
            self.customers.pop(id_, None)
            self._customer_stated_at.pop(id_, None)

    def _forget_accounts_of(self, employee: str) -> None:
        known = self.employees.get(employee)
        for account in known.accounts if known else ():
            self._holders[account].discard(employee)

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
        return min(self._holders.get(account, ()), default=None)

    def owner(self, customer: str) -> Stated | None:
        """Who owns a customer according to its document."""
        known = self.customers.get(customer)
        if known is None or known.owner is None:
            return None
        return Stated(known.owner, self._customer_stated_at[customer])

    def employee_name(self, employee: str) -> str | None:
        """The name of an employee, where one is on file."""
        known = self.employees.get(employee)
        return known.name if known else None

    def day(self, at: int) -> date:
        """The company day that the instant `at` falls on."""
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.timezone).date()

    def end_of_day(self, day: date) -> int:
        """The last microsecond of a company day."""
        next_day = datetime.combine(day + timedelta(days=1), datetime.min.time(), self.timezone)
        return (next_day - EPOCH) // timedelta(microseconds=1) - 1
