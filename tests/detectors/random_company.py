"""Small random companies whose events crowd around the edges of the windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

import msgspec
from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE
from contract.types import CrmEdit
from detectors.facts.reference import Reference
from tests.detectors import timeline as tl

BASE = tl.at("2026-03-02 09:00")
END = BASE + 300 * DAY

#: Sums of two of these, give or take a microsecond, lie on both sides of every window's edge.
_HOPS = (0, HOUR, DAY, 3 * DAY, 7 * DAY)
_FAR = (14 * DAY, 30 * DAY, 37 * DAY, 90 * DAY)
_DELAYS = (0, 0, 0, HOUR, DAY, 3 * DAY, 7 * DAY)

EMPLOYEES = ("E-1", "E-2", "E-3")
CUSTOMERS = ("C-1", "C-2", "C-3", "C-4")
ORDERS = {"O-1": "C-1", "O-2": "C-2", "O-3": None}
OPPORTUNITIES = {"OP-1": "C-1", "OP-2": "C-2", "OP-3": "C-1"}
ACCOUNTS = (tl.COMPANY_ACCOUNT, "X", "X", "YOFE1")


@dataclass(frozen=True, repr=False)
class Arrival:
    """An event, and when it arrives: at most the lateness after it happened."""

    event: Event
    at: int

    def __repr__(self) -> str:
        data = msgspec.to_builtins(self.event.data)
        when = timedelta(microseconds=self.event.time - BASE)
        late = timedelta(microseconds=self.at - self.event.time)
        return f"\n<{when} +{late} {type(self.event.data).__name__} {data} {self.event.id[-6:]}>"


times = st.builds(
    lambda first, second, far, nudge: BASE + first + second + far + nudge,
    st.sampled_from(_HOPS),
    st.sampled_from(_HOPS),
    st.sampled_from((0, 0, 0, 0, *_FAR)),
    st.sampled_from((-1, 0, 0, 1, 10 * MINUTE)),
)
_employees = st.sampled_from(EMPLOYEES)
_customers = st.sampled_from(CUSTOMERS)


def _number(letter: str, *content: object) -> str:
    """Payments and shipments that are not the same have different numbers."""
    return f"{letter}-{blake2b(repr(content).encode(), digest_size=4).hexdigest()}"


def _payment(at: int, account: str, order: str | None, customer: str | None) -> Event:
    number = _number("P", at, account, order, customer)
    return tl.payment(at, number, account, order=order, customer=customer)


def _refund(at: int, amount: str, order: str | None, customer: str | None) -> Event:
    number = _number("R", at, amount, order, customer)
    return tl.payment(at, number, amount=amount, kind="refund", order=order, customer=customer)


def _shipment(at: int, order: str | None, customer: str | None, by: str | None) -> Event:
    number = _number("S", at, order, customer, by)
    return tl.shipment(at, number, order=order, customer=customer, released_by=by)


def _order(at: int, order: str, actor: str, op: str, owner: str | None) -> Event:
    after = {"owner": owner} if owner else {}
    customer = ORDERS[order]
    return tl.edit(at, actor, op, ("order", order), customer=customer, order=order, **after)


def _status(at: int, order: str, actor: str, status: str) -> Event:
    customer = ORDERS[order]
    return tl.edit(at, actor, "update", ("order", order), customer=customer, status=status)


def _stage(at: int, opportunity: str, actor: str, stage: str, names: bool) -> Event:
    # An opening that names no customer cannot be tied to one; follow-up-lapsed says so.
    customer = OPPORTUNITIES[opportunity] if names or stage == "open" else None
    where = ("opportunity", opportunity)
    if stage == "delete":
        return tl.edit(at, actor, "delete", where, customer=customer)
    op = "create" if stage == "open" else "update"
    return tl.edit(at, actor, op, where, customer=customer, stage=stage)


_orders = st.sampled_from((*ORDERS, None))
_maybe_customer = st.one_of(st.none(), _customers)

_said = st.sampled_from(("private_deal", "kickback", "competitor", "leaving", "other"))
_stages = st.sampled_from(("open", "open", "lost", "won", "delete"))
_noise = st.one_of(
    st.builds(_payment, times, st.sampled_from(ACCOUNTS), _orders, _maybe_customer),
    st.builds(_refund, times, st.sampled_from(("400.00", "800.00")), _orders, _maybe_customer),
    st.builds(_shipment, times, _orders, _maybe_customer, st.one_of(st.none(), _employees)),
    st.builds(
        _order,
        times,
        st.sampled_from(tuple(ORDERS)),
        _employees,
        st.sampled_from(("create", "update")),
        st.one_of(st.none(), st.none(), _employees),
    ),
    st.builds(tl.owner, times, _customers, _employees),
    st.builds(
        _stage,
        times,
        st.sampled_from(tuple(OPPORTUNITIES)),
        _employees,
        _stages,
        st.booleans(),
    ),
    st.builds(tl.activity, times, _employees, _customers),
    st.builds(
        tl.hit,
        times,
        _employees,
        _maybe_customer,
        _said,
    ),
    st.builds(tl.deletes, times, _employees, st.sampled_from((1, 2, 10, 19, 20))),
    st.builds(tl.wipes, times, _employees, st.sampled_from((1, 10))),
)


def _edges(window: int) -> st.SearchStrategy[int]:
    """Distances at, within and just beyond a window."""
    return st.sampled_from((0, 0, 1, window // 3, window // 2, window - 1, window, window + 1))


@st.composite
def _wiping(draw: st.DrawFn) -> list[Event]:
    who, start = draw(_employees), draw(times)
    what = st.sampled_from((tl.deletes, tl.wipes))
    return [
        draw(what)(start + draw(_edges(HOUR)), who, draw(st.sampled_from((1, 2, 9, 10, 19, 20))))
        for _ in range(draw(st.integers(1, 5)))
    ]


@st.composite
def _leaving(draw: st.DrawFn, who: str) -> list[Event]:
    """One notice, what came of it, and deletes around both."""
    notice = draw(times)
    happened = [tl.hr(notice, who, "resigned")]
    edges = [notice - 30 * DAY, notice + 30 * DAY]
    then = draw(st.sampled_from((None, "left", "resignation_withdrawn")))
    if then:
        ended = notice + draw(st.sampled_from(_HOPS)) + 1
        happened.append(tl.hr(ended, who, then))
        edges.append(ended + 7 * DAY)
    for _ in range(draw(st.integers(0, 4))):
        moment = draw(st.sampled_from(edges)) + draw(st.sampled_from((-DAY, -1, 0, 1)))
        happened.append(tl.deletes(moment, who, draw(st.sampled_from((1, 2, 3)))))
    return happened


@st.composite
def _talking(draw: st.DrawFn) -> list[Event]:
    who, start = draw(_employees), draw(times)
    said = st.sampled_from(("private_deal", "kickback", "competitor", "leaving"))
    return [
        tl.hit(start + draw(_edges(DAY)), who, draw(_maybe_customer), draw(said))
        for _ in range(draw(st.integers(2, 6)))
    ]


@st.composite
def _collecting(draw: st.DrawFn) -> list[Event]:
    start = draw(times)
    account = draw(st.sampled_from(("X", "YOFE1")))
    payers = draw(st.lists(st.sampled_from((*CUSTOMERS, None)), min_size=2, max_size=6))
    return [
        _payment(start + draw(_edges(90 * DAY)), account, draw(_orders), payer) for payer in payers
    ]


@st.composite
def _paying(draw: st.DrawFn) -> list[Event]:
    """A payment or shipment and what may explain it, around the deadlines."""
    start, number, order = draw(times), draw(_orders), draw(st.sampled_from(tuple(ORDERS)))
    customer = draw(_maybe_customer)
    paid = _payment(start, draw(st.sampled_from(ACCOUNTS)), number, customer)
    sent = _shipment(start, number, customer, None)
    happened = [draw(st.sampled_from((paid, sent)))]
    near = st.sampled_from((-90 * DAY, -DAY, 0, DAY, 3 * DAY, 7 * DAY))
    for _ in range(draw(st.integers(0, 2))):
        moment = start + draw(near) + draw(st.sampled_from((-1, 0, 1)))
        happened.append(
            draw(
                st.sampled_from(
                    (
                        _order(moment, order, "E-1", "create", None),
                        _order(moment, order, "E-2", "update", "E-3"),
                        _refund(moment, "800.00", number, customer),
                        _refund(moment, "400.00", number, customer),
                        tl.hit(moment, "E-2", customer, "kickback"),
                    )
                )
            )
        )
    return happened


@st.composite
def _losing(draw: st.DrawFn) -> list[Event]:
    start, opportunity = draw(times), draw(st.sampled_from(tuple(OPPORTUNITIES)))
    customer = OPPORTUNITIES[opportunity]
    happened = [_stage(start, opportunity, "E-1", "lost", True)]
    if draw(st.booleans()):
        happened.append(_stage(start - 20 * DAY, opportunity, "E-1", "open", True))
    if draw(st.booleans()):
        again = start + draw(_edges(7 * DAY))
        happened.append(_stage(again, opportunity, "E-2", draw(_stages), draw(st.booleans())))
    for _ in range(draw(st.integers(1, 3))):
        moment = start - draw(_edges(14 * DAY))
        happened.append(tl.hit(moment, draw(_employees), customer, draw(_said)))
    return happened


@st.composite
def _lapsing(draw: st.DrawFn) -> list[Event]:
    moment, opportunity = draw(times), draw(st.sampled_from(tuple(OPPORTUNITIES)))
    customer, week = OPPORTUNITIES[opportunity], 7 * DAY
    happened = [_stage(moment, opportunity, "E-1", "open", True)]
    for _ in range(draw(st.integers(1, 5))):
        moment += draw(st.sampled_from((0, 1, DAY, week - 1, week, week + 1, week + HOUR + 1)))
        happened.append(
            draw(
                st.sampled_from(
                    (
                        tl.activity(moment, "E-1", customer),
                        tl.activity(moment, "E-1", customer),
                        tl.activity(moment, "E-2", customer),
                        tl.owner(moment, customer, "E-2"),
                        tl.owner(moment, customer, "E-1"),
                        _stage(moment, opportunity, "E-1", "won", False),
                        _stage(moment, opportunity, "E-1", "lost", True),
                        _stage(moment, opportunity, "E-1", "open", True),
                    )
                )
            )
        )
    return happened


@st.composite
def _approving(draw: st.DrawFn) -> list[Event]:
    """An order's way to completion, its goods and its money, each done by anybody."""
    moment, number = draw(times), draw(st.sampled_from(tuple(ORDERS)))
    happened = [_order(moment, number, draw(_employees), "create", None)]
    for _ in range(draw(st.integers(1, 4))):
        moment += draw(st.sampled_from((1, HOUR, DAY, DAY + 1, 7 * DAY, 7 * DAY + 1)))
        actor = draw(_employees)
        status = draw(st.sampled_from(("approved", "completed", "completed", "cancelled")))
        paid = _number("P", moment, number, actor)
        happened.append(
            draw(
                st.sampled_from(
                    (
                        _status(moment, number, actor, status),
                        _status(moment, number, actor, status),
                        _shipment(moment, number, None, actor),
                        _shipment(moment, number, None, None),
                        tl.payment(moment, paid, order=number, recorded_by=actor),
                    )
                )
            )
        )
    return happened


