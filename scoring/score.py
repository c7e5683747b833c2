"""Recall, precision, delay and false alerts: by detector, by severity and in all. What was seen
while nobody was told is kept apart and is in none of these figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from statistics import median
from typing import Literal, get_args

from msgspec import Struct

from contract.alert import Severity
from scoring.outcomes import AlertOutcome, FraudOutcome, Outcomes
from scoring.rates import Rate, rate

#: Seconds from the harm, by detector.
Caught = dict[str, float]


class Recall(Struct, frozen=True):
    """Which share of the frauds was caught: of all, of the easy and of the disguised ones."""

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
    """One detector. `recall` is over the frauds of its kind; `alerts` are all it raised, and each
    is right if it shares an event with a fraud of any kind.

    `median_delay_seconds` is from the harm to the alert, over the frauds that `recall` counts as
    caught.
    """

    detector: str
    recall: Recall
    alerts: Precision
    median_delay_seconds: float | None


class Suppressed(Struct, frozen=True):
    """How many alerts of a detector allowances cover, and how many of them share an event with a
    fraud: those an allowance was not meant for."""

    detector: str
    alerts: int
    on_frauds: int


class Untold(Struct, frozen=True):
    """A fraud that was seen while nobody was told: by the detectors in `seen_by`, whose alerts an
    allowance covers or, if there is none, which were on trial."""

    fraud: str
    kind: str
    why: Literal["allowance", "trial"]
    seen_by: tuple[str, ...]


class Score(Struct, frozen=True):
    """All of it. `by_any` counts a fraud that any detector caught, `by_own` one that the detector
    of its kind did. `alarms` are criticals and warnings; `severities` has infos apart.

    Alerts of detectors on trial count in `trials` alone, suppressed ones in `suppressed` alone: a
    fraud that no other alert saw is missed, and stands in `untold`.
    """

    rep_weeks: float
    by_any: Recall
    by_own: Recall
    median_delay_seconds: float | None
    alarms: Precision
    severities: dict[Severity, Precision]
    detectors: tuple[DetectorScore, ...]
    trials: tuple[DetectorScore, ...]
    suppressed: tuple[Suppressed, ...]
    untold: tuple[Untold, ...]


def score(outcomes: Outcomes, order: Sequence[str] = ()) -> Score:
    """The figures of `outcomes`, with detectors as in `order` and any others behind, by name.

    A detector is listed if it raised an alert or if a fraud is of its kind; twice if it went from
    trial to live in between.
    """
    kinds = {fraud.kind for fraud in outcomes.frauds}
    live = [alert for alert in outcomes.alerts if not alert.on_trial]
    on_trial = [alert for alert in outcomes.alerts if alert.on_trial]
    weeks = outcomes.rep_weeks

    def rows(
        alerts: list[AlertOutcome], known: set[str], seen: Callable[[FraudOutcome], Caught]
    ) -> tuple[DetectorScore, ...]:
        ids = known | {alert.detector for alert in alerts}
        return tuple(
            _detector(id_, outcomes.frauds, alerts, seen, weeks) for id_ in _ordered(ids, order)
        )

    return Score(
        rep_weeks=weeks,
        by_any=_recall(outcomes.frauds, lambda fraud: bool(fraud.caught)),
        by_own=_recall(outcomes.frauds, lambda fraud: fraud.kind in fraud.caught),
        median_delay_seconds=_median(
            min(fraud.caught.values()) for fraud in outcomes.frauds if fraud.caught
        ),
        alarms=_precision((a for a in live if a.severity != "info"), weeks),
        severities={
            severity: _precision((a for a in live if a.severity == severity), weeks)
            for severity in get_args(Severity)
        },
        detectors=rows(live, kinds.difference(outcomes.on_trial), lambda fraud: fraud.caught),
        trials=rows(on_trial, kinds.intersection(outcomes.on_trial), lambda fraud: fraud.on_trial),
        suppressed=_suppressed(outcomes.alerts, order),
        untold=tuple(_untold(outcomes.frauds)),
    )


def _ordered(ids: Collection[str], order: Sequence[str]) -> list[str]:
    return [id_ for id_ in order if id_ in ids] + sorted(set(ids).difference(order))


def _detector(
    id_: str,
    frauds: Iterable[FraudOutcome],
    alerts: Iterable[AlertOutcome],
    seen: Callable[[FraudOutcome], Caught],
    rep_weeks: float,
) -> DetectorScore:
    own = [fraud for fraud in frauds if fraud.kind == id_]
    return DetectorScore(
        detector=id_,
        recall=_recall(own, lambda fraud: id_ in seen(fraud)),
        alerts=_precision((alert for alert in alerts if alert.detector == id_), rep_weeks),
        median_delay_seconds=_median(seen(fraud)[id_] for fraud in own if id_ in seen(fraud)),
    )


def _suppressed(alerts: Iterable[AlertOutcome], order: Sequence[str]) -> tuple[Suppressed, ...]:
    covered = [alert for alert in alerts if alert.standing == "suppressed"]
    count = Counter(alert.detector for alert in covered)
    on_frauds = Counter(alert.detector for alert in covered if alert.frauds)
    return tuple(Suppressed(id_, count[id_], on_frauds[id_]) for id_ in _ordered(count, order))


def _untold(frauds: Iterable[FraudOutcome]) -> Iterator[Untold]:
    for fraud in frauds:
        if fraud.caught:
            continue
        if fraud.suppressed:
            yield Untold(fraud.id, fraud.kind, "allowance", tuple(sorted(fraud.suppressed)))
        elif fraud.on_trial:
            yield Untold(fraud.id, fraud.kind, "trial", tuple(sorted(fraud.on_trial)))


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
