"""What banks say of one movement on an account, in one shape whatever they write it in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final, Literal

from msgspec import Struct, structs

from connectors.record import Record

Direction = Literal["CRDT", "DBIT"]
_AMOUNT: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{0,10})?|\.[0-9]{1,10}")


class Booking(Struct, kw_only=True):
    """A text that is not there is empty. Times and dates are text, as the bank wrote them."""

    account: str
    account_name: str = ""
    #: Before the account in MT940.
    bank: str = ""
    currency: str
    amount: Decimal
    #: Which way the money went: CRDT into the account, also when that takes back a payment.
    credit_debit: Direction
    #: It takes back an earlier booking.
    reversal: bool = False
    #: BOOK, PDNG (not certain yet) or INFO.
    status: str = ""
    #: A time if the bank has one, else the date.
    booked: str = ""
    booking_date: str = ""
    value_date: str = ""
    #: The bank's own number of the booking.
    acct_svcr_ref: str = ""
    #: The number of the entry in its statement: another one in each kind of statement.
    entry_ref: str = ""
    #: Which of the entry's payments it is, from 1, and 0 where it has only one.
    detail: int = 0
    end_to_end_id: str = ""
    counterparty_name: str = ""
    counterparty_account: str = ""
    counterparty_bank: str = ""
    remittance: str = ""
    #: What the bank adds, such as the name of the kind of booking.
    additional: str = ""
    bank_tx_code: str = ""
    #: The number of the statement.
    statement: str = ""


def record(booking: Booking, line: int = 0, part: str = "") -> Record:
    """All of its fields, always the same."""
    value: dict[str, Any] = structs.asdict(booking)
    return Record(value, line, part)


def amount(text: str) -> Decimal | None:
    """An amount without a sign, with a point; none if it is no such."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None
