from __future__ import annotations

from msgspec import structs

from scoring.outcomes import Outcomes
from scoring.score import Suppressed, Untold, score
from tests.scoring.cases import ALLOWED, alert, fraud, outcomes


def test_recall_is_that_of_the_kind_and_precision_that_of_all_alerts() -> None:
    found = score(
        outcomes(
            [
                fraud("F-1", "a"),
                fraud("F-2", "b", version="disguised"),
                fraud("F-3", "c", kind="chat-burst"),
            ],
            [alert("A", "a"), alert("B", "c"), alert("C", "x"), alert("D", "b", state="withdrawn")],
        ),
        order=["chat-burst", "bulk-delete", "never-seen"],
    )
    chat, bulk = found.detectors
    assert (chat.detector, bulk.detector) == ("chat-burst", "bulk-delete")
    assert (bulk.recall.easy.hits, bulk.recall.easy.of) == (1, 1)
    assert (bulk.recall.disguised.hits, bulk.recall.disguised.of) == (0, 1)
    assert (bulk.alerts.right, bulk.alerts.false, bulk.alerts.withdrawn) == (2, 1, 1)
    assert (bulk.alerts.rate.hits, bulk.alerts.rate.of) == (2, 3)
    assert (chat.recall.all.hits, chat.recall.all.of, chat.alerts.rate.rate) == (0, 1, None)
    assert (found.by_any.all.hits, found.by_own.all.hits, found.by_any.all.of) == (2, 1, 3)


def test_delays_are_the_median_of_what_was_caught() -> None:
    frauds = [fraud(f"F-{n}", str(n)) for n in range(4)]
    alerts = [
        alert(f"A-{n}", str(n), detected_at=f"2026-02-01T{hour}:00:00+08:00")
        for n, hour in enumerate((11, 12, 22))
    ]
    found = score(outcomes(frauds, alerts))
    assert found.detectors[0].median_delay_seconds == 2 * 3600
    assert found.median_delay_seconds == 2 * 3600


def test_infos_are_no_alarms() -> None:
    found = score(
        outcomes(
            [],
            [
                alert("A", "x"),
                alert("B", "x", severity="warning"),
                alert("C", "x", severity="info"),
                alert("D", "x", severity="info"),
            ],
        )
    )
    assert found.alarms.false == 2
    assert found.alarms.false_per_100_reps_week == 2.0
    assert found.severities["info"].false_per_100_reps_week == 2.0


def test_what_an_allowance_covers_is_in_no_figure_and_counted_apart() -> None:
    frauds = [fraud("F-1", "a"), fraud("F-2", "b")]
    told = [alert("A", "a"), alert("B", "x")]
    covered = [alert("C", "b", suppressed=ALLOWED), alert("D", "y", suppressed=ALLOWED)]
    found, without = score(outcomes(frauds, told + covered)), score(outcomes(frauds, told))
    assert found.suppressed == (Suppressed("bulk-delete", 2, 1),)
    assert found.untold == (Untold("F-2", "bulk-delete", "allowance", ("bulk-delete",)),)
    assert structs.replace(found, suppressed=(), untold=()) == without


def test_a_fraud_that_somebody_was_told_of_is_not_missed_by_an_allowance() -> None:
    found = score(
        outcomes(
            [fraud("F-1", "a")],
            [alert("A", "a", suppressed=ALLOWED), alert("B", "a", detector="chat-burst")],
        )
    )
    assert (found.by_any.all.hits, found.by_own.all.hits) == (1, 0)
    assert found.untold == ()


def test_a_detector_on_trial_is_scored_apart_from_the_rest() -> None:
    frauds = [fraud("F-1", "a"), fraud("F-2", "b", kind="chat-burst")]
    told = [alert("A", "a"), alert("B", "x")]
    tried = [
        alert("C", "b", detector="chat-burst", mode="shadow"),
        alert("D", "y", detector="chat-burst", mode="shadow"),
    ]
    found, without = score(outcomes(frauds, told + tried)), score(outcomes(frauds, told))
    (trial,) = found.trials
    assert (trial.detector, trial.recall.all.hits, trial.recall.all.of) == ("chat-burst", 1, 1)
    assert (trial.alerts.right, trial.alerts.false) == (1, 1)
    assert [row.detector for row in found.detectors] == ["bulk-delete"]
    assert (found.alarms, found.by_any, found.by_own) == (
        without.alarms,
        without.by_any,
        without.by_own,
    )
    assert found.untold == (Untold("F-2", "chat-burst", "trial", ("chat-burst",)),)


def test_a_detector_that_went_live_in_between_is_listed_both_ways() -> None:
    found = score(outcomes([], [alert("A", "x", mode="shadow"), alert("B", "y", mode="live")]))
    assert [row.alerts.false for row in (*found.detectors, *found.trials)] == [1, 1]
    assert found.alarms.false == 1


def test_where_there_is_nothing_to_divide_by_nothing_is_said() -> None:
    found = score(Outcomes(0.0, (), ()))
    assert found.by_any.all.rate is None
    assert found.alarms.rate.rate is None
    assert found.alarms.false_per_100_reps_week is None
    assert found.median_delay_seconds is None
