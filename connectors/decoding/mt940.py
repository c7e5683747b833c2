"""Reads SWIFT MT940 statements, one record for each `:61:`.

Its lines are parsed by mt-940. Whole statements are not left to it: it gives up the file at the
first bad line, logs what it could not parse, and puts what is said of the whole statement (`:86:`
behind `:62F:`) to its last entry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Final

from msgspec import Struct
from mt940.models import Transactions
from mt940.tags import StatementGLS

from connectors.decoding.booking import Booking, record
from connectors.decoding.options import Decoding
from connectors.decoding.text import text_of, whole
from connectors.record import Record, Undecodable

_TAG: Final = re.compile(r":(20|21|25P?|28C?|13D?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):")
_BLOCK: Final = ("{", "-}")
_STRUCTURED: Final = re.compile(r"([0-9]{3})([^0-9A-Za-z\s])(?=[0-9]{2})")
#: Sub-fields of a structured `:86:`, a German convention that many banks follow.
_PURPOSE: Final = (*range(20, 30), *range(60, 64))
_NAME: Final = (32, 33)
_TEXT, _BANK, _ACCOUNT = 0, 30, 31
_BALANCE: Final = re.compile(r"[CD][0-9]{6}([A-Z]{3})")
_NO_REFERENCE: Final = frozenset({"NONREF", "NOTPROVIDED"})
#: A field of an entry is at most six lines of 65 characters, and some banks' longer.
_LONGEST: Final = 10_000
_MEND: Final = "Ask the bank for MT940 as SWIFT has it"


class _Entry(StatementGLS):
    """`:61:` whose references may be of any length: the bank's would be cut to 23 characters, and
    is the id of the payment."""

    RE_FLAGS: ClassVar[re.RegexFlag] = re.IGNORECASE | re.VERBOSE | re.ASCII
    pattern: ClassVar[str] = StatementGLS.pattern.replace(".{0,23}", r"[^\n]*")


class _Field(Struct):
    line: int
    tag: str
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


_ENTRY: Final = _Entry()


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """With the account of `:25:` and the line of `:61:`. Raises `BrokenInputError`."""
    statement = _Statement()
    entry: _Field | None = None
    details = ""
    number = 0
    for field in _fields(text_of(whole(stream), decoding.codec)):
        if field.tag == "86":
            details = field.text if entry is not None and not details else details
            continue
        if entry is not None:
            number += 1
            yield _made(statement, entry, details, number)
        entry, details = (field, "") if field.tag == "61" else (None, "")
        statement.take(field)
    if entry is not None:
        yield _made(statement, entry, details, number + 1)
    if not statement.seen:
        yield Undecodable("it has no line of MT940, such as :25:", _MEND, last=True)


class _Statement:
    def __init__(self) -> None:
        self.seen = False
        self.bank = self.account = self.currency = self.number = ""

    def take(self, field: _Field) -> None:
        self.seen = True
        first = field.lines[0].strip()
        if field.tag == "20":
            self.bank = self.account = self.currency = self.number = ""
        elif field.tag in ("25", "25P"):
            self.bank, _, self.account = first.rpartition("/")
        elif field.tag in ("28", "28C"):
            self.number = first
        elif field.tag.startswith("60") and (match := _BALANCE.match(first)):
            self.currency = match[1]
            # Some write the currency behind the account.
            bare = self.account.removesuffix(self.currency)
            if bare[-1:].isdigit():
                self.account = bare


def _fields(text: str) -> Iterator[_Field]:
    field: _Field | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip()
        if line.startswith(_BLOCK) or line == "-":
            if field is not None:
                yield field
            field = None
        elif match := _TAG.match(line):
            if field is not None:
                yield field
            field = _Field(number, match[1], [line[match.end() :]])
        elif field is not None:
            field.lines.append(line)
    if field is not None:
        yield field


def _made(statement: _Statement, entry: _Field, details: str, number: int) -> Record | Undecodable:
    text = entry.text
    match = _ENTRY.re.match(text) if len(text) <= _LONGEST >= len(details) else None
    if match is None:
        return Undecodable("the line :61: is not as MT940 has it, or too long", _MEND, entry.line)
    if not statement.account:
        return Undecodable("no line :25: before it names the account", _MEND, entry.line)
    try:
        said = _ENTRY(Transactions(), match.groupdict())
        amount = Decimal(str(match["amount"]).replace(",", ".", 1))
    except (ValueError, ArithmeticError):
        return Undecodable("the line :61: has no such date or amount", _MEND, entry.line)
    mark = str(match["status"]).upper()
    value_date = str(said["date"])
    booked = str(said.get("entry_date") or value_date)
    code, parts = _parts(details)
    reference = str(match["customer_reference"] or "").strip()
    booking = Booking(
        account=statement.account,
        bank=statement.bank,
        currency=statement.currency,
        amount=amount,
        # What takes back a credit is a debit.
        credit_debit="CRDT" if mark in ("C", "RD") else "DBIT",
        reversal=mark.startswith("R"),
        status="BOOK",
        booked=booked,
        booking_date=booked,
        value_date=value_date,
        acct_svcr_ref=str(match["bank_reference"] or "").strip(),
        end_to_end_id="" if reference in _NO_REFERENCE else reference,
        counterparty_name=_joined(parts, _NAME),
        counterparty_account=parts.get(_ACCOUNT, "").strip(),
        counterparty_bank=parts.get(_BANK, "").strip(),
        remittance=_joined(parts, _PURPOSE) if code else " ".join(details.split()),
        additional=parts.get(_TEXT, "").strip() or str(match["extra_details"] or "").strip(),
        bank_tx_code="/".join(filter(None, [str(match["id"] or "").strip(), code])),
        statement=statement.number,
    )
    return record(booking, entry.line, f"entry {number}")


def _parts(details: str) -> tuple[str, dict[int, str]]:
    """The code of a structured `:86:` and its sub-fields; nothing of one that is plain text. Lines
    are broken anywhere: they are joined without a space."""
    match = _STRUCTURED.match(details)
    if match is None:
        return "", {}
    pieces = re.split(re.escape(match[2]) + "([0-9]{2})", details.replace("\n", "")[match.end(1) :])
    parts: dict[int, str] = {}
    for key, text in zip(pieces[1::2], pieces[2::2], strict=True):
        parts[int(key)] = parts.get(int(key), "") + text
    return match[1], parts


def _joined(parts: dict[int, str], keys: tuple[int, ...]) -> str:
    return "".join(parts.get(key, "") for key in keys).strip()
