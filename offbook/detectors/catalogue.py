"""Every detector there is. A new one is added here and nowhere else."""

from __future__ import annotations

from offbook.detectors import (
    account_ring,
    big_order_unattended,
    bulk_delete,
    callback_mismatch,
    chat_burst,
    complaint_burst,
    contact_tampering,
    deleted_before_resignation,
    diverted_consignee,
    duplicate_customer,
    duties_conflict,
    eve_of_deal_transfer,
    follow_up_lapsed,
    ghost_deal,
    leak_then_lost,
    offbook_payment,
    shipment_before_approval,
    shipment_without_order,
    unapproved_order,
    unauthorised_discount,
    unauthorised_transfer,
    unmatched_payment,
)
from offbook.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (
    offbook_payment.DETECTOR,
    account_ring.DETECTOR,
    unmatched_payment.DETECTOR,
    shipment_without_order.DETECTOR,
    shipment_before_approval.DETECTOR,
    unapproved_order.DETECTOR,
    duties_conflict.DETECTOR,
    deleted_before_resignation.DETECTOR,
    bulk_delete.DETECTOR,
    contact_tampering.DETECTOR,
    eve_of_deal_transfer.DETECTOR,
    unauthorised_transfer.DETECTOR,
    follow_up_lapsed.DETECTOR,
    leak_then_lost.DETECTOR,
    chat_burst.DETECTOR,
    callback_mismatch.DETECTOR,
    complaint_burst.DETECTOR,
    diverted_consignee.DETECTOR,
    unauthorised_discount.DETECTOR,
    ghost_deal.DETECTOR,
    big_order_unattended.DETECTOR,
    duplicate_customer.DETECTOR,
)
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
