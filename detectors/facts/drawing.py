"""What an event says of an entity whatever the detector: the facts of its profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET

from contract.event import Event
from contract.types import (
    ChatHit,
    CrmEdit,
    EventData,
    HrChange,
    ObjectType,
    Payment,
    ServiceCallback,
    Shipment,
)
from detectors.facts import roles
from detectors.facts.entity import EntityKind
from detectors.facts.event_filter import Where, anything, edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.goods import goods_moved
from detectors.facts.money import money_moved
from detectors.facts.retelling import told
from detectors.facts.roles import COMES_OR_GOES, SENSITIVE, Role

#: Edits of these show that somebody works on the customer.
_TOUCHING: tuple[ObjectType, ...] = ("activity", "quote", "opportunity", "contract")


def order_facts(event: Event, order: str) -> list[Fact]:
    """What an event says of an order: that it exists, its status, people, customer, money, goods.

    Of an order that an edit only names beside the one it touches, that it exists.
    """
    edit = event.data
    if isinstance(edit, ServiceCallback):
        return [fact_of(event, roles.CALLED_BACK.name, about=edit.outcome)]
    if isinstance(edit, Payment):
        return [money_moved(event, edit)]
    if isinstance(edit, Shipment):
        return [goods_moved(event, edit)]
    assert isinstance(edit, CrmEdit)
    if edit.object.type != "order":
        return []
    facts = [fact_of(event, roles.MENTION.name)]
    if edit.object.id != order:
        return facts
    if edit.op == "create":
        owner, customer = edit.says.owner or None, edit.customer
        facts.append(
            fact_of(
                event,
                roles.CREATED.name,
                about=customer or "",
                actor=edit.actor,
                customer=customer,
                owner=owner,
            )
        )
    if edit.customer is not None:
        facts.append(fact_of(event, roles.CUSTOMER.name, about=edit.customer))
    return (
        facts
        + _status_facts(event, edit)
        + _lifetime_facts(event, edit)
        + _amount_facts(event, edit)
        + _owner_facts(event, edit)
    )


def customer_facts(event: Event, customer: str) -> list[Fact]:
    """What an event says of a customer: its owner, its orders, who is in touch with it, and how.

    Of a customer that an edit only names beside the one it touches, nothing.
    """
    data = event.data
    if isinstance(data, ServiceCallback):
        return [fact_of(event, roles.CALLBACK.name, about=data.outcome)]
    if isinstance(data, ChatHit):
        if data.category not in SENSITIVE:
            return []
        return [
            fact_of(
                event, roles.HIT.name, about=data.employee, category=data.category, app=data.app
            )
        ]
    assert isinstance(data, CrmEdit)
    if data.object.type == "order":
        if data.op != "create":
            return []
        return [fact_of(event, roles.ORDERED.name, about=data.object.id)]
    if data.object.type in _TOUCHING:
        return [fact_of(event, roles.TOUCH.name)]
    if data.object.type != "customer" or data.object.id != customer:
        return []
    return _lifetime_facts(event, data) + _owner_facts(event, data)


def opportunity_facts(event: Event, _: str) -> list[Fact]:
    """What an edit says of an opportunity: whose customer it is about, and its stage."""
    edit = event.data
    assert isinstance(edit, CrmEdit)
    if edit.object.type != "opportunity":
        return []
    facts = _lifetime_facts(event, edit)
    if edit.customer is not None:
        facts.append(fact_of(event, roles.CUSTOMER.name, about=edit.customer))
    stage = edit.says.stage
    if stage is None and edit.op == "create":
        stage = "open"
    if stage is not None:
        before, actor = edit.was.stage, edit.actor
        unchanged = "yes" if stage == before else None
        facts.append(
            fact_of(
                event,
                roles.STAGE.name,
                about=stage,
                before=before,
                actor=actor,
                unchanged=unchanged,
            )
        )
    return facts


def employee_facts(event: Event, _: str) -> list[Fact]:
    """What HR says of an employee's coming and going, and from which company day on."""
    return [hr_word(event)]


def hr_word(event: Event) -> Fact:
    """What HR says of an employee: its kind, and the company day `on` which it takes effect."""
    change = event.data
    assert isinstance(change, HrChange)
    on = change.effective_on
    return fact_of(event, change.kind, on=on.isoformat() if on else None)