@st.composite
def _moving(draw: st.DrawFn) -> list[Event]:
    """A customer changes hands, and then buys or wins something, or not."""
    moment, customer = draw(times), draw(st.sampled_from(("C-1", "C-2")))
    was, to = draw(st.permutations(EMPLOYEES))[:2]
    actor = draw(st.sampled_from((to, to, "E-BOSS")))
    where = ("customer", customer)
    edit = tl.edit(
        moment, actor, "update", where, customer=customer, before={"owner": was}, owner=to
    )
    # Whose it was is told when they got it: told a month later, it is no longer a matter of law.
    happened = [tl.owner(BASE - 60 * DAY, customer, was), edit]
    order = {of: number for number, of in ORDERS.items()}[customer]
    if draw(st.booleans()):
        bought = moment + draw(_edges(3 * DAY))
        happened.append(_order(bought, order, "E-3", "create", None))
        if draw(st.booleans()):
            cancelled = bought + draw(_edges(7 * DAY))
            happened.append(_status(cancelled, order, "E-3", "cancelled"))
    opportunity = {of: number for number, of in OPPORTUNITIES.items()}[customer]
    if draw(st.booleans()):
        happened.append(_stage(moment + draw(_edges(3 * DAY)), opportunity, to, "won", True))
    return happened


