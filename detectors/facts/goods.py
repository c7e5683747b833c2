"""Goods that leave, as the detectors that follow the goods read them."""

from __future__ import annotations

from collections.abc import Sequence

from contract.alert import Bilingual
from contract.event import Event
from contract.types import Shipment
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reference import Reference

#: What a dispatch adds to an alert.
LEFT = Bilingual("goods left the warehouse", "货物出库")


def dispatched(shipment: Shipment) -> bool:
    """Goods that left, not goods that arrived or came back."""
    return shipment.status == "dispatched"


def goods_moved(event: Event, shipment: Shipment, order: str | None = None) -> Fact:
    """Whose goods left, arrived or came back in which shipment (`about`), and who let them."""
    return fact_of(
        event,
        shipment.status,
        about=shipment.shipment,
        customer=shipment.customer,
        order=order,
        released_by=shipment.released_by,
    )


def goods_fact(event: Event, _: Reference) -> Fact:
    """`goods_moved`, and for which order."""
    shipment = event.data
    assert isinstance(shipment, Shipment)
    return goods_moved(event, shipment, shipment.order)


def first_dispatches(facts: Sequence[Fact]) -> dict[str, Fact]:
    """By shipment its first dispatch: a warehouse may report one twice."""
    return {fact.about: fact for fact in reversed(facts) if fact.role == "dispatched"}
