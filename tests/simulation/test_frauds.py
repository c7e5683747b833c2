from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from contract.label import decode_labels, encode_labels
from simulation.frauds import SCENARIOS
from simulation.plan import Plan
from simulation.simulate import Simulation
from tests.simulation.simulated import QUARTER, SMALL, company, seconds

DAY = 86_400

#: The ids of detectors.md: what the company is to be watched for.
KINDS = set(
    """
offbook-payment account-ring unmatched-payment payment-mismatch overdue-receivable
shipment-without-order shipment-before-approval diverted-consignee
unapproved-order unauthorised-discount order-splitting order-cycle-collapse sales-spike sales-slump
phantom-order period-end-reversal ghost-deal duties-conflict big-order-unattended missed-callback
deleted-before-resignation bulk-delete bulk-export contact-tampering customer-snatching
eve-of-deal-transfer unauthorised-transfer follow-up-lapsed duplicate-customer key-customer-access
active-after-leaving flooded-record
leak-then-lost chat-burst callback-mismatch complaint-burst tip-corroborated
employee-risk
    """.split()  # noqa: SIM905
)


def test_there_is_an_easy_and_a_disguised_scenario_of_every_kind() -> None:
    assert Counter((one.kind, one.version) for one in SCENARIOS) == {
        (kind, version): 1 for kind in KINDS for version in ("easy", "disguised")
    }


def test_every_kind_is_committed_in_both_versions_in_a_quarter() -> None:
    committed = Counter((fraud.kind, fraud.version) for fraud in company(QUARTER).labels.frauds)
    assert set(committed) == {(one.kind, one.version) for one in SCENARIOS}


def test_about_as_many_frauds_are_committed_as_asked_for_half_of_them_disguised() -> None:
    frauds = company(QUARTER).labels.frauds
    asked = QUARTER.fraud_rate * QUARTER.reps * QUARTER.days / 30
    assert 0.85 * asked <= len(frauds) <= asked
    disguised = sum(fraud.version == "disguised" for fraud in frauds)
    assert 0.4 < disguised / len(frauds) < 0.6


def test_every_trace_in_the_labels_is_an_event_of_the_stream() -> None:
    for plan in (QUARTER, SMALL):
        found = company(plan)
        there = {(event.source, event.id) for event in found.events}
        for fraud in found.labels.frauds:
            assert fraud.events
            missing = [name for name in fraud.events if (name.source, name.id) not in there]
            assert not missing, fraud


def test_no_two_frauds_share_an_id_and_few_a_trace() -> None:
    frauds = company(QUARTER).labels.frauds
    assert len({fraud.id for fraud in frauds}) == len(frauds)
    traces = Counter(name for fraud in frauds for name in fraud.events)
    assert max(traces.values()) == 1


def test_who_and_whom_a_label_names_exist() -> None:
    found = company(QUARTER)
    people = {e.data.employee for e in found.reference if e.kind.topic == "reference.employees"}
    for fraud in found.labels.frauds:
        assert fraud.employee in people
        assert fraud.what.en
        assert fraud.what.zh
        assert (fraud.order or fraud.customer or "") in fraud.what.en
        assert (fraud.order or fraud.customer or "") in fraud.what.zh


def test_a_deed_lies_among_its_traces_and_leaves_time_to_be_noticed() -> None:
    found = company(QUARTER)
    times = {(event.source, event.id): event.time / 1_000_000 for event in found.events}
    until = seconds(found.labels.company.until)
    proof = {(one.kind, one.version): one.proof for one in SCENARIOS}
    for fraud in found.labels.frauds:
        deed = seconds(fraud.deed_at)
        traces = [times[name.source, name.id] for name in fraud.events]
        assert min(traces) - DAY <= deed <= max(traces), fraud
        assert deed + proof[fraud.kind, fraud.version] * DAY <= until, fraud


def test_what_needs_more_days_than_there_are_is_not_begun() -> None:
    assert company(Plan(days=3, reps=50, customers=500, fraud_rate=1.0)).labels.frauds == ()
    short = company(Plan(days=25, reps=30, customers=900, fraud_rate=1.0)).labels.frauds
    assert short
    assert "overdue-receivable" not in {fraud.kind for fraud in short}
    assert "sales-spike" not in {fraud.kind for fraud in short}


def test_labels_say_of_what_company_they_speak() -> None:
    labels = company(QUARTER).labels
    assert (labels.company.reps, labels.company.customers) == (QUARTER.reps, QUARTER.customers)
    assert labels.company.seed == QUARTER.seed
    span = seconds(labels.company.until) - seconds(labels.company.since)
    assert timedelta(seconds=span) == timedelta(days=QUARTER.days)
    assert decode_labels(encode_labels(labels)) == labels


def test_the_simulation_knows_no_detector() -> None:
    """import-linter holds it too; here also against a look at the numbers as text."""
    room = Path(__file__).parents[2] / "simulation"
    for file in room.rglob("*.py"):
        text = file.read_text("utf-8")
        assert not re.search(r"^(from|import) detectors|Params\b", text, re.MULTILINE), file


@pytest.mark.parametrize("start", [date(2026, 1, 20), date(2026, 9, 10), date(2027, 12, 1)])
def test_no_fraud_is_begun_that_the_span_cuts_off(start: date) -> None:
    """What is not in the labels would be called innocent."""
    plan = Plan(days=100, reps=20, customers=500, fraud_rate=1.0, seed=4, start=start)
    simulation = Simulation(plan)
    last_time = max(
        seconds(line.partition(b'"time":"')[2][:25].decode()) for line in simulation.lines()
    )
    frauds = simulation.labels().frauds
    asked = round(plan.fraud_rate * plan.reps * plan.days / 30)
    assert len(frauds) + simulation._crime.given_up == asked
    proof = {(one.kind, one.version): one.proof for one in SCENARIOS}
    for fraud in frauds:
        late = seconds(fraud.deed_at) + (proof[fraud.kind, fraud.version] - 1) * DAY
        assert late <= last_time, fraud
