"""Contact data of customers: how they are compared, and which of them an edit changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from offbook.events.types import CrmEdit

_NO_DIGIT = re.compile(r"[^0-9]+")

#: A Chinese number with its area code and without the zero before it has at least ten digits; a
#: shorter one that begins with 86 is a local number.
_NATIONAL = 10


def phone_key(text: str) -> str:
    """The digits, without the country code 86 and the zero before an area code.

    `+86 138-0013-8000` and `13800138000` are one phone, `0571-8612 3456` and `+86 571 86123456`
    another. Empty if there is no digit.
    """
    digits = _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text)).lstrip("0")
    if digits.startswith("86") and len(digits) >= len("86") + _NATIONAL:
        return digits[2:].lstrip("0")
    return digits


def address_key(text: str) -> str:
    """Without whitespace, in one case and one width of letters and digits."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


#: By key of a customer's image, what two ways to write the same have in common.
_KEYS = {"phone": phone_key, "email": address_key, "address": address_key}


def changed_contacts(edit: CrmEdit) -> Iterator[tuple[str, str]]:
    """The contact fields that an update of a customer changed, and what they say now.

    Another way to write the same is no change. A field that `before` lacks counts as changed.
    """
    if edit.op != "update" or edit.object.type != "customer":
        return
    for field, key in _KEYS.items():
        new, old = getattr(edit.says, field), getattr(edit.was, field)
        if new and new != old and (old is None or key(new) != key(old)):
            yield field, new
