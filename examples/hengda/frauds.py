"""The eight frauds and the three look-alikes, and the alerts each must raise.

Every moment is fixed, so that a reader of README.md finds it in the file. The alerts are
worked out by hand from the detectors' definitions, not taken from what Offbook says.
"""

from __future__ import annotations

from hengda.business import Business
from hengda.company import MAIN_ACCOUNT
from hengda.expected import Both, Tale
from hengda.money_frauds import account_ring, private_deal, unknown_order
from hengda.people_frauds import (
    farewell,
    forgotten,
    leak,
    revenge,
    second_thoughts,
    taking_customers_along,
)
from hengda.twists import twists


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
