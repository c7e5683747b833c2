"""A colleague works on a customer that its owner is working on.

Catches somebody, neither the customer's owner as of then nor the owner's manager, who creates an
activity, quote, opportunity or order on it at most `within` after its owner's last activity.

Misses customers whose owner was never reported, deals made under an accomplice's name, and a
colleague who makes themselves the owner first (`unauthorised-transfer` sees that).

Looks the same: a stand-in during leave, a team that shares a customer, an assistant or inside
sales who enters what the owner sold, a web shop or another system that acts under a name of its
own: an actor that is no person cannot be told from one.
"""

from detectors.language import *

#: What can be created on a customer, which is the role of the fact.
WORK = {
    "activity": Bilingual("activity", "跟进"),
    "quote": Bilingual("quote", "报价"),
    "opportunity": Bilingual("opportunity", "商机"),
    "order": Bilingual("order", "订单"),
}


class CustomerSnatchingParams(Params):
    """How long a customer is its owner's to work on after their last activity."""

    within: Duration = at_most(
        "7d",
        "after the owner's last activity; also the length of a run",
        "距归属人最近一次跟进的时长；也是连续行为的统计时长",
    )


def _works(edit: CrmEdit) -> bool:
    return edit.customer is not None and (edit.op == "create" or edit.object.type == "activity")


def _work(edit: CrmEdit) -> Kept:
    role = edit.object.type if edit.op == "create" else UPDATED
    return keep(role, about=edit.actor, weight=edit.count)


def find(view: View, params: CustomerSnatchingParams) -> Iterable[Found]:
    """One thing found for each run of things that one colleague created."""
    for claim, run in inroads(view, params.within):
        first = run[0]
        yield Found(
            by=first,
            named=f"{view.entity_id}\n{first.about}\n{first.anchor}",
            facts=(claim, *run),
            about=Subject(employee=first.about, customer=view.entity_id),
            values={
                "owner": claim.about,
                "total": total(run, view.common),
                **{kind: "created" for kind in WORK if any(act.role == kind for act in run)},
            },
            measured={"within": elapsed(claim.at, first.at)},
        )


DETECTOR = edge(
    "customer-snatching",
    "warning",
    Bilingual("Colleague's customer worked on", "抢单"),
    CustomerSnatchingParams(),
    find=find,
    # A claim and its run, and the time in which nothing is looked for to be forgotten.
    looks_back="within",
    open_for=("within", "within"),
    memory=RUNS_WITH_THEIR_CLAIMS,
    innocent=is_no_inroad,
    room=room_for_one,
    reads=(
        read(
            "customer",
            CrmEdit,
            _work,
            where=edits(
                "create", "update", of=("activity", "quote", "opportunity", "order"), also=_works
            ),
        ),
    ),
    says=says(
        Sentence(
            "{employee} created {total:record} ({kinds}) on customer {customer} of "
            "{owner:employee} within {within} from {at:time}; the owner's last activity before "
            "that was at {first:time}.",
            "{employee}自 {at:time} 起 {within}内，在{owner:employee}名下的客户 {customer} 上"
            "新建了 {total} 条记录（{kinds}）；此前归属人最近一次跟进是在 {first:time}。",
        ),
        kinds=Listing(
            tuple(Sentence(it.en, it.zh, f"{kind}=created") for kind, it in WORK.items())
        ),
        given=("owner", "total", *WORK),
    ),
    notes={
        "claim": Bilingual("the owner's last activity before", "归属人此前最近一次跟进"),
        **{
            kind: Bilingual(f"{kind} created by a colleague", f"同事新建{it.zh}")
            for kind, it in WORK.items()
        },
    },
    needs=("employees",),
    watches=WHOSE_CUSTOMER,
)
