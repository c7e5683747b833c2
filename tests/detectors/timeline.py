"""Events and companies in few words, so that a test reads like the timeline drawn above it.

Times are company time (`"2026-03-02 09:00"`, Asia/Shanghai) or microseconds. An event's id follows
from its time and content: the same words are the same event; `id=` makes a second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from contract.alert import Alert
from contract.duration import Duration
from contract.event import Event, Origin
from contract.kinds import KIND_OF_DATA
from contract.spelling.folding import fold
from contract.times import micros
from contract.types import (
    ChatHit,
    CrmEdit,
    Difference,
    EndpointFile,
    EventData,
    HrChange,
    Image,
    ObjectRef,
    Payment,
    ReferenceAccount,
    ReferenceCustomer,
    ReferenceEmployee,
    ServiceCallback,
    Shipment,
    Tip,
)
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.state import EntityState
from detectors.engine.stream_time import UNKNOWN, Everywhere, Now
from detectors.facts.evidence import Remarks, with_remarks
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from offbook.cli.check.standing import badly_worded, final, firing  # noqa: F401 - found here

SHANGHAI = ZoneInfo("Asia/Shanghai")
COMPANY_ACCOUNT = "6222OURS"
SOURCE = "//test.example"
Moment = str | int


def at(moment: Moment) -> int:
    """Microseconds of a company time such as `2026-03-02 09:00` or `2026-03-02 09:00:00.000001`."""
    if isinstance(moment, int):
        return moment
    return micros(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))


def after(moment: Moment, span: str, micro: int = 0) -> int:
    """`span` ("7d", "72h"; "-7d" is before) after `moment`, and `micro` microseconds more."""
    sign = -1 if span.startswith("-") else 1
    return at(moment) + sign * Duration(span.removeprefix("-")) + micro


def event(moment: Moment, data: EventData, id: str | None = None) -> Event:
    """`data` as an event that happened at `moment`, as decoding gives it."""
    kind = KIND_OF_DATA[type(data)]
    time = at(moment)
    if id is None:
        told = repr((time, data)).replace("UNSET", "None").encode()
        id = f"{kind.topic}-{blake2b(told, digest_size=6).hexdigest()}"
    data, sent = fold(data)
    return Event(SOURCE, id, time, data, Origin(kind.topic, 0, 0), sent)


def edit(
    moment: Moment,
    actor: str,
    op: str,
    object: tuple[str, str],
    *,
    customer: str | None = None,
    order: str | None = None,
    count: int = 1,
    before: dict[str, object] | None = None,
    id: str | None = None,
    **after: object,
) -> Event:
    """A CRM edit; keywords beyond the named ones are its `after` image."""
    data = CrmEdit(
        actor,
        op,  # type: ignore[arg-type]
        ObjectRef(*object),  # type: ignore[arg-type]
        customer=customer,
        order=order,
        count=count,
        before=Image(**before) if before else None,  # type: ignore[arg-type]
        after=Image(**after) if after else None,  # type: ignore[arg-type]
    )
    return event(moment, data, id)


def order(
    moment: Moment,
    order: str,
    actor: str = "E-CLERK",
    *,
    customer: str | None = None,
    **more: object,
) -> Event:
    """An order is created."""
    return edit(moment, actor, "create", ("order", order), customer=customer, order=order, **more)  # type: ignore[arg-type]


def owner(moment: Moment, customer: str, to: str, *, was: str | None = None) -> Event:
    """A customer gets an owner."""
    before: dict[str, object] | None = {"owner": was} if was else None
    return edit(
        moment,
        "E-BOSS",
        "update",
        ("customer", customer),
        customer=customer,
        before=before,
        owner=to,
    )


def opens(moment: Moment, opportunity: str, customer: str, actor: str = "E-1") -> Event:
    """An opportunity is created and so open."""
    return edit(
        moment, actor, "create", ("opportunity", opportunity), customer=customer, stage="open"
    )


def stage(
    moment: Moment,
    opportunity: str,
    stage: str,
    customer: str | None = None,
    *,
    actor: str = "E-1",
    was: str | None = None,
) -> Event:
    """An opportunity changes its stage."""
    before: dict[str, object] | None = {"stage": was} if was else None
    return edit(
        moment,
        actor,
        "update",
        ("opportunity", opportunity),
        customer=customer,
        before=before,
        stage=stage,
    )


def activity(moment: Moment, actor: str, customer: str, *, id: str | None = None) -> Event:
    """An employee calls on a customer."""
    where = ("activity", f"A-{actor}-{at(moment)}")
    return edit(moment, actor, "create", where, customer=customer, kind="call", id=id)


def deletes(moment: Moment, actor: str, count: int = 1, *, id: str | None = None) -> Event:
    """An employee deletes CRM records."""
    return edit(moment, actor, "delete", ("contact", "K-1"), count=count, id=id)


def wipes(moment: Moment, employee: str, count: int = 1, *, id: str | None = None) -> Event:
    """An employee deletes files."""
    return event(moment, EndpointFile(employee, "delete", count=count), id)


def payment(
    moment: Moment,
    payment: str,
    account: str = COMPANY_ACCOUNT,
    amount: str = "800.00",
    *,
    kind: str = "received",
    order: str | None = None,
    customer: str | None = None,
    currency: str = "CNY",
    recorded_by: str | None = None,
    id: str | None = None,
) -> Event:
    """Money comes in, or goes back if `kind` is `refund`."""
    data = Payment(
        payment,
        Decimal(amount),
        account,
        kind=kind,  # type: ignore[arg-type]
        order=order,
        customer=customer,
        currency=currency,
        recorded_by=recorded_by,
    )
    return event(moment, data, id)


def refund(moment: Moment, payment_: str, amount: str = "800.00", **about: str) -> Event:
    """Money goes back."""
    return payment(moment, payment_, amount=amount, kind="refund", **about)  # type: ignore[arg-type]


def shipment(
    moment: Moment,
    shipment: str,
    *,
    order: str | None = None,
    customer: str | None = None,
    status: str = "dispatched",
    released_by: str | None = None,
    id: str | None = None,
) -> Event:
    """Goods leave the warehouse."""
    data = Shipment(
        shipment,
        status,  # type: ignore[arg-type]
        order=order,
        customer=customer,
        released_by=released_by,
    )
    return event(moment, data, id)


def hit(
    moment: Moment,
    employee: str,
    customer: str | None = None,
    category: str = "private_deal",
    *,
    id: str | None = None,
) -> Event:
    """A keyword hit in an employee's chat."""
    data = ChatHit(employee, "wecom", "私下", category, customer=customer)  # type: ignore[arg-type]
    return event(moment, data, id)


