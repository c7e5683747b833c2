"""What may happen in a small company, crowded around the edges of the windows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from itertools import permutations, product

from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, MINUTE
from tests.detectors import timeline as tl
from tests.parts.may_happen import Row, around, either, in_turn, may, once, some, story

BASE = tl.at("2026-03-02 09:00")
END = BASE + 300 * DAY

#: Sums of two of these, give or take a microsecond, lie on both sides of every window's edge.
_HOPS = (0, HOUR, DAY, 3 * DAY, 7 * DAY)
_FAR = (14 * DAY, 30 * DAY, 37 * DAY, 90 * DAY)

EMPLOYEES = ("E-1", "E-2", "E-3")
CUSTOMERS = ("C-1", "C-2", "C-3", "C-4")
ORDERS = {"O-1": "C-1", "O-2": "C-2", "O-3": None}
OPPORTUNITIES = {"OP-1": "C-1", "OP-2": "C-2", "OP-3": "C-1"}


times = st.builds(
    lambda first, second, far, nudge: BASE + first + second + far + nudge,
    st.sampled_from(_HOPS),
    st.sampled_from(_HOPS),
    st.sampled_from((0, 0, 0, 0, *_FAR)),
    st.sampled_from((-1, 0, 0, 1, 10 * MINUTE)),
)


def _edges(window: int) -> list[int]:
    """Distances at, within and just beyond a window."""
    return [0, 0, 1, window // 3, window // 2, window - 1, window, window + 1]


def _about(*moments: int) -> list[int]:
    return [*around(*moments), *(moment - DAY for moment in moments)]


def _numbered(letter: str, make: Callable[..., Event]) -> Callable[..., Event]:
    """Payments and shipments that are not the same have different numbers."""

    def made(at: int, **content: object) -> Event:
        told = repr((at, sorted(content.items()))).encode()
        return make(at, f"{letter}-{blake2b(told, digest_size=4).hexdigest()}", **content)

    return made


_payment, _shipment = _numbered("P", tl.payment), _numbered("S", tl.shipment)
_refund = _numbered("R", partial(tl.payment, kind="refund"))


def _had(_: int, customer: str, owner: str) -> Event:
    """Told when they got it: told a month later, whose it was is no longer a matter of law."""
    return tl.owner(BASE - 60 * DAY, customer, owner)


def _passes(at: int, actor: str, customer: str, was: str, to: str) -> Event:
    before: dict[str, object] = {"owner": was}
    where = ("customer", customer)
    return tl.edit(at, actor, "update", where, customer=customer, before=before, owner=to)


# What the fields may say.

_WHO = [*EMPLOYEES]
_MAYBE_WHO = [*[None] * 3, *EMPLOYEES]
_MAYBE_WHOSE = [*[None] * 4, *CUSTOMERS]
_ORDERS = [*ORDERS, None]
_ACCOUNTS = [tl.COMPANY_ACCOUNT, "X", "X", "YOFE1"]
_GRAVE = ["private_deal", "kickback", "competitor", "leaving"]
_SAID = [*_GRAVE, "other"]
_COUNTS = [1, 2, 9, 10, 19, 20]
_PHONES = ["138 0000 0001", "0571-8700 0002", "0571-8700 0003"]
_OUTCOMES = ["complaint", "complaint", "complaint", "mismatch", "confirmed"]
_CARDS = [("customer", f"C-{number}") for number in range(1, 8)]
_CALLBACKS = [f"B-{whose}-{number}" for whose, number in product(CUSTOMERS, (1, 2, 3))]


# What may happen to one order, and to one opportunity.


def _order(order: str, actor: object, op: object = "create", owner: object = None) -> Row:
    where, whose = ("order", order), ORDERS[order]
    return may(tl.edit, actor, op, where, customer=whose, order=order, owner=owner)


def _status(order: str, actor: object, to: object) -> Row:
    return may(tl.edit, actor, "update", ("order", order), customer=ORDERS[order], status=to)


def _opens(opportunity: str, actor: object) -> Row:
    # One that names no customer cannot be tied to one; follow-up-lapsed says so.
    return may(tl.opens, opportunity, OPPORTUNITIES[opportunity], actor)


def _stage(opportunity: str, actor: object) -> Row:
    named = [None, OPPORTUNITIES[opportunity]]
    told = may(tl.stage, opportunity, ["lost", "won"], customer=named, actor=actor)
    gone = may(tl.edit, actor, "delete", ("opportunity", opportunity), customer=named)
    return either((_opens(opportunity, actor), _opens(opportunity, actor), told, told, gone))


#: What happens beside everything else.
_NOISE = (
    may(_payment, account=_ACCOUNTS, order=_ORDERS, customer=_MAYBE_WHOSE),
    may(_refund, amount=["400.00", "800.00"], order=_ORDERS, customer=_MAYBE_WHOSE),
    may(_shipment, order=_ORDERS, customer=_MAYBE_WHOSE, released_by=_MAYBE_WHO),
    either(_order(it, _WHO, ["create", "update"], [*[None] * 6, *EMPLOYEES]) for it in ORDERS),
    may(tl.owner, [*CUSTOMERS], _WHO),
    either(_stage(it, _WHO) for it in OPPORTUNITIES),
    may(tl.activity, _WHO, [*CUSTOMERS]),
    may(tl.hit, _WHO, customer=_MAYBE_WHOSE, category=_SAID),
    may(tl.deletes, _WHO, [1, 2, 10, 19, 20]),
    may(tl.wipes, _WHO, [1, 10]),
)

# What belongs together: a scene for each whom, or what, all of it is about.

_scene = partial(story, times)

_WIPING = either(
    _scene(some((1, 5), _edges(HOUR), may(tl.deletes, who, _COUNTS), may(tl.wipes, who, _COUNTS)))
    for who in EMPLOYEES
)
_TALKING = either(
    _scene(some((2, 6), _edges(DAY), may(tl.hit, who, customer=_MAYBE_WHOSE, category=_GRAVE)))
    for who in EMPLOYEES
)
_COLLECTING = either(
    _scene(
        some(
            (2, 6),
            _edges(90 * DAY),
            may(_payment, account=account, order=_ORDERS, customer=[*CUSTOMERS, None]),
        )
    )
    for account in ("X", "YOFE1")
)
#: A payment or shipment and what may explain it, around the deadlines.
_PAYING = either(
    _scene(
        once(
            may(_payment, account=_ACCOUNTS, order=order, customer=whose),
            may(_shipment, order=order, customer=whose),
        ),
        some(
            (0, 2),
            around(-90 * DAY, -DAY, 0, DAY, 3 * DAY, 7 * DAY),
            either(_order(it, "E-1") for it in ORDERS),
            either(_order(it, "E-2", "update", "E-3") for it in ORDERS),
            may(_refund, amount="800.00", order=order, customer=whose),
            may(_refund, amount="400.00", order=order, customer=whose),
            may(tl.hit, "E-2", customer=whose, category="kickback"),
        ),
    )
    for order, whose in product(_ORDERS, _MAYBE_WHOSE)
)
_LOSING = either(
    _scene(
        once(may(tl.stage, it, "lost", customer=whose)),
        some((0, 1), (-20 * DAY,), _opens(it, "E-1")),
        some((0, 1), _edges(7 * DAY), _stage(it, "E-2")),
        some(
            (1, 3),
            [-away for away in _edges(14 * DAY)],
            may(tl.hit, _WHO, customer=whose, category=_SAID),
        ),
    )
    for it, whose in OPPORTUNITIES.items()
)
_LAPSING = either(
    _scene(
        once(_opens(it, "E-1")),
        in_turn(
            (1, 5),
            (0, 1, DAY, *around(7 * DAY), 7 * DAY + HOUR + 1),
            *[may(tl.activity, ["E-1", "E-1", "E-2"], whose)] * 3,
            *[may(tl.owner, whose, ["E-1", "E-2"])] * 2,
            may(tl.stage, it, "won"),
            may(tl.stage, it, "lost", customer=whose),
            _opens(it, "E-1"),
        ),
    )
    for it, whose in OPPORTUNITIES.items()
)
#: An order's way to completion, its goods and its money, each done by anybody.
_APPROVING = either(
    _scene(
        once(_order(it, _WHO)),
        in_turn(
            (1, 4),
            (1, HOUR, DAY, DAY + 1, 7 * DAY, 7 * DAY + 1),
            *[_status(it, _WHO, ["approved", "completed", "completed", "cancelled"])] * 2,
            *[may(_shipment, order=it, released_by=[*[None] * 3, *EMPLOYEES])] * 2,
            may(_payment, order=it, recorded_by=_WHO),
        ),
    )
    for it in ORDERS
)
#: A customer changes hands, and then buys or wins something, or not.
_MOVING = either(
    _scene(
        once(may(_had, whose, was)),
        once(may(_passes, [to, to, "E-BOSS"], whose, was, to)),
        some(
            (0, 1),
            _edges(3 * DAY),
            _order(order, "E-3"),
            then=[some((0, 1), _edges(7 * DAY), _status(order, "E-3", "cancelled"))],
        ),
        some((0, 1), _edges(3 * DAY), may(tl.stage, deal, "won", customer=whose, actor=to)),
    )
    for order, deal, whose in (("O-1", "OP-3", "C-1"), ("O-2", "OP-2", "C-2"))
    for was, to in permutations(EMPLOYEES, 2)
)
_CALLING_BACK = either(
    _scene(
        some(
            (3, 6),
            _edges(30 * DAY),
            may(tl.callback, _CALLBACKS, "C-1", _OUTCOMES, employee=[None, who, who, who]),
        )
    )
    for who in EMPLOYEES
)
#: Somebody changes how customers are reached, once to a colleague's phone perhaps.
_REWRITING = either(
    _scene(some((1, 8), _edges(DAY), may(tl.edit, who, "update", _CARDS, phone=_PHONES)))
    for who in EMPLOYEES
)
#: One notice, what came of it, and deletes around both.
LEAVING = {
    who: _scene(
        once(may(tl.hr, who, "resigned")),
        some((0, 4), _about(-30 * DAY, 30 * DAY), may(tl.deletes, who, [1, 2, 3])),
        some(
            (0, 1),
            [hop + 1 for hop in _HOPS],
            may(tl.hr, who, ["left", "resignation_withdrawn"]),
            then=[some((0, 4), _about(7 * DAY), may(tl.deletes, who, [1, 2, 3]))],
        ),
    )
    for who in EMPLOYEES
}

noise = st.builds(lambda make, at: make(at), either(_NOISE), times)
scenes = either(
    (
        *(_WIPING, _TALKING, _COLLECTING, _PAYING, _LOSING, _LAPSING, _LAPSING),
        *(_APPROVING, _MOVING, _MOVING, _CALLING_BACK, _REWRITING),
    )
)