@st.composite
def _calling_back(draw: st.DrawFn) -> list[Event]:
    start, who = draw(times), draw(_employees)
    outcomes = st.sampled_from(("complaint", "complaint", "complaint", "mismatch", "confirmed"))
    return [
        tl.callback(
            start + draw(_edges(30 * DAY)),
            f"B-{draw(_customers)}-{draw(st.integers(1, 3))}",
            "C-1",
            draw(outcomes),
            employee=draw(st.sampled_from((None, who, who, who))),
        )
        for _ in range(draw(st.integers(3, 6)))
    ]


@st.composite
def _rewriting(draw: st.DrawFn) -> list[Event]:
    """Somebody changes how customers are reached, once to a colleague's phone perhaps."""
    start, who = draw(times), draw(_employees)
    phones = st.sampled_from(("138 0000 0001", "0571-8700 0002", "0571-8700 0003"))
    return [
        tl.edit(
            start + draw(_edges(DAY)),
            who,
            "update",
            ("customer", f"C-{draw(st.integers(1, 7))}"),
            phone=draw(phones),
        )
        for _ in range(draw(st.integers(1, 8)))
    ]


_scenes = st.one_of(
    _wiping(),
    _talking(),
    _collecting(),
    _paying(),
    _losing(),
    _lapsing(),
    _lapsing(),
    _approving(),
    _moving(),
    _moving(),
    _calling_back(),
    _rewriting(),
)


