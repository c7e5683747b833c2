"""A deal is done of which the CRM has not seen a thing.

Catches a payment, a dispatched shipment or an order's first approval (the first since it was called
off, where that is what stood at the end of the wait) for a customer on whom nobody worked (an
activity, quote, opportunity or contract edit) from `before` before to `after` after it.
The customer is whom it names, else whom its order's edits name; of a deed whose customer nobody
knows it says nothing. A refund of the payment, a return of the shipment, a cancellation, rejection
or deletion of the order up to `after` after ends the wait.

Misses work on the customer entered for show, and every deal in a company that enters little: there
it says too much instead.

Looks the same: reorders by mail or shop that need no salesman, framework contracts, arrears paid
long after the deal, quotes that do not name their customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from msgspec import Struct, structs

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View
from offbook.detectors.dispatch import dispatched, goods_fact
from offbook.detectors.fact import Fact, fact_of, in_time_order
from offbook.detectors.money_in import money_moved, received, sent_back
from offbook.detectors.ownership import customer_of
from offbook.detectors.params import Duration, Params, described
from offbook.detectors.profile import Profile
from offbook.detectors.reference import Reference
from offbook.detectors.roles import ENDED, WHOSE_ORDER
from offbook.detectors.sentences import Sentence, says
from offbook.detectors.shapes import absence
from offbook.detectors.where import edits
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit, Payment, Shipment

TOUCHED = Bilingual("somebody had worked on the customer in time", "期限内已有人跟进该客户")
STOPPED = Bilingual("it was taken back in time", "期限内已退款、退货或取消")

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


class GhostDealParams(Params, frozen=True):
    """How near to the deal somebody must have worked on the customer."""

    before: Annotated[
        Duration,
        described("work on the customer this long before counts", "成交前多久之内的跟进有效"),
    ] = Duration("60d")
    after: Annotated[
        Duration,
        described("work on the customer this long after is in time", "成交后多久之内的跟进有效"),
    ] = Duration("24h")


def _payment(event: Event, _: Reference) -> Fact:
    payment = event.data
    assert isinstance(payment, Payment)
    return money_moved(event, payment, payment.order)


def _approval(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    return fact_of(event, "approved", edit.object.id, order=edit.object.id)


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
        customer = _customer(view, told[0], told[0].at + params.after)
        if customer is not None:
            if customer not in touches:
                # Asked at once: when time leaps, it may forget its touches before the deadline.
                touches[customer] = view.profile("customer", customer).of("touch")
            wait = _Wait(view, customer, touches[customer], params)
            if told[0].role == "approved":
                yield from wait.of_approvals(told)
            else:
                yield wait.of_goods_or_money(told[0])


def _customer(view: View, deed: Fact, until: int) -> str | None:
    if view.entity_kind == "customer":
        return view.entity_id
    if deed.fields["order"] != view.entity_id:
        return None
    return customer_of(view.profile("order", view.entity_id), until)


def _touched(touches: Sequence[Fact], deed: Fact, params: GhostDealParams) -> Fact | None:
    return absence(touches, deed.at - params.before, deed.at + params.after)


class _Wait(Struct, frozen=True):
    """The waits for work on one customer."""

    view: View
    customer: str
    touches: Sequence[Fact]
    params: GhostDealParams

    def of_goods_or_money(self, deed: Fact) -> Finding:
        """That after a payment or a shipment."""
        pending = self._pending(deed)
        if pending.settled is not None or not self._is_over(deed):
            return pending
        order, deadline = deed.fields.get("order"), deed.at + self.params.after
        pieces = Profile(self.view.facts) if order is None else self.view.profile("order", order)
        if deed.role == "received":
            refunds = ((refund.about, refund) for refund in pieces.of("refund"))
            back = sent_back(deed.about, deed, refunds, deadline)
        else:
            returns = [it for it in pieces.of("returned") if it.about == deed.about]
            back = absence(returns, deed.at, deadline)
        return self._unless(back, pending, deed)

    def of_approvals(self, deeds: Sequence[Fact]) -> Iterator[Finding]:
        """That after an order's approval; where it had been called off when that was over, after
        the one by which it goes on."""
        stopped: Finding | None = None
        for deed in deeds:
            pending = self._pending(deed)
            if pending.settled is not None or not self._is_over(deed):
                yield pending
                return
            order = self.view.profile("order", deed.about)
            if _counts(order, deed, self.params.after):
                back = _called_off(order, deed, self.params.after)
                if back is None:
                    yield self._unless(None, pending, deed)
                    return
                stopped = self._unless(back, pending, deed)
        if stopped is not None:
            yield stopped

    def _is_over(self, deed: Fact) -> bool:
        return self.view.passed(deed.at + self.params.after + self.view.common.grace)

    def _pending(self, deed: Fact) -> Finding:
        touch = _touched(self.touches, deed, self.params)
        deadline = deed.at + self.params.after
        return Finding(
            anchor=f"{self.view.entity_kind}\n{self.customer}\n{deed.role}\n{deed.about}",
            facts=(deed,) if touch is None else in_time_order(deed, touch),
            until=deadline,
            due=deadline + self.view.common.grace,
            settled=None if touch is None else TOUCHED,
            subject=Subject(customer=self.customer, order=deed.fields.get("order")),
        )

    def _unless(self, back: Fact | None, pending: Finding, deed: Fact) -> Finding:
        """What is found when the wait is over, unless the deed was taken back."""
        if back is not None:
            return structs.replace(pending, facts=in_time_order(deed, back), settled=STOPPED)
        order, deadline = deed.fields.get("order"), deed.at + self.params.after
        who = self.view.responsible(deed.at, deadline, order=order, customer=self.customer)
        return structs.replace(
            pending,
            subject=Subject(employee=who, customer=self.customer, order=order),
            values={**deed.fields, "what": deed.role, "deed": deed.about, "at": str(deed.at)},
        )


def _counts(order: Profile, deed: Fact, after: int) -> bool:
    """Whether the order was not approved before, or called off each time before that was over."""
    standing = False
    for word in order.facts:
        if word.role == "gone" or (word.role == "status" and word.about in ENDED):
            standing = False
        elif word.role == "status" and word.about == "approved" and not standing:
            if word.identity == deed.identity:
                return True
            if _called_off(order, word, after) is None:
                return False
            standing = True
    return False


def _called_off(order: Profile, approval: Fact, after: int) -> Fact | None:
    """By what an order is called off when the wait after an approval is over."""
    end = order.ended(approval.at + after)
    return end if end is not None and end.at >= approval.at else None


def _concerns(view: View, fact: Fact, params: GhostDealParams) -> bool:
    """A deed that is new, for a customer who was worked on before it, changes nothing; nor does
    work with no deed near it."""
    if fact.role == "touch":
        first, last = fact.at - params.after, fact.at + params.before
        return any(first <= it.at <= last for it in view.facts if it.role in _DEEDS)
    if view.entity_kind == "order" or fact.role not in _DEEDS:
        return True
    known = sum(it.role == fact.role and it.about == fact.about for it in view.facts)
    touches = view.profile("customer", view.entity_id).of("touch")
    return known > 1 or _touched(touches, fact, params) is None


DETECTOR = Detector(
    id="ghost-deal",
    severity="warning",
    title=Bilingual("Deal without any work on the customer", "无跟进记录的成交"),
    params=GhostDealParams(),
    reads=(
        Reads("customer", Payment, _payment, where=lambda it: received(it) or it.order is None),
        Reads(
            "customer",
            Shipment,
            goods_fact,
            where=lambda it: dispatched(it) or (it.status == "returned" and it.order is None),
        ),
        Reads("customer", CrmEdit, _approval, where=edits(of="order", also=_approves)),
        Reads("order", Payment, _payment, where=lambda it: it.customer is None and received(it)),
        Reads(
            "order", Shipment, goods_fact, where=lambda it: it.customer is None and dispatched(it)
        ),
        Reads(
            "order",
            CrmEdit,
            _approval,
            where=edits(of="order", also=lambda it: it.customer is None and _approves(it)),
        ),
    ),
    judge=judge,
    summarise=says(
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
    watches=WHOSE_ORDER | {"touch", "status", "gone", "refund", "returned"},
    concerns=_concerns,
    waits=True,
)
