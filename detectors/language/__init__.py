"""All that a rule is written in: `from detectors.language import *` is the one import it needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

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
from detectors.facts.entity import sole
from detectors.facts.event_filter import edits
from detectors.facts.fact import (
    EXACT,
    Fact,
    between,
    by_about,
    in_time_order,
)
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
from detectors.facts.view import View
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
    ORDER_NOTES,
    OTHERS,
    RESPONSIBLE,
    WHOSE,
    WORTH,
    order_found,
)
from detectors.language.order_gaps import FOLDED_GAPS, with_gaps
from detectors.language.params import Params, at_least, at_most, number
from detectors.language.sentences import Listing, Sentence, says
from detectors.language.shapes.awaited import awaited, unless_put_off
from detectors.language.shapes.burst import burst, different, either, in_all
from detectors.language.shapes.edge import edge
from detectors.language.shapes.outlier import folded_days, folded_runs, outlier, unless_usual
from detectors.language.shapes.pair import pair
from detectors.language.sliding import (
    near_a_run,
    total_of,
)
from detectors.language.wait_for_work import SIGNS_OF_DEALS, moves_a_deal, unworked
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
    holder_of,
    owner_of_all,
    whose_contact,
)
from detectors.words.key_customers import KEY_ACCESS, is_key
from detectors.words.leaving import Absence, absences, absences_of
from detectors.words.managers_part import ORDERS_AND_MANAGERS, manager_over, part_taken, time_given
from detectors.words.notice import GAVE_NOTICE, HR_CHANGES, LONGEST_NOTICE, resignations
from detectors.words.opportunity_stages import (
    every_change,
    is_any_opportunity_open,
    newly,
    stage_change,
)
from detectors.words.order_book import OrderBook, dossier, entered, figure, waited
from detectors.words.ownership import (
    ORDER_EDITS,
    customer_named,
    customer_of,
    customers_named,
    end_of_day,
    owner_as_of,
)
from detectors.words.periods import Spell, tenures, waits
from detectors.words.sales_by_day import (
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
from detectors.words.sales_by_week import (
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
from detectors.words.transfers import NAMES_OWNER, names_other_owner, transfer_fact, transfers
from detectors.words.weighing import (
    ALERT_NOTE,
    LONGEST_DEADLINE,
    OPEN_FOR,
    named,
    pieces,
    standing,
)
from detectors.words.won_deals import DEALS, ended_by, is_made

__all__ = [
    "ADDED_UP",
    "ALERT_NOTE",
    "CHANGES_CONTACT",
    "COMES_OR_GOES",
    "COMPLAINS",
    "CONCESSIONS",
    "DAY",
    "DEALS",
    "DELETED",
    "DELETIONS",
    "EXACT",
    "FOLDED_GAPS",
    "GAVE_NOTICE",
    "GOODS_TO_EMPLOYEE",
    "HOUR",
    "HR_CHANGES",
    "IS_ACTIVITY",
    "IS_SALE",
    "KEY_ACCESS",
    "LEFT",
    "LONGEST_DEADLINE",
    "LONGEST_NOTICE",
    "LONGEST_ORDER",
    "NAMES_OWNER",
    "OPEN_FOR",
    "OPEN_WINDOWS",
    "ORDERS_AND_MANAGERS",
    "ORDER_EDITS",
    "ORDER_NOTES",
    "OTHERS",
    "PAYMENTS_TO_MATCH",
    "REGISTER_KEPT",
    "RESPONSIBLE",
    "RUNS_WITH_THEIR_CLAIMS",
    "SALES",
    "SALES_NOTES",
    "SIGNS_OF_DEALS",
    "TAKEN_OVER",
    "UPDATED",
    "WEEK",
    "WHOSE",
    "WHOSE_CUSTOMER",
    "WHOSE_ORDER",
    "WITH_WHAT_IS_TOLD",
    "WORTH",
    "Absence",
    "Bilingual",
    "Callable",
    "ChatHit",
    "Counts",
    "CrmEdit",
    "Decimal",
    "Dossier",
    "Duration",
    "EndpointFile",
    "Event",
    "Fact",
    "Found",
    "HrChange",
    "Iterable",
    "Iterator",
    "Kept",
    "Listing",
    "Mapping",
    "Missed",
    "NearNotice",
    "OrderBook",
    "Params",
    "Payment",
    "Profile",
    "Reads",
    "Reference",
    "Sentence",
    "Sequence",
    "ServiceCallback",
    "Settled",
    "Severity",
    "Shipment",
    "Spell",
    "Stays",
    "Subject",
    "Tip",
    "Usual",
    "View",
    "Weeks",
    "absence",
    "absences",
    "absences_of",
    "activity",
    "amounts_by_day",
    "answer_to",
    "approval_at",
    "approved_before",
    "around",
    "as_evidence",
    "at_least",
    "at_most",
    "awaited",
    "before_the_next_look",
    "between",
    "burst",
    "by_about",
    "by_day",
    "by_kind",
    "covering",
    "customer_named",
    "customer_of",
    "customers_named",
    "day_before",
    "day_by_day",
    "day_number",
    "different",
    "dispatched",
    "distinct",
    "dossier",
    "edge",
    "edits",
    "either",
    "elapsed",
    "end_of",
    "end_of_day",
    "ended_by",
    "entered",
    "every_change",
    "exceeded",
    "figure",
    "first_dispatches",
    "flat",
    "floored",
    "folded_days",
    "folded_runs",
    "folded_within",
    "goods_fact",
    "holder_of",
    "in_all",
    "in_currency",
    "in_time_order",
    "inroads",
    "is_any_opportunity_open",
    "is_key",
    "is_made",
    "is_no_inroad",
    "is_private",
    "keep",
    "looked_at",
    "manager_over",
    "may_answer",
    "moves_a_deal",
    "named",
    "names_other_owner",
    "near_a_run",
    "newly",
    "no_older_than",
    "number",
    "open_sales",
    "opportunities_that_stay",
    "order_found",
    "order_tie",
    "outlier",
    "owner_as_of",
    "owner_of",
    "owner_of_all",
    "pair",
    "part_taken",
    "peak_of",
    "pieces",
    "private_payment_fact",
    "read",
    "received",
    "refund_of",
    "resignations",
    "room_for_one",
    "roughly",
    "sale",
    "says",
    "sent_of",
    "sequence",
    "settled_by",
    "since_the_first",
    "sole",
    "stage_change",
    "standing",
    "standing_alerts",
    "steps",
    "structs",
    "surges",
    "tenths",
    "tenures",
    "thing_by_thing",
    "time_given",
    "total",
    "total_of",
    "transfer_fact",
    "transfers",
    "unless_put_off",
    "unless_usual",
    "unworked",
    "usual_orders",
    "waited",
    "waits",
    "week_of",
    "whose_contact",
    "with_gaps",
    "with_orders",
    "with_their_answers",
    "worded",
]
