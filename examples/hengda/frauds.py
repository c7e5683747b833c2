"""The eight frauds and the three look-alikes, and the alerts each must raise.

Every moment is fixed, so that a reader of README.md finds it in the file. The alerts are
worked out by hand from the detectors' definitions, not taken from what Offbook says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hengda.business import Business, twists
from hengda.clock import at
from hengda.company import EMPLOYEES, MAIN_ACCOUNT, RING_ACCOUNT
from hengda.ledger import Line

GRACE = timedelta(hours=1)
UNMATCHED = timedelta(hours=72) + GRACE
LAPSED = timedelta(days=7) + GRACE
SEVERITY = {
    "offbook-payment": "critical",
    "account-ring": "critical",
    "unmatched-payment": "warning",
    "shipment-without-order": "critical",
    "deleted-before-resignation": "critical",
    "bulk-delete": "critical",
    "leak-then-lost": "critical",
    "chat-burst": "warning",
    "callback-mismatch": "warning",
    "follow-up-lapsed": "info",
    "tip-corroborated": "critical",
    "employee-risk": "critical",
}
SCORE = {"critical": 60, "warning": 30, "info": 10}


class Both(NamedTuple):
    """One text in two languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Expected:
    """An alert, as it stands when the story ends.

    `anchor` is the event its id hangs on, `events` all it rests on, `at` the stream time at
    which it first fires.
    """

    detector: str
    anchor: Line
    events: tuple[Line, ...]
    at: datetime
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None
    corroborated: bool = False
    state: str = "firing"

    @property
    def severity(self) -> str:
        return SEVERITY[self.detector]

    def label(self) -> dict[str, Any]:
        return {
            "detector": self.detector,
            "severity": self.severity,
            "state": self.state,
            "score": SCORE[self.severity] + 20 * self.corroborated,
            "employee": self.employee,
            "customer": self.customer,
            "order": self.order,
            "account": self.account,
            "at": self.at.isoformat(),
            "anchor": self.anchor.id,
            "events": [line.id for line in sorted(self.events, key=lambda line: line.time)],
        }


@dataclass(frozen=True)
class Tale:
    """One fraud, or one look-alike."""

    name: str
    title: Both
    what: Both
    employee: str | None
    since: datetime
    until: datetime
    alerts: list[Expected] = field(default_factory=list)
    points: tuple[Line, ...] = ()

    def label(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title._asdict(),
            "what": self.what._asdict(),
            "employee": self.employee,
            "from": self.since.isoformat(),
            "to": self.until.isoformat(),
            "events": [line.id for line in self.points],
            "alerts": [alert.label() for alert in self.alerts],
        }


def _off_channel(
    payment: Line, employee: str, *, corroborated_by: tuple[Line, ...] = ()
) -> Expected:
    return Expected(
        "offbook-payment",
        payment,
        (payment, *corroborated_by),
        payment.time,
        employee=employee,
        customer=payment.data["customer"],
        account=payment.data["payee_account"],
        corroborated=bool(corroborated_by),
    )


def _unmatched(payment: Line, employee: str | None) -> Expected:
    named = "order" in payment.data or "customer" in payment.data
    return Expected(
        "unmatched-payment",
        payment,
        (payment,),
        payment.time + UNMATCHED if named else payment.time,
        employee=employee,
        customer=payment.data.get("customer"),
        order=payment.data.get("order"),
        account=payment.data["payee_account"],
    )


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
            _off_channel(paid, rep, corroborated_by=(offer, ask)),
            Expected(
                "shipment-without-order", sent, (sent,), sent.time, employee=rep, customer=customer
            ),
            _unmatched(paid, rep),
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
            _off_channel(first, rep),
            _off_channel(second, rep),
            _off_channel(third, rep),
            _off_channel(fourth, rep, corroborated_by=(kickback,)),
            Expected(
                "account-ring",
                first,
                (first, second, third, fourth),
                third.time,
                employee=rep,
                account=RING_ACCOUNT,
            ),
            _unmatched(first, rep),
            _unmatched(third, rep),
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
        [_unmatched(paid, rep), _unmatched(cash, None)],
    )


