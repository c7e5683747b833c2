"""A customer changes hands just before it buys.

Catches a customer whose owner was changed at most `within` before it placed an order or won us an
opportunity, while the new owner still had it: commission moved to somebody who did not earn it.
Each transfer is an alert of its own. Orders cancelled or deleted soon do not count.

Misses a customer that nobody is known to have owned; orders and opportunities that name no
customer; an order cancelled, so that the alert goes, and then taken up again.

Looks the same: a territory or a leaver's customers handed over in one go, a stand-in during
holidays, an owner changed by mistake and changed back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta

from offbook.detectors.detector import Detector, Finding, Reads, Subject, View, Words
from offbook.detectors.fact import Fact, between, fact_of, in_time_order
from offbook.detectors.params import Duration, Params
from offbook.detectors.reference import Reference
from offbook.detectors.stage import newly
from offbook.detectors.transfer import names_owner, transfer_fact, transfers
from offbook.detectors.wording import distinct, span
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.times import HOUR, MINUTE
from offbook.events.types import CrmEdit

CANCELLED = Bilingual("the orders were cancelled or deleted", "订单均已取消或删除")


class EveOfDealTransferParams(Params, frozen=True):
    """How soon before the deal, and how long an order can be taken back."""

    within: Annotated[Duration, Meta(description="from the transfer to the deal, at most")] = (
        Duration("3d")
    )
    cancelled_within: Annotated[
        Duration, Meta(description="an order cancelled or deleted this long after it was placed")
    ] = Duration("7d")


def _deals(edit: CrmEdit) -> bool:
    if edit.object.type == "order":
        return edit.op == "create" or _ends(edit)
    won = edit.object.type == "opportunity" and edit.after is not None and edit.after.stage == "won"
    return won and (edit.before is None or edit.before.stage != "won")


def _ends(edit: CrmEdit) -> bool:
    return edit.op == "delete" or (edit.after is not None and edit.after.status == "cancelled")


def _deal(event: Event, _: Reference) -> Fact:
    edit = event.data
    assert isinstance(edit, CrmEdit)
    role = "won"
    if edit.object.type == "order":
        role = "cancelled" if _ends(edit) else "placed"
    return fact_of(event, role, about=edit.object.id)


def judge(view: View, params: EveOfDealTransferParams) -> Iterable[Finding]:
    """One finding a transfer that a deal followed: settled if no order and no win is left."""
    owned = view.profile("customer", view.entity_id)
    made = [fact for fact in view.facts if fact.role in ("placed", "won")]
    for moved, before in transfers(view):
        deals = [
            deal
            for deal in between(made, moved.at, moved.at + params.within)
            if owned.owner_at(deal.at) == moved.about and _is_deal(view, deal)
        ]
        if not deals:
            continue
        ends = {deal.order: _ends_of(view, deal, params) for deal in deals}
        left = [deal for deal in deals if not ends[deal.order]]
        told = left or deals
        first = told[0]
        gone = () if left else tuple(end for found in ends.values() for end in found)
        yield Finding(
            anchor=f"{view.entity_id}\n{moved.anchor}",
            facts=in_time_order(moved, *told, *gone),
            until=moved.at + params.within + params.cancelled_within,
            settled=None if left else CANCELLED,
            subject=Subject(
                employee=moved.about,
                customer=view.entity_id,
                order=first.about if first.role == "placed" else None,
            ),
            values={
                "before": before,
                "actor": moved.fields["actor"],
                "at": str(moved.at),
                "distance": str(first.at - moved.at),
                "deal": first.about,
                "kind": first.role,
                "deals": distinct(told, view.common),
            },
            notes={
                "transfer": "the customer got another owner",
                "placed": "the customer placed an order",
                "won": "an opportunity of the customer was won",
                "cancelled": "the order was cancelled or deleted",
            },
        )


def _is_deal(view: View, deal: Fact) -> bool:
    return deal.role == "placed" or newly(view.profile("opportunity", deal.about), deal, "won")


def _ends_of(view: View, deal: Fact, params: EveOfDealTransferParams) -> Sequence[Fact]:
    if deal.role == "won":
        return ()
    ends = [fact for fact in view.of("cancelled") if fact.about == deal.about]
    return between(ends, deal.at, deal.at + params.cancelled_within)


def summarise(finding: Finding, params: EveOfDealTransferParams, words: Words) -> Bilingual:
    """Who got the customer from whom, who moved it, and which deal came how soon."""
    values, customer = finding.values, finding.subject.customer
    old, new = words.employee(values["before"]), words.employee(finding.subject.employee)
    by, at, deal = words.employee(values["actor"]), words.time(int(values["at"])), values["deal"]
    soon, within = _soon(int(values["distance"])), span(params.within)
    came = Bilingual(f"its opportunity {deal} was won", f"该客户的商机 {deal} 赢单")
    if values["kind"] == "placed":
        came = Bilingual(f"it placed order {deal}", f"该客户下了订单 {deal}")
    more = Bilingual("", "")
    if values["deals"] != "1":
        more = Bilingual(
            f", the first of {values['deals']} deals within {within.en}",
            f"，{within.zh}内共成交 {values['deals']} 笔",
        )
    return Bilingual(
        f"Customer {customer} passed from {old.en} to {new.en} at {at}, moved by {by.en}; "
        f"{soon.en} {came.en}{more.en}.",
        f"客户 {customer} 于 {at} 从{old.zh}名下转到{new.zh}名下，操作人为{by.zh}；"
        f"{soon.zh}{came.zh}{more.zh}。",
    )


def _soon(distance: int) -> Bilingual:
    if distance < MINUTE:
        return Bilingual("at once", "随即")
    passed = span(distance - distance % (HOUR if distance >= HOUR else MINUTE))
    return Bilingual(f"{passed.en} later", f"{passed.zh}后")


DETECTOR = Detector(
    id="eve-of-deal-transfer",
    severity="warning",
    title=Bilingual("Customer moved just before a deal", "成交前夕变更客户归属"),
    params=EveOfDealTransferParams(),
    reads=(
        Reads("customer", CrmEdit, transfer_fact, where=names_owner),
        Reads("customer", CrmEdit, _deal, where=_deals),
    ),
    judge=judge,
    summarise=summarise,
    keeps=lambda params: params.within + params.cancelled_within,
    watches_profile=True,
)