def _lost_again(event: Event, happened: list[Event]) -> bool:
    """Lost once more when the first loss is forgotten: what that means is not a matter of law."""
    if not _loses(event):
        return False
    same = [one for one in happened if _loses(one) and one.data.object == event.data.object]
    return event.time > min(one.time for one in same) + 7 * DAY


def _loses(event: Event) -> bool:
    after = getattr(event.data, "after", None)
    return after is not None and after.stage == "lost"


@st.composite
def histories(draw: st.DrawFn, *, scenes: int = 3, noise: int = 4) -> list[Arrival]:
    """What happened in a company, in order of arrival."""
    happened = [event for scene in draw(st.lists(_scenes, max_size=scenes)) for event in scene]
    happened += draw(st.lists(_noise, max_size=noise))
    # One notice an employee: what a second one means is said by example, not by law.
    for who in draw(st.sets(_employees, max_size=2)):
        happened += draw(_leaving(who)) if draw(st.booleans()) else []
    once = {event.id: event for event in happened if not _lost_again(event, happened)}
    named = {
        (event.time, event.data.object.id): event.id
        for event in once.values()
        if isinstance(event.data, CrmEdit) and event.data.object.type == "customer"
    }
    # Nor do two edits name the owner of a customer at one instant.
    once = {
        id_: event
        for id_, event in once.items()
        if not (isinstance(event.data, CrmEdit) and event.data.object.type == "customer")
        or named[event.time, event.data.object.id] == id_
    }
    arrivals = [
        Arrival(event, event.time + draw(st.sampled_from(_DELAYS))) for event in once.values()
    ]
    return sorted(arrivals, key=lambda arrival: arrival.at)


@st.composite
def _documents(draw: st.DrawFn) -> tuple[Event, ...]:
    owners = [draw(st.one_of(st.none(), _employees)) for _ in CUSTOMERS]
    return (
        tl.account(tl.COMPANY_ACCOUNT),
        tl.employee("E-1", "Wang Wei", accounts=["YOFE1"], phones=["+86 138 0000 0001"]),
        *(
            tl.customer(customer, owner)
            for customer, owner in zip(CUSTOMERS, owners, strict=True)
            if owner
        ),
    )


documents = _documents()


def reference_of(documents: tuple[Event, ...]) -> Reference:
    reference = Reference()
    for document in documents:
        reference.put(document)
    return reference
