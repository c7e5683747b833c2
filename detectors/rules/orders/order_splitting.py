"""One big order, entered as many small ones.

Catches an employee who creates at least `orders` orders under `below` within `window`, and at least
`times` as many as the median of the days on which they created any in the `history` before the
day of the first. Without such days, `orders` is enough. The employee is the one who created the
orders, for that is the act, and not their owner: one who enters small orders for ten colleagues is
one, who does so every day.

Misses orders that several employees enter for one, parts just over `below`, orders whose amount is
entered later or is in another currency than `currency`, and who always splits.

Looks the same: a campaign, a group customer who orders for each shop, orders of a trade fair, a
backlog or an old system's orders entered in one go.
"""

from detectors.language import *


class OrderSplittingParams(Params):
    """How many, how small, how fast, and how many more than usual."""

    orders: int = at_least(8, "small orders created in all", "新建的小额订单数")
    below: int = number(5000, "an order of less than this is small", "低于此金额为小额订单", ge=1)
    window: Duration = number("24h", "from the first order of the run", "自首笔订单起的时长")
    times: float = at_least(3.0, "times the usual number a day", "为平日单数的倍数", ge=None)
    history: Duration = number("30d", "whole days before that are looked at", "回看的天数")
    currency: str = number("CNY", "of the orders that count", "计入的订单币种")


def _small(params: OrderSplittingParams) -> Counts:
    """Of orders that were folded, if each of them is: of one kind they are."""
    return lambda sale: (
        sale.currency == params.currency and sale.amount < params.below * sale.weight
    )


def _usual(facts: Sequence[Fact], params: OrderSplittingParams) -> Callable[[str], Decimal | None]:
    return usual_orders(facts, _small(params), params.history // DAY)


def _runs(facts: Sequence[Fact], params: OrderSplittingParams) -> Iterator[Sequence[Fact]]:
    usual, times = _usual(facts, params), Decimal(str(params.times))

    def enough(first: Fact, orders: int) -> bool:
        return orders >= params.orders and orders >= times * (usual(first.about) or 0)

    return surges(open_sales(facts, _small(params)), params.window, enough)


def find(view: View, params: OrderSplittingParams) -> Iterable[Found]:
    """One thing found for each run of small orders that is long and unusual enough."""
    for run in _runs(view.facts, params):
        orders, usual = total(run, view.common), _usual(view.facts, params)(run[0].about)
        values = {"orders": orders, "currency": params.currency}
        measured = {"orders": orders}
        if usual is not None:
            values["usual"] = tenths(usual).removesuffix(".0")
            ratio = Decimal(sum(order.weight for order in run)) / usual
            measured["times"] = floored(Decimal(tenths(ratio)), run, view.common)
        yield Found(
            by=run[0],
            named=f"{view.entity_id}\n{run[0].anchor}",
            facts=tuple(run),
            until=run[0].at + params.window,
            about=Subject(employee=view.entity_id),
            values=values,
            measured=measured,
        )


def _is_unusual(view: View, sale: Fact, params: OrderSplittingParams) -> bool:
    return near_a_run(view.facts, sale, params.window, total_of(params.orders))


DETECTOR = outlier(
    "order-splitting",
    "warning",
    Bilingual("Many small orders at once", "短时间大量小额订单"),
    OrderSplittingParams(),
    find=find,
    looks_back=lambda params: params.window + params.history + 2 * DAY,
    memory=folded_runs(_runs, _small, "window", "history"),
    moves=unless_usual(_is_unusual, _small),
    reads=(Reads("employee", CrmEdit, sale, where=IS_SALE),),
    says=says(
        Sentence(
            "{employee} created {orders:order} under {below:money} within {window} from {at:time}.",
            "{employee}自 {at:time} 起 {window}内新建了 {orders} 笔低于 {below:money}的订单。",
        ),
        Sentence(
            "The median of their days with such orders in the {history} before is {usual}.",
            "此前 {history}内有此类订单的日子，单日笔数中位数为 {usual} 笔。",
            when="usual",
        ),
        Sentence(
            "There were none in the {history} before.",
            "此前 {history}内没有此类订单。",
            when="!usual",
        ),
        given=("usual",),
    ),
    notes=SALES_NOTES,
)
