"""A customer who orders again much sooner than it ever did.

Catches an order that comes after less than `percent` of the median of the customer's last gaps
between orders, at most `looked_at` and at least `gaps` of them: orders made up or split, stock
pushed into the channel, goods drawn for others. It names the order's owner, else its creator.

Misses customers with fewer orders, those whose cycle shortens step by step, and those who have not
ordered for `remembered`: with them it all starts again.

Looks the same: several orders entered at one sitting (of a batch all but the first come at once), a
supplement to the order before, a project that starts, one order entered twice.
"""

from detectors.language import *


class OrderCycleCollapseParams(Params):
    """How much sooner, compared with how many gaps."""

    percent: int = less_than(25, "the gap in percent of the median", "间隔占中位数的百分比")
    gaps: int = at_least(4, "known gaps between orders", "已知的下单间隔数")
    looked_at: int = number(12, "last gaps that are looked at", "最近若干次间隔", ge=1)
    remembered: Duration = number(
        "365d", "after such a pause all starts again", "停购超过此时长则重新统计"
    )


def _created(edit: CrmEdit) -> Kept:
    return keep("created", about=edit.object.id, employee=edit.says.owner or edit.actor)


def find(view: View, params: OrderCycleCollapseParams) -> Iterable[Found]:
    """One thing found for each order that comes too soon for its customer."""
    for (before, gaps), (order, _) in pairwise(with_gaps(view.facts, params)):
        gap = order.at - before.at
        middle = median_beyond(gap * 100, gaps, params.percent)
        if len(gaps) < params.gaps or middle is None:
            continue
        percent, known = tenths(gap * 100 / middle), str(len(gaps))
        told = {"before": before.about, "gap": roughly(gap), "median": roughly(int(middle))}
        yield Found(
            by=order,
            named=order.about,
            facts=(structs.replace(before, role="before", fields=sent_of(before)), order),
            about=Subject(order.employee, view.entity_id, order.about),
            values={**told, "known": known, "share": percent},
            measured={"percent": percent, "gaps": known},
        )


DETECTOR = outlier(
    "order-cycle-collapse",
    "warning",
    Bilingual("Customer orders much sooner than usual", "客户订单周期骤然缩短"),
    OrderCycleCollapseParams(),
    find=find,
    looks_back="remembered",
    memory=FOLDED_GAPS,
    reads=(read("customer", CrmEdit, _created, where=edits("create", of="order")),),
    says=says(
        Sentence(
            "Customer {customer} placed order {order} at {at:time}, {gap:span} after order "
            "{before}: {share} % of {median:span}, the median of its last {known:gap} between "
            "orders. Responsible: {employee}.",
            "客户 {customer} 于 {at:time} 下了订单 {order}，距上一笔订单 {before} 仅 {gap:span}，"
            "为最近 {known} 次下单间隔中位数（{median:span}）的 {share}%。责任人：{employee}。",
        ),
        given=("before", "gap", "known", "median", "share"),
    ),
    notes={
        "before": Bilingual("the order before", "上一笔订单"),
        "created": Bilingual("created the order", "创建订单"),
    },
)
