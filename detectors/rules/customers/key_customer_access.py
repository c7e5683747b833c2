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

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from detectors.language import *

#: The kinds of access, which are the roles of the facts, and what is said of them.
ACCESS = {
    "view": Bilingual("viewed", "查看"),
    "export": Bilingual("exported", "导出"),
    "update": Bilingual("updated", "修改"),
}


class KeyCustomerAccessParams(Params):
    """There is nothing to set: a customer is key or it is not."""


def _is_key(customer: str, said: str | None, reference: Reference) -> bool:
    known = reference.customers.get(customer)
    tier = said if known is None or known.tier is None else known.tier
    return tier == "key"


def _counts(edit: CrmEdit, reference: Reference) -> bool:
    """Whether it may count, as far as is known now."""
    may_be_key = not reference.has("customers") or _is_key(
        edit.object.id, edit.says.tier, reference
    )
    return may_be_key and not reference.is_manager(edit.actor)


def _access(edit: CrmEdit, at: int, reference: Reference) -> Kept | None:
    if not _counts(edit, reference):
        return None
    beside = edit.customer is not None and edit.customer != edit.object.id
    return keep(
        edit.op,
        about=edit.actor,
        weight=edit.count,
        day=reference.day(at).isoformat(),
        # An edit comes to the customer it names beside the one it touched, too.
        customer=edit.object.id if beside else None,
        tier=edit.says.tier,
    )


def judge(view: View, params: KeyCustomerAccessParams) -> Iterable[Finding]:
    """One finding for each employee and company day."""
    days: dict[tuple[str, str], list[Fact]] = {}
    owners: dict[tuple[str, str], str | None] = {}
    ends: dict[str, int] = {}
    for access in view.facts:
        if access.fields.get("customer", view.entity_id) != view.entity_id:
            continue
        key = _is_key(view.entity_id, access.fields.get("tier"), view.reference)
        if not key or view.reference.is_manager(access.about):
            continue
        day = access.fields["day"]
        if day not in ends:
            ends[day] = view.reference.end_of_day(view.reference.day(access.at))
        if not _is_own(view, access, ends[day]):
            days.setdefault((access.about, day), []).append(access)
            owners.setdefault((access.about, day), owner_as_of(view, access.at, ends[day]))
    for (actor, day), accesses in days.items():
        values = {"day": day}
        owner = owners[actor, day]
        if owner is not None:
            values["owner"] = owner
        for kind in ACCESS:
            of_kind = [access for access in accesses if access.role == kind]
            if of_kind:
                values[kind] = total(of_kind, view.common)
        yield Finding(
            anchor=f"{view.entity_id}\n{actor}\n{day}",
            facts=tuple(accesses),
            until=ends[day],
            subject=Subject(employee=actor, customer=view.entity_id),
            values=values,
        )


def _is_own(view: View, access: Fact, end: int) -> bool:
    """Whether it is the owner's, who may give the customer away by that very edit."""
    if owner_as_of(view, access.at, end) == access.about:
        return True
    return access.role == "update" and owner_as_of(view, access.at - 1, end) == access.about


def concerns(view: View, fact: Fact, params: KeyCustomerAccessParams) -> bool:
    """Not what the owner does, which is most."""
    return not _is_own(view, fact, view.reference.end_of_day(view.reference.day(fact.at)))


def prune(facts: list[Fact], params: KeyCustomerAccessParams, limit: int) -> list[Fact]:
    """Without the days before the one that `limit` falls on: a day goes whole or stays whole, or
    its alert would shrink. A day is longer by an hour where clocks change."""
    start = bisect_left(facts, limit - 25 * DAY // 24, key=by_time)
    if start == len(facts):
        return []
    day = facts[start].fields["day"]
    while start and facts[start - 1].fields["day"] == day:
        start -= 1
    return facts[start:] if start else facts


DETECTOR = Detector(
    id="key-customer-access",
    severity="warning",
    title=Bilingual("Key customer accessed", "越权访问重点客户"),
    params=KeyCustomerAccessParams(),
    reads=(
        read_knowing(
            "customer",
            CrmEdit,
            _access,
            where=edits("view", "export", "update", of="customer"),
            by_reference=_counts,
        ),
    ),
    judge=judge,
    summarise=says(
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
    ),
    notes=ACCESS,
    # An alert is of one day; what comes after can only be late.
    keeps=lambda _: 2 * DAY,
    prune=prune,
    folds=Folds(lambda _: DAY),
    concerns=concerns,
    needs=("employees", "customers"),
    watches=WHOSE_CUSTOMER,
)
