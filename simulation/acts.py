"""What people at the company do, each action as the event that a system records of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from contract.label import EventId
from contract.types import (
    CallbackOutcome,
    ChatHit,
    Difference,
    EndpointFile,
    FileAction,
    HrChange,
    HrKind,
    KeywordCategory,
    Payment,
    ServiceCallback,
    Shipment,
    Tip,
)
from simulation.crm import CrmActs, Order, yuan
from simulation.journal import SLIPS
from simulation.people import Customer, Employee

MAIN_ACCOUNT = "0000880000000001"
BILLS_ACCOUNT = "0000880000000002"
OLD_ACCOUNT = "0000880000000003"

ShipmentStatus = Literal["dispatched", "delivered", "returned"]


class Acts(CrmActs):
    """The actions in the CRM, and all others."""

    def pay(
        self,
        time: int,
        customer: Customer | None,
        amount: int,
        *,
        order: Order | str | None = None,
        payee: str = MAIN_ACCOUNT,
        recorded_by: Employee | None = None,
        payer: str | None = None,
        slip: bool = False,
    ) -> EventId:
        """Money comes in. `slip`: known only from what the customer sent in."""
        if isinstance(order, Order):
            order.paid += amount
        payment = Payment(
            payment=self.numbers.next("PAY"),
            amount=yuan(amount),
            payee_account=payee,
            order=order.id if isinstance(order, Order) else order,
            customer=customer.id if customer else None,
            payer_account=customer.account if customer else None,
            payer_name=payer or (customer.name if customer else None),
            method="acceptance bill" if payee == BILLS_ACCOUNT else "bank transfer",
            recorded_by=recorded_by.id if recorded_by else None,
        )
        return self.tell(time, payment, SLIPS if slip else None)

    def refund(self, time: int, order: Order, amount: int, recorded_by: Employee) -> EventId:
        order.paid -= amount
        payment = Payment(
            payment=self.numbers.next("PAY"),
            kind="refund",
            amount=yuan(amount),
            payee_account=order.customer.account,
            order=order.id,
            customer=order.customer.id,
            payer_account=MAIN_ACCOUNT,
            method="bank transfer",
            recorded_by=recorded_by.id,
        )
        return self.tell(time, payment)

    def move_goods(
        self,
        time: int,
        status: ShipmentStatus,
        customer: Customer,
        order: Order | str | None,
        *,
        shipment: str | None = None,
        released_by: Employee | None = None,
        value: int | None = None,
        address: str | None = None,
        phone: str | None = None,
        consignee: str | None = None,
    ) -> str:
        """Goods leave, arrive or come back; returns the shipment's number."""
        number = shipment or self.numbers.next("SHP")
        event = Shipment(
            shipment=number,
            status=status,
            order=order.id if isinstance(order, Order) else order,
            customer=customer.id,
            address=address or customer.site or customer.address,
            consignee=consignee or customer.name,
            phone=phone or customer.phone,
            value=yuan(value) if value is not None else None,
            released_by=released_by.id if released_by else None,
        )
        self.tell(time, event)
        return number

    def callback(
        self,
        time: int,
        customer: Customer,
        outcome: CallbackOutcome,
        *,
        order: str | None = None,
        employee: Employee | None = None,
        satisfaction: int | None = None,
        differences: dict[str, Difference] | None = None,
    ) -> EventId:
        """Customer service calls; `employee` is the one who sold."""
        sold = employee or customer.owner
        event = ServiceCallback(
            callback=self.numbers.next("CB"),
            customer=customer.id,
            outcome=outcome,
            order=order,
            employee=sold.id if sold else None,
            differences=differences,
            satisfaction=satisfaction,
        )
        return self.tell(time, event)

    def chat(
        self,
        time: int,
        employee: Employee,
        category: KeywordCategory,
        words: tuple[str, str],
        customer: Customer | None = None,
        counterparty: str | None = None,
    ) -> EventId:
        """The chat archive's rules match a keyword; `words` are the keyword and the message."""
        hit = ChatHit(
            employee=employee.id,
            app="企业微信",
            keyword=words[0],
            category=category,
            customer=customer.id if customer else None,
            counterparty=counterparty or (customer.name if customer else None),
            excerpt=words[1],
        )
        return self.tell(time, hit)

    def files(
        self,
        time: int,
        employee: Employee,
        action: FileAction,
        count: int = 1,
        path: str | None = None,
    ) -> EventId:
        """Files on the employee's computer are printed, sent, uploaded, copied or deleted."""
        event = EndpointFile(
            employee=employee.id,
            action=action,
            count=count,
            bytes=count * 180_000,
            path=path,
            backed_up=True if action == "delete" else None,
        )
        return self.tell(time, event)

    def staff_change(
        self, time: int, employee: Employee, kind: HrKind, effective_on: date | None = None
    ) -> EventId:
        return self.tell(time, HrChange(employee=employee.id, kind=kind, effective_on=effective_on))

    def tip(
        self, time: int, employee: Employee, text: str, customer: Customer | None = None
    ) -> EventId:
        """Somebody gives a tip; who, is recorded nowhere."""
        event = Tip(
            tip=self.numbers.next("TIP"),
            about_employee=employee.id,
            about_customer=customer.id if customer else None,
            category="sales",
            text=text,
        )
        return self.tell(time, event)