def tip(moment: Moment, tip: str, about: str | None = None, *, id: str | None = None) -> Event:
    """Somebody tells something about an employee."""
    return event(moment, Tip(tip, about_employee=about), id)


def hr(moment: Moment, employee: str, kind: str, *, on: str | None = None) -> Event:
    """A change of an employee's status; `on` is its `effective_on`."""
    data = HrChange(employee, kind, date.fromisoformat(on) if on else None)  # type: ignore[arg-type]
    return event(moment, data)


def callback(
    moment: Moment,
    callback: str,
    customer: str,
    outcome: str = "confirmed",
    *,
    order: str | None = None,
    employee: str | None = None,
    differences: Mapping[str, tuple[object, object]] | None = None,
    id: str | None = None,
) -> Event:
    """Customer service calls a customer back; `differences` are (company's, customer's)."""
    data = ServiceCallback(
        callback,
        customer,
        outcome,  # type: ignore[arg-type]
        order=order,
        employee=employee,
        differences=(
            {name: Difference(*values) for name, values in differences.items()}
            if differences
            else None
        ),
    )
    return event(moment, data, id)


DOCUMENTED = "2026-01-01 00:00"


def account(account: str, *, valid_from: str | None = None, valid_to: str | None = None) -> Event:
    """A reference document: an account the company owns."""
    data = ReferenceAccount(
        account,
        valid_from=date.fromisoformat(valid_from) if valid_from else None,
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
    )
    return event(DOCUMENTED, data)


def employee(
    id: str,
    name: str | None = None,
    *,
    accounts: Sequence[str] = (),
    phones: Sequence[str] = (),
) -> Event:
    """A reference document: an employee."""
    known = ReferenceEmployee(id, name=name, accounts=tuple(accounts), phones=tuple(phones))
    return event(DOCUMENTED, known)


def customer(id: str, owner: str | None = None, *, moment: Moment = DOCUMENTED) -> Event:
    """A reference document: a customer, as of `moment`; without an `owner` it does not say."""
    return event(moment, ReferenceCustomer(id, owner=owner or UNSET))


def company(*documents: Event) -> Reference:
    """Reference data: one company account, and `documents`."""
    reference = Reference()
    for document in (account(COMPANY_ACCOUNT), *documents):
        reference.put(document)
    return reference


def local(
    *detectors: Detector, reference: Reference | None = None, common: Common | None = None
) -> InMemoryRun:
    """A run of some detectors (all by default) over a company."""
    engine = Engine(detectors or DETECTORS, reference or company(), common, mode="replay")
    return InMemoryRun(engine)


def play(
    events: Iterable[Event],
    *detectors: Detector,
    until: Moment | None = None,
    reference: Reference | None = None,
    common: Common | None = None,
) -> list[Alert]:
    """Every revision that `events`, in this order, and then time until `until`, bring.

    No detector may fail, and every revision must be worded: a test of something else fails too.
    """
    run = local(*detectors, reference=reference, common=common)
    alerts = run.run(events, None if until is None else at(until))
    if run.failures:
        raise run.failures[0].error
    for alert in alerts:
        assert not badly_worded(alert), (alert.summary, badly_worded(alert))
    return alerts


def only(alerts: Iterable[Alert]) -> Alert:
    """The one alert there is, as it stands at the end."""
    newest = list(final(alerts).values())
    assert len(newest) == 1, [(alert.detector, alert.state) for alert in newest]
    return newest[0]


def evidence(alert: Alert) -> list[str]:
    """The ids of the events an alert rests on."""
    return [piece.id for piece in alert.evidence]


def withdrawing(note: str) -> str:
    """The note of an event by which an alert was withdrawn."""
    return with_remarks(note, Remarks(withdrawn_by=SOURCE))


def time_is(moment: Moment | None) -> Now:
    """All topics are read up to there; nothing is known of any if it is None."""
    return UNKNOWN if moment is None else Everywhere(at(moment))


def earliest(state: EntityState) -> int | None:
    """When the entity wants to be looked at next."""
    return min(state.due.values(), default=None)


def ids(*events: Event) -> list[str]:
    """What `evidence` must be."""
    return [one.id for one in events]


def as_json(alert: Alert) -> dict[str, object]:
    """An alert as its consumers read it."""
    read: dict[str, object] = msgspec.to_builtins(alert)
    return read
