"""Timelines of one order, in few words; and a small world of two, at the edges of the windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import permutations

from hypothesis import strategies as st

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import CrmEdit
from detectors.language.detector import Detector
from tests.detectors.retold import sooner
from tests.detectors.timeline import (
    Moment,
    after,
    at,
    callback,
    company,
    customer,
    edit,
    employee,
    evidence,
    only,
    order,
    owner,
    payment,
    play,
    refund,
    shipment,
)
from tests.parts.may_happen import Make, Row, around, either, may

#: Of K-2 no document tells the owner.
DOCUMENTS = (customer("K-1", "E-KEEPER"), customer("K-2"))
ORDERS = ("O-A", "O-B")

# The timelines of one order.

ONE = "O-1"
NINE, NOON = "2026-03-02 09:00", "2026-03-02 12:00"


def sold(of: str = ONE) -> Event:
    """The order is entered, in the morning."""
    return order(NINE, of, "E-1", customer="C-1", amount=Decimal(1000))


SOLD = sold()


def status(moment: Moment, to: str, of: str = ONE, **more: object) -> Event:
    """The order changes its status."""
    return edit(moment, "E-9", "update", ("order", of), status=to, **more)  # type: ignore[arg-type]


def paid(moment: Moment, amount: str, number: str = "P-1", **more: str) -> Event:
    """Money comes in for the order."""
    return payment(moment, number, amount=amount, order=ONE, **more)  # type: ignore[arg-type]


def back(moment: Moment, amount: str, number: str = "R-1") -> Event:
    """Money of the order goes back."""
    return refund(moment, number, amount, order=ONE)


def goods(
    moment: Moment, to: str = "dispatched", of: str = ONE, number: str | None = None
) -> Event:
    """Goods of the order leave, or get somewhere else."""
    return shipment(moment, number or f"S-{of.removeprefix('O-')}", order=of, status=to)


@dataclass(frozen=True)
class Waiting:
    """A rule that gives an order time: from what on, how long, for what, and what else ends it.

    `test_waits_for_orders.py` says what holds of each; its own test module has it as `WAITS`.
    """

    detector: Detector
    begins: Callable[..., Event]
    wait: str
    comes: Make
    #: What the alert says, in English and in Chinese, if it came in time and was told late.
    in_time: tuple[str, str]
    undone: tuple[str, ...]
    #: Of the alert: it never changes, or all of them are told anew.
    id: str

    @property
    def deadline(self) -> int:
        return after(NOON, self.wait)

    @property
    def due(self) -> int:
        return self.deadline + HOUR  # of grace

    def story(self, of: str = ONE) -> list[Event]:
        return [sold(of), self.begins(NOON, of=of)]

    def in_the_end(self, *events: Event) -> list[Alert]:
        """What comes of them by ten days after the deadline, whatever order they are named in."""
        told = sorted(events, key=lambda event: event.time)
        return play(told, self.detector, until=self.deadline + 10 * DAY)

    def fires(self, *events: Event) -> Alert:
        """The alert about the order, a microsecond after the hour of grace, and not before."""
        assert play(events, self.detector, until=self.due) == []
        known = company(employee("E-1", "唐静"))
        alert = only(play(events, self.detector, until=self.due + 1, reference=known))
        about = (alert.state, alert.employee, alert.customer, alert.order)
        assert about == ("firing", "E-1", "C-1", ONE)
        return alert

    def alone(self, of: str) -> tuple[list[Event], str]:
        """An order of which nothing more is heard; and how long after nine it takes."""
        made = order(NINE, of, "E-5", customer=f"C-{of}", amount=Decimal(1000))
        return [made, self.begins(after(NINE, "1h"), of=of)], f"{Duration(self.wait) // HOUR + 48}h"

    def scenes(self, *what: Row) -> st.SearchStrategy[list[Event]]:
        """The world around one such wait: what comes before, between its edges, and after."""
        start, made, end = at(NOON), at(NOON) - DAY, self.deadline
        amid = (start + end) // 2
        moments = [*around(made), start - HOUR, start, start + HOUR, amid, *around(end)]
        first = order(made, "O-A", "E-CLERK", customer="K-1", amount=Decimal(1000))
        return scenes(
            [*moments, end + HOUR, end + 3 * DAY],
            *what,
            first=[first, self.begins(start, of="O-A")],
        )


def told_of(alert: Alert) -> tuple[object, ...]:
    """How grave it is, on which grounds, and by which numbers."""
    assert alert.rule is not None
    return alert.severity, alert.score, evidence(alert), alert.rule.params, alert.rule.measured


# What may happen to two orders.

_SELLERS = ("E-A", "E-B", "E-CLERK")
_HANDLING = ["E-A", "E-A", "E-B", "E-CLERK", "E-OTHER"]
_WHOSE = [None, "K-1", "K-2"]
_BESIDE = [None, None, "K-2"]
_SUMS = ["0", "100", "500", "990", "1000", "1010", "1010.01", "989.99"]
_CURRENCIES = [None, None, None, "CNY", "USD"]
_STATUSES = ["draft", "submitted", "approved", "rejected", "cancelled", "completed", "completed"]
_GOODS = ["dispatched", "dispatched", "delivered", "returned"]
_ORDERS = [("order", id_) for id_ in ORDERS]
#: Of two orders, mostly one: what belongs together meets more often.
_MOSTLY = ("O-A", "O-A", "O-B")
_HANDLED = ("O-A", "O-A", "O-A", "O-B", None)


def _slip(at: int, number: str, **told: str) -> Event:
    """A second report of money, even if it says the same as the first."""
    return payment(at, number, id=f"slip{at}", **told)  # type: ignore[arg-type]


def _call(at: int, customer: str, outcome: str, **about: str) -> Event:
    return callback(at, f"B-{at}", customer, outcome, **about)  # type: ignore[arg-type]


def _was(field: str, values: Iterable[str], unsaid: int) -> list[object]:
    """What a field is said to have been; nothing, so many times."""
    return [*[None] * unsaid, *({field: value} for value in values)]


_edited = partial(may, edit, "E-CLERK", "update")
_changed = partial(_edited, _ORDERS, customer=_WHOSE)
_status = _changed(before=_was("status", _STATUSES, 28), status=_STATUSES)
_amount = _changed(amount=[Decimal(it) for it in _SUMS], currency=_CURRENCIES)
_owner = _changed(owner=["E-A", "E-B"])
_gone = may(edit, "E-CLERK", ["delete", "delete", "restore"], _ORDERS, customer=_WHOSE)
_created = may(
    *(order, [*ORDERS], "E-CLERK"),
    customer=_WHOSE,
    amount=[None, Decimal(1000)],
    owner=[None, None, "E-A", "E-B"],
)
#: One order mentions another, or a quote mentions one.
_named = _edited([("order", "O-X"), ("quote", "O-X")], order=[*ORDERS])
_owned = may(owner, ["K-1", "K-2"], ["E-C", "E-D"])
_told = either((_status, _status, _status, _amount, _owner, _gone))
EDITS = (_created, _told, _told, _told, _named, _owned)

_money = partial(may, amount=_SUMS, order=[*ORDERS], currency=_CURRENCIES)
_in = _money(payment, ["P-1", "P-2", "P-3"])
_again = _money(_slip, ["P-1", "P-2", "P-3"])
_out = _money(refund, ["P-1", "P-2", "P-3", "R-1", "R-2", "R-3"])
MONEY = either((_in, _in, _again, _out, _out))
GOODS = may(shipment, ["S-1", "S-2", "S-A"], order=[*ORDERS], status=_GOODS)
CALLS = may(
    *(_call, ["K-1", "K-2"], ["confirmed", "complaint", "unreachable"]), order=[None, *ORDERS]
)

_entered = may(order, [*_MOSTLY], [*_SELLERS], customer=_WHOSE)
_passed = either(
    _edited(
        [("order", id_) for id_ in _MOSTLY],
        customer=_WHOSE,
        before=_was("owner", (was, to, to), 2),
        owner=to,
    )
    for was, to in permutations(_SELLERS, 2)
)
#: An order is entered by its own seller, passes from one to another, or is said to stay.
HANDS = either((_entered, _passed, _passed))
#: An order is approved, completed or sent back, by a seller or in a seller's name perhaps. Or
#: another order is, whose edit names this one beside it.
STATUSES = either(
    may(
        *(edit, [*_HANDLING, "E-BOSS"], "update", [*[("order", id_)] * 3, *_ORDERS]),
        customer=_WHOSE,
        order=id_,
        before=_was("status", ("approved", "completed", "submitted"), 2),
        status=["approved", "approved", "completed", "completed", "submitted"],
        approved_by=[None, None, "E-A", "E-B"],
    )
    for id_ in _MOSTLY
)
#: Money of an order, or of none, booked by a seller, by somebody else, or by nobody known.
BOOKED = may(
    *(payment, ["P-1", "P-2"]),
    kind=["received", "refund"],
    order=[*_HANDLED],
    customer=_BESIDE,
    recorded_by=[*_HANDLING, None],
)
#: Goods of an order, or of none, let out by a seller, by somebody else, or by nobody known. Of one
#: order only: two that claim one shipment are two entities, each with its say in one alert.
RELEASED = either(
    may(
        *(shipment, [f"S-{number}-{id_ or 'LOOSE'}" for number in (1, 2)]),
        order=id_,
        customer=_BESIDE,
        status=_GOODS,
        released_by=[*_HANDLING, None],
    )
    for id_ in _HANDLED
)


def scenes(
    moments: Sequence[int], *what: Row, first: Iterable[Event] = ()
) -> st.SearchStrategy[list[Event]]:
    """Up to a dozen things that happen at some of the moments; mostly after some of `first`."""
    some = st.lists(
        st.builds(lambda make, at: make(at), either((*what, *EDITS)), st.sampled_from(moments)),
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
