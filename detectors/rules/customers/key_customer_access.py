"""Somebody looks into a key customer that is not theirs.

Catches a `view`, `export` or `update` of the record of a customer whose tier is `key`, by somebody
who is neither its owner as of then nor a manager. The reference document decides on the tier; where
it says nothing of it, the edit itself may. A customer that becomes key later is watched from then
on, and where no owner is known, all but managers are reported.

Misses what is seen without opening the record (its contacts, quotes and orders, a list, a report,
a photograph of the screen), and access under the owner's name.

Looks the same: a stand-in, customer service or finance doing their work, a system that opens
records under a name of its own, a manager whom the reference data does not know as one.
"""

from detectors.language import *

#: The kinds of access, which are the roles of the facts, and what is said of them.
ACCESS = {
    "view": Bilingual("viewed", "查看"),
    "export": Bilingual("exported", "导出"),
    "update": Bilingual("updated", "修改"),
}


class KeyCustomerAccessParams(Params):
    """There is nothing to set: a customer is key or it is not."""


def find(view: View, params: KeyCustomerAccessParams) -> Iterable[Found]:
    """One thing found an employee and company day."""
    days: dict[tuple[str, str], list[Fact]] = {}
    first_of = {access.day: access for access in reversed(view.facts)}
    ends = {day: end_of_day(view, access) for day, access in first_of.items()}
    for access in view.facts:
        if (
            access.fields.get("customer", view.entity_id) == view.entity_id
            and is_key(view.entity_id, access.fields.get("tier"), view.reference)
            and not view.reference.is_manager(access.about)
            and not _is_own(view, access, ends[access.day])
        ):
            days.setdefault((access.about, access.day), []).append(access)
    for (actor, day), whole in days.items():
        first, end = whole[0], ends[day]
        accesses = so_far(view, whole, end)
        owner = owner_as_of(view, first.at, end)
        ways = {kind: [it for it in accesses if it.role == kind] for kind in ACCESS}
        told = {
            kind: total(of_these(its, accesses), view.common) for kind, its in ways.items() if its
        }
        yield Found(
            by=first,
            named=f"{view.entity_id}\n{actor}\n{day}",
            facts=of_these(accesses, accesses),
            until=end,
            about=Subject(employee=actor, customer=view.entity_id),
            values={
                "day": day,
                **({} if owner is None else {"owner": owner}),
                **told,
            },
        )


def _is_own(view: View, access: Fact, end: int) -> bool:
    """Whether it is the owner's, who may give the customer away by that very edit."""
    if owner_as_of(view, access.at, end) == access.about:
        return True
    return access.role == "update" and owner_as_of(view, access.at - 1, end) == access.about


DETECTOR = edge(
    "key-customer-access",
    "warning",
    Bilingual("Key customer accessed", "越权访问重点客户"),
    KeyCustomerAccessParams(),
    find=find,
    # An alert is of one day; what comes after can only be late.
    looks_back=2 * DAY,
    memory=day_by_day(),
    # What the owner does is most.
    innocent=lambda view, access, _: _is_own(view, access, end_of_day(view, access)),
    reads=(KEY_ACCESS,),
    says=says(
        Sentence(
            "{employee}, neither the owner nor a manager, accessed key customer {customer}, "
            "{whose}, on {day}: {ways}.",
            "{employee}既非归属人也非经理，却于 {day} 访问了重点客户 {customer}"
            "（{whose}）：{ways}。",
        ),
        whose=(
            Sentence("whose owner is not known", "归属人不明", when="!owner"),
            Sentence("whose owner is {owner:employee}", "归属人为{owner:employee}", when="owner"),
        ),
        ways=Listing(
            tuple(
                Sentence(f"{{{kind}:record}} {it.en}", f"{it.zh} {{{kind}}} 条", when=kind)
                for kind, it in ACCESS.items()
            ),
            ", ",
            "，",
        ),
        given=("day", "owner", *ACCESS),
    ),
    notes=ACCESS,
    needs=("employees", "customers"),
    watches=WHOSE_CUSTOMER,
)
