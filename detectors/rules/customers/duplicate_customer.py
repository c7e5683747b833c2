"""One customer entered twice, by two employees.

Catches two customers with one phone or one email that different employees created within `within`:
whoever entered the second works on somebody else's customer under a name of their own.

Misses a second entry with another phone and email, one that got them by a later edit, and one that
follows later than `within`. A first entry that was deleted or merged in the meantime counts: to
delete a colleague's customer and enter it again is an old trick.

Looks the same: firms that share an office or a bookkeeper, branches of one group, a placeholder
instead of a phone, a call centre and a rep who enter the same enquiry.
"""

from detectors.language import *


class DuplicateCustomerParams(Params):
    """How far apart the two may have been created."""

    within: Duration = at_most(
        "90d", "from the first creation to the second", "自首次建档至重复建档"
    )


def _creation(edit: CrmEdit) -> Kept:
    return keep("created", about=edit.object.id, actor=edit.actor)


def find(view: View, params: DuplicateCustomerParams) -> Iterable[Found]:
    """One thing found a customer that somebody else had entered before, the latest time."""
    for first, second in entered_by_another(view.facts):
        if second.at - first.at <= params.within:
            customer, contact = second.about, view.entity_id.partition(":")[0]
            others = {"other": first.about, "who": first.actor, "since": str(first.at)}
            yield Found(
                by=second,
                named=f"{view.entity_id}\n{customer}",
                facts=(first, second),
                about=Subject(second.actor, customer),
                values={"what": contact, **others},
                measured={"within": elapsed(first.at, second.at)},
            )


DETECTOR = edge(
    "duplicate-customer",
    "warning",
    Bilingual("Customer entered twice", "客户重复建档"),
    DuplicateCustomerParams(),
    find=find,
    looks_back="within",
    memory=since_the_first("within"),
    reads=(read("contact", CrmEdit, _creation, where=edits("create", of="customer")),),
    says=says(
        Sentence(
            "{employee} created customer {customer} at {at:time} with the {what:term} of customer "
            "{other}, which {who:employee} had created at {since:time}.",
            "{employee}于 {at:time} 新建客户 {customer}，其{what:term}与{who:employee}于 "
            "{since:time} 新建的客户 {other} 相同。",
        ),
        given=("other", "since", "what", "who"),
    ),
    notes={
        "created": Bilingual(
            "created a customer with the same phone or email", "新建了电话或邮箱相同的客户"
        )
    },
    judges_contacts=True,
)
