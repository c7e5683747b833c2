"""Contact data of customers, which an edit may change. They are compared as they were decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract.types import CrmEdit

_FIELDS = ("phone", "email", "address")


def each(contact: str | None) -> Sequence[str]:
    """The phones, or the e-mails, of a field: many a CRM has one field for several."""
    return contact.split() if contact else ()


def changed_contacts(edit: CrmEdit) -> Iterator[tuple[str, str]]:
    """The contact fields that an update of a customer changed, and what is new in each: `""` where
    one was there and none is left.

    A field that `before` lacks counts as changed. What is masked says nothing of a change.
    """
    if edit.op != "update" or edit.object.type != "customer":
        return
    for field in _FIELDS:
        new, old = getattr(edit.says, field), getattr(edit.was, field)
        if new is None or new == old:
            continue
        if not new:
            if old:
                yield field, ""
        elif field == "address":
            yield field, new
        else:
            added = set(each(new)) - set(each(old))
            if added or set(each(old)) - set(each(new)):
                yield field, " ".join(sorted(added))
