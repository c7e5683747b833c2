"""Explains to senders how a text was read differently from what they sent, without quoting the
value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from contract.event import Event
from contract.fields import Account, Address, Email, Phone
from contract.spelling import spelling
from contract.spelling.folding import REGION, SPELL, kind_at

_NUMBER = re.compile(r"\[[0-9]+\]")
_CONTACTS = {
    Phone: "read as E.164",
    Email: "read as bare addresses in lower case",
    Address: "read without blanks, in one case and width",
}
_NO_CONTACT = {
    Phone: "no valid numbers, read as none",
    Email: "no addresses, read as none",
}


def readings(event: Event, region: str = REGION) -> Iterator[tuple[str, str]]:
    """For each text in `event.sent`: its field (`data.phones[...]`) and how it was read; there may
    be several ways."""
    for path, text in event.sent:
        field = "data." + _NUMBER.sub("[...]", path)
        for way in _ways(kind_at(type(event.data), path), text, region):
            yield field, way


def _ways(kind: Any, text: str, region: str) -> Iterator[str]:
    one = SPELL[kind](text, region)
    if not one:
        known = one is None or kind not in _NO_CONTACT
        if known or spelling.is_placeholder(spelling.folded(text)):
            yield "masked or placeholders, read as none"
        else:
            yield _NO_CONTACT[kind]
    elif one == text:
        # It is listed only because another text of the same list was read differently.
        return
    elif kind in _CONTACTS:
        yield _CONTACTS[kind]
    else:
        yield from _of_an_id(text, one, is_account=kind is Account)


def _of_an_id(text: str, one: str, *, is_account: bool) -> Iterator[str]:
    seen = spelling.visible(text)
    narrow = unicodedata.normalize("NFKC", seen)
    if seen != text:
        yield "read without invisible characters"
    if narrow != seen:
        yield "read in half width"
    if not is_account:
        if narrow != narrow.strip():
            yield "read without blanks at the ends"
        return
    if narrow != spelling.ungrouped(narrow):
        yield "read without blanks, hyphens or dots"
    if narrow != narrow.upper():
        yield "read in upper case"
    if one != spelling.folded(spelling.ungrouped(narrow.upper())):
        yield "read without what a spreadsheet or a form adds (.0, IBAN)"
