"""A small world of alerts on two employees, for the tests of detectors that weigh them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from contract.event import Event
from contract.times import DAY, HOUR, parse_rfc3339
from detectors.language.detector import Detector
from detectors.rules.customers.follow_up_lapsed import DETECTOR as FOLLOW_UP_LAPSED
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from detectors.rules.data.deleted_before_resignation import DETECTOR as BEFORE_RESIGNATION
from detectors.rules.goods.shipment_without_order import DETECTOR as SHIPMENT_WITHOUT_ORDER
from detectors.rules.money.offbook_payment import DETECTOR as OFFBOOK_PAYMENT
from detectors.rules.voices.callback_mismatch import DETECTOR as CALLBACK_MISMATCH
from detectors.rules.voices.chat_burst import DETECTOR as CHAT_BURST
from tests.detectors.random_company import BASE, END
from tests.detectors.timeline import (
    COMPANY_ACCOUNT,
    account,
    activity,
    callback,
    company,
    customer,
    deletes,
    employee,
    firing,
    hit,
    hr,
    local,
    opens,
    owner,
    payment,
    shipment,
)
from tests.parts.may_happen import may, once, some, story

#: Windows that merge, what is missing, what is taken back, what passes to another: of all scores.
WEIGHED: tuple[Detector, ...] = (
    BULK_DELETE,
    BEFORE_RESIGNATION,
    CHAT_BURST,
    CALLBACK_MISMATCH,
    FOLLOW_UP_LAPSED,
    OFFBOOK_PAYMENT,
    SHIPMENT_WITHOUT_ORDER,
)
DOCUMENTS = (account(COMPANY_ACCOUNT), employee("E-906"), customer("C-906", "E-906"))

WHO = ("E-906", "E-906", "E-907")
_who = [*WHO]


def _numbered(letter: str, make: Callable[..., Event]) -> Callable[..., Event]:
    return lambda at, *told, **more: make(at, f"{letter}-{at}", *told, **more)


_ALONE = once(
    *[may(deletes, _who, [20, 20, 3, 19])] * 2,
    may(hr, _who, ["resigned", "resigned", "resignation_withdrawn", "left"]),
    may(_numbered("B", callback), "C-9", ["mismatch", "denied", "confirmed"], employee=_who),
    may(owner, "C-906", _who),
    may(_numbered("P", payment), "X", customer="C-906"),
    may(_numbered("S", shipment), order="O-1", customer="C-906"),
)
_CHATS = [
    (
        *(some((1, 1), (n,), may(hit, who, customer=f"C-{n}")) for n in (1, 2)),
        some((0, 1), (3,), may(hit, who, customer="C-3")),
    )
    for who in WHO
]
_LAPSE = (
    once(may(opens, "OP-1", "C-906")),
    some((1, 1), (8 * DAY,), may(activity, "E-906", "C-906")),
)
#: Each of the seven that stand alone comes as often as a chat, or a lapse.
_DEEDS = [*[(_ALONE,)] * 7 * len(_CHATS), *_CHATS, *[_LAPSE] * len(_CHATS)]


class Weighed(NamedTuple):
    """An alert as it stands in the end: how much of what, on whom, found when, by which event."""

    id: str
    detector: str
    severity: str
    score: int
    employee: str
    at: int
    event: str


def alerts_of(events: Iterable[Event]) -> Iterator[Weighed]:
    """What the weighed detectors alone find in the end."""
    run = local(*WEIGHED, reference=company(*DOCUMENTS))
    for alert in firing(run.run(events) + run.advance(END)):
        if alert.employee is not None:
            found = parse_rfc3339(alert.detected_at)
            yield Weighed(
                alert.alert_id,
                alert.detector,
                alert.severity,
                alert.score,
                alert.employee,
                found,
                alert.evidence[-1].id,
            )


@st.composite
def deeds(draw: st.DrawFn, spans: tuple[int, ...], most: int) -> list[Event]:
    """Things that bring alerts, so far from each other."""
    moment, done = BASE, []
    for _ in range(draw(st.integers(1, most))):
        moment += draw(st.sampled_from(spans))
        nudge = draw(st.sampled_from((0, 0, 0, -1, 1, HOUR)))
        done += draw(story(st.just(moment + nudge), *draw(st.sampled_from(_DEEDS))))
    return done
