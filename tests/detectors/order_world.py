"""A small world of two orders, and plain questions about one, asked of all events at once.

For the scenes and oracles of the detectors that judge an order by its own story. What is answered
here is worked out from the events alone, as slowly as one likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from hypothesis import strategies as st
from msgspec import structs

from contract.event import Event
from contract.times import DAY
from contract.types import CrmEdit, Payment, ServiceCallback, Shipment
from tests.detectors.timeline import (
    DOCUMENTED,
    at,
    callback,
    customer,
    edit,
    order,
    owner,
    payment,
    refund,
    shipment,
)

_DOCUMENTED = at(DOCUMENTED)
#: Of K-2 no document tells the owner.
DOCUMENTS = (customer("K-1", "E-KEEPER"), customer("K-2"))
ORDERS = ("O-A", "O-B")
Make = Callable[[int], Event]
Answer = tuple[str, str | None, str | None, str | None, str | None, frozenset[str]]

#: The order that the timelines of one order are about.
ONE = "O-1"


def status(moment: str | int, to: str, **more: object) -> Event:
    """The order changes its status."""
    return edit(moment, "E-9", "update", ("order", ONE), status=to, **more)  # type: ignore[arg-type]


def paid(moment: str | int, amount: str, number: str = "P-1", **more: str) -> Event:
    """Money comes in for the order."""
    return payment(moment, number, amount=amount, order=ONE, **more)  # type: ignore[arg-type]


def back(moment: str | int, amount: str, number: str = "R-1") -> Event:
    """Money of the order goes back."""
    return refund(moment, number, amount, order=ONE)


_ids = st.sampled_from(ORDERS)
_customers = st.sampled_from((None, "K-1", "K-2"))
_amounts = st.sampled_from(("0", "100", "500", "990", "1000", "1010", "1010.01", "989.99"))
_currencies = st.sampled_from((None, None, None, "CNY", "USD"))
_statuses = st.sampled_from(
    ("draft", "submitted", "approved", "rejected", "cancelled", "completed", "completed")
)


@st.composite
def _created(draw: st.DrawFn) -> Make:
    id_, whose = draw(_ids), draw(_customers)
    more: dict[str, object] = {}
    if draw(st.booleans()):
        more["amount"] = Decimal(1000)
    if draw(st.booleans()):
        more["owner"] = draw(st.sampled_from(("E-A", "E-B")))
    return lambda at: order(at, id_, "E-CLERK", customer=whose, **more)


@st.composite
def _edited(draw: st.DrawFn) -> Make:
    id_, whose = draw(_ids), draw(_customers)
    more: dict[str, object] = {}
    before: dict[str, object] | None = None
    what = draw(st.sampled_from(("status", "status", "status", "amount", "owner", "gone")))
    op = "update"
    if what == "status":
        more["status"] = draw(_statuses)
        if draw(st.integers(0, 5)) == 0:
            before = {"status": draw(_statuses)}
    elif what == "amount":
        more["amount"] = Decimal(draw(_amounts))
        if (currency := draw(_currencies)) is not None:
            more["currency"] = currency
    elif what == "owner":
        more["owner"] = draw(st.sampled_from(("E-A", "E-B")))
    else:
        op = draw(st.sampled_from(("delete", "delete", "restore")))
    return lambda at: edit(at, "E-CLERK", op, ("order", id_), customer=whose, before=before, **more)


@st.composite
def _named(draw: st.DrawFn) -> Make:
    """One order mentions another, or a quote mentions one."""
    id_ = draw(_ids)
    kind = draw(st.sampled_from(("order", "quote")))
    return lambda at: edit(at, "E-CLERK", "update", (kind, "O-X"), order=id_)


@st.composite
def _moneyed(draw: st.DrawFn) -> Make:
    id_, amount, number = draw(_ids), draw(_amounts), draw(st.integers(1, 3))
    currency = draw(st.sampled_from(("CNY", "CNY", "CNY", "USD")))
    again = draw(st.sampled_from((None, None, "slip")))
    if draw(st.integers(0, 2)):
        return lambda at: payment(
            at,
            f"P-{number}",
            amount=amount,
            order=id_,
            currency=currency,
            id=again and f"{again}{at}",
        )
    name = draw(st.sampled_from(("P", "R")))
    return lambda at: refund(at, f"{name}-{number}", amount, order=id_, currency=currency)


@st.composite
def _shipped(draw: st.DrawFn) -> Make:
    id_, number = draw(_ids), draw(st.integers(1, 2))
    status = draw(st.sampled_from(("dispatched", "dispatched", "delivered", "returned")))
    return lambda at: shipment(at, f"S-{number}", order=id_, status=status)


@st.composite
def _called(draw: st.DrawFn) -> Make:
    outcome = draw(st.sampled_from(("confirmed", "complaint", "unreachable")))
    id_, whose = draw(st.sampled_from((None, *ORDERS))), draw(st.sampled_from(("K-1", "K-2")))
    return lambda at: callback(at, f"B-{at}", whose, outcome, order=id_)


@st.composite
def _owned(draw: st.DrawFn) -> Make:
    whose, to = draw(st.sampled_from(("K-1", "K-2"))), draw(st.sampled_from(("E-C", "E-D")))
    return lambda at: owner(at, whose, to)


_handling = st.sampled_from(("E-A", "E-A", "E-B", "E-CLERK", "E-OTHER", None))
_mostly = st.sampled_from(("O-A", "O-A", "O-B"))
_handled = st.sampled_from(("O-A", "O-A", "O-A", "O-B", None))


@st.composite
def _passed(draw: st.DrawFn) -> Make:
    """An order is entered by its own seller, passes from one to another, or is said to stay."""
    id_, whose = draw(_mostly), draw(_customers)
    was, to = draw(st.permutations(("E-A", "E-B", "E-CLERK")))[:2]
    was = draw(st.sampled_from((was, to, to)))
    if draw(st.integers(0, 2)) == 0:
        return lambda at: order(at, id_, to, customer=whose)
    before = draw(st.sampled_from((None, {"owner": was}, {"owner": was})))
    return lambda at: edit(
        at, "E-CLERK", "update", ("order", id_), customer=whose, before=before, owner=to
    )


@st.composite
def _decided(draw: st.DrawFn) -> Make:
    """An order is approved, completed or sent back, by a seller or in a seller's name perhaps.

    Or another order is, whose edit names this one beside it.
    """
    id_, whose, who = draw(_mostly), draw(_customers), draw(_handling) or "E-BOSS"
    touched = draw(st.sampled_from((id_, id_, id_, *ORDERS)))
    to = draw(st.sampled_from(("approved", "approved", "completed", "completed", "submitted")))
    was = draw(st.sampled_from((None, None, "approved", "completed", "submitted")))
    more = {"approved_by": by} if (by := draw(st.sampled_from((None, None, "E-A", "E-B")))) else {}
    before = {"status": was} if was else None
    return lambda at: edit(
        at,
        who,
        "update",
        ("order", touched),
        customer=whose,
        order=id_,
        before=before,
        status=to,
        **more,
    )


@st.composite
def _booked(draw: st.DrawFn) -> Make:
    """Money of an order, or of none, booked by a seller, by somebody else, or by nobody known."""
    id_, who, number = draw(_handled), draw(_handling), draw(st.integers(1, 2))
    named = draw(st.sampled_from((None, None, "K-2")))
    kind = draw(st.sampled_from(("received", "refund")))
    return lambda at: payment(
        at, f"P-{number}", kind=kind, order=id_, customer=named, recorded_by=who
    )


@st.composite
def _released(draw: st.DrawFn) -> Make:
    """Goods of an order, or of none, let out by a seller, by somebody else, or by nobody known.

    Of one order only: two that claim one shipment are two entities, each with its say in one alert.
    """
    id_, who = draw(_handled), draw(_handling)
    number = f"S-{draw(st.integers(1, 2))}-{id_ or 'LOOSE'}"
    named = draw(st.sampled_from((None, None, "K-2")))
    status = draw(st.sampled_from(("dispatched", "dispatched", "delivered", "returned")))
    return lambda at: shipment(
        at, number, order=id_, customer=named, status=status, released_by=who
    )


MONEY, GOODS, CALLS, HANDS = _moneyed(), _shipped(), _called(), _passed()
BOOKED, RELEASED, STATUSES = _booked(), _released(), _decided()
EDITS = st.one_of(_created(), _edited(), _edited(), _edited(), _named(), _owned())


def around(*moments: int) -> list[int]:
    """The moments, and the microseconds before and after."""
    return sorted({moment + micro for moment in moments for micro in (-1, 0, 1)})


def scenes(
    moments: Sequence[int], *what: st.SearchStrategy[Make], first: Iterable[Event] = ()
) -> st.SearchStrategy[list[Event]]:
    """Up to a dozen things that happen at some of the moments; mostly after some of `first`."""
    some = st.lists(
        st.builds(lambda make, at: make(at), st.one_of(*what, EDITS), st.sampled_from(moments)),
        max_size=12,
    )
    story = list(first)
    begun = st.one_of(st.just(story), st.integers(0, len(story)).map(lambda much: story[:much]))
    return st.builds(lambda begun, then: truthful(begun + then), begun, some)


def truthful(events: Iterable[Event]) -> list[Event]:
    """Without edits that repeat an owner whom the edit before did not name: it is as if another
    had been lost, and which of two repeats the profile keeps would tell which owner it believes."""
    owners: dict[str, str] = {}
    told: list[Event] = []
    for event in sooner(events):
        data = event.data
        if isinstance(data, CrmEdit) and data.object.type == "order":
            id_, owner = data.object.id, (data.after.owner or None) if data.after else None
            before = (data.before.owner or None) if data.before else None
            if owner is not None and owner == before != owners.get(id_, owner):
                continue
            if owner is not None:
                owners[id_] = owner
        told.append(event)
    return told


# Plain questions.


def sooner(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: (event.time, event.id))


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


def waited(
    events: Sequence[Event], began: Event, length: int, ended: Callable[[int, str], bool]
) -> tuple[Event, int] | None:
    """The beginning and the end of the wait that somebody answers for; None if none is left.

    `ended` says whether it was over at a time, by what had happened up to an event's id.
    """
    end = began.time + length
    while ended(end, LAST):
        again = next(
            (it for it in sooner(events) if it.time > end and not ended(it.time, it.id)), None
        )
        if again is None:
            return None
        began, end = again, again.time + length
    return began, end


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
    return sum(
        (
            it.amount
            for _, it in money(events, id_, until)
            if (it.currency, it.kind) == (currency, kind)
        ),
        Decimal(0),
    )


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


def is_over(events: Sequence[Event], id_: str, at: int, by: str) -> bool:
    """Whether an order is called off, paid back, or completed no more."""
    known = told_by(events, at, by)
    return undone(known, id_, at) or status_at(known, id_, at) != "completed"


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
