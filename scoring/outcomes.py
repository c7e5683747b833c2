"""The outcome of each alert and of each fraud when alerts are compared with labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar, Literal

from msgspec import Struct, structs

from contract.alert import Alert, Severity
from contract.label import Company, Labels, Version
from contract.times import DAY, SECOND, parse_rfc3339

#: A right alert shares an event with a fraud, a false one with none. An alert that was withdrawn is
#: neither, nor is one that an allowance covers, which alerted nobody.
Standing = Literal["right", "false", "withdrawn", "suppressed"]
#: How an alert saw a fraud: somebody was told, its detector was on trial, or an allowance covered
#: it.
Way = Literal["caught", "on_trial", "suppressed"]


class LabelsError(ValueError):
    """Labels that cannot be used for scoring. One line that names the place."""

    retryable: ClassVar[bool] = False


class AlertOutcome(Struct, frozen=True):
    """One alert as its last revision left it, and the ids of the frauds it shares an event with.

    `on_trial` means that its detector alerts nobody.
    """

    alert_id: str
    detector: str
    severity: Severity
    standing: Standing
    frauds: tuple[str, ...]
    on_trial: bool = False


class FraudOutcome(Struct, frozen=True):
    """One fraud, and by detector how many seconds after the harm was done it was first seen.

    Only the detectors in `caught` told somebody; those in `on_trial` did not, nor did `suppressed`
    alerts.
    """

    id: str
    kind: str
    version: Version
    caught: dict[str, float] = {}
    on_trial: dict[str, float] = {}
    suppressed: dict[str, float] = {}


class Outcomes(Struct, frozen=True):
    """All of them. `rep_weeks` is the number of reps times the weeks they were watched; `on_trial`
    names the detectors that were on trial, also those that raised nothing."""

    rep_weeks: float
    frauds: tuple[FraudOutcome, ...]
    alerts: tuple[AlertOutcome, ...]
    on_trial: tuple[str, ...] = ()


def join(parts: Iterable[Outcomes]) -> Outcomes:
    """Several companies, or several runs of one, as if they were one."""
    parts = tuple(parts)
    return Outcomes(
        sum(part.rep_weeks for part in parts),
        tuple(fraud for part in parts for fraud in part.frauds),
        tuple(alert for part in parts for alert in part.alerts),
        tuple(sorted({detector for part in parts for detector in part.on_trial})),
    )


class _Revision(Struct, frozen=True):
    """What is kept of one: the alert without its evidence, the frauds it saw, and when (µs).

    `content` tells revisions apart that claim the same number.
    """

    content: bytes
    alert: Alert
    frauds: frozenset[int]
    detected: int


class Tally:
    """Takes alert revisions in any order; the highest revision of each alert decides.

    A replay does not mark which alerts come from detectors on trial: for those, `on_trial` says
    which.
    """

    def __init__(self, labels: Labels, on_trial: Collection[str] = ()) -> None:
        """Raises `LabelsError` for impossible times, and for a fraud that is listed twice."""
        self._on_trial = frozenset(on_trial)
        self._rep_weeks = _rep_weeks(labels.company)
        self._frauds = labels.frauds
        self._harmed_at: list[int] = []
        self._bearers: dict[tuple[str, str], list[int]] = {}
        known: set[str] = set()
        for number, fraud in enumerate(labels.frauds):
            if fraud.id in known:
                raise LabelsError(f"frauds[{number}].id: {fraud.id} stands there twice: rename one")
            known.add(fraud.id)
            self._harmed_at.append(_time(fraud.deed_at, f"frauds[{number}].deed_at"))
            for event in fraud.events:
                self._bearers.setdefault((event.source, event.id), []).append(number)
        self._alerts: dict[str, dict[int, _Revision]] = {}

    def take(self, alert: Alert) -> None:
        """Count one revision. Raises `ValueError` if `detected_at` is not a time.

        If two claim the same number, the same one always counts, whichever comes first.
        """
        detected = parse_rfc3339(alert.detected_at)
        bearers = self._bearers
        frauds = frozenset(
            number for fact in alert.evidence for number in bearers.get((fact.source, fact.id), ())
        )
        revision = _Revision(alert.content(), structs.replace(alert, evidence=()), frauds, detected)
        told = self._alerts.setdefault(alert.alert_id, {})
        before = told.get(alert.revision, revision)
        told[alert.revision] = min(before, revision, key=lambda it: it.content)

    def outcomes(self) -> Outcomes:
        """The outcome of everything taken so far.

        A fraud that was seen before the harm was done counts as seen at once, 0 seconds later and
        not fewer: one foreseen by a month must not make up for one found a month late.
        """
        frauds = [FraudOutcome(it.id, it.kind, it.version, {}, {}, {}) for it in self._frauds]
        alerts = []
        for id_, told in sorted(self._alerts.items()):
            newest = told[max(told)]
            if newest.alert.state == "firing":
                way = self._way(newest.alert)
                for number in newest.frauds:
                    delay = max(0, self._seen(told, number, way) - self._harmed_at[number]) / SECOND
                    by = getattr(frauds[number], way)
                    detector = newest.alert.detector
                    by[detector] = min(delay, by.get(detector, delay))
            alerts.append(
                AlertOutcome(
                    id_,
                    newest.alert.detector,
                    newest.alert.severity,
                    _standing(newest.alert, bool(newest.frauds)),
                    tuple(self._frauds[number].id for number in sorted(newest.frauds)),
                    self._is_on_trial(newest.alert),
                )
            )
        on_trial = self._on_trial.union(it.detector for it in alerts if it.on_trial)
        return Outcomes(self._rep_weeks, tuple(frauds), tuple(alerts), tuple(sorted(on_trial)))

    def _seen(self, told: Mapping[int, _Revision], fraud: int, way: Way) -> int:
        """When an alert first fired on a fraud in this way, as its newest revision does."""
        return min(
            it.detected
            for it in told.values()
            if it.alert.state == "firing" and fraud in it.frauds and self._way(it.alert) == way
        )

    def _way(self, alert: Alert) -> Way:
        if alert.suppressed is not None:
            return "suppressed"
        return "on_trial" if self._is_on_trial(alert) else "caught"

    def _is_on_trial(self, alert: Alert) -> bool:
        """The service says so itself; what it told of live stays told, whatever the settings are
        now."""
        if alert.mode == "replay":
            return alert.detector in self._on_trial
        return alert.mode == "shadow"


def _standing(alert: Alert, saw_fraud: bool) -> Standing:
    if alert.suppressed is not None:
        return "suppressed"
    if alert.state == "withdrawn":
        return "withdrawn"
    return "right" if saw_fraud else "false"


def _rep_weeks(company: Company) -> float:
    since = _time(company.since, "company.since")
    until = _time(company.until, "company.until")
    if until < since:
        raise LabelsError("company.until: lies before company.since; exchange them")
    if company.reps < 0:
        raise LabelsError("company.reps: must be 0 or more")
    return company.reps * (until - since) / (7 * DAY)


def _time(text: str, where: str) -> int:
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise LabelsError(
            f"{where}: expected a time with an offset such as 2026-03-22T20:00:00+08:00"
        ) from None
