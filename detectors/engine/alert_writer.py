"""Findings become alerts: identity, score, evidence and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from msgspec import structs

from contract.alert import Alert, Bilingual, Evidence, Mode, Rule, Severity
from contract.kinds import KINDS
from contract.spelling.shown import shown
from contract.times import rfc3339
from detectors.facts.evidence import Remarks, with_remarks
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.roles import STANDS, WITHDRAWN
from detectors.facts.sent import SENT_AS
from detectors.facts.view import Common
from detectors.language.allowance import Marks
from detectors.language.detector import Detector
from detectors.language.finding import Finding
from detectors.language.wording import CompanyWords

SCORES: dict[Severity, int] = {"critical": 60, "warning": 30, "info": 10}
CORROBORATION = 20

NO_LONGER_HOLDS = Bilingual(
    "earlier events that arrived later belong to another alert or changed the picture, or the"
    " detector's settings have changed",
    "晚到的更早事件已归入另一条告警或改变了判断，或检测器的设置已调整",
)


#: The field of a fact that says who sent the event by which an alert was withdrawn.
SENT_BY = "sent_by"
#: What an event adds to any alert, by its role.
GENERAL_NOTES = {"told": Bilingual("told again under its number", "以同一单号重新上报")}


def alert_id(detector: str, anchor: str) -> str:
    """The same detector and anchor give the same id on every run and every replay."""
    digest = blake2b(f"{detector}\n{anchor}".encode(), digest_size=8).hexdigest()
    return f"{detector}-{digest}"


def score(severity: Severity, corroborated: bool) -> int:
    """0-100: by severity, more when something of another kind points the same way."""
    return min(100, SCORES[severity] + (CORROBORATION if corroborated else 0))


def found_at(finding: Finding) -> int:
    """When it could be known, in event time: at its last event, or when its deadline passed.

    If it weighs alerts, when the last of them was found.
    """
    known = (int(fact.fields.get("found_at", fact.at)) for fact in finding.facts)
    return max(finding.due or 0, *known)


def alert_fact(detector: Detector, finding: Finding, revision: int) -> Fact:
    """An alert as a fact for the detectors that weigh alerts: its newest event, and its score.

    `about` is the alert's id, `weight` its score.
    """
    severity = finding.severity or detector.severity
    return structs.replace(
        finding.facts[-1],
        role=STANDS,
        about=alert_id(detector.id, finding.anchor),
        weight=score(severity, finding.corroborated),
        fields={
            "detector": detector.id,
            "severity": severity,
            "revision": str(revision),
            "found_at": str(found_at(finding)),
        },
    )


def known_alert(facts: Iterable[Fact], id_: str) -> Fact | None:
    """What was told last of an alert. What events say may be about a thing of the same name."""
    alerts = (fact for fact in facts if fact.role in (STANDS, WITHDRAWN))
    return next((fact for fact in alerts if fact.about == id_), None)


class AlertWriter:
    """Writes the alert of a finding.

    `mode` is put on every alert; where it is "live", those of a detector on trial are "shadow".
    """

    def __init__(self, reference: Reference, common: Common, mode: Mode) -> None:
        self.reference = reference
        self._words = CompanyWords(reference)
        self._mode = mode
        self._told: dict[str, dict[str, str]] = {}

    def alert(
        self,
        detector: Detector,
        finding: Finding,
        revision: int,
        firing: bool,
        marks: Marks,
        detected_at: int | None,
    ) -> Alert:
        """One revision. `detected_at` None dates it by its last event or its deadline."""
        severity = finding.severity or detector.severity
        summary = detector.says(finding, detector.params, self._words)
        if finding.settled is not None:
            summary = Bilingual(
                f"Withdrawn: {finding.settled.en}. {summary.en}",
                f"已撤回：{finding.settled.zh}。{summary.zh}",
            )
        first, last = finding.facts[0].at, finding.facts[-1].at
        found = detected_at if detected_at is not None else found_at(finding)
        return Alert(
            alert_id=alert_id(detector.id, finding.anchor),
            revision=revision,
            detector=detector.id,
            severity=severity,
            state="firing" if firing else "withdrawn",
            score=score(severity, finding.corroborated),
            title=detector.title,
            summary=Bilingual(shown(summary.en), shown(summary.zh)),
            employee=finding.subject.employee,
            customer=finding.subject.customer,
            order=finding.subject.order,
            account=finding.subject.account,
            first_event_at=rfc3339(first),
            last_event_at=rfc3339(last),
            detected_at=rfc3339(found),
            evidence=tuple(_evidence(fact, detector.notes) for fact in finding.facts),
            mode="shadow" if marks.shadow and self._mode == "live" else self._mode,
            rule=Rule(self._params(detector), finding.measured),
            suppressed=marks.suppressed,
            account_holder=finding.subject.account_holder,
        )

    def _params(self, detector: Detector) -> dict[str, str]:
        known = self._told.get(detector.id)
        if known is None:
            params = structs.asdict(detector.params)
            known = self._told[detector.id] = {name: str(it) for name, it in params.items()}
        return known


def sent_by(fact: Fact) -> Fact:
    """A fact by which an alert is withdrawn: its evidence says who sent the event."""
    return structs.replace(fact, fields={**fact.fields, SENT_BY: fact.source})


def _evidence(fact: Fact, notes: Mapping[str, Bilingual]) -> Evidence:
    kind = KINDS[fact.kind]
    note = notes.get(fact.role) or GENERAL_NOTES.get(fact.role) or Bilingual(fact.role, fact.role)
    bare = note.en.format(about=fact.about, **fact.fields)
    remarks = Remarks(fact.weight, fact.fields.get(SENT_AS, ""), fact.fields.get(SENT_BY))
    return Evidence(
        source=fact.source,
        id=fact.id,
        type=kind.type,
        time=rfc3339(fact.told_at),
        topic=kind.topic,
        partition=fact.partition,
        offset=fact.offset,
        note=shown(with_remarks(bare, remarks)),
    )
