"""`[[detectors.<id>.allow]]`: what is known and agreed on, so that nobody is alerted to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Final

from contract.allowance import IDS
from contract.spelling.nearest import nearest
from contract.spelling.shown import shown
from contract.times import end_of_day, micros
from detectors.language.allowance import Allowance

#: All that an allowance has, with what it means.
OF_AN_ALLOWANCE: Final = {
    **{name: f"id of the {name} that the alert names" for name in IDS},
    "until": "needed: a date (to the end of that day in `timezone`) or a date-time, without quotes",
    "reason": "needed: why; it is shown with the alert and by `offbook detectors`",
}
_LONGEST_ID = 128
#: The name of a list of allowances.
LIST_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

_UNTIL = "a date or a time without quotes, such as 2026-12-31 or 2026-12-31T18:00:00+08:00"


def is_lists(value: Any) -> bool:
    """Whether these are names of lists."""
    return isinstance(value, list) and all(
        isinstance(name, str) and LIST_NAME.fullmatch(name) for name in value
    )


def allowances(rows: Any, place: str, zone: tzinfo, problems: list[str]) -> tuple[Allowance, ...]:
    """The allowances of one detector. What is wrong goes to `problems`, begun with `place`, by
    position and name only: whom it is about is in no log line."""
    if not isinstance(rows, list):
        problems.append(f"{place} allow: must be tables: [[detectors.<id>.allow]]")
        return ()
    found = []
    for position, row in enumerate(rows, 1):
        wrong: list[str] = []
        allowance = _allowance(row, position, zone, wrong)
        if allowance is not None and not wrong:
            found.append(allowance)
        problems += [f"{place} allow, number {position}: {line}" for line in wrong]
    return tuple(found)


def _allowance(row: Any, position: int, zone: tzinfo, wrong: list[str]) -> Allowance | None:
    if not isinstance(row, Mapping):
        wrong.append("must be a table: [[detectors.<id>.allow]]")
        return None
    wrong += [
        f"{name}: unknown{nearest(name, OF_AN_ALLOWANCE)}"
        for name in row
        if name not in OF_AN_ALLOWANCE
    ]
    ids = {name: row[name] for name in IDS if name in row}
    for name, id_ in ids.items():
        if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
            wrong.append(f"{name}: must be an id in quotes of 1 to {_LONGEST_ID} characters")
    if not ids:
        wrong.append(f"must say for whom or what: {', '.join(IDS[:-1])} or {IDS[-1]}")
    reason = row.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        wrong.append("reason: must say, in quotes, why this is known and agreed on")
    until = _until(row.get("until"), zone, wrong)
    if wrong or until is None:
        return None
    return Allowance(name=str(position), until=until, reason=shown(str(reason).strip()), **ids)


def _until(value: Any, zone: tzinfo, wrong: list[str]) -> int | None:
    """The last microsecond; a time without an offset is company time, a date ends with its day."""
    try:
        if isinstance(value, datetime):
            return micros(value if value.tzinfo is not None else value.replace(tzinfo=zone))
        if isinstance(value, date):
            return end_of_day(value, zone)
    except OverflowError:
        wrong.append("until: is too far away; give the day on which somebody should look again")
        return None
    wrong.append(f"until: {'must be' if value is not None else 'is needed:'} {_UNTIL}")
    return None
