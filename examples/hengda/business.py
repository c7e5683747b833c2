"""Honest business: deals, spare parts, follow-ups, complaints, staff coming and going.

None of it may raise an alert. What keeps it innocent is said where it would be easy to break.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hengda.clock import END, during, soon, workdays_later
from hengda.company import (
    ACCEPTANCE_ACCOUNT,
    CUSTOMERS,
    MAIN_ACCOUNT,
    manager_of,
)
from hengda.ledger import Ledger, Line

CENT = Decimal("0.01")
MACHINES = (
    ("螺杆空压机 55kW", 93_000),
    ("卧式加工中心 HMC500", 486_000),
    ("数控车床 CK6150", 168_000),
    ("真空泵机组", 74_500),
    ("液压动力站", 58_800),
    ("带式输送机 30m", 126_000),
    ("工业冷水机", 45_600),
)
PARTS = (
    ("空压机三滤套件", 5_680),
    ("行星减速机", 12_800),
    ("柱塞液压泵", 8_650),
    ("变频器 37kW", 9_400),
    ("直线导轨组", 6_900),
)


@dataclass
class Business:
    """The honest company: one ledger, one seed."""

    ledger: Ledger
    rng: Random

    def talk(self, moment: datetime, customer: str) -> Line:
        owner = CUSTOMERS[customer].owner
        kind = self.rng.choice(("call", "call", "visit", "message", "meeting"))
        return self.ledger.activity(moment, owner, customer, kind)

    def later(self, moment: datetime, least: int, most: int, closes: int = 17) -> datetime:
        """Office hours, `least` to `most` workdays on."""
        day = workdays_later(moment.date(), self.rng.randint(least, most))
        return during(self.rng, day, closes=closes)

    def open_opportunity(self, moment: datetime, customer: str, amount: Decimal) -> Line:
        owner = CUSTOMERS[customer].owner
        return self.ledger.edit(
            moment,
            owner,
            "create",
            "opportunity",
            self.ledger.number("OPP", moment),
            customer=customer,
            after={"owner": owner, "stage": "open", "amount": amount},
        )

    def close_opportunity(
        self,
        moment: datetime,
        opportunity: Line,
        customer: str,
        stage: str,
        reason: str | None = None,
    ) -> Line:
        return self.ledger.edit(
            moment,
            CUSTOMERS[customer].owner,
            "update",
            "opportunity",
            opportunity.data["object"]["id"],
            customer=customer,
            before={"stage": "open"},
            after={"stage": stage, "loss_reason": reason},
        )

    def quote(self, moment: datetime, customer: str, listed: Decimal, discount: int) -> Decimal:
        """Quotes the list price less `discount` per cent; at most 15 need nobody's leave."""
        amount = (listed * (100 - discount) / 100).quantize(CENT)
        self.ledger.edit(
            moment,
            CUSTOMERS[customer].owner,
            "create",
            "quote",
            self.ledger.number("QT", moment),
            customer=customer,
            after={"amount": amount, "list_price": listed, "discount_pct": Decimal(discount)},
        )
        return amount

    def place_order(
        self,
        moment: datetime,
        customer: str,
        amount: Decimal,
        items: str,
        *,
        order: str | None = None,
        late: timedelta = timedelta(0),
    ) -> tuple[str, datetime]:
        """An order, and the owner's manager's approval within two hours of it."""
        owner = CUSTOMERS[customer].owner
        manager = manager_of(owner)
        order = order or self.ledger.number("SO", moment)
        self.ledger.edit(
            moment,
            owner,
            "create",
            "order",
            order,
            late=late,
            customer=customer,
            order=order,
            items=items,
            after={"owner": owner, "status": "submitted", "amount": amount, "currency": "CNY"},
        )
        approved = soon(self.rng, moment, 15, 100)
        self.ledger.edit(
            approved,
            manager,
            "update",
            "order",
            order,
            late=late and late + moment - approved,
            customer=customer,
            order=order,
            before={"status": "submitted"},
            after={"status": "approved", "approved_by": manager},
        )
        return order, approved

    def pay(
        self,
        moment: datetime,
        customer: str,
        order: str | None,
        amount: Decimal,
        payee: str | None = None,
    ) -> Line:
        payee = payee or (MAIN_ACCOUNT if self.rng.random() < 0.8 else ACCEPTANCE_ACCOUNT)
        method = "acceptance bill" if payee == ACCEPTANCE_ACCOUNT else "bank transfer"
        return self.ledger.payment(
            moment,
            amount,
            customer=customer,
            order=order,
            payee=payee,
            method=method,
            recorded_by=self.rng.choice(("E201", "E202")),
        )

    def ship(self, moment: datetime, customer: str, order: str, amount: Decimal) -> datetime:
        """Sends the goods; returns when they are delivered, at weekends too."""
        number = self.ledger.number("SHP", moment)
        self.ledger.shipment(
            moment,
            number,
            "dispatched",
            customer,
            order=order,
            value=amount,
            released_by=self.rng.choice(("E301", "E302")),
        )
        delivered = during(
            self.rng, moment.date() + timedelta(days=self.rng.randint(1, 2)), closes=18
        )
        self.ledger.shipment(delivered, number, "delivered", customer, order=order)
        return delivered

    def complete(self, moment: datetime, customer: str, order: str) -> None:
        """Closes a paid order; customer service rings one or two workdays later."""
        owner = CUSTOMERS[customer].owner
        self.ledger.edit(
            moment,
            owner,
            "update",
            "order",
            order,
            customer=customer,
            order=order,
            before={"status": "approved"},
            after={"status": "completed"},
        )
        rings = self.later(moment, 1, 2)
        if self.rng.random() < 0.15:
            self.callback(rings, customer, order, "unreachable")
            rings = self.later(rings, 1, 1)
        self.callback(rings, customer, order, "confirmed", self.rng.choice((4, 5, 5)))

    def callback(
        self,
        moment: datetime,
        customer: str,
        order: str | None,
        outcome: str,
        satisfaction: int | None = None,
        **data: Any,
    ) -> Line:
        return self.ledger.tell(
            "service",
            moment,
            callback=self.ledger.number("CB", moment),
            customer=customer,
            order=order,
            employee=CUSTOMERS[customer].owner,
            outcome=outcome,
            satisfaction=satisfaction,
            **data,
        )

    def deal(self, start: date, customer: str, payee: str | None = None) -> str:
        """A machine from the first call to the callback, about eleven workdays."""
        rng, ledger = self.rng, self.ledger
        owner = CUSTOMERS[customer].owner
        name, price = rng.choice(MACHINES)
        pieces = rng.choice((1, 1, 2, 3))
        listed = Decimal(price * pieces)
        opened = during(rng, start, closes=12)
        opportunity = self.open_opportunity(opened, customer, listed)
        self.talk(soon(rng, opened, 60, 240), customer)
        quoted = self.later(opened, 1, 2)
        amount = self.quote(quoted, customer, listed, rng.choice((0, 2, 3, 5, 8, 10)))
        if amount >= 500_000:
            # His manager goes along: an order of this size is not left to the rep alone.
            ledger.activity(soon(rng, quoted, 10, 60), manager_of(owner), customer, "visit")
        agreed = self.later(quoted, 1, 2, closes=15)
        self.talk(agreed, customer)
        won = soon(rng, agreed, 30, 70)
        self.close_opportunity(won, opportunity, customer, "won")
        if amount >= 300_000:
            number = ledger.number("CT", won)
            after = {"amount": amount, "terms_changed": False}
            ledger.edit(won, owner, "create", "contract", number, customer=customer, after=after)
        ordered = soon(rng, won, 5, 30)
        order, _ = self.place_order(ordered, customer, amount, f"{name} ×{pieces}")
        paid = self.later(ordered, 1, 1)
        deposit = (amount * 3 / 10).quantize(CENT)
        self.pay(paid, customer, order, deposit, payee)
        delivered = self.ship(self.later(paid, 1, 1, closes=18), customer, order, amount)
        settled = self.later(delivered, 1, 2)
        self.pay(settled, customer, order, amount - deposit, payee)
        self.complete(soon(rng, settled, 40, 150), customer, order)
        return order

    def parts(self, start: date, customer: str, *, by_customer_only: bool = False) -> str:
        """Spare parts: one call, one order, paid in full, about a week.

        A payment that says only who paid can't be booked to an order by itself, so such an
        order stays open and nobody can find its amount wrong.
        """
        rng = self.rng
        name, price = rng.choice(PARTS)
        pieces = rng.randint(1, 4)
        amount = Decimal(price * pieces)
        called = during(rng, start, closes=14)
        self.talk(called, customer)
        items = f"{name} ×{pieces}"
        order, approved = self.place_order(soon(rng, called, 15, 60), customer, amount, items)
        paid = self.later(approved, 1, 1, closes=14)
        self.pay(paid, customer, None if by_customer_only else order, amount)
        delivered = self.ship(soon(rng, paid, 60, 240), customer, order, amount)
        if not by_customer_only:
            self.complete(self.later(delivered, 1, 1), customer, order)
        return order

    def follow(self, start: date, customer: str, *, until: datetime | None = None) -> None:
        """An opportunity its owner keeps warm: 1 to 3 workdays apart, so never 6 days.

        With `until` it is lost then, honestly.
        """
        opened = during(self.rng, start, closes=12)
        listed = Decimal(self.rng.choice(MACHINES)[1])
        opportunity = self.open_opportunity(opened, customer, listed)
        talks = soon(self.rng, opened, 30, 200)
        while talks < (until or END):
            self.talk(talks, customer)
            talks = self.later(talks, 1, 3)
        if until:
            reason = self.rng.choice(("预算取消", "项目延期", "价格未达成一致"))
            self.close_opportunity(until, opportunity, customer, "lost", reason)
