"""What is usual for one who sells: their orders by company day, and how far something is from it.

Whoever compares with the weeks before needs of each day only how many orders there were and what
they came to. So the orders of days that no event in time can reach any more are folded into one
fact a day, and a year of orders costs no more than the days that are looked back on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from statistics import median

from msgspec import Struct, structs

from contract.alert import Bilingual
from contract.event import Event
from contract.times import DAY, HOUR, moment
from contract.types import CrmEdit
from detectors.facts.event_filter import edits
from detectors.facts.fact import EXACT, Fact, by_about, fact_of, joined
from detectors.facts.reference import Reference
from detectors.facts.sent import sent_of

#: The role of one order, and of all orders of a day in one fact: that of the newest of them.
SALE = "sale"
SALES = "sales"

SALES_NOTES = {
    SALE: Bilingual("created the order", "创建订单"),
    SALES: Bilingual("the last order of the day", "当日最后一笔订单"),
}

#: The median absolute deviation of normally distributed figures, times this, is their standard
#: deviation: 1 / Φ⁻¹(3/4).
_ROBUST = Decimal("1.4826")

#: The newest clocks on earth lag so much behind UTC: a day that is over there is over everywhere.
_FURTHEST_WEST = 12 * HOUR

Counts = Callable[[Fact], bool]


def is_worth(edit: CrmEdit) -> bool:
    """Whether the edit says what the order is worth."""
    return edit.says.amount is not None


#: The creation of an order that says what it is worth. Later amounts do not count.
IS_SALE = edits("create", of="order", also=is_worth)


def sale(event: Event, reference: Reference) -> Fact:
    """An order as a fact about its company day (`2026-03-02`)."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    day = reference.day(event.time).isoformat()
    amount, currency = str(edit.says.amount), edit.says.currency or "CNY"
    return fact_of(event, SALE, about=day, amount=amount, currency=currency)


def in_currency(currency: str) -> Counts:
    """Only the orders in one currency count: sums over several would say nothing."""
    return lambda sale: sale.currency == currency


def open_sales(facts: Sequence[Fact], counts: Counts) -> list[Fact]:
    """The orders that count and are not folded yet, by time.

    What lies before the end of the folded is out: it came too late, or is there already.
    """
    closed = next((fact.at for fact in reversed(facts) if fact.role == SALES), None)
    return [
        fact
        for fact in facts
        if fact.role == SALE and (closed is None or fact.at > closed) and counts(fact)
    ]


def by_day(facts: Sequence[Fact], counts: Counts) -> dict[str, Fact]:
    """Each day's orders in one fact, oldest day first, and the same whether folded before or not.

    It stands for the day's newest order; `weight` is how many there were, `amount` their sum.
    """
    days = by_about((*_folded(facts), *open_sales(facts, counts)))
    return {day: _one(orders) for day, orders in days.items()}


def amounts_by_day(facts: Sequence[Fact], counts: Counts) -> dict[str, Decimal]:
    """What each day's orders came to. Days on which it is nothing are left out."""
    amounts = {fact.about: fact.amount for fact in facts if fact.role == SALES}
    for fact in open_sales(facts, counts):
        amount, known = fact.amount, amounts.get(fact.about)
        amounts[fact.about] = amount if known is None else EXACT.add(known, amount)
    return {day: amount for day, amount in amounts.items() if amount}


def orders_by_day(facts: Sequence[Fact], counts: Counts) -> dict[str, int]:
    """How many orders each day had."""
    orders: dict[str, int] = {}
    for fact in (*_folded(facts), *open_sales(facts, counts)):
        orders[fact.about] = orders.get(fact.about, 0) + fact.weight
    return orders


def usual_orders(
    facts: Sequence[Fact], counts: Counts, days: int
) -> Callable[[str], Decimal | None]:
    """How many orders there were in the median of the days with any, of so many before a day; None
    if there was none."""
    orders = orders_by_day(facts, counts)

    @cache
    def before(day: str) -> Decimal | None:
        oldest = day_before(day, days)
        figures = [Decimal(count) for known, count in orders.items() if oldest <= known < day]
        return median(figures) if figures else None

    return before


def _folded(facts: Sequence[Fact]) -> Iterator[Fact]:
    return (fact for fact in facts if fact.role == SALES)


def _one(orders: Sequence[Fact]) -> Fact:
    if len(orders) == 1 and orders[0].role == SALES:
        return orders[0]
    whole = joined(orders[-1], orders)
    fields = {"amount": whole.fields["amount"], **sent_of(whole)}
    return structs.replace(whole, role=SALES, fields=fields)


def fold(facts: Sequence[Fact], upto: int, days: int, counts: Counts) -> list[Fact]:
    """`facts` with the orders up to a time folded by day, and without the days that are `days` or
    more before the newest of these.

    Every order up to `upto` must be known by then: those that come later will not count.
    """
    folded = by_day([it for it in facts if it.role == SALES or it.at <= upto], counts)
    oldest = day_before(max(folded), days - 1) if folded else ""
    kept = [fact for day, fact in folded.items() if day >= oldest]
    return kept + [fact for fact in open_sales(facts, counts) if fact.at > upto]


def fold_days(facts: list[Fact], limit: int, days: int, counts: Counts) -> list[Fact]:
    """`fold` of the days that were over before `limit`; nothing if all is `days` old."""
    if facts and facts[-1].at < limit - (days + 1) * DAY:
        return []
    over = moment(limit - _FURTHEST_WEST).date().isoformat()
    first = next((fact for fact in facts if fact.role == SALE), None)
    if first is None or first.about >= over:
        return facts
    return fold(facts, max(fact.at for fact in facts if fact.about < over), days, counts)


def day_before(day: str, days: int) -> str:
    """The day so many days before a day."""
    return (date.fromisoformat(day) - timedelta(days)).isoformat()


class Usual(Struct, frozen=True):
    """What daily figures are like: how many there are, their median, and a robust deviation."""

    days: int
    median: Decimal
    deviation: Decimal

    def above(self, figure: Decimal) -> Decimal:
        """How many deviations `figure` is above the median."""
        return EXACT.divide(EXACT.subtract(figure, self.median), self.deviation)


def exceeded(
    figures: Sequence[Decimal], figure: Decimal, deviations: Decimal, least_percent: int
) -> Usual | None:
    """What is usual, if `figure` is so many deviations above it or more.

    `figures` is at least one, each above 0; a deviation is `least_percent` of their median or more.
    """
    middle = median(figures)
    least = middle * least_percent / 100
    if figure < middle + deviations * least:
        return None
    spread = median(abs(figure - middle) for figure in figures)
    normal = Usual(len(figures), middle, max(_ROBUST * spread, least))
    return normal if normal.above(figure) >= deviations else None


def surges(
    sales: Sequence[Fact], window: int, enough: Callable[[Fact, int], bool]
) -> Iterator[Sequence[Fact]]:
    """Sliding runs like `shapes.runs`, where what is `enough` depends on the anchor: on what was
    usual before it. It is asked of the anchor and the number of orders within `window` of it.
    """
    totals = [0, *accumulate(sale.weight for sale in sales)]
    start = end = 0
    while start < len(sales):
        last = sales[start].at + window
        while end < len(sales) and sales[end].end <= last:
            end += 1
        if enough(sales[start], totals[end] - totals[start]):
            yield sales[start:end]
            start = end
        else:
            start += 1
