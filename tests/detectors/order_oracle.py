"""Plain questions about an order, asked of all events at once.

For the oracles of the detectors that judge an order by its own story. What is answered here is
worked out from the events alone, as slowly as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from contract.event import Event
from contract.types import CrmEdit, Payment, ServiceCallback, Shipment
from tests.detectors.order_world import ORDERS
from tests.detectors.retold import LAST, sooner, told_by
from tests.detectors.timeline import DOCUMENTED, at

_DOCUMENTED = at(DOCUMENTED)
Answer = tuple[str, str | None, str | None, str | None, str | None, frozenset[str]]


def edits(events: Iterable[Event], id_: str) -> list[tuple[Event, CrmEdit]]:
    return [
        (event, event.data)
        for event in sooner(events)
        if isinstance(event.data, CrmEdit)
        and event.data.object.type == "order"
        and event.data.object.id == id_
    ]


def creation(events: Iterable[Event], id_: str) -> Event | None:
    return next((event for event, data in edits(events, id_) if data.op == "create"), None)


def mention(events: Iterable[Event], id_: str) -> Event | None:
    for event in sooner(events):
        data = event.data
        if not isinstance(data, CrmEdit) or data.object.type != "order":
            continue
        if id_ in (data.object.id, data.order):
            return event
    return None


def words(events: Iterable[Event], id_: str) -> list[tuple[Event, str, str | None]]:
    """Every edit that tells the order's status, that status, and which it says was before."""
    return [
        (event, data.after.status, data.before.status if data.before else None)
        for event, data in edits(events, id_)
        if data.after is not None and data.after.status is not None
    ]


def became(events: Iterable[Event], id_: str, *statuses: str) -> Event | None:
    """By which edit it first came to one of them from another."""
    told = words(events, id_)
    was = [told[0][2] if told else None, *(status for _, status, _ in told)]
    return next(
        (
            event
            for before, (event, status, _) in zip(was, told, strict=False)
            if status in statuses and status != before
        ),
        None,
    )


def waits(
    events: Sequence[Event],
    first: Callable[[str], Event | None],
    length: int,
    ended: Callable[[str, int, str], bool],
) -> Iterator[tuple[str, Event, int]]:
    """Of each order, the beginning and the end of the wait that somebody answers for, if any is.

    `ended` says whether an order was over at a time, by what had happened up to an event's id.
    """
    for id_ in ORDERS:
        began = first(id_)
        while began is not None and ended(id_, end := began.time + length, LAST):
            later = (it for it in sooner(events) if it.time > end)
            began = next((it for it in later if not ended(id_, it.time, it.id)), None)
        if began is not None:
            yield id_, began, began.time + length


def completions(events: Sequence[Event], length: int) -> Iterator[tuple[str, Event, int]]:
    """The waits from an order's completion on, until it is called off or paid back."""

    def ended(id_: str, at: int, by: str) -> bool:
        known = told_by(events, at, by)
        return undone(known, id_, at) or status_at(known, id_, at) != "completed"

    return waits(events, lambda id_: became(events, id_, "completed"), length, ended)


def price(events: Iterable[Event], id_: str, until: int) -> tuple[Decimal, str, Event] | None:
    """Amount, currency, and the edit since which it has been so."""
    known: tuple[Decimal, str, Event] | None = None
    for event, data in edits(events, id_):
        if event.time <= until and data.after is not None and data.after.amount is not None:
            amount = data.after.amount
            currency = data.after.currency or (known[1] if known else "CNY")
            if known is None or known[:2] != (amount, currency):
                known = (amount, currency, event)
    return known


def money(events: Iterable[Event], id_: str, until: int) -> list[tuple[Event, Payment]]:
    """The payments and refunds that count."""
    counted: list[tuple[Event, Payment]] = []
    for event in sooner(events):
        data = event.data
        if not isinstance(data, Payment) or data.order != id_ or event.time > until:
            continue
        same = [it.kind for _, it in counted if it.payment == data.payment]
        if data.kind == "received":
            again = same[-1:] == ["received"]
        else:
            again = "refund" in same and "received" not in same
        if not again:
            counted.append((event, data))
    return counted


def total(events: Iterable[Event], id_: str, until: int, currency: str, kind: str) -> Decimal:
    counted = [it for _, it in money(events, id_, until)]
    same = (it.amount for it in counted if (it.currency, it.kind) == (currency, kind))
    return sum(same, Decimal(0))


def net(events: Iterable[Event], id_: str, until: int, currency: str) -> Decimal:
    came = total(events, id_, until, currency, "received")
    return came - total(events, id_, until, currency, "refund")


def paid_back(events: Iterable[Event], id_: str, until: int) -> bool:
    came = {it.currency: Decimal(0) for _, it in money(events, id_, until)}
    for currency in came:
        came[currency] = total(events, id_, until, currency, "received")
    return any(came.values()) and all(
        total(events, id_, until, currency, "refund") >= amount for currency, amount in came.items()
    )


def shipments(events: Iterable[Event], id_: str, *statuses: str) -> list[Event]:
    return [
        event
        for event in sooner(events)
        if isinstance(event.data, Shipment)
        and event.data.order == id_
        and event.data.status in statuses
    ]


