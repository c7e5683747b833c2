"""The note on a piece of evidence: what the event adds to the alert, and remarks behind it.

An alert has the note in English, and `offbook explain` takes it apart to say it in Chinese too:
what puts it together and what takes it apart stand here. Before the remarks stands no text that
others wrote, which could look like one of them; in what was sent quotation marks are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from contract.alert import Bilingual
from contract.spelling.shown import quoted

#: Of a text that was sent so many characters are told, so many that an id is told whole.
MOST_SENT = 128

_RECORDS = Bilingual(" ({} records)", "（{} 条）")
_SENT_AS = Bilingual(" (sent as {})", "（原文：{}）")
_WITHDRAWN = Bilingual("; the alert was withdrawn by it, sent by {}", "；告警因此撤回，由 {} 发送")

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_SENT = rf"[a-z_.]+ {_QUOTED}(?:…{_QUOTED})?"


def _read(remark: Bilingual, pattern: str) -> str:
    return "(?:" + re.escape(remark.en).replace(re.escape("{}"), f"({pattern})") + ")?"


#: One record is not told, so it is not read either; nor is what no count can be.
_NOTE = re.compile(
    "(.*?)"
    + _read(_RECORDS, "0|[2-9]|[1-9][0-9]{1,18}")
    + _read(_SENT_AS, f"{_SENT}(?:, {_SENT})*")
    + _read(_WITHDRAWN, ".*"),
    re.DOTALL,
)


class Remarks(Struct, frozen=True):
    """How many records an event speaks of, what of it was sent otherwise than it is read (as
    `sent_as` tells it), and by whom it was sent, if an alert was withdrawn by it."""

    records: int = 1
    sent_as: str = ""
    withdrawn_by: str | None = None


def sent_as(texts: Iterable[tuple[str, str, str]]) -> str:
    """`order "SO-1\\u200b", payee_account "6222 0000"`; of each its path, what was sent there, and
    how that is read."""
    return ", ".join(f"{path} {quoted(sent, MOST_SENT, read)}" for path, sent, read in texts)


def with_remarks(note: str, remarks: Remarks, language: Literal["en", "zh"] = "en") -> str:
    """What an event adds to an alert, with the remarks there are."""

    def said(remark: Bilingual, about: str) -> str:
        return (remark.zh if language == "zh" else remark.en).format(about)

    if remarks.records != 1:
        note += said(_RECORDS, str(remarks.records))
    if remarks.sent_as:
        note += said(_SENT_AS, remarks.sent_as)
    if remarks.withdrawn_by is not None:
        note += said(_WITHDRAWN, remarks.withdrawn_by)
    return note


def taken_apart(note: str) -> tuple[str, Remarks]:
    """The English note without its remarks, and these."""
    found = _NOTE.fullmatch(note)
    assert found is not None, "any text at all is a note"
    bare, records, sent, withdrawn_by = found.groups()
    return bare, Remarks(int(records or 1), sent or "", withdrawn_by)
