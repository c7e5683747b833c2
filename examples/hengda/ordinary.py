"""What fills the three weeks: honest business of which nothing may raise an alert."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hengda.business import Business
from hengda.clock import END, at, during, workdays_later
from hengda.company import (
    CUSTOMERS,
    EMPLOYEES,
    MAIN_ACCOUNT,
)
from hengda.ledger import Ledger

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
