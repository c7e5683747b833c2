"""Reads ISO 20022 statements (camt.053) and notifications (camt.054), of version 02 to today's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from connectors.decoding.booking import Booking, Direction, amount, record
from connectors.decoding.broken import BrokenInputError
from connectors.decoding.options import Decoding
from connectors.decoding.xml import document, listed
from connectors.record import Record, Undecodable

#: The element of the message, and of a statement in it.
_MESSAGES: Final = {"BkToCstmrStmt": "Stmt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_DIRECTIONS: Final[dict[str, Direction]] = {"CRDT": "CRDT", "DBIT": "DBIT"}
_TRUE: Final = frozenset({"true", "1"})
_MEND: Final = "Ask the bank for camt.053 or camt.054 as ISO 20022 has it"


def records(stream: io.BufferedReader, decoding: Decoding) -> Iterator[Record | Undecodable]:
    """One for each payment of an entry, or for the entry if that names none; `part` says which.
    Raises `BrokenInputError`."""
    name, value = document(stream, decoding)
    holder = {name: value} if name in _MESSAGES else value
    message = next((it for it in _MESSAGES if isinstance(holder, dict) and it in holder), None)
    if message is None:
        raise BrokenInputError("it is neither camt.053 nor camt.054", _MEND)
    for body in listed(holder[message]):
        for at, statement in enumerate(_inner(body, _MESSAGES[message]), start=1):
            for number, entry in enumerate(_inner(statement, "Ntry"), start=1):
                part = f"Ntry {number}" if at == 1 else f"{_MESSAGES[message]} {at} Ntry {number}"
                yield from _entry(statement, entry, part)


def _entry(statement: Any, entry: Any, part: str) -> Iterator[Record | Undecodable]:
    payments = [it for of in _inner(entry, "NtryDtls") for it in _inner(of, "TxDtls")]
    for number, payment in enumerate(payments or [{}], start=1):
        several = len(payments) > 1
        named = f"{part} TxDtls {number}" if several else part
        made = _booking(statement, entry, payment, number if several else 0)
        if isinstance(made, Booking):
            yield record(made, part=named)
        else:
            yield Undecodable(f"{named} {made}", _MEND)


def _booking(statement: Any, entry: Any, payment: Any, detail: int) -> Booking | str:
    """Or what it lacks."""
    sums = [*_inner(payment, "Amt"), *_of(payment, "AmtDtls", "TxAmt", "Amt")]
    if not detail:
        # What one payment names may be in another currency, before charges: booked is this.
        sums = [*_inner(entry, "Amt"), *sums]
    booked = amount(_text(sums[0])) if sums else None
    if booked is None:
        return "has no amount"
    direction = _DIRECTIONS.get(_first(payment, "CdtDbtInd") or _first(entry, "CdtDbtInd"))
    if direction is None:
        return "does not say whether it is credit or debit"
    account = _account(_of(statement, "Acct"))
    date_time, date = _first(entry, "BookgDt", "DtTm"), _first(entry, "BookgDt", "Dt")
    value_date = _first(entry, "ValDt", "Dt") or _first(entry, "ValDt", "DtTm")[:10]
    name, other, bank = _counterparty(payment, direction, account)
    own = _first(payment, "Refs", "AcctSvcrRef")
    return Booking(
        account=account,
        account_name=_first(statement, "Acct", "Ownr", "Nm"),
        currency=_currency(sums[0]) or _first(statement, "Acct", "Ccy"),
        amount=booked,
        credit_debit=direction,
        reversal=_first(entry, "RvslInd") in _TRUE,
        status=_first(entry, "Sts", "Cd") or _first(entry, "Sts"),
        booked=date_time or date,
        booking_date=(date or date_time)[:10],
        value_date=value_date,
        acct_svcr_ref=own or _first(entry, "AcctSvcrRef"),
        entry_ref=_first(entry, "NtryRef"),
        detail=detail,
        end_to_end_id=_first(payment, "Refs", "EndToEndId"),
        counterparty_name=name,
        counterparty_account=other,
        counterparty_bank=bank,
        remittance=_remittance(payment),
        additional=_first(payment, "AddtlTxInf") or _first(entry, "AddtlNtryInf"),
        bank_tx_code=_code(payment) or _code(entry),
        statement=_first(statement, "Id"),
    )


def _counterparty(payment: Any, direction: Direction, account: str) -> tuple[str, str, str]:
    """Name, account and bank of whoever is not us. When a payment is taken back some banks name
    both sides as they were: we are then where the other is looked for first."""
    sides = ("Dbtr", "Cdtr") if direction == "CRDT" else ("Cdtr", "Dbtr")
    for side in sides:
        name = _first(payment, "RltdPties", side, "Nm") or _first(
            payment, "RltdPties", side, "Pty", "Nm"
        )
        other = _account(_of(payment, "RltdPties", f"{side}Acct"))
        if (name or other) and not (other and other == account):
            institution = _of(payment, "RltdAgts", f"{side}Agt", "FinInstnId")
            bank = next((_text(it) for at in institution for it in _named_bank(at)), "")
            return name, other, bank
    return "", "", ""


def _named_bank(institution: Any) -> list[Any]:
    return [
        *_inner(institution, "BICFI"),
        *_inner(institution, "BIC"),
        *_of(institution, "ClrSysMmbId", "MmbId"),
        *_inner(institution, "Nm"),
    ]


def _account(accounts: list[Any]) -> str:
    return next(
        (
            found
            for it in accounts
            if (found := _first(it, "Id", "IBAN") or _first(it, "Id", "Othr", "Id"))
        ),
        "",
    )


def _remittance(payment: Any) -> str:
    plain = _of(payment, "RmtInf", "Ustrd")
    references = _of(payment, "RmtInf", "Strd", "CdtrRefInf", "Ref")
    return " ".join(text for it in [*plain, *references] if (text := _text(it)))


def _code(of: Any) -> str:
    domain = [
        _first(of, "BkTxCd", "Domn", "Cd"),
        _first(of, "BkTxCd", "Domn", "Fmly", "Cd"),
        _first(of, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"),
    ]
    return "/".join(filter(None, domain)) or _first(of, "BkTxCd", "Prtry", "Cd")


def _inner(value: Any, name: str) -> list[Any]:
    return listed(value.get(name)) if isinstance(value, dict) else []


def _of(value: Any, *path: str) -> list[Any]:
    found = [value]
    for name in path:
        found = [inner for it in found for inner in _inner(it, name)]
    return found


def _first(value: Any, *path: str) -> str:
    return next((text for it in _of(value, *path) if (text := _text(it))), "")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("#text", "")
    return value if isinstance(value, str) else ""


def _currency(value: Any) -> str:
    return value.get("@Ccy", "") if isinstance(value, dict) else ""
