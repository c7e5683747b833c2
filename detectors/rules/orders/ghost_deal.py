"""A deal is done of which the CRM has no record.

Catches a payment, a dispatched shipment or an order's first approval (the first since it was called
off, where that is what stood at the end of the wait) for a customer on whom nobody worked (an
activity, quote, opportunity or contract edit) from `before` before to `after` after it.
The customer is whom it names, else whom its order's edits name; of one whose customer nobody
knows it says nothing. A refund of the payment, a return of the shipment, a cancellation, rejection
or deletion of the order up to `after` after ends the wait.

Misses work that is entered for show. Where the CRM tells of orders and has never told of such work,
it stays silent: nothing follows from its absence. Where little is entered, it raises too much.

Looks the same: reorders by mail or shop that need no salesperson, framework contracts, arrears paid
long after the deal, quotes that do not name their customer.
"""

from detectors.language import *


class GhostDealParams(Params):
    """How near to the deal somebody must have worked on the customer."""

    before: Duration = number(
        "60d", "work on the customer this long before counts", "成交前多久之内的跟进有效"
    )
    after: Duration = number(
        "24h", "work on the customer this long after is in time", "成交后多久之内的跟进有效"
    )


DETECTOR = awaited(
    "ghost-deal",
    "warning",
    Bilingual("Deal without any work on the customer", "无跟进记录的成交"),
    GhostDealParams(),
    find=unworked,
    reads=SIGNS_OF_DEALS,
    looks_back="after",
    memory=WITH_WHAT_IS_TOLD,
    moves=moves_a_deal,
    stands=DEALS_STAND,
    says=says(
        Sentence(
            "Payment {number} of {amount:money} from customer {customer} came in at {at:time}.",
            "客户 {customer} 的付款 {number}（{amount:money}）于 {at:time} 到账。",
            when="what=received",
        ),
        Sentence(
            "Shipment {number} for customer {customer} left at {at:time}.",
            "客户 {customer} 的发货单 {number} 于 {at:time} 出库。",
            when="what=dispatched",
        ),
        Sentence(
            "Order {number} of customer {customer} was approved at {at:time}.",
            "客户 {customer} 的订单 {number} 于 {at:time} 审批通过。",
            when="what=approved",
        ),
        Sentence(
            "From {before} before to {after} after, nobody worked on the customer: no activity, "
            "quote, opportunity or contract edit. Responsible: {employee}.",
            "此前 {before}至此后 {after}，没有任何人对该客户留下跟进、报价、商机或合同记录。"
            "责任人：{employee}。",
        ),
        given=("amount", "currency", "number", "what"),
    ),
    notes=DEAL_NOTES,
    misses=Missed("touch", "activity, quote, opportunity or contract edit"),
    watches=WHOSE_ORDER
    | roles.names(roles.TOUCH, roles.STATUS, roles.GONE, roles.REFUND, roles.RETURNED),
)
