"""Waiting for somebody's work on a customer around a sign that a deal is done with it.

──────┊───────────$─────┊────►  by event time
      └─ before ──┴after┘       a payment, a shipment or an approval; work anywhere in this time
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from contract.alert import Bilingual
from contract.types import CrmEdit, Payment, Shipment
from detectors.facts import roles
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, by_about
from detectors.facts.goods import dispatched, goods_fact
from detectors.facts.money import money_fact, received, sent_back
from detectors.facts.profile import Profile
from detectors.facts.reads import Kept, Reads, keep, read
from detectors.facts.roles import ENDED
from detectors.facts.sequences import absence
from detectors.facts.view import View, is_over
from detectors.language.finding import Subject
from detectors.language.found import Found, each_by_itself, owner_of
from detectors.words.ownership import customer_of
from detectors.words.settled import Settled, settled_by

TOUCHED = Bilingual("somebody had worked on the customer in time", "期限内已有人跟进该客户")
STOPPED = Bilingual("it was taken back in time", "期限内已退款、退货或取消")

#: What an event adds to an alert of a deal, by its role.
DEAL_NOTES = {
    "received": Bilingual("the customer paid", "客户付款"),
    "dispatched": Bilingual("goods left for the customer", "向客户发货"),
    "approved": Bilingual("the order was approved", "订单审批通过"),
    "touch": Bilingual("somebody worked on the customer", "有人跟进该客户"),
    "refund": Bilingual("the money went back", "款项已退回"),
    "returned": Bilingual("the goods came back", "货物已退回"),
    "status": Bilingual("the order was cancelled or rejected", "订单已取消或驳回"),
    "gone": Bilingual("the order was deleted", "订单被删除"),
}

#: What shows that a deal is done.
_SIGNS = frozenset({"received", "dispatched", "approved"})


def _approval(edit: CrmEdit) -> Kept:
    return keep("approved", edit.object.id, order=edit.object.id)


def _approves(edit: CrmEdit) -> bool:
    return edit.says.status == "approved" != edit.was.status


#: Signs that a deal is done and what takes them back, of the customer whom they name, else of the
#: order whose edits may name one.
SIGNS_OF_DEALS = (
    Reads("customer", Payment, money_fact, where=lambda it: received(it) or it.order is None),
    Reads(
        "customer",
        Shipment,
        goods_fact,
        where=lambda it: dispatched(it) or (it.status == "returned" and it.order is None),
    ),
    read("customer", CrmEdit, _approval, where=edits(of="order", also=_approves)),
    Reads("order", Payment, money_fact, where=lambda it: it.customer is None and received(it)),
    Reads("order", Shipment, goods_fact, where=lambda it: it.customer is None and dispatched(it)),
    read(
        "order",
        CrmEdit,
        _approval,
        where=edits(of="order", also=lambda it: it.customer is None and _approves(it)),
    ),
)


#: What was found of a sign stands when its wait is over, until something is new of the customer.
DEALS_STAND = each_by_itself(_SIGNS, "after")


def unworked(view: View, params: Any) -> Iterable[Found]:
    """What is found of each sign of a deal: settled by work on the customer from `before` before it
    to `after` after it, or due when there was none."""
    signs: dict[tuple[str, str], list[Fact]] = {}
    for it in view.facts:
        if it.role in _SIGNS:
            signs.setdefault((it.role, it.about), []).append(it)
    touches: dict[str, list[Fact]] = {}
    own = _TakenBack.of(Profile(view.facts))
    for told in signs.values():
        # Each by what is known by the end of its own wait: of two approvals, perhaps the later's.
        named = [it for it in told if _customer(view, it, params) is not None]
        customer = _customer(view, named[0], params) if named else None
        if customer is None:
            continue
        if customer not in touches:
            # Asked at once: when time leaps, it may forget its touches before the deadline.
            touches[customer] = view.profile("customer", customer).of(roles.TOUCH)
        wait = _Wait(view, customer, touches[customer], own, params.before, params.after)
        if named[0].role == "approved":
            yield from wait.of_approvals(named)
        elif named[0] is told[0]:
            yield wait.of_goods_or_money(named[0])


def _customer(view: View, sign: Fact, params: Any) -> str | None:
    if view.entity_kind == "customer":
        return view.entity_id
    if sign.of_order != view.entity_id:
        return None
    return customer_of(view.profile("order", view.entity_id), sign.at + params.after)


def moves_a_deal(view: View, fact: Fact, params: Any) -> bool:
    """A cheap look. A sign that is new, of a customer who was worked on before it, changes nothing;
    nor does work with no sign near it, nor with one whose wait goes on: at its end it is looked
    for."""
    if fact.role == "touch":
        first, last = fact.at - params.after, fact.at + params.before
        return any(
            first <= sign.at <= last
            and sign.role in _SIGNS
            and is_over(view, sign.at + params.after)
            for sign in view.facts
        )
    if view.entity_kind == "order" or fact.role not in _SIGNS:
        return True
    known = sum(it.role == fact.role and it.about == fact.about for it in view.facts)
    touches = view.profile("customer", view.entity_id).of(roles.TOUCH)
    return known > 1 or absence(touches, fact.at - params.before, fact.at + params.after) is None


class _TakenBack(Struct, frozen=True):
    """The refunds, and what was returned, by what it is about. Looked for once, not for each of a
    thousand shipments."""

    refunds: Sequence[Fact]
    returned: Mapping[str, Sequence[Fact]]

    @classmethod
    def of(cls, pieces: Profile) -> _TakenBack:
        return cls(pieces.of(roles.REFUND), by_about(pieces.of(roles.RETURNED)))


class _Wait(Struct, frozen=True):
    """The waits for work on one customer, of whom `touches` is all, and `own` what was taken back
    that names no order; times in µs."""

    view: View
    customer: str
    touches: Sequence[Fact]
    own: _TakenBack
    before: int
    after: int

    def of_goods_or_money(self, sign: Fact) -> Found:
        """That after a payment or a shipment."""
        found = self._found(sign)
        if found.settled is not None or not self._is_over(sign):
            return found
        order, deadline = sign.of_order, sign.at + self.after
        taken = self.own if order is None else _TakenBack.of(self.view.profile("order", order))
        if sign.role == "received":
            refunds = ((refund.about, refund) for refund in taken.refunds)
            back = sent_back(sign.about, sign, refunds, deadline)
        else:
            back = absence(taken.returned.get(sign.about, ()), sign.at, deadline)
        return structs.replace(found, settled=settled_by(STOPPED, back))

    def of_approvals(self, signs: Sequence[Fact]) -> Iterator[Found]:
        """That after an order's approval; where it had been called off when that was over, after
        the one by which it goes on."""
        stopped: Found | None = None
        for sign in signs:
            found = self._found(sign)
            if found.settled is not None and sign is signs[-1]:
                yield found
                return
            if not self._is_over(sign):
                # Worked on or not: if it is called off by then, the next is the one.
                yield structs.replace(found, settled=None)
                return
            order = self.view.profile("order", sign.about)
            if _counts(order, sign, self.after):
                back = _called_off(order, sign, self.after)
                if back is None:
                    yield found
                    return
                stopped = structs.replace(found, settled=Settled(STOPPED, back))
        if stopped is not None:
            yield stopped

    def _is_over(self, sign: Fact) -> bool:
        return is_over(self.view, sign.at + self.after)

    def _found(self, sign: Fact) -> Found:
        """What is found of a sign when its wait is over, unless it was taken back."""
        touch = absence(self.touches, sign.at - self.before, sign.at + self.after)
        order, deadline = sign.of_order, sign.at + self.after
        return Found(
            by=sign,
            named=f"{self.view.entity_kind}\n{self.customer}\n{sign.role}\n{sign.about}",
            deadline=deadline,
            settled=settled_by(TOUCHED, touch),
            about=Subject(customer=self.customer, order=order),
            asks=owner_of(self.view, sign.at, deadline, order, self.customer),
            values={**sign.fields, "what": sign.role, "number": sign.about},
        )


def _counts(order: Profile, sign: Fact, after: int) -> bool:
    """Whether the order was not approved before, or called off each time before that was over."""
    standing = False
    for word in order.facts:
        if word.role == "gone" or (word.role == "status" and word.about in ENDED):
            standing = False
        elif word.role == "status" and word.about == "approved" and not standing:
            if word.identity == sign.identity:
                return True
            if _called_off(order, word, after) is None:
                return False
            standing = True
    return False


def _called_off(order: Profile, approval: Fact, after: int) -> Fact | None:
    """By what an order is called off when the wait after an approval is over."""
    end = order.ended(approval.at + after)
    return end if end is not None and end.at >= approval.at else None