def farewell(business: Business) -> Tale:
    """Notice on the 12th; customers, contacts and drawings gone before and after it."""
    ledger, rep = business.ledger, "E121"
    ledger.tell(
        "edr", at(8, "22:14:09"), employee=rep, action="copy_external", count=38, path="E:\\客户"
    )
    deletes = [
        ledger.edit(at(9, "19:12:26"), rep, "delete", "contact", "CON-BATCH-0309", count=5),
        ledger.edit(at(10, "12:40:51"), rep, "delete", "customer", "CU-1041", customer="CU-1041"),
        ledger.edit(at(10, "12:43:17"), rep, "delete", "customer", "CU-1042", customer="CU-1042"),
        ledger.tell(
            "edr",
            at(11, "20:05:38"),
            employee=rep,
            action="delete",
            count=9,
            path="D:\\报价\\2025",
            backed_up=False,
        ),
    ]
    notice = ledger.tell(
        "hr", at(12, "09:30:00"), employee=rep, kind="resigned", effective_on="2026-04-10"
    )
    deletes += [
        ledger.tell(
            "edr",
            at(13, "18:50:44"),
            employee=rep,
            action="delete",
            count=6,
            path="D:\\图纸",
            backed_up=False,
        ),
        ledger.edit(at(16, "18:21:33"), rep, "delete", "contact", "CON-BATCH-0316", count=3),
    ]
    return Tale(
        "farewell",
        Both("Deleting on the way out", "离职前后恶意删除"),
        Both(
            "Huang Zhiqiang gives notice on 12 March. From three days before it to four days after "
            "he deletes two customers, eight contacts and fifteen files, never many at once.",
            "黄志强 3 月 12 日提出离职。从前三天到后四天，他陆续删除了 2 个客户、8 个联系人和 15 个"
            "文件，每次都不多。",
        ),
        rep,
        deletes[0].time,
        deletes[-1].time,
        [
            Expected(
                "deleted-before-resignation",
                notice,
                (*deletes, notice),
                notice.time,
                employee=rep,
            )
        ],
    )


def revenge(business: Business) -> Tale:
    """Told in the morning that she moves teams; 43 records gone in the evening."""
    ledger, rep = business.ledger, "E132"
    ledger.tell(
        "hr", at(18, "10:00:00"), employee=rep, kind="transferred", effective_on="2026-04-01"
    )

    def wipe(clock: str, count: int, path: str) -> Line:
        return ledger.tell(
            "edr",
            at(18, clock),
            employee=rep,
            action="delete",
            count=count,
            path=path,
            backed_up=False,
        )

    deletes = (
        wipe("20:10:12", 12, "D:\\投标\\2025"),
        wipe("20:21:40", 18, "D:\\投标\\2026"),
        wipe("20:37:55", 9, "D:\\大客户\\方案"),
        ledger.edit(at(18, "20:52:03"), rep, "delete", "contact", "CON-BATCH-0318", count=4),
    )
    return Tale(
        "revenge",
        Both("Forty-three deletes in an evening", "调岗当晚大批量删除"),
        Both(
            "Tang Jing learns at ten that she will leave the key account team. From 20:10 to 20:52 "
            "she deletes 39 tender files and four contacts.",
            "唐静上午得知要调离大客户部，当晚 20:10 至 20:52 删除了 39 个投标文件和 4 个联系人。",
        ),
        rep,
        deletes[0].time,
        deletes[-1].time,
        [Expected("bulk-delete", deletes[0], deletes, deletes[1].time, employee=rep)],
    )


def leak(business: Business) -> Tale:
    """A price whispered to a competitor, a key customer lost six days later."""
    ledger, rep, customer = business.ledger, "E131", "CU-1002"
    manager = EMPLOYEES[rep].manager
    assert manager is not None
    opportunity = business.open_opportunity(at(2, "10:08:31"), customer, Decimal(1_860_000))
    ledger.activity(at(2, "15:40:00"), rep, customer, "visit")
    ledger.activity(at(4, "10:02:17"), manager, customer, "meeting")
    ledger.activity(at(4, "10:05:45"), rep, customer, "meeting")
    business.quote(at(5, "16:33:20"), customer, Decimal(1_860_000), 8)
    hit = ledger.chat(
        at(6, "21:14:08"), rep, "competitor", "宏力那边",
        "宏力那边报 168 就能压住我们，底价你知道的", customer,
    )  # fmt: skip
    ledger.activity(at(9, "11:27:39"), rep, customer, "call")
    lost = business.close_opportunity(
        at(12, "15:40:56"), opportunity, customer, "lost", "竞争对手低价中标"
    )
    return Tale(
        "leak",
        Both("A leaked price", "泄露底价后丢单"),
        Both(
            "Ma Xiaodong hints at the floor price of the CNY 1,860,000 line for key customer "
            "CU-1002 in a chat with a competitor. Six days later the opportunity is lost.",
            "马晓东在聊天里向竞争对手透露重点客户 CU-1002 那条 186 万元生产线的底价，六天后丢单。",
        ),
        rep,
        hit.time,
        lost.time,
        [Expected("leak-then-lost", lost, (hit, lost), lost.time, employee=rep, customer=customer)],
    )


def taking_customers_along(business: Business) -> Tale:
    """Six customers talked to privately within a day."""
    ledger, rep = business.ledger, "E124"
    said = (
        ("08:52:14", "leaving", "换公司", "我可能要换公司，先跟您说一声", "CU-1056"),
        ("10:15:33", "leaving", "新公司", "到了新公司价格更好谈", "CU-1057"),
        ("11:40:27", "customer_data", "通讯录", "您把采购部通讯录发我私人微信", "CU-1058"),
        ("14:03:58", "private_deal", "私下", "我们私下保持联系", "CU-1059"),
        ("16:21:10", "leaving", "跟我走", "下半年的订单跟我走吧", "CU-1060"),
        ("19:47:42", "private_deal", "别跟公司说", "这事先别跟公司说", "CU-1061"),
        ("21:30:05", "leaving", "新公司", "新公司下个月开业", "CU-1056"),
    )
    hits = tuple(
        ledger.chat(at(17, clock), rep, category, keyword, excerpt, customer)
        for clock, category, keyword, excerpt, customer in said
    )
    return Tale(
        "taking-customers-along",
        Both("Taking customers along", "私下大量联系客户"),
        Both(
            "He Yutong writes to six of her customers within one day: she will change firms, and "
            "they should come along.",
            "何雨桐一天之内私下联系名下六家客户：她要换公司，请他们跟她走。",
        ),
        rep,
        hits[0].time,
        hits[-1].time,
        [Expected("chat-burst", hits[0], hits, hits[2].time, employee=rep)],
    )