def _status_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    """The status from now on, and `by` whom if it is an approval."""
    status, before = edit.says.status, edit.was.status
    if status is None:
        return []
    by = edit.says.approved_by or edit.actor if status == "approved" else None
    unchanged = "yes" if status == before else None
    return [
        fact_of(event, roles.STATUS.name, about=status, before=before, by=by, unchanged=unchanged)
    ]


def _owner_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    """Who owns it from now on; about "" that nobody does."""
    after, before = edit.says.owner, edit.was.owner
    if after is UNSET:
        return []
    unchanged = "yes" if after == before else None
    was = None if before is UNSET else before or ""
    return [fact_of(event, roles.OWNER.name, about=after or "", before=was, unchanged=unchanged)]


def _amount_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    after, before = edit.says, edit.was
    if after.amount is None:
        return []
    same = (before.amount, before.currency) == (after.amount, after.currency)
    unchanged = "yes" if same else None
    about, currency = str(after.amount), after.currency
    return [fact_of(event, roles.AMOUNT.name, about=about, currency=currency, unchanged=unchanged)]


def _lifetime_facts(event: Event, edit: CrmEdit) -> list[Fact]:
    if edit.op == "delete":
        return [fact_of(event, roles.GONE.name)]
    if edit.op == "restore":
        return [fact_of(event, roles.BACK.name)]
    return []


@dataclass(frozen=True, slots=True)
class Drawn:
    """How one type of event changes the profile of the entity with an id.

    `where` is the router's cheap look. `roles` are all that its facts may have.
    """

    where: Where
    facts: Callable[[Event, str], list[Fact]]
    roles: frozenset[str]


def _drawn(where: Where, facts: Callable[[Event, str], list[Fact]], *drawn: Role) -> Drawn:
    return Drawn(where, facts, roles.names(*drawn))


def _shapes_customer(edit: CrmEdit) -> bool:
    if edit.object.type == "order":
        return edit.op == "create"
    if edit.object.type in _TOUCHING:
        return edit.op in ("create", "update")
    return edit.op in ("delete", "restore") or edit.says.owner is not UNSET


#: Which events an entity's profile is drawn from.
PROFILES: dict[tuple[EntityKind, type[EventData]], Drawn] = {
    ("order", CrmEdit): _drawn(
        edits(of="order"),
        order_facts,
        roles.MENTION,
        roles.CREATED,
        roles.CUSTOMER,
        roles.OWNER,
        roles.STATUS,
        roles.AMOUNT,
        roles.GONE,
        roles.BACK,
    ),
    ("order", Payment): _drawn(anything, order_facts, roles.RECEIVED, roles.REFUND),
    ("order", Shipment): _drawn(
        anything, order_facts, roles.DISPATCHED, roles.DELIVERED, roles.RETURNED
    ),
    ("order", ServiceCallback): _drawn(
        lambda callback: callback.order is not None and callback.outcome != "unreachable",
        order_facts,
        roles.CALLED_BACK,
    ),
    ("customer", CrmEdit): _drawn(
        edits(of=("customer", "order", *_TOUCHING), also=_shapes_customer),
        customer_facts,
        roles.OWNER,
        roles.ORDERED,
        roles.TOUCH,
        roles.GONE,
        roles.BACK,
    ),
    ("customer", ChatHit): _drawn(lambda hit: hit.category in SENSITIVE, customer_facts, roles.HIT),
    ("customer", ServiceCallback): _drawn(
        lambda callback: callback.outcome != "unreachable", customer_facts, roles.CALLBACK
    ),
    ("payment", Payment): _drawn(anything, told, roles.TOLD),
    ("shipment", Shipment): _drawn(anything, told, roles.TOLD),
    ("opportunity", CrmEdit): _drawn(
        edits(of="opportunity"),
        opportunity_facts,
        roles.CUSTOMER,
        roles.STAGE,
        roles.GONE,
        roles.BACK,
    ),
    ("employee", HrChange): _drawn(
        lambda change: change.kind in COMES_OR_GOES,
        employee_facts,
        roles.HIRED,
        roles.LEFT,
        roles.TERMINATED,
        roles.RESIGNATION_WITHDRAWN,
    ),
}
