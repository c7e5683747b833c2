"""Every detector there is. A new one is added here and nowhere else."""

from __future__ import annotations

from offbook.detectors import (
    account_ring,
    bulk_delete,
    chat_burst,
    deleted_before_resignation,
    follow_up_lapsed,
    leak_then_lost,
    offbook_payment,
    shipment_without_order,
    unmatched_payment,
)
from offbook.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (
    offbook_payment.DETECTOR,
    account_ring.DETECTOR,
    unmatched_payment.DETECTOR,
    shipment_without_order.DETECTOR,
    deleted_before_resignation.DETECTOR,
    bulk_delete.DETECTOR,
    follow_up_lapsed.DETECTOR,
    leak_then_lost.DETECTOR,
    chat_burst.DETECTOR,
)
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
