"""A salesperson makes themselves the owner of a colleague's customer.

Catches an edit by which a customer's owner becomes whoever made the edit, who is no manager:
neither their role says so nor does any colleague name them as manager.

Misses a customer that nobody is known to have owned, one taken under a colleague's name or
passed to an accomplice, and a manager who takes one.

Looks the same: a handover agreed by word of mouth, an assistant or administrator who enters what a
manager decided, a manager whom the reference data does not know as one.
"""

from dataclasses import replace

from detectors.language import *


class UnauthorisedTransferParams(Params):
    """There is nothing to set: a transfer is one's own or it is not."""


def _takes(edit: CrmEdit) -> bool:
    return names_other_owner(edit) and edit.says.owner == edit.actor


def _taken(event: Event, reference: Reference) -> Fact | None:
    taken = transfer_fact(event, reference)
    return None if reference.is_manager(taken.about) else taken


def find(view: View, params: UnauthorisedTransferParams) -> Iterable[Found]:
    """One thing found an edit by which somebody took the customer for themselves."""
    for taken, before in transfers(view):
        if not view.reference.is_manager(taken.about):
            yield Found(
                by=taken,
                named=f"{view.entity_id}\n{taken.anchor}",
                about=Subject(employee=taken.about, customer=view.entity_id),
                values={"before": before},
            )


DETECTOR = edge(
    "unauthorised-transfer",
    "warning",
    Bilingual("Customer taken over without authority", "擅自变更客户归属"),
    UnauthorisedTransferParams(),
    find=find,
    reads=(Reads("customer", CrmEdit, _taken, where=replace(NAMES_OWNER, also=_takes)),),
    says=says(
        Sentence(
            "{employee}, who is not a manager, took over customer {customer} from "
            "{before:employee} at {first:time} in an edit of their own.",
            "{employee}并非经理，却于 {first:time} 自行将客户 {customer} 从{before:employee}名下"
            "改到自己名下。",
        ),
        given=("before",),
    ),
    notes={"transfer": Bilingual("made themselves the owner", "把归属人改成了本人")},
    needs=("employees",),
    watches=WHOSE_CUSTOMER,
)
