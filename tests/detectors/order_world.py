"""A small world of two orders: what happens there, at the edges of a rule's windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from hypothesis import strategies as st

from contract.event import Event
from contract.types import CrmEdit
from tests.detectors.retold import sooner
from tests.detectors.timeline import (
    callback,
    customer,
    edit,
    order,
    owner,
    payment,
    refund,
    shipment,
)

#: Of K-2 no document tells the owner.
DOCUMENTS = (customer("K-1", "E-KEEPER"), customer("K-2"))
ORDERS = ("O-A", "O-B")
Make = Callable[[int], Event]
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
