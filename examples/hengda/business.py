"""Honest business: deals, spare parts, follow-ups, complaints, staff coming and going.

None of it may raise an alert. What keeps it innocent is said where it would be easy to break.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hengda.clock import END, at, during, soon, workdays_later
from hengda.company import (
    ACCEPTANCE_ACCOUNT,
    CUSTOMERS,
    EMPLOYEES,
    MAIN_ACCOUNT,
    OLD_ACCOUNT,
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


_DEALS = """
CU-1003 CU-1005 CU-1006 CU-1010 CU-1013 CU-1014 CU-1018 CU-1021 CU-1022 CU-1025 CU-1029
CU-1032 CU-1033 CU-1036 CU-1037 CU-1043 CU-1044 CU-1048 CU-1051 CU-1056 CU-1057
"""
_PARTS = """
CU-1050 CU-1007 CU-1008 CU-1015 CU-1016 CU-1023 CU-1030 CU-1038 CU-1045 CU-1046 CU-1054
CU-1058 CU-1059 CU-1062 CU-1019 CU-1034
"""
_FOLLOWED = "CU-1001 CU-1004 CU-1011 CU-1020 CU-1027 CU-1035 CU-1039 CU-1047 CU-1060"


def ordinary(business: Business) -> None:
    """What nobody has to look at: eight reps, two key account reps, fifty customers."""
    deals, parts, followed = _DEALS.split(), _PARTS.split(), _FOLLOWED.split()
    for n, customer in enumerate(deals):
        business.deal(workdays_later(date(2026, 3, 1), 1 + n * 9 // len(deals)), customer)
    for n, customer in enumerate(parts):
        day = workdays_later(date(2026, 3, 1), 2 + n * 11 // len(parts))
        business.parts(day, customer, by_customer_only=customer in {"CU-1016", "CU-1046"})
    for n, customer in enumerate(followed):
        business.follow(workdays_later(date(2026, 3, 1), 1 + n), customer)
    for customer, start, lost in (
        ("CU-1012", 3, at(13, "16:20:05")),
        ("CU-1028", 5, at(18, "11:02:40")),
        ("CU-1040", 4, at(11, "15:47:12")),
        ("CU-1061", 2, at(10, "10:31:54")),
    ):
        business.follow(date(2026, 3, start), customer, until=lost)
    _odds_and_ends(business.ledger)
    _files(business)
    _chatter(business)


def _odds_and_ends(ledger: Ledger) -> None:
    """Staff, transfers, corrections, one cancelled order, one complaint."""
    ledger.tell("hr", at(9, "09:02:11"), employee="E125", kind="hired", effective_on="2026-03-09")
    # An honest leaver: two old files tidied away, nothing else.
    ledger.tell(
        "hr", at(4, "10:12:30"), employee="E402", kind="resigned", effective_on="2026-03-20"
    )
    ledger.tell(
        "edr", at(19, "16:40:18"), employee="E402", action="delete", count=2, backed_up=True
    )
    ledger.tell("hr", at(20, "17:30:00"), employee="E402", kind="left", effective_on="2026-03-20")
    # The new colleague gets two customers nobody is working on, from the head of her team.
    for minute, customer in ((21, "CU-1053"), (24, "CU-1055")):
        ledger.edit(
            at(10, f"14:{minute}:09"),
            "E102",
            "update",
            "customer",
            customer,
            customer=customer,
            before={"owner": "E123"},
            after={"owner": "E125"},
        )
    for day, customer in ((12, "CU-1053"), (13, "CU-1055"), (19, "CU-1053")):
        ledger.activity(at(day, "10:15:45"), "E125", customer, "visit")
    # Corrections of master data by the owner.
    for day, actor, customer, phone in (
        (4, "E113", "CU-1023", "+86 100 0001 7723"),
        (11, "E111", "CU-1008", "+86 100 0001 7708"),
        (18, "E122", "CU-1044", "+86 100 0001 7744"),
    ):
        ledger.edit(
            at(day, "15:33:27"),
            actor,
            "update",
            "customer",
            customer,
            customer=customer,
            before={"phone": CUSTOMERS[customer].phone},
            after={"phone": phone},
        )
    # Slips of the finger.
    ledger.edit(at(6, "11:20:02"), "E113", "delete", "quote", "QT-0305-90", customer="CU-1022")
    ledger.edit(at(6, "11:22:48"), "E113", "restore", "quote", "QT-0305-90", customer="CU-1022")
    ledger.edit(at(12, "16:05:31"), "E114", "delete", "activity", "ACT-0312-90", customer="CU-1033")
    # Managers read their teams' lists; nobody exports more than a page.
    for day, actor, rows in (
        (2, "E101", 31), (2, "E102", 27), (9, "E101", 33), (9, "E103", 4), (16, "E102", 28),
        (16, "E101", 35),
    ):  # fmt: skip
        ledger.edit(at(day, "08:41:19"), actor, "view", "opportunity", "LIST", count=rows)
    ledger.edit(at(6, "17:12:40"), "E201", "export", "order", "LIST", count=24)
    ledger.edit(at(20, "17:08:03"), "E201", "export", "order", "LIST", count=37)
    ledger.tell(
        "service",
        at(17, "15:26:10"),
        callback=ledger.number("CB", at(17, "15:26:10")),
        customer="CU-1015",
        employee="E112",
        outcome="complaint",
        satisfaction=2,
        note="到货比约定晚了一天",
    )
    # A customer changes its mind: order cancelled, deposit back.
    customer = "CU-1020"
    order, amount = "SO-0306-90", Decimal(12_800)
    ledger.edit(
        at(6, "10:05:22"),
        "E112",
        "create",
        "order",
        order,
        customer=customer,
        order=order,
        items="行星减速机 ×1",
        after={"owner": "E112", "status": "submitted", "amount": amount, "currency": "CNY"},
    )
    ledger.payment(at(9, "10:40:31"), amount, customer=customer, order=order, recorded_by="E202")
    ledger.edit(
        at(10, "09:31:47"),
        "E101",
        "update",
        "order",
        order,
        customer=customer,
        order=order,
        before={"status": "submitted"},
        after={"status": "cancelled"},
    )
    ledger.payment(
        at(11, "14:18:59"),
        amount,
        customer=customer,
        order=order,
        kind="refund",
        payee=CUSTOMERS[customer].account,
        payer_account=MAIN_ACCOUNT,
        payer_name="云川恒达机械设备贸易有限公司",
        recorded_by="E201",
    )
    # The last line of the story.
    ledger.edit(END, "E101", "view", "opportunity", "LIST", count=14)


def _files(business: Business) -> None:
    """Printing, mailing and tidying: never 20 deletes an hour, never three by a leaver."""
    rng = business.rng
    for person in EMPLOYEES.values():
        if person.id in {"E121", "E122", "E125", "E132", "E402"}:
            continue
        for day in rng.sample([3, 5, 9, 11, 16, 19], 2):
            action = rng.choice(("print", "send", "send", "upload", "print", "delete"))
            business.ledger.tell(
                "edr",
                during(rng, date(2026, 3, day)),
                employee=person.id,
                action=action,
                count=rng.randint(1, 4 if action == "delete" else 12),
                backed_up=True if action == "delete" else None,
            )
    for day in (7, 14, 21):
        business.ledger.tell(
            "edr",
            at(day, "02:30:00"),
            employee="E501",
            action="delete",
            count=8,
            path="/srv/scan/tmp",
            backed_up=True,
        )


_SMALL_TALK = (
    ("回扣", "供应商说给采购回扣的文章你看了吗，吓人"),
    ("发票", "发票我让财务今天寄出"),
    ("加微信", "加微信方便发图纸"),
    ("私人", "私人事情，请半天假"),
    ("优惠", "季度优惠到月底，别错过"),
    ("转账", "转账后把回单发给财务"),
    ("合同", "合同走公司流程，两天能盖章"),
)


def _chatter(business: Business) -> None:
    """Keyword hits that mean nothing: two days apart for each, so never a burst."""
    rng, ledger = business.rng, business.ledger
    owned: dict[str, list[str]] = {}
    for customer in CUSTOMERS.values():
        owned.setdefault(customer.owner, []).append(customer.id)
    for rep in (person for person in EMPLOYEES.values() if person.role in {"sales", "manager"}):
        for day in rng.sample([4, 6, 11, 13, 20], 2):
            keyword, excerpt = rng.choice(_SMALL_TALK)
            mine = owned.get(rep.id)
            about = rng.choice(mine) if mine and rng.random() < 0.7 else None
            ledger.chat(during(rng, date(2026, 3, day)), rep.id, "other", keyword, excerpt, about)
    # The hard ones, once each and with an innocent end: the first customer buys from Hengda
    # all the same, the second says no to a joke, the third is a colleague's farewell.
    ledger.chat(
        at(3, "15:48:20"), "E111", "competitor", "竞品报价", "客户拿竞品报价压我们，我再争取一下",
        "CU-1005",
    )  # fmt: skip
    ledger.chat(
        at(9, "17:20:33"), "E113", "kickback", "好处费", "客户开玩笑问有没有好处费，已婉拒并报备",
        "CU-1025",
    )  # fmt: skip
    ledger.chat(at(16, "12:05:51"), "E401", "leaving", "离职", "罗琳离职，周五给她送行")
    ledger.chat(
        at(18, "10:44:02"), "E102", "customer_data", "客户名单", "把客户名单按区域重新分一下"
    )


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
