"""An employee takes orders for far more on one day than they ever do.

Catches a company day on which the orders of one employee come to at least `deviations` robust
deviations above the median of their days with orders in the `history` before, if there are at least
`days` of those: sales made up for a target, a colleague's orders rebooked, last orders before
leaving. An order is its owner's where its creation names one, else its creator's; it counts on the
day it is created, with the amount it is created with. It fires while the day still goes on.

Misses what grows slowly, amounts that are put in or raised by a later edit, orders in another
currency than `currency`, and whoever has sold on fewer days than `days`.

Looks the same: a frame contract, the yearly order of a large customer, a month's orders entered on
its last day, the days before a holiday.
"""

from detectors.language import *


class SalesSpikeParams(Params):
    """How far beyond what is usual, and when something is usual."""

    deviations: float = at_least(
        6.0, "robust deviations above the median", "高出中位数的稳健标准差倍数", ge=None
    )
    days: int = at_least(20, "days with orders before", "此前有订单的天数")
    history: Duration = number("60d", "whole days before that are looked at", "回看的天数")
    least_deviation_percent: int = number(
        5, "percent of the median that a deviation is at least", "标准差下限占中位数的百分比", ge=1
    )
    currency: str = number("CNY", "of the orders that count", "计入的订单币种")


def find(view: View, params: SalesSpikeParams) -> Iterable[Found]:
    """One thing found for each day that reaches it, as far as the day has come."""
    sales = by_about(open_sales(view.facts, in_currency(params.currency)))
    amounts = amounts_by_day(view.facts, in_currency(params.currency))
    for day, orders in sales.items():
        normal = _usual(amounts, day, params)
        if normal is None:
            continue
        deviations = floored(Decimal(tenths(normal.above(amounts[day]))), orders, view.common)
        yield Found(
            by=orders[0],
            named=f"{view.entity_id}\n{day}",
            facts=tuple(orders),
            until=end_of_day(view, orders[0]),
            about=Subject(employee=view.entity_id),
            values={
                "amount": floored(amounts[day], orders, view.common),
                "currency": params.currency,
                "orders": total(orders, view.common),
                "median": str(normal.median),
                "deviations": deviations,
                "days": str(normal.days),
            },
            measured={"deviations": deviations, "days": str(normal.days)},
        )


def _usual(amounts: Mapping[str, Decimal], day: str, params: SalesSpikeParams) -> Usual | None:
    """What was usual before a day that came to so much more, None before any other."""
    oldest = day_before(day, params.history // DAY)
    before = [amount for known, amount in amounts.items() if oldest <= known < day]
    if len(before) < params.days or day not in amounts:
        return None
    deviations = Decimal(str(params.deviations))
    return exceeded(before, amounts[day], deviations, params.least_deviation_percent)


def _is_unusual(view: View, sale: Fact, params: SalesSpikeParams) -> bool:
    amounts = amounts_by_day(view.facts, in_currency(params.currency))
    return _usual(amounts, sale.about, params) is not None


DETECTOR = outlier(
    "sales-spike",
    "warning",
    Bilingual("Sudden peak in sales", "单日销售额突增"),
    SalesSpikeParams(),
    find=find,
    looks_back=lambda params: params.history + 2 * DAY,
    memory=folded_days(
        lambda params: params.history // DAY + 1, lambda params: in_currency(params.currency)
    ),
    moves=unless_usual(_is_unusual),
    reads=(Reads("seller", CrmEdit, sale, where=IS_SALE),),
    says=says(
        Sentence(
            "{employee} took orders of {amount:money} in all ({orders:order}) on {at:day}. On the "
            "{days} days with orders in the {history} before, the median was {median:money}; this "
            "is {deviations} robust deviations above it.",
            "{employee}在 {at:day} 当日新建订单合计 {amount:money}（{orders} 笔）。此前 {history}内"
            "有订单的 {days} 天，单日订单额中位数为 {median:money}，当日高出 {deviations} 倍稳健"
            "标准差。",
        ),
        given=("amount", "median", "orders"),
    ),
    notes=SALES_NOTES,
)
