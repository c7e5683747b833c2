"""Every detector there is. A new one is added here and nowhere else."""

from __future__ import annotations

from detectors.language.detector import Detector
from detectors.rules.customers import (
    contact_tampering,
    customer_snatching,
    duplicate_customer,
    eve_of_deal_transfer,
    follow_up_lapsed,
    key_customer_access,
    unauthorised_transfer,
)
from detectors.rules.data import (
    active_after_leaving,
    bulk_delete,
    bulk_export,
    deleted_before_resignation,
    flooded_record,
)
from detectors.rules.figures import (
    order_cycle_collapse,
    period_end_reversal,
    phantom_order,
    sales_slump,
    sales_spike,
)
from detectors.rules.goods import (
    diverted_consignee,
    shipment_before_approval,
    shipment_without_order,
)
from detectors.rules.money import (
    account_ring,
    offbook_payment,
    overdue_receivable,
    payment_mismatch,
    unmatched_payment,
)
from detectors.rules.orders import (
    big_order_unattended,
    duties_conflict,
    ghost_deal,
    missed_callback,
    order_splitting,
    unapproved_order,
    unauthorised_discount,
)
from detectors.rules.voices import (
    callback_mismatch,
    chat_burst,
    complaint_burst,
    employee_risk,
    leak_then_lost,
    tip_corroborated,
)

DETECTORS: tuple[Detector, ...] = (
    offbook_payment.DETECTOR,
    account_ring.DETECTOR,
    unmatched_payment.DETECTOR,
    payment_mismatch.DETECTOR,
    overdue_receivable.DETECTOR,
    shipment_without_order.DETECTOR,
    shipment_before_approval.DETECTOR,
    diverted_consignee.DETECTOR,
    unapproved_order.DETECTOR,
    unauthorised_discount.DETECTOR,
    order_splitting.DETECTOR,
    order_cycle_collapse.DETECTOR,
    sales_spike.DETECTOR,
    sales_slump.DETECTOR,
    phantom_order.DETECTOR,
    period_end_reversal.DETECTOR,
    ghost_deal.DETECTOR,
    duties_conflict.DETECTOR,
    big_order_unattended.DETECTOR,
    missed_callback.DETECTOR,
    deleted_before_resignation.DETECTOR,
    bulk_delete.DETECTOR,
    bulk_export.DETECTOR,
    contact_tampering.DETECTOR,
    customer_snatching.DETECTOR,
    eve_of_deal_transfer.DETECTOR,
    unauthorised_transfer.DETECTOR,
    follow_up_lapsed.DETECTOR,
    duplicate_customer.DETECTOR,
    key_customer_access.DETECTOR,
    active_after_leaving.DETECTOR,
    flooded_record.DETECTOR,
    leak_then_lost.DETECTOR,
    chat_burst.DETECTOR,
    callback_mismatch.DETECTOR,
    complaint_burst.DETECTOR,
    tip_corroborated.DETECTOR,
    employee_risk.DETECTOR,
)
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
