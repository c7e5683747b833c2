"""A price is cut, or a contract's terms are changed, on nobody else's authority.

Catches a quote, contract or order that an edit puts at a discount of more than `limit` per cent, or
a contract whose terms it changes, with no `approved_by` that names somebody else than the editor on
that object from `within` before to `within` after. An edit that carries what held before (the same
discount or a higher one, the terms' change, the approver in a third person's edit) does neither. A
deletion, cancellation or rejection that then stands ends the wait. Later such edits are evidence.

Misses an approver's name that the editor put in, a price cut by another list price, many cuts below
the limit on goods that should have none.

Looks the same: a slip of the keyboard put right an hour later, approvals given in a chat or on
paper, a CRM that sends no `before`, so that every edit seems to be a new discount.
"""

from detectors.language import *

APPROVED = Bilingual("somebody else approved it in time", "期限内已由他人审批")
STOPPED = Bilingual("it was deleted, cancelled or rejected in time", "期限内已删除、取消或驳回")

KINDS = {"quote": "报价", "contract": "合同", "order": "订单"}


class UnauthorisedDiscountParams(Params):
    """How much is anybody's to give, and how near an approval must be."""

    limit: int = more_than(15, "the discount in per cent", "折扣百分比")
    within: Duration = number(
        "24h", "an approval this long before or after is in time", "改动前后多久之内的审批有效"
    )


def find(view: View, params: UnauthorisedDiscountParams) -> Iterable[Found]:
    """One thing found an object: its edits that nobody else answered for, or what settled all."""
    facts = [fact for fact in view.facts if fact.about == view.entity_id]
    edits = [fact for fact in facts if _is_too_far(fact, params)]
    if not edits:
        return
    its_own = view.entity_id if view.entity_kind == "order" else None
    order = view.profile("order", its_own) if its_own else None
    answers = {edit.order: answer_to(edit, facts, order, params.within) for edit in edits}
    alone = [edit for edit in edits if answers[edit.order] is None]
    settling = list(filter(None, answers.values()))
    told, settled = alone or edits, None
    if not alone:
        settled = Settled(STOPPED if settling[-1].role == "stopped" else APPROVED, settling[-1])
    first = told[0].fields
    deepest = max((Decimal(it.fields["pct"]) for it in told if "pct" in it.fields), default=None)
    yield Found(
        by=told[0],
        named=f"{view.entity_kind}\n{view.entity_id}",
        facts=in_time_order(*told, *(() if alone else settling)),
        deadline=told[0].at + params.within,
        # As long as somebody may edit the object again, or that would be told as a new alert.
        until=edits[-1].at + LONGEST_ORDER,
        settled=settled,
        about=Subject(first["actor"], first.get("customer"), its_own or first.get("order")),
        values={name: first[name] for name in ("pct", "terms") if name in first}
        | ({"edits": str(len(told)), "last": str(told[-1].at)} if len(told) > 1 else {})
        | {"what": view.entity_kind, "object": view.entity_id},
        measured={} if deepest is None else {"limit": str(deepest)},
    )


def _is_too_far(fact: Fact, params: UnauthorisedDiscountParams) -> bool:
    deep = Decimal(fact.fields.get("pct", 0)) > params.limit
    return fact.role == "discount" and (deep or "terms" in fact.fields)


DETECTOR = awaited(
    "unauthorised-discount",
    "warning",
    Bilingual("Discount or terms without authority", "私自压价或修改合同条款"),
    UnauthorisedDiscountParams(),
    find=find,
    looks_back=LONGEST_ORDER,
    memory=with_their_answers(_is_too_far, may_answer, "within", LONGEST_ORDER),
    reads=CONCESSIONS,
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
        given=("edits", "object", "pct", "terms", "what"),
    ),
    notes={
        "discount": Bilingual("changed the price or the terms", "修改价格或条款"),
        "approved": Bilingual("approved by somebody else", "由他人审批"),
        "resumed": Bilingual("restored", "恢复"),
        "stopped": Bilingual("deleted, cancelled or rejected", "删除、取消或驳回"),
    },
)
