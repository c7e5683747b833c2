"""Waiting for somebody's work on a customer around a deed that had better not come by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from contract.alert import Bilingual
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.money import sent_back
from detectors.facts.profile import Profile
from detectors.facts.roles import ENDED
from detectors.facts.sequences import absence
from detectors.facts.view import View
from detectors.language.finding import Finding, Subject

TOUCHED = Bilingual("somebody had worked on the customer in time", "期限内已有人跟进该客户")
STOPPED = Bilingual("it was taken back in time", "期限内已退款、退货或取消")


def touched(touches: Sequence[Fact], deed: Fact, before: int, after: int) -> Fact | None:
    """The work on the customer from `before` before the deed to `after` after it, if any."""
    return absence(touches, deed.at - before, deed.at + after)


class Wait(Struct, frozen=True):
    """The waits for work on one customer, of whom `touches` is all; times in µs."""

    view: View
    customer: str
    touches: Sequence[Fact]
    before: int
    after: int

    def of_goods_or_money(self, deed: Fact) -> Finding:
        """That after a payment or a shipment."""
        pending = self._pending(deed)
        if pending.settled is not None or not self._is_over(deed):
            return pending
        order, deadline = deed.fields.get("order"), deed.at + self.after
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
            if pending.settled is not None and deed is deeds[-1]:
                yield pending
                return
            if not self._is_over(deed):
                # Worked on or not: if it is called off by then, the next is the one.
                yield structs.replace(pending, settled=None)
                return
            order = self.view.profile("order", deed.about)
            if _counts(order, deed, self.after):
                back = _called_off(order, deed, self.after)
                if back is None:
                    worked = pending.settled is not None
                    yield pending if worked else self._unless(None, pending, deed)
                    return
                stopped = self._unless(back, pending, deed)
        if stopped is not None:
            yield stopped

    def _is_over(self, deed: Fact) -> bool:
        return self.view.passed(deed.at + self.after + self.view.common.grace)

    def _pending(self, deed: Fact) -> Finding:
        touch = touched(self.touches, deed, self.before, self.after)
        deadline = deed.at + self.after
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
        order, deadline = deed.fields.get("order"), deed.at + self.after
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
