"""How an alert is worked: a life of three states, the same whatever was read first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.handling import Handling, Logged, handling_of, refusal
from contract.action import STEPS, VERDICTS, Action
from contract.alert import SEVERITIES, Alert
from tests.sinks.some_alerts import alert


def action(step: str, seen: int = 0, **more: Any) -> Action:
    """Somebody's action on the first revision, which was critical."""
    told: dict[str, Any] = {"action_id": f"{step}-{seen}", "by": "chen", "revision": 1}
    told |= {"severity": "critical", "at": "2026-03-02T09:30:00Z", "alert_id": "a", **more}
    return Action(step=step, seen=seen, **told)  # type: ignore[arg-type]


def worked(*actions: Action, newest: Alert | None = None) -> Handling:
    """How it stands after these actions, in the order of the log."""
    logged = [Logged(0, offset, it) for offset, it in enumerate(actions)]
    return handling_of(newest or alert("a"), logged)


def test_an_alert_nobody_has_touched_is_new() -> None:
    assert worked() == Handling(state="new")


def test_whoever_acknowledges_has_it() -> None:
    it = worked(action("acknowledge"))
    assert (it.state, it.assignee, it.seen) == ("acknowledged", "chen", 1)


def test_it_is_closed_with_a_verdict_and_nobody_has_work_with_it() -> None:
    it = worked(action("acknowledge"), action("close", 1, verdict="confirmed"))
    assert (it.state, it.verdict, it.is_open) == ("closed", "confirmed", False)


def test_it_cannot_be_closed_without_one() -> None:
    it = worked(action("close"))
    assert (it.state, it.history[0].refused) == ("new", "it needs a verdict")


def test_of_two_at_once_the_second_sees_a_conflict_and_changes_nothing() -> None:
    # both saw it new ──► chen acknowledges ──► wu closes, having seen nothing of that
    it = worked(action("acknowledge"), action("close", 0, by="wu", verdict="benign"))
    assert (it.state, it.assignee) == ("acknowledged", "chen")
    assert [told.refused for told in it.history] == [
        None,
        "somebody else has acted on it meanwhile",
    ]


def test_a_note_is_never_a_conflict() -> None:
    it = worked(action("acknowledge"), action("note", 0, by="wu", note="the customer called"))
    assert [told.refused for told in it.history] == [None, None]
    assert it.seen == 1


def test_one_action_told_twice_is_one() -> None:
    once = action("acknowledge")
    assert worked(once, once) == worked(once)


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_a_revision_that_is_worse_than_what_was_closed_opens_it_again(severity: str) -> None:
    # ──close as a warning──► revision 2: critical (again open) | warning (stays closed)
    closed = action("close", verdict="benign", severity="warning")
    it = worked(closed, newest=alert("a", 2, severity=severity))
    assert (it.state, it.reopened) == (
        ("new", True) if severity == "critical" else ("closed", False)
    )


def test_who_had_it_has_it_when_it_is_open_again() -> None:
    it = worked(
        action("acknowledge", severity="warning"),
        action("close", 1, verdict="benign", severity="warning"),
        newest=alert("a", 2),
    )
    assert (it.state, it.assignee, it.verdict) == ("new", "chen", None)


def test_one_that_is_open_again_can_be_acknowledged_by_who_saw_why() -> None:
    # close as a warning ──► revision 2 is critical ──► acknowledge, having seen revision 2
    closed = action("close", verdict="benign", severity="warning")
    it = worked(closed, action("acknowledge", 1, revision=2), newest=alert("a", 2))
    assert it.state == "acknowledged"


def test_one_that_is_withdrawn_is_closed_as_that() -> None:
    it = worked(action("acknowledge"), newest=alert("a", 2, state="withdrawn"))
    assert (it.state, it.verdict, it.withdrawn) == ("closed", "withdrawn", True)


def test_what_was_closed_before_keeps_its_verdict_and_says_that_it_is_withdrawn() -> None:
    closed = action("close", verdict="confirmed")
    it = worked(closed, newest=alert("a", 2, state="withdrawn"))
    assert (it.verdict, it.withdrawn) == ("confirmed", True)


def test_one_that_fires_again_after_that_is_as_it_was_before() -> None:
    it = worked(action("acknowledge"), newest=alert("a", 3, state="firing"))
    assert (it.state, it.withdrawn) == ("acknowledged", False)


def test_a_proposal_waits_and_is_gone_once_it_is_closed() -> None:
    proposed = action("propose", verdict="false_positive")
    assert worked(proposed).proposed == proposed
    assert worked(proposed, action("close", 1, verdict="false_positive")).proposed is None


def test_it_can_be_reopened_by_hand_and_only_if_it_is_closed() -> None:
    assert refusal(Handling(), action("reopen")) == "it is not closed"
    it = worked(action("close", verdict="duplicate"), action("reopen", 1))
    assert (it.state, it.reopened, it.seen) == ("new", True, 2)


ACTIONS = st.builds(
    Action,
    action_id=st.integers(0, 20).map(str),
    alert_id=st.just("a"),
    step=st.sampled_from(STEPS),
    by=st.sampled_from(["chen", "wu"]),
    at=st.just("2026-03-02T09:30:00Z"),
    revision=st.integers(1, 4),
    severity=st.sampled_from(SEVERITIES),
    seen=st.integers(0, 3),
    verdict=st.none() | st.sampled_from(VERDICTS),
    assignee=st.none() | st.just("li"),
)
REVISIONS = st.lists(
    st.tuples(st.sampled_from(SEVERITIES), st.sampled_from(["firing", "withdrawn"])), max_size=4
)


@given(st.lists(ACTIONS, max_size=8), REVISIONS, st.randoms(use_true_random=False))
def test_whatever_is_read_first_and_however_often_it_stands_alike(
    actions: list[Action], revisions: list[tuple[Any, Any]], random: Any
) -> None:
    read: list[Logged | Alert] = [Logged(0, offset, it) for offset, it in enumerate(actions)]
    read += [
        alert("a", number, severity=severity, state=state)
        for number, (severity, state) in enumerate(revisions, 1)
    ]
    in_order = _read(read)
    again = read + random.sample(read, len(read) // 2)
    random.shuffle(again)
    assert _read(again) == in_order
    assert in_order.seen == sum(
        told.refused is None and told.action.step != "note" for told in in_order.history
    )
    assert in_order.is_open == (in_order.verdict is None)


def _read(read: list[Logged | Alert]) -> Handling:
    newest: Alert | None = None
    logged: set[Logged] = set()
    for it in read:
        if isinstance(it, Logged):
            logged.add(it)
        elif newest is None or it.revision > newest.revision:
            newest = it
    return handling_of(newest, logged)
