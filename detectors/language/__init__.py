"""All that a rule is written in: `from detectors.language import *` is the one import it needs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import structs

from contract.alert import Bilingual, Severity
from contract.duration import Duration
from contract.event import Event
from contract.times import DAY, HOUR, NEVER
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
from detectors.facts.contact import changed_contacts
from detectors.facts.entity import sole
from detectors.facts.event_filter import edits
from detectors.facts.fact import (
    EXACT,
    Fact,
    between,
    by_about,
    fact_of,
    in_time_order,
)
from detectors.facts.goods import LEFT, dispatched, first_dispatches, goods_fact
from detectors.facts.money import (
    is_private,
    payment_fact,
    private_payment_fact,
    received,
    sent_back,
)
from detectors.facts.profile import Profile, order_tie
from detectors.facts.reads import Dossier, Kept, Reads, keep, read, read_knowing
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
    since_the_first,
    thing_by_thing,
    with_their_answers,
)
from detectors.language.near_notice import NearNotice
from detectors.language.order_findings import ORDER_NOTES, OTHERS, WHOSE, WORTH, order_found
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
from detectors.words.activity import IS_ACTIVITY, activity, managers_activity
from detectors.words.approval import approval_at, approved_before, steps
from detectors.words.callback_differences import COMPLAINS, flat, worded
from detectors.words.concession import concession, may_concede
from detectors.words.deletion import DELETED, DELETIONS
from detectors.words.leaving import Absence, absences
from detectors.words.notice import GAVE_NOTICE, HR_CHANGES, LONGEST_NOTICE, resignations
from detectors.words.opportunity_stages import every_change, newly, stage_change
from detectors.words.order_book import OrderBook, dossier, entered, figure, waited
from detectors.words.ownership import (
    ORDER_EDITS,
    customer_named,
    customer_of,
    customers_named,
    end_of_day,
    owner_as_of,
)
from detectors.words.periods import Spell, open_spells, tenures
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
    is_worth,
    open_sales,
    orders_by_day,
    sale,
    surges,
)
from detectors.words.sales_by_week import (
    WEEK,
    Weeks,
    before_the_next_look,
    day_number,
    end_of,
    is_over,
    monday,
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
    "COMES_OR_GOES",
    "COMPLAINS",
    "DAY",
    "DEALS",
    "DELETED",
    "DELETIONS",
    "EXACT",
    "FOLDED_GAPS",
    "GAVE_NOTICE",
    "HOUR",
    "HR_CHANGES",
    "IS_ACTIVITY",
    "IS_SALE",
    "LEFT",
    "LONGEST_DEADLINE",
    "LONGEST_NOTICE",
    "LONGEST_ORDER",
    "NAMES_OWNER",
    "NEVER",
    "OPEN_FOR",
    "OPEN_WINDOWS",
    "ORDER_EDITS",
    "ORDER_NOTES",
    "OTHERS",
    "REGISTER_KEPT",
    "RUNS_WITH_THEIR_CLAIMS",
    "SALES",
    "SALES_NOTES",
    "SIGNS_OF_DEALS",
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
    "activity",
    "amounts_by_day",
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
    "changed_contacts",
    "concession",
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
    "fact_of",
    "figure",
    "first_dispatches",
    "flat",
    "floored",
    "folded_days",
    "folded_runs",
    "folded_within",
    "goods_fact",
    "in_all",
    "in_currency",
    "in_time_order",
    "inroads",
    "is_made",
    "is_no_inroad",
    "is_over",
    "is_private",
    "is_worth",
    "keep",
    "managers_activity",
    "may_concede",
    "monday",
    "moves_a_deal",
    "named",
    "names_other_owner",
    "near_a_run",
    "newly",
    "no_older_than",
    "number",
    "open_sales",
    "open_spells",
    "order_found",
    "order_tie",
    "orders_by_day",
    "outlier",
    "owner_as_of",
    "owner_of",
    "pair",
    "payment_fact",
    "peak_of",
    "pieces",
    "private_payment_fact",
    "read",
    "read_knowing",
    "received",
    "resignations",
    "room_for_one",
    "roughly",
    "sale",
    "says",
    "sent_back",
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
    "total",
    "total_of",
    "transfer_fact",
    "transfers",
    "unless_put_off",
    "unless_usual",
    "unworked",
    "waited",
    "week_of",
    "with_gaps",
    "with_orders",
    "with_their_answers",
    "worded",
]
