"""What looks wrong and is right: events that come late, early, or into an old account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hengda.business import Business
from hengda.clock import at
from hengda.company import (
    OLD_ACCOUNT,
)
from hengda.ledger import Line


def twists(business: Business) -> dict[str, list[Line]]:
    """Three things that look wrong and are right: name -> the events that make the point."""
    ledger = business.ledger
    told: dict[str, list[Line]] = {}

    # Paid into an account the company closed a week later.
    before = len(ledger.lines)
    customer = "CU-1024"
    business.talk(at(3, "09:40:12"), customer)
    amount = Decimal(45_600)
    order, _ = business.place_order(at(3, "10:30:55"), customer, amount, "工业冷水机 ×1")
    business.pay(at(5, "10:26:44"), customer, order, amount, OLD_ACCOUNT)
    delivered = business.ship(at(6, "13:50:20"), customer, order, amount)
    business.complete(business.later(delivered, 1, 1), customer, order)
    told["account-closed-later"] = [line for line in ledger.lines[before:] if line.system == "bank"]

    # An order typed in on a telephone without reception: sent five hours later, dated right.
    before = len(ledger.lines)
    customer = "CU-1026"
    business.talk(at(10, "08:55:30"), customer)
    amount = Decimal(58_800)
    order, _ = business.place_order(
        at(10, "09:10:18"), customer, amount, "液压动力站 ×1", late=timedelta(hours=4, minutes=57)
    )
    delivered = business.ship(at(10, "14:05:37"), customer, order, amount)
    business.pay(at(13, "11:15:08"), customer, order, amount)
    business.complete(at(13, "15:40:26"), customer, order)
    told["order-arrives-late"] = [
        line
        for line in ledger.lines[before:]
        if line.data.get("order") == order and line.time < at(10, "15:00")
    ]

    # Paid against a pro forma invoice a day before its order was in the CRM.
    before = len(ledger.lines)
    customer = "CU-1007"
    business.talk(at(16, "09:25:00"), customer)
    amount, order = Decimal(93_000), "SO-0317-90"
    business.pay(at(16, "15:10:49"), customer, order, amount)
    business.place_order(at(17, "10:02:31"), customer, amount, "螺杆空压机 55kW ×1", order=order)
    delivered = business.ship(at(18, "09:45:12"), customer, order, amount)
    business.complete(business.later(delivered, 1, 1), customer, order)
    told["paid-before-ordered"] = [
        line
        for line in ledger.lines[before:]
        if line.data.get("order") == order and line.time < at(17, "10:30")
    ]

    return told
