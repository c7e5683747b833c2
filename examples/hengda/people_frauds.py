"""Frauds around people: those who leave, leak or take customers along, and neglected promises."""

from __future__ import annotations

from decimal import Decimal

from hengda.business import Business
from hengda.clock import at
from hengda.company import EMPLOYEES
from hengda.expected import LAPSED, Both, Expected, Tale
from hengda.ledger import Line


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
