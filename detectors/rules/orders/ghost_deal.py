"""A deal is done of which the CRM has not seen a thing.

Catches a payment, a dispatched shipment or an order's first approval (the first since it was called
off, where that is what stood at the end of the wait) for a customer on whom nobody worked (an
activity, quote, opportunity or contract edit) from `before` before to `after` after it.
The customer is whom it names, else whom its order's edits name; of a deed whose customer nobody
knows it says nothing. A refund of the payment, a return of the shipment, a cancellation, rejection
or deletion of the order up to `after` after ends the wait.

Misses work on the customer entered for show. Where the CRM tells of orders and has never told of
any such work, it stays silent: nothing follows from its absence. In a company that enters little it
says too much instead.

Looks the same: reorders by mail or shop that need no salesman, framework contracts, arrears paid
long after the deal, quotes that do not name their customer.
"""

from __future__ import annotations

from collections.abc import Iterable

from detectors.language import *

_DEEDS = frozenset({"received", "dispatched", "approved"})
_NOTES = {
    "received": Bilingual("the customer paid", "客户付款"),
    "dispatched": Bilingual("goods left for the customer", "向客户发货"),
    "approved": Bilingual("the order was approved", "订单审批通过"),
    "touch": Bilingual("somebody worked on the customer", "有人跟进该客户"),
    "refund": Bilingual("the money went back", "款项已退回"),
    "returned": Bilingual("the goods came back", "货物已退回"),
    "status": Bilingual("the order was cancelled or rejected", "订单已取消或驳回"),
    "gone": Bilingual("the order was deleted", "订单被删除"),
}


class GhostDealParams(Params):
    """How near to the deal somebody must have worked on the customer."""

    before: Duration = number(
        "60d", "work on the customer this long before counts", "成交前多久之内的跟进有效"
    )
    after: Duration = number(
        "24h", "work on the customer this long after is in time", "成交后多久之内的跟进有效"
    )


def _approval(edit: CrmEdit) -> Kept:
    return keep("approved", edit.object.id, order=edit.object.id)


def _approves(edit: CrmEdit) -> bool:
    return edit.says.status == "approved" != edit.was.status


def judge(view: View, params: GhostDealParams) -> Iterable[Finding]:
    """One finding a deed: settled by work on the customer, or due when there was none."""
    deeds: dict[tuple[str, str], list[Fact]] = {}
    for it in view.facts:
        if it.role in _DEEDS:
            deeds.setdefault((it.role, it.about), []).append(it)
    touches: dict[str, list[Fact]] = {}
    for told in deeds.values():
        # Each by what is known by the end of its own wait: of two approvals, perhaps the later's.
        named = [it for it in told if _customer(view, it, params) is not None]
        customer = _customer(view, named[0], params) if named else None
        if customer is None:
            continue
        if customer not in touches:
            # Asked at once: when time leaps, it may forget its touches before the deadline.
            touches[customer] = view.profile("customer", customer).of("touch")
        wait = Wait(view, customer, touches[customer], params.before, params.after)
        if named[0].role == "approved":
            yield from wait.of_approvals(named)
        elif named[0] is told[0]:
            yield wait.of_goods_or_money(named[0])


def _customer(view: View, deed: Fact, params: GhostDealParams) -> str | None:
    if view.entity_kind == "customer":
        return view.entity_id
    if deed.fields["order"] != view.entity_id:
        return None
    return customer_of(view.profile("order", view.entity_id), deed.at + params.after)


def _concerns(view: View, fact: Fact, params: GhostDealParams) -> bool:
    """A deed that is new, for a customer who was worked on before it, changes nothing; nor does
    work with no deed near it, nor with one whose wait goes on: at its end it is looked for."""
    if fact.role == "touch":
        first, last = fact.at - params.after, fact.at + params.before
        wait = params.after + view.common.grace
        for deed in view.facts:
            if first <= deed.at <= last and deed.role in _DEEDS and view.passed(deed.at + wait):
                return True
        return False
    if view.entity_kind == "order" or fact.role not in _DEEDS:
        return True
    known = sum(it.role == fact.role and it.about == fact.about for it in view.facts)
    touches = view.profile("customer", view.entity_id).of("touch")
    return known > 1 or touched(touches, fact, params.before, params.after) is None


DETECTOR = Detector(
    id="ghost-deal",
    severity="warning",
    title=Bilingual("Deal without any work on the customer", "无跟进记录的成交"),
    params=GhostDealParams(),
    reads=(
        Reads("customer", Payment, money_fact, where=lambda it: received(it) or it.order is None),
        Reads(
            "customer",
            Shipment,
            goods_fact,
            where=lambda it: dispatched(it) or (it.status == "returned" and it.order is None),
        ),
        read("customer", CrmEdit, _approval, where=edits(of="order", also=_approves)),
        Reads("order", Payment, money_fact, where=lambda it: it.customer is None and received(it)),
        Reads(
            "order", Shipment, goods_fact, where=lambda it: it.customer is None and dispatched(it)
        ),
        read(
            "order",
            CrmEdit,
            _approval,
            where=edits(of="order", also=lambda it: it.customer is None and _approves(it)),
        ),
    ),
    judge=judge,
    says=says(
        Sentence(
            "Payment {deed} of {amount:money} from customer {customer} came in at {at:time}.",
            "客户 {customer} 的付款 {deed}（{amount:money}）于 {at:time} 到账。",
            when="what=received",
        ),
        Sentence(
            "Shipment {deed} for customer {customer} left at {at:time}.",
            "客户 {customer} 的发货单 {deed} 于 {at:time} 出库。",
            when="what=dispatched",
        ),
        Sentence(
            "Order {deed} of customer {customer} was approved at {at:time}.",
            "客户 {customer} 的订单 {deed} 于 {at:time} 审批通过。",
            when="what=approved",
        ),
        Sentence(
            "From {before} before to {after} after, nobody worked on the customer: no activity, "
            "quote, opportunity or contract edit. Responsible: {employee}.",
            "此前 {before}至此后 {after}，没有任何人对该客户留下跟进、报价、商机或合同记录。"
            "责任人：{employee}。",
        ),
    ),
    notes=_NOTES,
    keeps=lambda params: params.after,
    holds_evidence=True,
    misses=Missed("touch", "activity, quote, opportunity or contract edit"),
    watches=WHOSE_ORDER | {"touch", "status", "gone", "refund", "returned"},
    concerns=_concerns,
    waits=True,
)
