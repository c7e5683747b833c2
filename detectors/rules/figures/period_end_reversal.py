"""An order made for the month's figures and undone when the month is over.

Catches an order created in the last `last_days` company days of a month and then cancelled,
refunded in full or sent back whole in the first `within_days` company days of the next.

Misses an order entered earlier, deleted instead of cancelled, or refunded but for a little; and one
whose creation was not reported. One undone before its month was over has helped no figures.

Looks the same: a customer who changes its mind, goods damaged on the way, a double entry cancelled.
A sale that goes on in time (paid again, sent again, taken up again) withdraws the alert.
"""

from datetime import timedelta

from detectors.language import *

#: What can show that a sale goes on.
_GOES_ON = frozenset({"status", "received", "dispatched"})
GOES_ON = Bilingual("the sale went on after all", "该订单随后继续履行")


class PeriodEndReversalParams(Params):
    """How near the end of the month, how soon after it."""

    last_days: int = at_most(
        3,
        "company days from creation to the end of the month, both counted",
        "下单日至月末的天数（含当日）",
        ge=1,
    )
    within_days: int = at_most(
        15, "company days after the end of the month", "月末之后的天数", ge=1
    )


def find(view: View, params: PeriodEndReversalParams) -> Iterable[Found]:
    """One thing found an order: what undid it first and still stands when the time is over."""
    created = next((fact for fact in view.facts if fact.role == "created"), None)
    if created is None:
        return
    day = view.reference.day(created.at)
    month_end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    days = (month_end - day).days + 1
    if days > params.last_days:
        return
    until = view.reference.end_of_day(month_end + timedelta(days=params.within_days))
    book = OrderBook(view.facts, until)
    cancelled = book.status if book.status and book.status.about == "cancelled" else None
    ways = {"cancelled": cancelled, "refunded": book.paid_back, "returned": book.sent_back}
    standing = [(by.order, by, how) for how, by in ways.items() if by is not None]
    if not standing:
        went_on = [fact for fact in view.facts if fact.role in _GOES_ON and fact.at <= until]
        if went_on:
            settled = Settled(GOES_ON, went_on[-1])
            yield order_found(view, created, until, book, settled=settled)
        return
    _, by, how = min(standing)
    after = (view.reference.day(by.at) - month_end).days
    if after > 0:
        yield order_found(
            view,
            created,
            until,
            book,
            by,
            *(book.money if how == "refunded" else ()),
            awaited=False,
            values={"how": how, "undone": str(by.at)},
            measured={"last_days": str(days), "within_days": str(after)},
        )


DETECTOR = pair(
    "period-end-reversal",
    "warning",
    Bilingual("Month-end order undone", "月末订单跨月冲回"),
    PeriodEndReversalParams(),
    find=find,
    within=lambda params: (params.last_days + params.within_days) * DAY,
    dossier=dossier("cancelled", "refund", "returned"),
    says=says(
        *(
            Sentence(
                f"Order {{order}}, created at {{at:time}}, was {en} at {{undone:time}}, when its "
                "month was over.",
                f"订单 {{order}} 于月末（{{at:time}}）新建，跨月后于 {{undone:time}} {zh}。",
                when=f"how={how}",
            )
            for how, en, zh in (
                ("cancelled", "cancelled", "取消"),
                ("refunded", "refunded in full", "全额退款"),
                ("returned", "sent back whole", "全部退货"),
            )
        ),
        WORTH,
        *WHOSE,
        given=("amount", "currency", "how", "undone"),
    ),
    notes=ORDER_NOTES,
)
