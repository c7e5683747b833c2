"""The CRM: orders, numbers, and what people enter, change and look at. Amounts are whole yuan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Self

from contract.label import EventId
from contract.types import CrmEdit, EventData, Image, ObjectRef, ObjectType, Op
from simulation.journal import Journal
from simulation.people import Customer, Employee

Contact = Literal["call", "visit", "message", "meeting", "report"]
OrderStatus = Literal["draft", "submitted", "approved", "rejected", "cancelled", "completed"]

_CONTACTS: dict[Contact, Image] = {
    "call": Image(kind="call"),
    "visit": Image(kind="visit"),
    "message": Image(kind="message"),
    "meeting": Image(kind="meeting"),
    "report": Image(kind="report"),
}


def yuan(amount: int) -> Decimal:
    return Decimal(amount * 100).scaleb(-2)


@dataclass(eq=False)
class Order:
    """An order as its process sees it; `paid` is received less refunded."""

    id: str
    customer: Customer
    owner: Employee
    amount: int
    status: OrderStatus = "submitted"
    paid: int = 0


class Numbers:
    """Consecutive numbers of everything that has one."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        number = self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}-{number:06}"

    def last(self, prefix: str) -> int:
        """How many there are so far."""
        return self._last.get(prefix, 0)


class CrmActs:
    """Each method lets somebody do something at `time` (seconds) and returns the id of the event.

    Every event that is recorded is also appended to `traces`, if given.
    """

    def __init__(
        self, journal: Journal, numbers: Numbers, traces: list[EventId] | None = None
    ) -> None:
        self._journal = journal
        self._traces = traces
        self.numbers = numbers

    def traced(self, traces: list[EventId]) -> Self:
        """The same acts, whose events are appended to `traces`."""
        return type(self)(self._journal, self.numbers, traces)

    def tell(self, time: int, data: EventData, system: tuple[str, str] | None = None) -> EventId:
        event = self._journal.tell(time, data, system)
        if self._traces is not None and time <= self._journal.end:
            self._traces.append(event)
        return event

    def edit(
        self,
        time: int,
        actor: Employee,
        op: Op,
        kind: ObjectType,
        id_: str,
        customer: Customer | None = None,
        *,
        order: str | None = None,
        count: int = 1,
        before: Image | None = None,
        after: Image | None = None,
    ) -> EventId:
        edit = CrmEdit(
            actor=actor.id,
            op=op,
            object=ObjectRef(type=kind, id=id_),
            customer=customer.id if customer else None,
            order=order,
            count=count,
            before=before,
            after=after,
        )
        return self.tell(time, edit)

    def touch(
        self, time: int, actor: Employee, customer: Customer, kind: Contact = "call"
    ) -> EventId:
        """`actor` records a contact with a customer."""
        if customer.id in actor.live:
            actor.live[customer.id] = time
        image = _CONTACTS[kind]
        return self.edit(
            time, actor, "create", "activity", self.numbers.next("ACT"), customer, after=image
        )

    def look(
        self,
        time: int,
        actor: Employee,
        kind: ObjectType,
        id_: str = "LIST",
        customer: Customer | None = None,
        count: int = 1,
        op: Op = "view",
    ) -> EventId:
        """`actor` views, or exports, records."""
        return self.edit(time, actor, op, kind, id_, customer, count=count)

    def update(
        self, time: int, actor: Employee, customer: Customer, before: Image, after: Image
    ) -> EventId:
        """`actor` changes the record of a customer."""
        return self.edit(
            time, actor, "update", "customer", customer.id, customer, before=before, after=after
        )

    def hand_over(
        self, time: int, actor: Employee, customer: Customer, owner: Employee | None
    ) -> EventId:
        """`actor` changes whose customer it is; the books of both owners are left to the caller."""
        was = customer.owner.id if customer.owner else None
        return self.update(
            time, actor, customer, Image(owner=was), Image(owner=owner.id if owner else None)
        )

    def register(
        self, time: int, actor: Employee, customer: Customer, phone: str | None = None
    ) -> EventId:
        """`actor` creates the customer in the CRM, for its owner."""
        image = Image(
            owner=customer.owner.id if customer.owner else None,
            name=customer.name,
            phone=phone or customer.phone,
            email=customer.email,
            address=customer.address,
            tier=customer.tier,
        )
        return self.edit(time, actor, "create", "customer", customer.id, customer, after=image)

    def open_deal(self, time: int, actor: Employee, customer: Customer, amount: int) -> str:
        """Opens an opportunity for the customer's owner, or `actor`; returns its number."""
        owner = customer.owner or actor
        customer.opportunity = self.numbers.next("OPP")
        owner.live[customer.id] = time
        image = Image(owner=owner.id, stage="open", amount=yuan(amount))
        self.edit(time, actor, "create", "opportunity", customer.opportunity, customer, after=image)
        return customer.opportunity

    def close_deal(
        self,
        time: int,
        actor: Employee,
        customer: Customer,
        stage: Literal["won", "lost"],
        reason: str | None = None,
    ) -> EventId:
        """The customer's opportunity is won or lost."""
        opportunity = customer.opportunity or self.numbers.next("OPP")
        customer.opportunity = None
        if customer.owner is not None:
            customer.owner.live.pop(customer.id, None)
        after = Image(stage=stage, loss_reason=reason)
        return self.edit(
            time,
            actor,
            "update",
            "opportunity",
            opportunity,
            customer,
            before=Image(stage="open"),
            after=after,
        )

    def offer(
        self,
        time: int,
        actor: Employee,
        customer: Customer,
        listed: int,
        discount: int,
        kind: Literal["quote", "contract"] = "quote",
        *,
        terms_changed: bool | None = None,
    ) -> str:
        """A quote or contract at `listed` less `discount` per cent; returns its number."""
        id_ = self.numbers.next("QT" if kind == "quote" else "CT")
        image = Image(
            amount=yuan(listed * (100 - discount) // 100),
            list_price=yuan(listed),
            discount_pct=Decimal(discount),
            terms_changed=terms_changed,
        )
        self.edit(time, actor, "create", kind, id_, customer, after=image)
        return id_

    def approve_offer(
        self, time: int, manager: Employee, customer: Customer, kind: ObjectType, id_: str
    ) -> EventId:
        """A manager allows the discount or the terms of a quote or contract."""
        return self.edit(
            time, manager, "update", kind, id_, customer, after=Image(approved_by=manager.id)
        )

    def place(
        self,
        time: int,
        actor: Employee,
        customer: Customer,
        amount: int,
        *,
        owner: Employee | None = None,
        status: OrderStatus = "submitted",
        number: str | None = None,
    ) -> Order:
        """`actor` enters an order for `owner`, who is by default the actor."""
        owner = owner or actor
        order = Order(number or self.numbers.next("SO"), customer, owner, amount, status)
        customer.last_order = time
        customer.orders += 1
        if time - owner.last_sale > 40_000:
            owner.selling_days += 1
            owner.last_sale = time
        image = Image(owner=owner.id, status=status, amount=yuan(amount), currency="CNY")
        self.edit(time, actor, "create", "order", order.id, customer, order=order.id, after=image)
        return order

    def move(
        self,
        time: int,
        actor: Employee,
        order: Order,
        status: OrderStatus,
        approved_by: Employee | None = None,
    ) -> EventId:
        """An order reaches its next status."""
        before, order.status = order.status, status
        after = Image(status=status, approved_by=approved_by.id if approved_by else None)
        return self.edit(
            time,
            actor,
            "update",
            "order",
            order.id,
            order.customer,
            order=order.id,
            before=Image(status=before),
            after=after,
        )

    def approve(self, time: int, manager: Employee, order: Order) -> EventId:
        return self.move(time, manager, order, "approved", manager)
