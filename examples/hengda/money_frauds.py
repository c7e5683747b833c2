"""Frauds with money and goods: a private deal, a ring of accounts, an order nobody knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from hengda.business import Business
from hengda.clock import at
from hengda.company import EMPLOYEES, RING_ACCOUNT
from hengda.expected import UNMATCHED, Both, Expected, Tale, off_channel, unmatched
from hengda.ledger import Line


def private_deal(business: Business) -> Tale:
    """飞单, whole: talk, money and goods past the company, then the opportunity buried."""
    ledger, rep, customer = business.ledger, "E112", "CU-1017"
    account = EMPLOYEES[rep].account
    opportunity = business.open_opportunity(at(3, "10:12:05"), customer, Decimal(186_000))
    ledger.activity(at(4, "14:30:22"), rep, customer, "visit")
    business.quote(at(5, "11:08:47"), customer, Decimal(186_000), 0)
    ledger.activity(at(6, "15:02:10"), rep, customer, "call")
    offer = ledger.chat(
        at(9, "21:17:36"), rep, "private_deal", "不走公司",
        "王总，这单不走公司合同的话，两台我给您 16.8 万", customer,
    )  # fmt: skip
    ask = ledger.chat(
        at(10, "20:41:03"), rep, "off_channel_payment", "打我卡上",
        "钱直接打我卡上就行，周六给您发货", customer,
    )  # fmt: skip
    ledger.activity(at(11, "09:50:31"), rep, customer, "call")
    paid = ledger.payment(
        at(12, "10:22:48"),
        Decimal(168_000),
        system="slips",
        late=timedelta(hours=7, minutes=5),
        customer=customer,
        payee=account,
        payee_name="刘洋",
    )
    number = ledger.number("SHP", at(14, "18:40:15"))
    sent = ledger.shipment(
        at(14, "18:40:15"), number, "dispatched", customer, quantity=2, released_by=rep
    )
    ledger.shipment(at(15, "11:25:40"), number, "delivered", customer)
    lost = business.close_opportunity(
        at(16, "09:15:29"), opportunity, customer, "lost", "客户暂缓采购"
    )
    called = ledger.tell(
        "service",
        at(18, "10:36:50"),
        callback=ledger.number("CB", at(18, "10:36:50")),
        customer=customer,
        employee=rep,
        outcome="mismatch",
        differences={"purchase": {"company": "none", "customer": "2 compressors on 15 March"}},
    )
    tip = ledger.tell(
        "hotline",
        at(19, "22:03:14"),
        tip=ledger.number("TIP", at(19, "22:03:14")),
        about_employee=rep,
        about_customer=customer,
        category="private_deal",
        text="周六晚上有两台空压机直接从仓库拉走，没有单子",
    )
    return Tale(
        "private-deal",
        Both("The private deal", "飞单"),
        Both(
            "Liu Yang talks CU-1017 out of the company's contract, takes CNY 168,000 on his own "
            "account, signs two compressors out of the warehouse on a Saturday evening without an "
            "order, and closes the opportunity as lost.",
            "刘洋劝客户 CU-1017 不走公司合同，货款 16.8 万元打进他的个人账户；周六晚上他自己签字"
            "从仓库提走两台空压机，没有订单；随后把商机以“客户暂缓采购”关掉。",
        ),
        rep,
        offer.time,
        lost.time,
        [
            off_channel(paid, rep, corroborated_by=(offer, ask)),
            Expected(
                "shipment-without-order", sent, (sent,), sent.time, employee=rep, customer=customer
            ),
            unmatched(paid, rep),
            Expected(
                "leak-then-lost",
                lost,
                (offer, ask, lost),
                lost.time,
                employee=rep,
                customer=customer,
            ),
            Expected(
                "callback-mismatch", called, (called,), called.time, employee=rep, customer=customer
            ),
            # 80 points, 71 of them left when 60 more come from a second detector.
            Expected(
                "employee-risk",
                paid,
                (paid, paid, sent, lost, called),
                sent.time,
                employee=rep,
            ),
            Expected(
                "tip-corroborated",
                tip,
                (paid, paid, sent, lost, called, tip),
                tip.time,
                employee=rep,
            ),
        ],
    )


def account_ring(business: Business) -> Tale:
    """One private account that collects from four customers of one rep."""
    ledger, rep = business.ledger, "E123"

    def slip(moment: datetime, customer: str, amount: int, hours: int) -> Line:
        return ledger.payment(
            moment,
            Decimal(amount),
            system="slips",
            late=timedelta(hours=hours, minutes=20),
            customer=customer,
            payee=RING_ACCOUNT,
            payee_name="云川恒达机电经营部",
        )

    ledger.activity(at(2, "16:10:40"), rep, "CU-1049", "visit")
    first = slip(at(3, "15:20:11"), "CU-1049", 26_800, 2)
    second = slip(at(6, "10:47:52"), "CU-1050", 41_500, 5)
    ledger.activity(at(10, "09:35:18"), rep, "CU-1052", "call")
    third = slip(at(11, "14:06:30"), "CU-1052", 18_600, 3)
    kickback = ledger.chat(
        at(13, "19:28:44"), rep, "kickback", "返点",
        "李经理的返点照旧，款打到经营部就行", "CU-1054",
    )  # fmt: skip
    fourth = slip(at(16, "11:33:05"), "CU-1054", 33_000, 8)
    return Tale(
        "account-ring",
        Both("A look-alike firm's account", "影子公司收款"),
        Both(
            "Zheng Kai sells beside the company through a firm with a name like its own: four of "
            "his customers pay CNY 119,900 into one account that isn't Hengda's. Two of them never "
            "ordered anything from Hengda.",
            "郑凯用名字相近的“云川恒达机电经营部”私下接单：他名下四家客户共 11.99 万元打进同一个"
            "非公司账户，其中两家在公司根本没有订单。",
        ),
        rep,
        first.time,
        fourth.time,
        [
            off_channel(first, rep),
            off_channel(second, rep),
            off_channel(third, rep),
            off_channel(fourth, rep, corroborated_by=(kickback,)),
            Expected(
                "account-ring",
                first,
                (first, second, third, fourth),
                third.time,
                employee=rep,
                account=RING_ACCOUNT,
            ),
            unmatched(first, rep),
            unmatched(third, rep),
            # Two payments are 112 points from one detector; the unmatched one is a second.
            Expected(
                "employee-risk",
                first,
                (first, first, second, third, third, fourth, fourth),
                first.time + UNMATCHED,
                employee=rep,
            ),
        ],
    )


def unknown_order(business: Business) -> Tale:
    """Money on the right account, for a contract the company has never seen."""
    ledger, rep, customer = business.ledger, "E114", "CU-1031"
    ledger.activity(at(6, "13:45:33"), rep, customer, "meeting")
    paid = ledger.payment(
        at(10, "11:05:42"),
        Decimal(58_000),
        customer=customer,
        order="HD-2026-0310S",
        recorded_by="E202",
    )
    cash = ledger.payment(
        at(17, "14:25:06"),
        Decimal(12_600),
        method="cash deposit",
        payer_name="现金存款",
        recorded_by="E201",
    )
    return Tale(
        "unknown-order",
        Both("A contract of his own", "私签合同"),
        Both(
            "Sun Lei has signed a contract of his own with CU-1031. Its buyer pays CNY 58,000 into "
            "the company's account and quotes HD-2026-0310S, an order nobody ever enters. A week "
            "later CNY 12,600 come in cash, with neither order nor customer.",
            "孙磊与 CU-1031 私签合同。客户把 5.8 万元付到公司账户，注明 HD-2026-0310S——一个从未录入"
            "系统的订单号。一周后又有 1.26 万元现金存入，既无订单也无客户。",
        ),
        rep,
        paid.time,
        cash.time,
        [unmatched(paid, rep), unmatched(cash, None)],
    )
