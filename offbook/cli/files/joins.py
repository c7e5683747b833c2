"""Finds what meets nobody: payments of orders that no edit names, people whom no reference document
tells of. It may be right; where it is most of a file, ids are written in two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from contract.types import (
    ChatHit,
    CrmEdit,
    EndpointFile,
    Heartbeat,
    HrChange,
    Payment,
    ReferenceAccount,
    ReferenceCustomer,
    ReferenceEmployee,
    ServiceCallback,
    Shipment,
    Tip,
)
from offbook.cli.files.ndjson import Place

#: Known things of each kind that are kept as they are: some 110 bytes each.
_SET: Final = 100_000
#: Bits in which each further one leaves a mark: 8 MiB. Of a million, one in 67 that are not known
#: is taken for one that is.
_BITS: Final = 1 << 26
#: Different things that may wait for being known, of each kind: some 120 bytes each.
_WAITING: Final = 300_000
#: What waits is an integer: where it is first named, above how often.
_COUNT, _LINE = 40, 48


class Known:
    """What is known of a kind: the first in a set, which is quick, the others as marks in little
    memory."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.marks = bytearray()

    def know(self, id_: str) -> None:
        """It is known."""
        if len(self.ids) < _SET:
            self.ids.add(id_)
            return
        if not self.marks:
            self.marks = bytearray(_BITS >> 3)
        slot = hash(id_) & _BITS - 1
        self.marks[slot >> 3] |= 1 << (slot & 7)

    def knows(self, id_: str) -> bool:
        """Whether it is known."""
        if id_ in self.ids:
            return True
        slot = hash(id_) & _BITS - 1
        return bool(self.marks and self.marks[slot >> 3] >> (slot & 7) & 1)


class Meeting:
    """What is named of a kind and not known so far; only that is kept."""

    def __init__(self, known: Known) -> None:
        self._ids, self._knows = known.ids, known.knows
        self._waiting: dict[str, int] = {}
        self._beyond = False

    def name(self, id_: str, place: Place) -> None:
        """It is named there."""
        if id_ in self._ids or self._knows(id_):
            return
        waiting = self._waiting
        if id_ in waiting:
            waiting[id_] += 1
        elif len(waiting) < _WAITING:
            waiting[id_] = (place[0] << _LINE | place[1]) << _COUNT | 1
        else:
            self._beyond = True

    def told(self) -> tuple[Place, int, int, bool] | None:
        """Where something is first named that is not known after all, how often that is so, of how
        many different things, and whether there were more than could wait."""
        left = [it for id_, it in self._waiting.items() if not self._knows(id_)]
        if not left:
            return None
        first = min(left) >> _COUNT
        count = sum(it & (1 << _COUNT) - 1 for it in left)
        return (first >> _LINE, first & (1 << _LINE) - 1), count, len(left), self._beyond


class Joins:
    """Takes good events and reference documents in any order. What nothing in the files makes known
    is not asked for: they are not about that."""

    def __init__(self) -> None:
        orders, employees, customers, accounts = Known(), Known(), Known(), Known()
        paid, shipped = Meeting(orders), Meeting(orders)
        of_employees, of_customers = Meeting(employees), Meeting(customers)
        of_accounts = Meeting(accounts)
        self._know_order, self._know_employee = orders.know, employees.know
        self._know_customer, self._know_account = customers.know, accounts.know
        self._paid, self._shipped, self._account = paid.name, shipped.name, of_accounts.name
        self._employee, self._customer = of_employees.name, of_customers.name
        self._all = (
            (paid, "payments of an order", "crm.edit", "orders"),
            (shipped, "shipments of an order", "crm.edit", "orders"),
            (of_employees, "events of an employee", "reference document", "employees"),
            (of_customers, "events of a customer", "reference document", "customers"),
            (of_accounts, "payments to an account", "reference document", "accounts"),
        )
        #: By what the files make things known.
        self._stands: set[str] = set()
        #: What takes data of a type in, with where they stand.
        self.takes: dict[type, Callable[[Any, Place], None]] = {
            CrmEdit: self._edit,
            Payment: self._payment,
            Shipment: self._shipment,
            ChatHit: self._of_both,
            HrChange: self._change,
            EndpointFile: self._of_employee,
            ServiceCallback: self._of_both,
            Tip: self._tip,
            ReferenceEmployee: self._reference,
            ReferenceCustomer: self._reference,
            ReferenceAccount: self._reference,
            Heartbeat: lambda _, __: None,
        }

    def told(self) -> Iterator[tuple[Place, str]]:
        """Each kind of thing that meets nobody: where the first is, and a text without its id."""
        for meeting, what, known, things in self._all:
            found = meeting.told() if things in self._stands else None
            if found is not None:
                place, count, different, beyond = found
                least = "at least " if beyond else ""
                yield (
                    place,
                    f"{what} that no {known} of these files names: {least}{count}"
                    f" (different {things}: {different})",
                )

    def _edit(self, data: CrmEdit, place: Place) -> None:
        self._employee(data.actor, place)
        object_, order, customer = data.object, data.order, data.customer
        type_ = object_.type
        if type_ == "customer":
            if data.op == "create":
                self._know_customer(object_.id)
            else:
                self._customer(object_.id, place)
        elif customer is not None:
            self._customer(customer, place)
        if type_ == "order":
            order = object_.id
        if order is not None:
            self._stands.add("orders")
            self._know_order(order)

    def _payment(self, data: Payment, place: Place) -> None:
        if data.order is not None:
            self._paid(data.order, place)
        if data.customer is not None:
            self._customer(data.customer, place)
        if data.recorded_by is not None:
            self._employee(data.recorded_by, place)
        if data.kind == "received":
            self._account(data.payee_account, place)

    def _shipment(self, data: Shipment, place: Place) -> None:
        if data.order is not None:
            self._shipped(data.order, place)
        if data.customer is not None:
            self._customer(data.customer, place)
        if data.released_by is not None:
            self._employee(data.released_by, place)

    def _of_employee(self, data: EndpointFile, place: Place) -> None:
        self._employee(data.employee, place)

    def _of_both(self, data: ChatHit | ServiceCallback, place: Place) -> None:
        if data.employee is not None:
            self._employee(data.employee, place)
        if data.customer is not None:
            self._customer(data.customer, place)

    def _change(self, data: HrChange, place: Place) -> None:
        if data.kind == "hired":
            self._know_employee(data.employee)
        else:
            self._employee(data.employee, place)

    def _tip(self, data: Tip, place: Place) -> None:
        if data.about_employee is not None:
            self._employee(data.about_employee, place)
        if data.about_customer is not None:
            self._customer(data.about_customer, place)

    def _reference(
        self, data: ReferenceEmployee | ReferenceCustomer | ReferenceAccount, _: Place
    ) -> None:
        if isinstance(data, ReferenceCustomer):
            self._stands.add("customers")
            self._know_customer(data.customer)
        elif isinstance(data, ReferenceEmployee):
            self._stands.add("employees")
            self._know_employee(data.employee)
        else:
            self._stands.add("accounts")
            self._know_account(data.account)
