"""An employee who used to sell hardly sells any more.

Catches an employee whose orders of 7 days come to less than `percent` of the median of the `weeks`
before them, if at least `weeks_with_sales` of those had orders: deals that go past the company, or
one who has stopped trying. That is asked at the end of every company day; a calendar week is one
alert, of the first day of it on which this holds. An employee who sells nothing at all is found
until fewer than `weeks_with_sales` are left to compare with, and so is who has left, or is about
to. An order is its owner's where its creation names one, else its creator's; it counts on the day
it is created, with the amount it is created with.

Misses who diverts a part and keeps up the rest, what falls over months, orders in another currency
than `currency`, and newcomers.

Looks the same: leave, illness, Spring Festival and the week of the National Day, a season's end, a
handover of customers, a big project among the weeks before.
"""

from statistics import median

from detectors.language import *

LIFTED = Bilingual("orders of that week came in late", "该周有订单晚到，销售额并未骤降")


class SalesSlumpParams(Params):
    """How little, compared with how long before."""

    percent: int = less_than(
        30, "the 7 days in percent of the weeks' median", "近 7 天占各周中位数的百分比"
    )
    weeks: int = number(8, "weeks before that are looked at", "回看的周数", ge=1)
    weeks_with_sales: int = at_least(4, "of these, weeks with orders", "其中有订单的周数")
    currency: str = number("CNY", "of the orders that count", "计入的订单币种")


def find(view: View, params: SalesSlumpParams) -> Iterable[Found]:
    """One thing found for each calendar week up to the one that goes on, and one for the next look.

    Weeks of which every day is folded have been judged for good.
    """
    days = by_day(view.facts, in_currency(params.currency))
    if not days:
        return
    weeks = Weeks(days)
    closed = [day_number(fact.about) for fact in view.facts if fact.role == SALES]

    def may_hold(day: int) -> bool:
        return with_orders(weeks.before(day, params.weeks)) >= params.weeks_with_sales

    def holds(day: int) -> bool:
        amount = weeks.amount(day) * 100
        return may_hold(day) and amount < params.percent * median(weeks.before(day, params.weeks))

    first = closed[-1] + 1 if closed else weeks.oldest
    for day, fell in looked_at(view, weeks, first, params.weeks, holds, may_hold):
        found = _found(view, weeks, day, params)
        settled = None if fell else Settled(LIFTED, found.facts[-1])
        yield structs.replace(found, settled=settled)


def _found(view: View, weeks: Weeks, day: int, params: SalesSlumpParams) -> Found:
    # Sums differ in their zeros by what is remembered, which would be a revision that says nothing.
    amount, before = EXACT.normalize(weeks.amount(day)), weeks.before(day, params.weeks)
    middle, with_sales = EXACT.normalize(median(before)), str(with_orders(before))
    share = tenths(EXACT.divide(amount * 100, middle)) if middle else "0"
    orders, end = weeks.facts(day), end_of(view, day)
    return Found(
        by=orders[-1],
        named=f"{view.entity_id}\n{week_of(day)}",
        facts=orders,
        deadline=end,
        about=Subject(employee=view.entity_id),
        values={
            "at": str(end),
            "amount": f"{amount:f}",
            "median": f"{middle:f}",
            "currency": params.currency,
            "share": share,
            "with_sales": with_sales,
        },
        measured={"percent": share, "weeks_with_sales": with_sales},
    )


DETECTOR = outlier(
    "sales-slump",
    "info",
    Bilingual("Sales fell off", "销售额骤降"),
    SalesSlumpParams(),
    find=find,
    looks_back=lambda params: (WEEK * (params.weeks + 2) + 1) * DAY,
    memory=folded_days(
        lambda params: WEEK * (params.weeks + 2), lambda params: in_currency(params.currency)
    ),
    moves=unless_usual(before_the_next_look),
    waits=True,
    reads=(Reads("seller", CrmEdit, sale, where=IS_SALE),),
    says=says(
        Sentence(
            "{employee} took orders of {amount:money} in the 7 days up to {at:day}: {share} % of "
            "the median of the {weeks} weeks before ({median:money}; {with_sales} of them had "
            "orders).",
            "{employee}截至 {at:day} 的 7 天内新建订单合计 {amount:money}，为此前 {weeks} 周中位数"
            "的 {share}%（中位数 {median:money}，其中 {with_sales} 周有订单）。",
        ),
        given=("amount", "median", "share", "with_sales"),
    ),
    notes=SALES_NOTES,
)