def sent_back(events: Iterable[Event], id_: str, until: int) -> bool:
    """Of as many numbers as left, goods came back; what left again after that is out."""
    out: set[str] = set()
    back: set[str] = set()
    for event in shipments(events, id_, "dispatched", "returned"):
        assert isinstance(event.data, Shipment)
        if event.time > until:
            break
        if event.data.status == "dispatched":
            out.add(event.data.shipment)
            back.discard(event.data.shipment)
        else:
            back.add(event.data.shipment)
    return 0 < len(back) >= len(out)


def is_deleted(events: Iterable[Event], id_: str, until: int) -> bool:
    ops = [
        data.op
        for event, data in edits(events, id_)
        if event.time <= until and data.op in ("delete", "restore")
    ]
    return bool(ops and ops[-1] == "delete")


def status_at(events: Iterable[Event], id_: str, until: int) -> str | None:
    said = [status for event, status, _ in words(events, id_) if event.time <= until]
    return said[-1] if said else None


def called_off(events: Iterable[Event], id_: str, until: int, *said: str) -> bool:
    return is_deleted(events, id_, until) or status_at(events, id_, until) in said


def end_of(events: Iterable[Event], id_: str, until: int, *said: str) -> Event | None:
    """By what it is called off at a time: its deletion, else its status."""
    told = [(it, data) for it, data in edits(events, id_) if it.time <= until]
    if is_deleted([it for it, _ in told], id_, until):
        return [it for it, data in told if data.op == "delete"][-1]
    so: Event | None = None
    status: str | None = None
    for it, word, _ in words([it for it, _ in told], id_):
        if word != status:
            so, status = it, word
    return so if status in said else None


def undone(events: Iterable[Event], id_: str, until: int) -> bool:
    return called_off(events, id_, until, "cancelled") or paid_back(events, id_, until)


def customers(events: Iterable[Event], id_: str, until: int) -> list[str]:
    named = [it.customer for event, it in edits(events, id_) if event.time <= until and it.customer]
    return list(dict.fromkeys(named))


def owned(events: Iterable[Event], id_: str, at: int) -> tuple[str, Event] | None:
    """The order's owner at `at`, and the edit since which it has been so; where nobody is named by
    then, whom the first edit after it names, or says was before."""
    known: tuple[str, Event] | None = None
    for event, data in edits(events, id_):
        owner = (data.after.owner or None) if data.after else None
        before = (data.before.owner or None) if data.before else None
        if owner is None:
            continue
        if event.time > at:
            return known or (before or owner, event)
        if known is None or known[0] != owner or before != owner:
            known = owner, event
    return known


def tie(events: Iterable[Event], id_: str, who: str, at: int, until: int) -> Event | None:
    """What shows, up to `until`, that somebody owned the order at `at`, else created it."""
    told = [event for event in events if event.time <= until]
    owner = owned(told, id_, at)
    if owner is not None and owner[0] == who:
        return owner[1]
    made = creation(told, id_)
    return made if made is not None and _actor(made) == who else None


def _actor(made: Event) -> str:
    assert isinstance(made.data, CrmEdit)
    return made.data.actor


def whose(
    events: Iterable[Event], id_: str, at: int, until: int, customer: str | None = None
) -> str | None:
    """The order's owner at `at`, else its creator, else its customer's; all said by `until`.

    `customer` is whom a deed names beside the order.
    """
    told = [event for event in events if event.time <= until]
    owner = owned(told, id_, at)
    if owner is not None:
        return owner[0]
    made = creation(told, id_)
    if made is not None:
        return _actor(made)
    whom = [customer] if customer else customers(events, id_, until)
    return keeper(events, whom[0], at, until) if whom else None


def keeper(events: Iterable[Event], id_: str, at: int, until: int) -> str | None:
    """A customer's owner at `at`: the newest word by then, the document's among them."""
    words = [
        (event.time, event.data.after.owner)
        for event in sooner(events)
        if isinstance(event.data, CrmEdit)
        and (event.data.object.type, event.data.object.id) == ("customer", id_)
        and event.data.after is not None
        and event.data.after.owner
        and event.time <= until
    ]
    if id_ == "K-1":
        words = sorted([*words, (_DOCUMENTED, "E-KEEPER")], key=lambda word: word[0])
    by_then = [who for time, who in words if time <= at]
    if by_then:
        return by_then[-1]
    return words[0][1] if words else None


def calls(events: Iterable[Event], id_: str, whom: Sequence[str], since: int, until: int) -> bool:
    return any(
        isinstance(event.data, ServiceCallback)
        and event.data.outcome != "unreachable"
        and (event.data.order == id_ or event.data.customer in whom)
        and since <= event.time <= until
        for event in events
    )


def answer(
    events: Sequence[Event], severity: str, id_: str, at: int, until: int, *shown: Event
) -> Answer:
    """An alert about the order as `oracle` is to tell it."""
    whom = customers(events, id_, until)
    evidence = frozenset(event.id for event in shown)
    return severity, whose(events, id_, at, until), whom[0] if whom else None, id_, None, evidence
