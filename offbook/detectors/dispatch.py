"""Goods that leave, as the detectors that follow the goods read them."""

from __future__ import annotations

from offbook.detectors.detector import View
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.reference import Reference
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import Shipment

#: What a dispatch adds to an alert.
LEFT = Bilingual("goods left the warehouse", "货物出库")


def dispatched(shipment: Shipment) -> bool:
    """Goods that left, not goods that arrived or came back."""
    return shipment.status == "dispatched"


def dispatched_fact(event: Event, _: Reference) -> Fact:
    """Whose goods left for which order, and who let them; `about` is the shipment."""
    shipment = event.data
    assert isinstance(shipment, Shipment)
    return fact_of(
        event,
        "dispatched",
        about=shipment.shipment,
        customer=shipment.customer,
        order=shipment.order,
        released_by=shipment.released_by,
    )


def first_dispatches(view: View) -> dict[str, Fact]:
    """By shipment its first dispatch: a warehouse may report one twice."""
    return {sent.about: sent for sent in reversed(view.facts)}
