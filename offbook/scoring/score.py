"""Recall, precision, delay and false alerts: by detector, by severity and in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import get_args

from msgspec import Struct

from offbook.events.alert import Severity
from offbook.scoring.outcomes import AlertOutcome, FraudOutcome, Outcomes
from offbook.scoring.rates import Rate, rate


class Recall(Struct, frozen=True):
    """What share of frauds was caught: of all, of the easy and of the disguised ones."""

    all: Rate
    easy: Rate
    disguised: Rate


class Precision(Struct, frozen=True):
    """How many alerts were right, false and withdrawn, and what share of the first two was right.

    `false_per_100_reps_week` is None where the labels name no rep or no time.
    """

    right: int
    false: int
    withdrawn: int
    rate: Rate
    false_per_100_reps_week: float | None


class DetectorScore(Struct, frozen=True):
    """One detector. `recall` is that of the frauds of its kind, by itself; `alerts` are all it
    raised, right whichever kind of fraud they share an event with.

    `median_delay_seconds` is from the deed to the alert, over what `recall` counts as caught.
    """

    detector: str
    recall: Recall
    alerts: Precision
    median_delay_seconds: float | None


class Score(Struct, frozen=True):
    """All of it. `by_any` counts a fraud that any detector caught, `by_own` one that the detector
    of its kind did. `alarms` are criticals and warnings; `severities` has infos apart."""

    rep_weeks: float
    by_any: Recall
    by_own: Recall
    median_delay_seconds: float | None
    alarms: Precision
    severities: dict[Severity, Precision]
    detectors: tuple[DetectorScore, ...]


def score(outcomes: Outcomes, order: Sequence[str] = ()) -> Score:
    """The figures of `outcomes`, with detectors as in `order` and any others behind, by name.

    A detector is listed if it raised an alert or if a fraud is of its kind.
    """
    known = {alert.detector for alert in outcomes.alerts} | {
        fraud.kind for fraud in outcomes.frauds
    }
    ids = [id_ for id_ in order if id_ in known] + sorted(known.difference(order))
    frauds: dict[str, list[FraudOutcome]] = {id_: [] for id_ in ids}
    alerts: dict[str, list[AlertOutcome]] = {id_: [] for id_ in ids}
    for fraud in outcomes.frauds:
        frauds[fraud.kind].append(fraud)
    for alert in outcomes.alerts:
        alerts[alert.detector].append(alert)
    weeks = outcomes.rep_weeks
    return Score(
        rep_weeks=weeks,
        by_any=_recall(outcomes.frauds, lambda fraud: bool(fraud.caught)),
        by_own=_recall(outcomes.frauds, lambda fraud: fraud.kind in fraud.caught),
        median_delay_seconds=_median(
            min(fraud.caught.values()) for fraud in outcomes.frauds if fraud.caught
        ),
        alarms=_precision((a for a in outcomes.alerts if a.severity != "info"), weeks),
        severities={
            severity: _precision((a for a in outcomes.alerts if a.severity == severity), weeks)
            for severity in get_args(Severity)
        },
        detectors=tuple(_detector(id_, frauds[id_], alerts[id_], weeks) for id_ in ids),
    )


def _detector(
    id_: str, frauds: list[FraudOutcome], alerts: list[AlertOutcome], rep_weeks: float
) -> DetectorScore:
    return DetectorScore(
        detector=id_,
        recall=_recall(frauds, lambda fraud: id_ in fraud.caught),
        alerts=_precision(alerts, rep_weeks),
        median_delay_seconds=_median(fraud.caught[id_] for fraud in frauds if id_ in fraud.caught),
    )


def _recall(frauds: Sequence[FraudOutcome], caught: Callable[[FraudOutcome], bool]) -> Recall:
    def of(chosen: list[FraudOutcome]) -> Rate:
        return rate(sum(map(caught, chosen)), len(chosen))

    return Recall(
        all=of(list(frauds)),
        easy=of([fraud for fraud in frauds if fraud.version == "easy"]),
        disguised=of([fraud for fraud in frauds if fraud.version == "disguised"]),
    )


def _precision(alerts: Iterable[AlertOutcome], rep_weeks: float) -> Precision:
    standings = [alert.standing for alert in alerts]
    right, false = standings.count("right"), standings.count("false")
    return Precision(
        right=right,
        false=false,
        withdrawn=standings.count("withdrawn"),
        rate=rate(right, right + false),
        false_per_100_reps_week=false / rep_weeks * 100 if rep_weeks else None,
    )


def _median(delays: Iterable[float]) -> float | None:
    known = list(delays)
    return median(known) if known else None
