"""What was agreed on while the service runs: a record of its own, for a replay must know of it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from contract.fields import MAX_ID
from contract.spelling import spelling
from contract.times import parse_rfc3339

#: The ids that an allowance may name; all that are given must be the alert's.
IDS: Final = ("employee", "customer", "order", "account")

#: Characters of a reason.
LONGEST_REASON: Final = 1000


class AllowanceRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One allowance. Field for field the JSON on `offbook.allowances`, keyed by `allowance_id`.

    It covers an alert whose last event was from `since` to `until` (RFC 3339, both included), if
    every id that is given is the alert's. Of which detectors: of those in `detectors`, or of those
    that take the list `list`; of all if neither is given. `by` put it there at `since`. Of one that
    was ended early `ended_by` says who did it and `ended_at` when: it covers nothing later. It is
    never changed otherwise, so that its newest record tells all of it.
    """

    allowance_id: str
    by: str
    since: str
    until: str
    reason: str
    detectors: tuple[str, ...] = ()
    list: str | None = None
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None
    ended_by: str | None = None
    ended_at: str | None = None

    @staticmethod
    def decoded(value: bytes) -> AllowanceRecord:
        """Of a record's value. Raises `ValueError` for what is none."""
        record = _decoder.decode(value)
        since, last = record.span
        if last < since:
            raise ValueError("it ends before it begins")
        return record

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last moment that it covers, in microseconds. Raises `ValueError`."""
        try:
            ends = [parse_rfc3339(it) for it in (self.until, self.ended_at) if it is not None]
            return parse_rfc3339(self.since), min(ends)
        except OverflowError:
            raise ValueError("a time that no clock has") from None


def ids_of(it: object) -> dict[str, str]:
    """Those of `IDS` that it names, by what they are ids of."""
    return {name: id_ for name in IDS if (id_ := getattr(it, name)) is not None}


_decoder: Final = msgspec.json.Decoder(AllowanceRecord)


def standard_id(name: str, given: str) -> str:
    """One of `IDS` in the form in which alerts have it, however it was typed. Raises `ValueError`
    that says what is wrong with it, without it."""
    try:
        found = spelling.account(given) if name == "account" else spelling.id_(given)
    except spelling.UnclearError as error:
        raise ValueError(f"{name}: {error.reason}; {error.mend}") from None
    if not found or len(found) > MAX_ID or not found.isprintable():
        raise ValueError(f"{name}: must be a whole id of 1 to {MAX_ID} characters")
    return found
