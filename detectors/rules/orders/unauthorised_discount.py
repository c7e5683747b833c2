"""A price is cut, or a contract's terms are changed, on nobody else's authority.

Catches a quote, contract or order that an edit puts at a discount of more than `limit` per cent, or
a contract whose terms it changes, with no `approved_by` that names somebody else than the editor on
that object from `within` before to `within` after. An edit that carries what held before (the same
discount or a higher one, the terms' change, the approver in a third person's edit) does neither.
A deletion, cancellation or rejection that stands when that time is over ends the wait. While an
object has such an edit, further ones are evidence at once.

Misses an approver's name that the editor put in, a price cut by another list price, many
cuts below the limit on goods that should have none.

Looks the same: a slip of the keyboard put right an hour later, approvals given in a chat or on
paper, a CRM that sends no `before`, so that every edit seems to give the discount anew.
"""

from typing import Literal

from detectors.language import *

APPROVED = Bilingual("somebody else approved it in time", "期限内已由他人审批")
STOPPED = Bilingual("it was deleted, cancelled or rejected in time", "期限内已删除、取消或驳回")

KINDS: dict[Literal["quote", "contract", "order"], str] = {
    "quote": "报价",
    "contract": "合同",
    "order": "订单",
}


class UnauthorisedDiscountParams(Params):
    """How much is anybody's to give, and how near an approval must be."""

    limit: int = number(15, "the discount in per cent", "折扣百分比", "more than", ge=0)
    within: Duration = number(
        "24h", "an approval this long before or after is in time", "改动前后多久之内的审批有效"
    )


def find(view: View, params: UnauthorisedDiscountParams) -> Iterable[Found]:
    """One thing found an object: its edits that nobody else answered for, or what settled them all.

    It lasts as long as somebody may edit the object again, or that would be told as a new alert.
    """
    facts = [fact for fact in view.facts if fact.about == view.entity_id]
    edits = [fact for fact in facts if _is_too_far(fact, params)]
    if not edits:
        return
    order = view.profile("order", view.entity_id) if view.entity_kind == "order" else None
    answers = [(edit, _answer(edit, facts, order, params.within)) for edit in edits]
    settling = [answer for _, answer in answers if answer is not None]
    alone = [edit for edit, answer in answers if answer is None]
    shown, settled = alone, None
    if not alone:
        why = STOPPED if settling[-1].role == "stopped" else APPROVED
        shown, settled = [*edits, *settling], Settled(why, settling[-1])
    first, last = (alone or edits)[0], (alone or edits)[-1]
    count = len(alone or edits)
    deepest = max((Decimal(it.fields["pct"]) for it in shown if "pct" in it.fields), default=None)
    yield Found(
        by=first,
        named=f"{view.entity_kind}\n{view.entity_id}",
        facts=in_time_order(*shown),
        deadline=first.at + params.within,
        until=edits[-1].at + LONGEST_ORDER,
        settled=settled,
        about=Subject(
            first.fields["actor"],
            first.fields.get("customer"),
            view.entity_id if view.entity_kind == "order" else first.fields.get("order"),
        ),
        values={
            **{name: first.fields[name] for name in ("pct", "terms") if name in first.fields},
            **({"edits": str(count), "last": str(last.at)} if count > 1 else {}),
            "what": view.entity_kind,
            "object": view.entity_id,
        },
        measured={} if deepest is None else {"limit": str(deepest)},
    )


def _is_too_far(fact: Fact, params: UnauthorisedDiscountParams) -> bool:
    if fact.role != "discount":
        return False
    return "terms" in fact.fields or Decimal(fact.fields["pct"]) > params.limit


def _may_answer(fact: Fact) -> bool:
    return fact.role != "discount" or "approver" in fact.fields


def _answer(edit: Fact, facts: Sequence[Fact], order: Profile | None, within: int) -> Fact | None:
    """The earliest fact by which the edit was somebody else's decision too, or came to nothing:
    what was taken up again before the time was over did not."""
    actor, stopped = edit.fields["actor"], None
    for fact in around(facts, edit.at, within):
        if fact.fields.get("approver", actor) != actor:
            return fact
        if fact.role in ("stopped", "resumed") and fact.at >= edit.at:
            stopped = (stopped or fact) if fact.role == "stopped" else None
    if stopped is not None and order is not None and order.ended(edit.at + within) is None:
        return None
    return stopped


DETECTOR = awaited(
    "unauthorised-discount",
    "warning",
    Bilingual("Discount or terms without authority", "私自压价或修改合同条款"),
    UnauthorisedDiscountParams(),
    find=find,
    looks_back=LONGEST_ORDER,
    memory=with_their_answers(_is_too_far, _may_answer, "within", LONGEST_ORDER),
    reads=tuple(
        Reads(
            kind,
            CrmEdit,
            concession,
            where=edits("create", "update", "delete", "restore", of=kind, also=may_concede),
        )
        for kind in KINDS
    ),
    says=says(
        Sentence("{employee} changed", "{employee}于 {at:time} 改动了"),
        *(
            Sentence(f"{kind} {{object}}", f"{zh} {{object}}", when=f"what={kind}")
            for kind, zh in KINDS.items()
        ),
        Sentence("of customer {customer}", "（客户 {customer}）", when="customer"),
        Sentence("to a discount of {pct}%", "，折扣改为 {pct}%", when="pct & !terms"),
        Sentence("in its terms", "，修改了条款", when="terms & !pct"),
        Sentence(
            "in its terms and to a discount of {pct}%",
            "，修改了条款并将折扣改为 {pct}%",
            when="terms & pct",
        ),
        Sentence(
            "at {at:time}; nobody else approved it from {within} before to {within} after.",
            "，前后 {within}内没有他人审批。",
        ),
        Sentence(
            "There are {edits} such edits, the last at {last:time}.",
            "此类改动共 {edits} 次，最近一次在 {last:time}。",
            when="edits",
        ),
    ),
    notes={
        "discount": Bilingual("changed the price or the terms", "修改价格或条款"),
        "approved": Bilingual("approved by somebody else", "由他人审批"),
        "resumed": Bilingual("restored", "恢复"),
        "stopped": Bilingual("deleted, cancelled or rejected", "删除、取消或驳回"),
    },
)
