from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from contract.times import moment
from contract.types import CrmEdit, Payment, Shipment
from simulation.plan import Plan, PlanError
from tests.cli.commands import environment
from tests.simulation.simulated import QUARTER, SMALL, company, lines

CHINA = timezone(timedelta(hours=8))
HOUR = 3_600_000_000
DAY = 24 * HOUR

_DIGEST = """
import hashlib
from tests.simulation.simulated import SMALL, lines
print(hashlib.sha256(lines(SMALL)[0]).hexdigest())
"""


def _local(event_time: int) -> datetime:
    return moment(event_time).astimezone(CHINA)


def test_one_seed_gives_the_same_bytes_and_labels_whatever_the_hash_seed() -> None:
    text, labels = lines(SMALL)
    assert lines(SMALL) == (text, labels)
    elsewhere = subprocess.run(
        [sys.executable, "-c", _DIGEST],
        capture_output=True,
        text=True,
        check=True,
        env=environment(PYTHONHASHSEED="77"),
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(text).hexdigest()


def test_another_seed_is_another_company() -> None:
    one, other = (set(lines(replace(SMALL, seed=seed))[0].splitlines()) for seed in (5, 6))
    assert len(one & other) < 0.01 * len(one)


def test_frauds_do_not_change_who_works_there_and_who_buys() -> None:
    honest, labels = lines(replace(SMALL, fraud_rate=0.0))
    assert labels.frauds == ()
    mark = b"offbook.reference."
    text, _ = lines(SMALL)
    assert [line for line in honest.splitlines() if mark in line] == [
        line for line in text.splitlines() if mark in line
    ]


def test_frauds_leave_the_days_of_those_they_do_not_concern_as_they_are() -> None:
    plan = replace(SMALL, reps=40, customers=900, days=8)

    def touched(text: bytes) -> set[tuple[str, str]]:
        """Who looked at which customer at which second, without running numbers."""
        found = set()
        for line in text.splitlines():
            if b'"op":"view"' in line and b'"type":"customer"' in line:
                time, _, data = line.partition(b'"time":"')[2].partition(b'","data":')
                found.add((time.decode(), data.decode()))
        return found

    honest = touched(lines(replace(plan, fraud_rate=0.0))[0])
    with_frauds = touched(lines(replace(plan, fraud_rate=0.3))[0])
    assert len(honest & with_frauds) > 0.7 * len(honest)


def test_every_document_can_be_read_and_reference_documents_come_first() -> None:
    found = company(QUARTER)
    assert found.rejected == []
    assert found.reference_after_events == 0
    kinds = Counter(event.kind.type for event in found.reference)
    assert kinds["offbook.reference.customer.v1"] == QUARTER.customers
    assert kinds["offbook.reference.employee.v1"] > QUARTER.reps
    assert kinds["offbook.reference.account.v1"] >= 2


def test_all_kinds_of_event_occur_and_most_are_edits_in_the_crm() -> None:
    kinds = Counter(event.kind.topic for event in company(QUARTER).events)
    assert set(kinds) == {
        "crm.edits", "payments", "shipments", "chat.keyword-hits", "hr.changes", "endpoint.files",
        "service.callbacks", "tips",
    }  # fmt: skip
    assert 0.7 < kinds["crm.edits"] / kinds.total() < 0.92


def test_events_come_late_and_out_of_order_but_never_by_a_week() -> None:
    newest, late, by_days = 0, 0, 0
    for event in company(QUARTER).events:
        behind = newest - event.time
        late += behind > 60_000_000
        by_days += behind > DAY
        assert behind < 6.5 * DAY
        newest = max(newest, event.time)
    events = len(company(QUARTER).events)
    assert 0.01 * events < late < 0.1 * events
    assert 0 < by_days < 0.005 * events


def test_some_events_are_repeated_word_for_word() -> None:
    found = company(QUARTER)
    assert found.changed_repeats == 0
    assert 0.001 < found.repeats / len(found.events) < 0.005


def test_nothing_happens_outside_the_days_asked_for() -> None:
    found = company(QUARTER)
    days = {_local(event.time).date() for event in found.events}
    assert min(days) == QUARTER.start
    assert max(days) == QUARTER.start + timedelta(days=QUARTER.days - 1)


def _activities() -> list[datetime]:
    return [
        _local(event.time)
        for event in company(QUARTER).events
        if isinstance(event.data, CrmEdit)
        and event.data.object.type == "activity"
        and event.data.op == "create"
    ]


def test_nobody_sells_on_new_years_day_or_sundays_and_the_saturdays_made_up_for_are_worked() -> (
    None
):
    days = Counter(time.date() for time in _activities())
    ordinary = days[date(2026, 1, 14)]
    assert ordinary > 500
    assert days[date(2026, 2, 17)] < 0.05 * ordinary
    assert days[date(2026, 2, 20)] < 0.05 * ordinary
    assert days[date(2026, 1, 18)] < 0.05 * ordinary
    assert days[date(2026, 2, 14)] > 0.8 * ordinary


def test_people_work_in_office_hours() -> None:
    hours = Counter(time.hour for time in _activities())
    assert sum(hours[hour] for hour in range(8, 19)) > 0.97 * hours.total()
    assert hours[12] < 0.5 * hours[10]


def test_few_customers_buy_most() -> None:
    bought: Counter[str] = Counter()
    for event in company(QUARTER).events:
        edit = event.data
        if isinstance(edit, CrmEdit) and edit.object.type == "order" and edit.op == "create":
            assert edit.customer is not None
            assert edit.after is not None
            assert edit.after.amount is not None
            bought[edit.customer] += int(edit.after.amount)
    amounts = sorted(bought.values(), reverse=True)
    largest = amounts[: QUARTER.customers // 5]
    assert sum(largest) > 0.55 * sum(amounts)


def _honest() -> list[object]:
    traces = {
        (name.source, name.id) for fraud in company(QUARTER).labels.frauds for name in fraud.events
    }
    return [
        event.data
        for event in sorted(company(QUARTER).events, key=lambda event: event.time)
        if (event.source, event.id) not in traces
    ]


def test_honest_orders_are_approved_by_somebody_else_before_their_goods_leave() -> None:
    owners: dict[str, str | None] = {}
    approved: set[str] = set()
    early = shipped = 0
    for data in _honest():
        if isinstance(data, CrmEdit) and data.object.type == "order" and data.after is not None:
            if data.op == "create":
                owners[data.object.id] = data.after.owner
            elif data.after.status == "approved":
                assert data.after.approved_by not in (None, owners[data.object.id])
                approved.add(data.object.id)
        elif isinstance(data, Shipment) and data.status == "dispatched":
            assert data.order in owners
            shipped += 1
            early += data.order not in approved
    assert shipped > 1000
    assert 0 < early < 0.005 * shipped


def test_honest_money_goes_to_the_company_and_is_booked_by_finance() -> None:
    reference = company(QUARTER).reference
    accounts = {e.data.account for e in reference if e.kind.topic == "reference.accounts"}
    finance = {
        e.data.employee
        for e in reference
        if e.kind.topic == "reference.employees" and e.data.role == "finance"
    }
    payments = [data for data in _honest() if isinstance(data, Payment) and data.kind == "received"]
    assert {payment.payee_account for payment in payments} == accounts
    assert {payment.recorded_by for payment in payments} == finance
    unnamed = sum(payment.order is None for payment in payments)
    assert unnamed < 0.003 * len(payments)


def test_there_are_repeats_refunds_returns_leavers_and_deletions_without_fraud() -> None:
    honest = _honest()
    assert any(isinstance(data, Payment) and data.kind == "refund" for data in honest)
    assert any(isinstance(data, Shipment) and data.status == "returned" for data in honest)
    changes = {getattr(data, "kind", None) for data in honest}
    assert {"hired", "resigned", "left"} <= changes
    edits = [data for data in honest if isinstance(data, CrmEdit)]
    assert any(edit.op == "delete" for edit in edits)
    assert any(edit.op == "create" and edit.count > 20 for edit in edits)


@pytest.mark.parametrize(
    ("wrong", "option"),
    [
        ({"days": 0}, "--days"),
        ({"reps": 0}, "--reps"),
        ({"customers": 0}, "--customers"),
        ({"fraud_rate": 1.1}, "--fraud-rate"),
        ({"fraud_rate": float("nan")}, "--fraud-rate"),
        ({"start": date(1999, 1, 1)}, "--start"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_names_the_option(
    wrong: dict[str, object], option: str
) -> None:
    with pytest.raises(PlanError, match=option):
        Plan(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(days=1, reps=1, customers=1, fraud_rate=1.0),
        Plan(days=12, reps=2, customers=3, fraud_rate=1.0),
        Plan(days=40, reps=1, customers=400, fraud_rate=1.0),
        Plan(days=5, reps=3, customers=30, start=date(2026, 2, 15)),
        Plan(days=120, reps=3, customers=20, fraud_rate=1.0, start=date(2030, 12, 1)),
    ],
)
def test_the_smallest_companies_and_the_quietest_days_work_too(plan: Plan) -> None:
    assert company(plan).rejected == []


def test_times_are_written_with_the_offset_of_china() -> None:
    event = company(SMALL).events[0]
    assert _local(event.time).astimezone(UTC).timestamp() * 1_000_000 == event.time
    assert b"+08:00" in lines(SMALL)[0].splitlines()[-1]
