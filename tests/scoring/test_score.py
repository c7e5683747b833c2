from __future__ import annotations

from offbook.scoring.outcomes import Outcomes
from offbook.scoring.score import score
from tests.scoring.cases import alert, fraud, outcomes


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


def test_where_there_is_nothing_to_divide_by_nothing_is_said() -> None:
    found = score(Outcomes(0.0, (), ()))
    assert found.by_any.all.rate is None
    assert found.alarms.rate.rate is None
    assert found.alarms.false_per_100_reps_week is None
    assert found.median_delay_seconds is None
