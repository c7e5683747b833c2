"""Orders that come to something, in few words, and the plain reading of them for the oracles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contract.event import Event
from contract.times import moment
from contract.types import CrmEdit, Image
from tests.detectors.timeline import SHANGHAI, Moment, after, order

NINE = "2026-03-02 09:00"


def sells(
    distance: str,
    amount: str | None = "1000",
    by: str = "E-1",
    *,
    micro: int = 0,
    number: object = "",
    since: Moment = NINE,
    **image: str | None,
) -> Event:
    """`by` creates an order of `amount`, so long after `since`; `number` makes it another one."""
    known = {name: value for name, value in image.items() if value is not None}
    if amount is not None:
        known["amount"] = Decimal(amount)  # type: ignore[assignment]
    time = after(since, distance, micro)
    return order(time, f"O-{by}-{distance}-{micro}-{amount}-{number}", by, **known)


def daily(
    first: int, last: int, amount: str = "1000", by: str = "E-1", *, number: object = ""
) -> list[Event]:
    """An order at nine on each of so many days from 2026-03-02, which is day 0, on."""
    return [sells(f"{day}d", amount, by, number=number) for day in range(first, last + 1)]


def day_of(event: Event) -> date:
    return moment(event.time).astimezone(SHANGHAI).date()


def created(events: Iterable[Event]) -> Iterator[tuple[Event, CrmEdit, Image]]:
    """The events by which orders are created, by time, with what they say: what is created twice is
    new once."""
    known: set[str] = set()
    for event in sorted(events, key=lambda one: (one.time, one.source, one.id)):
        edit = event.data
        if not isinstance(edit, CrmEdit) or (edit.object.type, edit.op) != ("order", "create"):
            continue
        if edit.object.id not in known:
            known.add(edit.object.id)
            yield event, edit, edit.after or Image()


def worth(image: Image) -> Fraction | None:
    """What an order comes to, if that is said and in company money."""
    if image.amount is None or image.currency not in (None, "CNY"):
        return None
    return Fraction(image.amount)
