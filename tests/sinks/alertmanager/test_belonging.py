"""To which case an alert is told to belong."""

from __future__ import annotations

from typing import Any

from cases.handling import Handling
from contract.alert import Suppressed
from sinks.alertmanager.belonging import Belonging, case_told
from sinks.alertmanager.settling import gravest
from sinks.alertmanager.told import Told
from tests.sinks.some_alerts import alert

CLOSED = Handling(state="closed", verdict="benign")
WITHDRAWN = Handling(state="closed", verdict="withdrawn", withdrawn=True)


def belonging(bridge: Handling, **changes: Any) -> Belonging:
    # a ── order SO-1 ── bridge ── customer c-9 and e-7 ── b
    it = Belonging()
    it.put(alert("a", order="SO-1", customer=None, detected_at="2026-03-01T00:00:00Z"), Handling())
    it.put(alert("b"), Handling())
    it.put(alert("bridge", order="SO-1", **changes), bridge)
    return it


def test_one_that_is_closed_still_ties_two_others() -> None:
    assert belonging(CLOSED).cases(["b"])["b"][0] == "a"


def test_one_that_was_withdrawn_or_nobody_is_told_of_ties_none() -> None:
    assert belonging(WITHDRAWN).cases(["b"])["b"] == ("b", ("b",))
    assert belonging(Handling(), mode="shadow").cases(["b"])["b"] == ("b", ("b",))
    known = Suppressed("2026-12-31T15:59:59Z", "agreed")
    assert belonging(Handling(), suppressed=known).cases(["b"])["b"] == ("b", ("b",))


def test_one_whose_times_are_none_is_a_case_of_its_own() -> None:
    it = Belonging()
    it.put(alert("odd", detected_at="yesterday"), Handling())
    assert it.cases(["odd"]) == {"odd": ("odd", ("odd",))}


def test_what_joins_a_case_joins_it_as_it_was_told() -> None:
    # Since it was told as b's, a was found to be the one detected first.
    case_id, members = belonging(Handling()).cases(["bridge"])["bridge"]
    assert case_id == "a"
    told = {("b", "warning"): Told("x", "b", "", 0)}
    assert case_told(case_id, members, told) == "b"
    assert case_told(case_id, members, {}) == "a"


def test_only_what_is_kept_counts() -> None:
    it = belonging(Handling())
    it.keep(["a", "b"])
    assert "bridge" not in it
    assert it.cases(["a", "b"]) == {"a": ("a", ("a",)), "b": ("b", ("b",))}


def test_the_gravest_severity_told_counts() -> None:
    told = [("a", "warning"), ("a", "critical"), ("a", "info"), ("b", "info")]
    assert gravest(told) == {"a": "critical", "b": "info"}  # type: ignore[arg-type]
