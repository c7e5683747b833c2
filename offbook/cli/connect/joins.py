"""Whether the ids of events meet anybody: every system has its own, and one table too few is a
detector that never fires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from contract.event import Event
from contract.types import (
    CrmEdit,
    EventData,
    ReferenceAccount,
    ReferenceCustomer,
    ReferenceEmployee,
)

_NAMED: Final = {
    "employee": ("actor", "employee", "about_employee", "recorded_by", "released_by"),
    "customer": ("customer", "about_customer"),
    "order": ("order",),
}


def named(data: EventData) -> Iterator[tuple[str, str]]:
    """(employee, customer or order; its id) that an event names."""
    for kind, fields in _NAMED.items():
        for field in fields:
            id_ = getattr(data, field, None)
            if id_ is not None:
                yield kind, str(id_)


class Joins:
    """Who is known, and who of those that events name is."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {kind: set() for kind in _NAMED}
        self.met: Counter[str] = Counter()
        self.unknown: Counter[tuple[str, str]] = Counter()

    def introduce(self, event: Event) -> None:
        """Whom this event makes known: reference documents their own, CRM edits the customer and
        the order that they are about."""
        data = event.data
        if isinstance(data, ReferenceEmployee):
            self.known["employee"].add(data.employee)
        elif isinstance(data, ReferenceCustomer):
            self.known["customer"].add(data.customer)
        elif isinstance(data, CrmEdit):
            for kind, id_ in named(data):
                if kind != "employee":
                    self.known[kind].add(id_)

    def count(self, event: Event) -> None:
        """Whether those that it names are known, of the kinds of which anybody is."""
        if isinstance(event.data, ReferenceAccount | ReferenceCustomer | ReferenceEmployee):
            return
        for kind, id_ in named(event.data):
            if not self.known[kind]:
                continue
            if id_ in self.known[kind]:
                self.met[kind] += 1
            else:
                self.unknown[kind, id_] += 1
