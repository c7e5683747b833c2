"""A customer changes hands just before it buys.

Catches a customer whose owner was changed at most `within` before it placed an order or won us an
opportunity, while the new owner still had it: commission moved to somebody who did not earn it.
Each transfer is an alert of its own. Orders cancelled or deleted soon do not count.

Misses a customer that nobody is known to have owned, or that was in the pool; orders and
opportunities that name no customer.

Looks the same: a territory or a leaver's customers handed over in one go, a stand-in during
holidays, an owner changed by mistake and changed back.
"""

from detectors.language import *

CANCELLED = Bilingual("the orders were cancelled or deleted", "订单均已取消或删除")


class EveOfDealTransferParams(Params):
    """How soon before the deal, and how long an order can be taken back."""

    within: Duration = at_most("3d", "from the transfer to the deal", "从变更归属到成交的时长")
    cancelled_within: Duration = number(
        "7d",
        "an order cancelled or deleted this long after it was placed",
        "下单后多久之内取消或删除的订单不算成交",
    )


def find(view: View, params: EveOfDealTransferParams) -> Iterable[Found]:
    """One thing found a transfer that a deal followed: settled if no order and no win is left."""
    owned = view.profile("customer", view.entity_id)
    made = [fact for fact in view.facts if fact.role in ("placed", "won")]
    for moved, before in transfers(view):
        deals = [
            deal
            for deal in between(made, moved.at, moved.at + params.within)
            if owned.owner_at(deal.at) == moved.about and is_made(view, deal)
        ]
        if not deals:
            continue
        ends = {it.order: ended_by(view, it, it.at + params.cancelled_within) for it in deals}
        left = [deal for deal in deals if ends[deal.order] is None]
        gone = () if left else tuple(filter(None, ends.values()))
        told = left or deals
        first = told[0]
        distance = elapsed(moved.at, first.at)
        yield Found(
            by=moved,
            named=f"{view.entity_id}\n{moved.anchor}",
            facts=in_time_order(moved, *told, *gone),
            until=moved.at + params.within + params.cancelled_within,
            settled=Settled(CANCELLED, gone[-1]) if gone else None,
            about=Subject(
                moved.about, view.entity_id, first.about if first.role == "placed" else None
            ),
            values={
                "before": before,
                "actor": moved.actor,
                "distance": distance,
                "deal": first.about,
                "kind": first.role,
                "deals": distinct(told, view.common),
            },
            measured={"within": distance},
        )


DETECTOR = pair(
    "eve-of-deal-transfer",
    "warning",
    Bilingual("Customer moved just before a deal", "成交前夕变更客户归属"),
    EveOfDealTransferParams(),
    find=find,
    within="within",
    open_for="cancelled_within",
    reads=(Reads("customer", CrmEdit, transfer_fact, where=NAMES_OWNER), DEALS),
    says=says(
        Sentence(
            "Customer {customer} passed from {before:employee} to {employee} at {at:time}, moved "
            "by {actor:employee}; {soon} {came}{more}.",
            "客户 {customer} 于 {at:time} 从{before:employee}名下转到{employee}名下，"
            "操作人为{actor:employee}；{soon}{came}{more}。",
        ),
        soon=(
            Sentence("at once", "随即", when="distance=0s"),
            Sentence("{distance:span} later", "{distance:span}后", when="!distance=0s"),
        ),
        came=(
            Sentence("it placed order {deal}", "该客户下了订单 {deal}", when="kind=placed"),
            Sentence("its opportunity {deal} was won", "该客户的商机 {deal} 赢单", when="kind=won"),
        ),
        more=Sentence(
            ", the first of {deals} deals within {within}",
            "，{within}内共成交 {deals} 笔",
            when="!deals=1",
        ),
        given=("actor", "before", "deal", "deals", "distance", "kind"),
    ),
    notes={
        "transfer": Bilingual("the customer got another owner", "客户变更归属人"),
        "placed": Bilingual("the customer placed an order", "客户下单"),
        "won": Bilingual("an opportunity of the customer was won", "客户的商机赢单"),
        "cancelled": Bilingual("the order was cancelled or deleted", "订单被取消或删除"),
    },
    watches=WHOSE_CUSTOMER,
)
