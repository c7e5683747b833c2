from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from msgspec import structs

from contract.label import Labels
from scoring.outcomes import LabelsError, Tally, join
from tests.scoring.cases import ALLOWED, COMPANY, alert, fraud, outcomes


def test_an_alert_is_right_if_it_shares_an_event_with_a_fraud_of_whatever_kind() -> None:
    done = outcomes(
        [fraud("F-1", "a", "b"), fraud("F-2", "c", kind="chat-burst")],
        [alert("A", "x", "b"), alert("B", "c"), alert("C", "x")],
    )
    assert [(one.standing, one.frauds) for one in done.alerts] == [
        ("right", ("F-1",)),
        ("right", ("F-2",)),
        ("false", ()),
    ]
    assert [set(one.caught) for one in done.frauds] == [{"bulk-delete"}, {"bulk-delete"}]


def test_the_same_id_of_another_source_is_another_event() -> None:
    other = structs.replace(alert("A", "a").evidence[0], source="//other.example")
    done = outcomes([fraud("F-1", "a")], [alert("A", evidence=(other,))])
    assert done.alerts[0].standing == "false"


@pytest.mark.parametrize("turn", [1, -1])
def test_the_highest_revision_decides_in_whatever_order_they_come(turn: int) -> None:
    revisions = [alert("A", "a"), alert("A", "a", revision=2, state="withdrawn")]
    done = outcomes([fraud("F-1", "a")], revisions[::turn])
    assert [one.standing for one in done.alerts] == ["withdrawn"]
    assert done.frauds[0].caught == {}, "what was taken back has caught nobody"


def test_of_two_that_claim_one_revision_the_same_one_counts_whichever_comes_first() -> None:
    revisions = [
        alert("A", "a", "b", detected_at="2026-02-01T11:00:00+08:00"),
        alert("A", "a", revision=2, detected_at="2026-02-01T12:00:00+08:00"),
        alert("A", "x", revision=2, detected_at="2026-02-01T10:30:00+08:00", state="withdrawn"),
        alert("A", "b", revision=1, detected_at="2026-02-01T10:20:00+08:00"),
        alert("B", "b"),
    ]
    frauds = [fraud("F-1", "a"), fraud("F-2", "b")]
    first, *others = (outcomes(frauds, list(order)) for order in permutations(revisions))
    assert len(others) == 119
    assert all(other == first for other in others)


def test_the_delay_runs_to_the_first_firing_revision_that_saw_the_fraud() -> None:
    done = outcomes(
        [fraud("F-1", "a")],
        [
            alert("A", "x", detected_at="2026-02-01T10:30:00+08:00"),
            alert("A", "x", "a", revision=2, detected_at="2026-02-01T11:00:00+08:00"),
            alert("A", "x", "a", revision=3, detected_at="2026-02-03T11:00:00+08:00"),
        ],
    )
    assert done.frauds[0].caught == {"bulk-delete": 3600.0}


def test_what_was_seen_and_taken_back_at_once_is_first_seen_when_it_fires() -> None:
    done = outcomes(
        [fraud("F-1", "a")],
        [
            alert("A", "a", state="withdrawn", detected_at="2026-02-01T10:30:00+08:00"),
            alert("A", "a", revision=2, detected_at="2026-02-01T11:00:00+08:00"),
        ],
    )
    assert done.frauds[0].caught == {"bulk-delete": 3600.0}


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_alerts_of_a_detector_the_earlier_counts(turn: int) -> None:
    late = alert("A", "a", detected_at="2026-02-05T10:00:00+08:00")
    early = alert("B", "a", detected_at="2026-02-01T10:00:30+08:00")
    done = outcomes([fraud("F-1", "a")], [late, early][::turn])
    assert done.frauds[0].caught == {"bulk-delete": 30.0}


def test_what_is_seen_before_the_deed_is_seen_at_once_and_not_earlier() -> None:
    early = alert("A", "a", detected_at="2026-01-20T10:00:00+08:00")
    assert outcomes([fraud("F-1", "a")], [early]).frauds[0].caught == {"bulk-delete": 0.0}


