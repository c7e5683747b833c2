"""What is known of a person, in the order in which it happened."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.timeline import timeline_of
from contract.alert import Alert, Evidence
from contract.times import HOUR, parse_rfc3339, rfc3339
from tests.cases.test_handling import action, worked
from tests.sinks.some_alerts import alert

NINE = parse_rfc3339("2026-03-02T09:00:00Z")


def event(id_: str, hour: int) -> Evidence:
    time = rfc3339(NINE + hour * HOUR)
    return Evidence("/bank", id_, "offbook.payment.v1", time, "payments", 0, 7, "")


def found(alert_id: str, hour: int, *events: Evidence) -> Alert:
    return alert(alert_id, detected_at=rfc3339(NINE + hour * HOUR), evidence=events)


def told(*pairs: Any, since: int = 0) -> list[tuple[int, str, tuple[str, ...]]]:
    """Hours after nine, kind and alerts of each moment."""
    return [((it.at - NINE) // HOUR, it.kind, it.alert_ids) for it in timeline_of(pairs, since)]


def test_events_alerts_and_actions_in_order() -> None:
    # 9 event ─► 10 alert ─► 11 somebody acts ─► 12 another event of the same alert
    one = found("a", 1, event("p-1", 0), event("p-2", 3))
    acted = action("acknowledge", at=rfc3339(NINE + 2 * HOUR))
    assert told((one, worked(acted, newest=one))) == [
        (0, "event", ("a",)),
        (1, "alert", ("a",)),
        (2, "action", ("a",)),
        (3, "event", ("a",)),
    ]


def test_an_event_that_two_alerts_rest_on_is_there_once() -> None:
    shared = event("p-1", 0)
    one, other = found("b", 1, shared), found("a", 1, shared)
    assert told((one, worked()), (other, worked())) == [
        (0, "event", ("a", "b")),
        (1, "alert", ("a",)),
        (1, "alert", ("b",)),
    ]


def test_at_one_moment_what_happened_comes_before_what_was_found_in_it() -> None:
    one = found("a", 0, event("p-1", 0))
    acted = action("acknowledge", at=rfc3339(NINE))
    kinds = [kind for _, kind, _ in told((one, worked(acted, newest=one)))]
    assert kinds == ["event", "alert", "action"]


def test_what_is_older_is_left_out_and_the_first_moment_is_in() -> None:
    one = found("a", 1, event("p-1", 0))
    assert told((one, worked()), since=NINE + HOUR) == [(1, "alert", ("a",))]


def test_what_changed_nothing_is_there_with_why() -> None:
    one = found("a", 0)
    refused = worked(action("close", at=rfc3339(NINE)), newest=one)
    moment = timeline_of([(one, refused)], 0)[-1]
    assert moment.told is not None
    assert moment.told.refused == "it needs a verdict"


EVENTS = st.lists(st.builds(event, st.sampled_from(["p", "q"]), st.just(0)), max_size=3)


@given(st.lists(st.tuples(st.integers(0, 5), EVENTS), max_size=6), st.randoms())
def test_the_order_in_which_alerts_are_read_does_not_matter(told: Any, random: Any) -> None:
    pairs = [(found(f"a{n}", hour, *events), worked()) for n, (hour, events) in enumerate(told)]
    assert timeline_of(random.sample(pairs, len(pairs)), 0) == timeline_of(pairs, 0)
