"""Events as they count in the end: in order of time, told up to a moment, each thing told right."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from contract.event import Event
from contract.times import DAY
from contract.types import Payment, Shipment


def sooner(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.time, event.id))


#: After every event's id.
LAST = "\uffff"


def told_by(events: Iterable[Event], at: int, id_: str = LAST) -> list[Event]:
    """What had happened at a time; of that very instant, up to the event with an id."""
    return [it for it in sooner(events) if (it.time, it.id) <= (at, id_)]


def corrected(events: Iterable[Event]) -> list[Event]:
    """As if every payment and shipment had been told right at once.

    The newest of different words on one thing counts, at the time of the first. A refund, or a
    return, begins another thing, and so do thirty days of silence.
    """
    things: dict[object, list[list[Event]]] = {}
    ended: set[object] = set()
    kept: list[Event] = []
    paid: set[str] = set()
    for it in sooner(events):
        data = it.data
        if isinstance(data, Payment):
            what, ends = (data.payment, data.kind), [(data.payment, "received")]
            if data.kind == "received":
                paid.add(data.payment)
                ends = []
            elif data.payment in paid:
                ended.update(ends)
                kept.append(it)
                continue
        elif isinstance(data, Shipment):
            what = (data.shipment, data.status)
            out, back = (
                [(data.shipment, it) for it in ("dispatched", "delivered")],
                (
                    data.shipment,
                    "returned",
                ),
            )
            ends = (
                out if data.status == "returned" else [back] if data.status == "dispatched" else []
            )
        else:
            kept.append(it)
            continue
        ended.update(ends)
        legs = things.setdefault(what, [])
        late = legs and it.time - legs[-1][-1].time > 30 * DAY
        if not legs or late or what in ended:
            legs.append([])
        ended.discard(what)
        legs[-1].append(it)
    for legs in things.values():
        for leg in legs:
            newest = _content(leg[-1])
            same = [_content(it) == newest for it in leg]
            start = len(same) - 1
            while start and same[start - 1]:
                start -= 1
            kept += [structs.replace(leg[start], time=leg[0].time), *leg[start + 1 :]]
    return sooner(kept)


def _content(event: Event) -> tuple[object, ...]:
    data = event.data
    if isinstance(data, Payment):
        named = (data.order, data.customer, data.recorded_by, data.payee_account)
        return (data.amount, data.currency, *named)
    assert isinstance(data, Shipment)
    return (data.order, data.customer, data.address, data.phone, data.released_by)
