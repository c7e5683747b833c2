"""One deal, one case."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.grouping import WITHIN, Grouped, cases_of
from contract.alert import SEVERITIES
from contract.times import DAY


def grouped(alert_id: str, **changes: Any) -> Grouped:
    """A critical alert on nobody, found on the first day."""
    told: dict[str, Any] = {"detector": "bulk-delete", "severity": "critical", "score": 60}
    told |= {"employee": None, "customer": None, "order": None}
    told |= {"first": 0, "last": 0, "detected": 0, **changes}
    return Grouped(alert_id=alert_id, **told)


def ids(*alerts: Grouped) -> list[list[str]]:
    """The alerts of each case."""
    return [[it.alert_id for it in case.alerts] for case in cases_of(alerts)]


def test_alerts_that_share_an_order_are_one_however_far_apart() -> None:
    assert ids(grouped("a", order="SO-1"), grouped("b", order="SO-1", first=900 * DAY)) == [
        ["a", "b"]
    ]


def test_those_on_one_customer_and_one_employee_are_for_fourteen_days() -> None:
    # a ├──last       14 days       ├─ b    is one case; a microsecond more is not
    pair = {"customer": "C-1", "employee": "E-1"}
    a = grouped("a", last=3 * DAY, **pair)
    near, far = 3 * DAY + WITHIN, 3 * DAY + WITHIN + 1
    assert ids(a, grouped("b", first=near, last=near, **pair)) == [["a", "b"]]
    assert ids(a, grouped("b", first=far, last=far, **pair)) == [["a"], ["b"]]


def test_one_customer_alone_or_one_employee_alone_ties_nothing() -> None:
    assert ids(grouped("a", customer="C-1"), grouped("b", customer="C-1")) == [["a"], ["b"]]
    assert ids(grouped("a", employee="E-1"), grouped("b", employee="E-1")) == [["a"], ["b"]]


def test_what_is_tied_to_one_of_a_case_belongs_to_it() -> None:
    pair = {"customer": "C-1", "employee": "E-1"}
    assert ids(
        grouped("a", order="SO-1"), grouped("b", order="SO-1", **pair), grouped("c", **pair)
    ) == [["a", "b", "c"]]


def test_the_worst_alert_and_the_worst_case_come_first() -> None:
    assert ids(
        grouped("a", severity="info"),
        grouped("b", order="SO-1", severity="warning", score=90),
        grouped("c", order="SO-1", score=40),
        grouped("d", order="SO-1", score=70),
    ) == [["d", "c", "b"], ["a"]]


def test_a_case_is_named_after_what_was_detected_first() -> None:
    (case,) = cases_of([grouped("z", order="SO-1"), grouped("a", order="SO-1", detected=DAY)])
    assert case.case_id == "z"


ALERTS = st.lists(
    st.tuples(
        st.sampled_from(SEVERITIES),
        st.sampled_from([None, "E-1", "E-2"]),
        st.sampled_from([None, "C-1", "C-2"]),
        st.sampled_from([None, None, "SO-1", "SO-2"]),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=9,
).map(
    lambda rows: [
        grouped(
            str(number),
            severity=severity,
            employee=employee,
            customer=customer,
            order=order,
            first=first * DAY,
            last=(first + lasts) * DAY,
            detected=first * DAY,
        )
        for number, (severity, employee, customer, order, first, lasts) in enumerate(rows)
    ]
)


def _are_tied(a: Grouped, b: Grouped) -> bool:
    if a.order is not None and a.order == b.order:
        return True
    return (
        a.customer is not None
        and a.employee is not None
        and (a.customer, a.employee) == (b.customer, b.employee)
        and max(a.first, b.first) - min(a.last, b.last) <= WITHIN
    )


@given(ALERTS, st.randoms(use_true_random=False))
def test_cases_are_what_is_tied_pair_by_pair_in_any_order(
    alerts: list[Grouped], random: Any
) -> None:
    cases = cases_of(alerts)
    shuffled = random.sample(alerts, len(alerts))
    assert cases_of(shuffled) == cases
    case_of = {it.alert_id: case.case_id for case in cases for it in case.alerts}
    assert case_of.keys() == {it.alert_id for it in alerts}
    parts = [{it.alert_id} for it in alerts]
    for a, b in combinations(alerts, 2):
        if _are_tied(a, b):
            assert case_of[a.alert_id] == case_of[b.alert_id]
            one, other = (
                next(p for p in parts if a.alert_id in p),
                next(p for p in parts if b.alert_id in p),
            )
            if one is not other:
                parts.remove(other)
                one |= other
    assert len(parts) == len(cases)
    for case in cases:
        assert case.severity == min((it.severity for it in case.alerts), key=SEVERITIES.index)
