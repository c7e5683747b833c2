"""Every detector there is. A new one is added here and nowhere else."""

from __future__ import annotations

from offbook.detectors import (
    account_ring,
    active_after_leaving,
    bulk_delete,
    bulk_export,
    callback_mismatch,
    chat_burst,
    complaint_burst,
    contact_tampering,
    customer_snatching,
    deleted_before_resignation,
    duties_conflict,
    employee_risk,
    eve_of_deal_transfer,
    follow_up_lapsed,
    key_customer_access,
    leak_then_lost,
    offbook_payment,
    shipment_before_approval,
    shipment_without_order,
    tip_corroborated,
    unapproved_order,
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
    bulk_export.DETECTOR,
    contact_tampering.DETECTOR,
    customer_snatching.DETECTOR,
    eve_of_deal_transfer.DETECTOR,
    unauthorised_transfer.DETECTOR,
    follow_up_lapsed.DETECTOR,
    key_customer_access.DETECTOR,
    active_after_leaving.DETECTOR,
    leak_then_lost.DETECTOR,
    chat_burst.DETECTOR,
    callback_mismatch.DETECTOR,
    complaint_burst.DETECTOR,
    tip_corroborated.DETECTOR,
    employee_risk.DETECTOR,
)
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
