"""All that a rule is written in: `from detectors.language import *` is the one import it needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from msgspec import structs

from contract.alert import Bilingual, Severity
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR
from contract.types import (
    ChatHit,
    CrmEdit,
    EndpointFile,
    HrChange,
    Payment,
    ServiceCallback,
    Shipment,
    Tip,
)
from detectors.facts import roles
from detectors.facts.entity import sole
from detectors.facts.event_filter import edits
from detectors.facts.fact import EXACT, Fact, between, by_about, in_time_order
from detectors.facts.goods import LEFT, dispatched, first_dispatches, goods_fact
from detectors.facts.money import (
    PAYMENTS_TO_MATCH,
    is_private,
    private_payment_fact,
    received,
    refund_of,
)
from detectors.facts.profile import Profile, order_tie
from detectors.facts.reads import Dossier, Kept, Reads, keep, read
from detectors.facts.reference import Reference
from detectors.facts.roles import (
    COMES_OR_GOES,
    LONGEST_ORDER,
    REGISTER_KEPT,
    WHOSE_CUSTOMER,
    WHOSE_ORDER,
)
from detectors.facts.sent import sent_of
from detectors.facts.sequences import absence, around, sequence
from detectors.facts.thinning import of_these
from detectors.facts.view import View, is_over
from detectors.language.by_kind import by_kind
from detectors.language.detector import Missed
from detectors.language.fading import ADDED_UP, OPEN_WINDOWS, as_evidence, peak_of, standing_alerts
from detectors.language.finding import Subject
from detectors.language.found import Found, owner_of
from detectors.language.inroads import (
    RUNS_WITH_THEIR_CLAIMS,
    UPDATED,
    inroads,
    is_no_inroad,
    room_for_one,
)
from detectors.language.memory import (
    WITH_WHAT_IS_TOLD,
    Stays,
    covering,
    day_by_day,
    folded_within,
    no_older_than,
    opportunities_that_stay,
    since_the_first,
    thing_by_thing,
    with_their_answers,
)
from detectors.language.near_notice import NearNotice
from detectors.language.order_findings import (
    ENTERED_WITHIN,
    ORDER_NOTES,
    OTHERS,
    RESPONSIBLE,
    WHOSE,
    WORTH,
    EnteredWithin,
    order_found,
    wait_found,
)
from detectors.language.order_gaps import FOLDED_GAPS, median_beyond, with_gaps
from detectors.language.params import Params, at_least, at_most, less_than, more_than, number
from detectors.language.sentences import Listing, Sentence, says
from detectors.language.shapes.awaited import awaited, unless_put_off
from detectors.language.shapes.burst import burst, different, either, in_all
from detectors.language.shapes.edge import edge
from detectors.language.shapes.outlier import folded_days, folded_runs, outlier, unless_usual
from detectors.language.shapes.pair import pair
from detectors.language.sliding import near_a_run, total_of
from detectors.language.so_far import so_far
from detectors.language.wait_for_work import (
    DEAL_NOTES,
    DEALS_STAND,
    SIGNS_OF_DEALS,
    moves_a_deal,
    unworked,
)
from detectors.language.wording import distinct, elapsed, floored, roughly, tenths, total
from detectors.words.activity import IS_ACTIVITY, activity
from detectors.words.approval import approval_at, approved_before, steps
from detectors.words.callback_differences import COMPLAINS, flat, worded
from detectors.words.concession import CONCESSIONS, answer_to, may_answer
from detectors.words.deletion import DELETED, DELETIONS
from detectors.words.employees_contacts import (
    CHANGES_CONTACT,
    GOODS_TO_EMPLOYEE,
    TAKEN_OVER,
    TO_EMPLOYEE,
    holder_of,
    owner_of_all,
    whose_contact,
)
from detectors.words.entered_twice import entered_by_another
from detectors.words.hr.leaving import absences_of
from detectors.words.hr.notice import (
    GAVE_NOTICE,
    HR_CHANGES,
    LONGEST_NOTICE,
    NOTICE_NOTES,
    resignations,
)
from detectors.words.key_customers import KEY_ACCESS, is_key
from detectors.words.managers_part import (
    ORDERS_AND_MANAGERS,
    RESUMED_WITHIN,
    manager_over,
    part_taken,
    time_given,
)
from detectors.words.opportunities.lost import LOSS_NOTES, LOSSES, lost_no_more
from detectors.words.opportunities.stages import (
    every_change,
    is_any_opportunity_open,
    newly,
    stage_change,
)
from detectors.words.opportunities.won import DEALS, ended_by, is_made
from detectors.words.order_book import OrderBook, Wait, dossier, entered, figure, waited
from detectors.words.ownership import (
    ORDER_EDITS,
    customer_named,
    customer_of,
    customers_named,
    done_by_its_own,
    end_of_day,
    owner_as_of,
)
from detectors.words.periods import Spell, tenures, waits
from detectors.words.private_payments import (
    NAMED_WITHIN,
    of_somebody,
    private_payments,
    private_talk,
)
from detectors.words.sales.by_day import (
    IS_SALE,
    SALES,
    SALES_NOTES,
    Counts,
    Usual,
    amounts_by_day,
    by_day,
    day_before,
    exceeded,
    in_currency,
    open_sales,
    sale,
    surges,
    usual_orders,
)
from detectors.words.sales.by_week import (
    WEEK,
    Weeks,
    before_the_next_look,
    day_number,
    end_of,
    looked_at,
    week_of,
    with_orders,
)
from detectors.words.settled import Settled, settled_by
from detectors.words.taken_out import TAKEN_OUT, TAKEN_OUT_NOTES
from detectors.words.transfers import NAMES_OWNER, names_other_owner, transfer_fact, transfers
from detectors.words.weighing import ALERT_NOTE, LONGEST_DEADLINE, OPEN_FOR, named, pieces, standing

__all__: list[str] = []

#: The standard library's.
__all__ += ["ROUND_DOWN", "Callable", "Decimal", "Iterable", "Iterator", "Mapping", "Sequence"]
__all__ += ["pairwise", "structs"]

#: What events say.
__all__ += ["DAY", "HOUR", "Bilingual", "ChatHit", "CrmEdit", "Duration", "EndpointFile", "Event"]
__all__ += ["HrChange", "Payment", "ServiceCallback", "Severity", "Shipment", "Tip"]

#: What is kept of them, of whom, and what may be asked of it.
__all__ += ["COMES_OR_GOES", "EXACT", "LEFT", "LONGEST_ORDER", "PAYMENTS_TO_MATCH", "REGISTER_KEPT"]
__all__ += ["WHOSE_CUSTOMER", "WHOSE_ORDER", "Dossier", "Fact", "Kept", "Profile", "Reads"]
__all__ += ["Reference", "View", "absence", "around", "between", "by_about", "dispatched", "edits"]
__all__ += ["first_dispatches", "goods_fact", "in_time_order", "is_over", "is_private", "keep"]
__all__ += ["order_tie", "private_payment_fact", "read", "received", "refund_of", "roles"]
__all__ += ["sent_of", "sequence", "sole"]

#: What several rules speak of.
__all__ += ["ALERT_NOTE", "CHANGES_CONTACT", "COMPLAINS", "CONCESSIONS", "DEALS", "DELETED"]
__all__ += ["DELETIONS", "GAVE_NOTICE", "GOODS_TO_EMPLOYEE", "HR_CHANGES", "IS_ACTIVITY", "IS_SALE"]
__all__ += ["KEY_ACCESS", "LONGEST_DEADLINE", "LONGEST_NOTICE", "LOSSES", "LOSS_NOTES"]
__all__ += ["NAMED_WITHIN", "NAMES_OWNER", "NOTICE_NOTES", "OPEN_FOR", "ORDERS_AND_MANAGERS"]
__all__ += ["ORDER_EDITS", "RESUMED_WITHIN", "SALES", "SALES_NOTES", "TAKEN_OUT", "TAKEN_OUT_NOTES"]
__all__ += ["TAKEN_OVER", "TO_EMPLOYEE", "WEEK", "Counts", "OrderBook", "Settled", "Spell", "Usual"]
__all__ += ["Wait", "Weeks", "absences_of", "activity", "amounts_by_day", "answer_to"]
__all__ += ["approval_at", "approved_before", "before_the_next_look", "by_day", "customer_named"]
__all__ += ["customer_of", "customers_named", "day_before", "day_number", "done_by_its_own"]
__all__ += ["dossier", "end_of", "end_of_day", "ended_by", "entered", "entered_by_another"]
__all__ += ["every_change", "exceeded", "figure", "flat", "holder_of", "in_currency"]
__all__ += ["is_any_opportunity_open", "is_key", "is_made", "looked_at", "lost_no_more"]
__all__ += ["manager_over", "may_answer", "named", "names_other_owner", "newly", "of_somebody"]
__all__ += ["open_sales", "owner_as_of", "owner_of_all", "part_taken", "pieces", "private_payments"]
__all__ += ["private_talk", "resignations", "sale", "settled_by", "stage_change", "standing"]
__all__ += ["steps", "surges", "tenures", "time_given", "transfer_fact", "transfers"]
__all__ += ["usual_orders", "waited", "waits", "week_of", "whose_contact", "with_orders", "worded"]

#: Shapes, numbers, sentences.
__all__ += ["ADDED_UP", "DEALS_STAND", "DEAL_NOTES", "ENTERED_WITHIN", "FOLDED_GAPS"]
__all__ += [
    "OPEN_WINDOWS",
    "ORDER_NOTES",
    "OTHERS",
    "RESPONSIBLE",
    "RUNS_WITH_THEIR_CLAIMS",
    "SIGNS_OF_DEALS",
]
__all__ += ["UPDATED", "WHOSE", "WITH_WHAT_IS_TOLD", "WORTH", "EnteredWithin", "Found", "Listing"]
__all__ += ["Missed", "NearNotice", "Params", "Sentence", "Stays", "Subject", "as_evidence"]
__all__ += ["at_least", "at_most", "awaited", "burst", "by_kind", "covering", "day_by_day"]
__all__ += ["different", "distinct", "edge", "either", "elapsed", "floored", "folded_days"]
__all__ += ["folded_runs", "folded_within", "in_all", "inroads", "is_no_inroad", "less_than"]
__all__ += ["median_beyond", "more_than", "moves_a_deal", "near_a_run", "no_older_than", "number"]
__all__ += ["of_these", "so_far"]
__all__ += ["opportunities_that_stay", "order_found", "outlier", "owner_of", "pair", "peak_of"]
__all__ += ["room_for_one", "roughly", "says", "since_the_first", "standing_alerts", "tenths"]
__all__ += ["thing_by_thing", "total", "total_of", "unless_put_off", "unless_usual", "unworked"]
__all__ += ["wait_found", "with_gaps", "with_their_answers"]