@pytest.mark.parametrize("state", ["firing", "withdrawn"])
def test_what_an_allowance_covers_is_neither_right_nor_false(state: str) -> None:
    done = outcomes([fraud("F-1", "a")], [alert("A", "a", suppressed=ALLOWED, state=state)])
    assert [(one.standing, one.frauds) for one in done.alerts] == [("suppressed", ("F-1",))]
    assert done.frauds[0].caught == {}, "nobody was told"


def test_a_fraud_that_was_seen_under_an_allowance_is_not_silently_gone() -> None:
    done = outcomes([fraud("F-1", "a")], [alert("A", "a", suppressed=ALLOWED)])
    assert done.frauds[0].suppressed == {"bulk-delete": 7200.0}


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("before", [{"suppressed": ALLOWED}, {"mode": "shadow"}])
def test_the_delay_runs_to_the_first_revision_that_somebody_was_told_of(
    before: dict[str, Any], turn: int
) -> None:
    """
    10:00 deed   10:30 suppressed or on trial   12:00 live   15:00 live
    """
    revisions = [
        alert("A", "a", detected_at="2026-02-01T10:30:00+08:00", **before),
        alert("A", "a", revision=2, mode="live"),
        alert("A", "a", revision=3, mode="live", detected_at="2026-02-01T15:00:00+08:00"),
    ]
    done = outcomes([fraud("F-1", "a")], revisions[::turn])
    assert done.frauds[0].caught == {"bulk-delete": 7200.0}


def test_a_detector_on_trial_is_scored_and_catches_nobody() -> None:
    done = outcomes([fraud("F-1", "a")], [alert("A", "a", mode="shadow"), alert("B", "x")])
    assert [(one.standing, one.on_trial) for one in done.alerts] == [
        ("right", True),
        ("false", False),
    ]
    assert (done.frauds[0].caught, done.frauds[0].on_trial) == ({}, {"bulk-delete": 7200.0})
    assert done.on_trial == ("bulk-delete",)


@pytest.mark.parametrize(("mode", "on_trial"), [("replay", True), ("live", False)])
def test_of_replayed_alerts_the_settings_say_what_is_on_trial_and_what_was_told_stays_told(
    mode: str, on_trial: bool
) -> None:
    tally = Tally(Labels(COMPANY, ()), on_trial=["bulk-delete"])
    tally.take(alert("A", "a", mode=mode))
    assert [one.on_trial for one in tally.outcomes().alerts] == [on_trial]


def test_an_event_of_two_frauds_gives_both_away() -> None:
    done = outcomes([fraud("F-1", "a"), fraud("F-2", "a")], [alert("A", "a")])
    assert done.alerts[0].frauds == ("F-1", "F-2")
    assert all(one.caught for one in done.frauds)


def test_companies_are_joined_even_where_their_ids_are_the_same() -> None:
    one = outcomes([fraud("F-1", "a")], [alert("A", "a")])
    two = outcomes([fraud("F-1", "a")], [alert("A", "x")])
    both = join([one, two])
    assert both.rep_weeks == pytest.approx(200.0)
    assert [bool(fraud.caught) for fraud in both.frauds] == [True, False]
    assert [alert.standing for alert in both.alerts] == ["right", "false"]


@pytest.mark.parametrize(
    ("company", "changes", "says"),
    [
        ({"since": "yesterday"}, {}, "company.since: expected a time with an offset"),
        ({"until": "2025-01-01T00:00:00Z"}, {}, "company.until: lies before company.since"),
        ({"reps": -1}, {}, "company.reps: must be 0 or more"),
        ({}, {"deed_at": "2026-02-01T10:00:00"}, "frauds[1].deed_at: expected a time with"),
        ({}, {"id": "F-1"}, "frauds[1].id: F-1 stands there twice"),
    ],
)
def test_labels_that_nothing_can_be_scored_by_are_refused_with_the_place(
    company: dict[str, Any], changes: dict[str, Any], says: str
) -> None:
    second = structs.replace(fraud("F-2", "b"), **changes)
    labels = Labels(structs.replace(COMPANY, **company), (fraud("F-1", "a"), second))
    with pytest.raises(LabelsError) as caught:
        Tally(labels)
    assert says in str(caught.value)
    assert not caught.value.retryable


def test_an_alert_whose_time_is_none_is_refused() -> None:
    with pytest.raises(ValueError):
        outcomes([], [alert("A", detected_at="noon")])