def forgotten(business: Business) -> Tale:
    """An open opportunity nobody calls about for thirteen days."""
    ledger, rep, customer = business.ledger, "E111", "CU-1009"
    opened = business.open_opportunity(at(4, "10:00:21"), customer, Decimal(126_000))
    last = ledger.activity(at(5, "14:30:09"), rep, customer, "visit")
    again = ledger.activity(at(18, "16:12:50"), rep, customer, "call")
    return Tale(
        "forgotten",
        Both("A customer left alone", "客户长期未跟进"),
        Both(
            "Wang Haoran visits CU-1009 on 5 March and doesn't get in touch again until the 18th, "
            "with an opportunity of CNY 126,000 open.",
            "王浩然 3 月 5 日拜访 CU-1009 后直到 18 日才再联系，期间 12.6 万元的商机一直未关闭。",
        ),
        rep,
        last.time,
        again.time,
        [
            Expected(
                "follow-up-lapsed",
                last,
                (opened, last),
                last.time + LAPSED,
                employee=rep,
                customer=customer,
            )
        ],
    )


def second_thoughts(business: Business) -> Tale:
    """A resignation that raises an alert, and its withdrawal that takes it back."""
    ledger, rep = business.ledger, "E122"
    deletes = [
        ledger.edit(at(5, "10:31:24"), rep, "delete", "contact", "CON-0305-01", customer="CU-1043"),
        ledger.edit(at(6, "10:33:02"), rep, "delete", "contact", "CON-0306-01", customer="CU-1044"),
        ledger.tell("edr", at(9, "16:48:37"), employee=rep, action="delete", count=2),
    ]
    notice = ledger.tell(
        "hr", at(10, "10:05:00"), employee=rep, kind="resigned", effective_on="2026-04-10"
    )
    stays = ledger.tell("hr", at(13, "14:20:00"), employee=rep, kind="resignation_withdrawn")
    return Tale(
        "resignation-withdrawn",
        Both("Second thoughts", "撤回离职"),
        Both(
            "Wu Qian tidies up four doubles in the first week, gives notice on the 10th and stays "
            "after all on the 13th: the alert is raised and withdrawn.",
            "吴倩第一周清理了 4 条重复资料，10 日提出离职，13 日决定留下：告警先触发，后撤回。",
        ),
        rep,
        deletes[0].time,
        stays.time,
        [
            Expected(
                "deleted-before-resignation",
                notice,
                (*deletes, notice, stays),
                notice.time,
                employee=rep,
                state="withdrawn",
            )
        ],
        points=(*deletes, notice, stays),
    )


def frauds(business: Business) -> list[Tale]:
    """In the order in which their first alert comes."""
    tales = [
        private_deal(business),
        account_ring(business),
        unknown_order(business),
        farewell(business),
        revenge(business),
        leak(business),
        taking_customers_along(business),
        forgotten(business),
    ]
    return sorted(tales, key=lambda tale: min(alert.at for alert in tale.alerts))


def look_alikes(business: Business) -> list[Tale]:
    """What looks wrong and is right."""
    told = twists(business)

    def innocent(name: str, title: Both, what: Both) -> Tale:
        lines = told[name]
        return Tale(name, title, what, None, lines[0].time, lines[-1].time, points=tuple(lines))

    return [
        innocent(
            "account-closed-later",
            Both("An account since closed", "后来销户的公司账户"),
            Both(
                "CU-1024 pays into the company's old account on the 5th. It is closed on the "
                "13th, so the payment was in order.",
                "CU-1024 于 5 日付款到公司旧账户，该账户 13 日才销户，付款当时有效。",
            ),
        ),
        innocent(
            "order-arrives-late",
            Both("An order that arrives late", "迟到的订单"),
            Both(
                "The order for CU-1026 was entered and approved before its goods left, but reaches "
                "Offbook five hours late, after them.",
                "CU-1026 的订单在发货前已录入并审批，只是晚了五小时送达，比发货记录还晚。",
            ),
        ),
        innocent(
            "paid-before-ordered",
            Both("Paid before ordered", "先款后单"),
            Both(
                f"CU-1007 pays a pro forma invoice into {MAIN_ACCOUNT} nineteen hours before its "
                "order is entered; 72 are allowed.",
                f"CU-1007 按形式发票先付款到 {MAIN_ACCOUNT}，19 小时后订单录入，在 72 小时之内。",
            ),
        ),
        second_thoughts(business),
    ]
