"""Findings become revisions: what is found is compared with what was raised before, and the
difference is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter

from msgspec import structs

from contract.kinds import KINDS
from detectors.engine.alert_writer import NO_LONGER_HOLDS, AlertWriter, alert_fact, sent_by
from detectors.engine.look import Step, StepView
from detectors.engine.messages import Implicated
from detectors.engine.running import Running
from detectors.engine.state import Notebook, Raised, digest, writable
from detectors.facts.entity import entity
from detectors.facts.fact import Fact, in_time_order
from detectors.facts.roles import CORRECTED, CORRECTED_WITHIN
from detectors.facts.thinning import shown
from detectors.facts.view import Common
from detectors.language.allowance import Agreements, Marks, allowed
from detectors.language.detector import Detector
from detectors.language.finding import Finding

_CORRECTED = frozenset(number for number, kind in enumerate(KINDS) if kind.data in CORRECTED)
#: Events that a withdrawal names, where it is not known which of them did it.
_CAUSES = 5


class Revisions:
    """Says what changes by what detectors find of one entity."""

    def __init__(
        self,
        common: Common,
        write: AlertWriter,
        agreements: Agreements,
        *,
        alerts_are_weighed: bool,
    ) -> None:
        self._common = common
        self._write = write
        self._agreements = agreements
        self._alerts_are_weighed = alerts_are_weighed

    def compare(
        self,
        step: Step,
        view: StepView,
        ran: Running,
        notebook: Notebook,
        findings: Sequence[Finding],
        anew: Sequence[Fact] | None,
    ) -> int | None:
        """Raise what is new, revise what has changed, let go what is found no more: of the facts
        judged `anew`, if not of all. Gives the earliest deadline to come.
        """
        detector = ran.detector
        over = step.over
        due: int | None = None
        held: set[str] = set()
        for finding in findings:
            raised = notebook.raised.get(finding.anchor)
            if finding.settled is not None and finding.due is not None:
                continue
            if finding.due is not None and not view.passed(finding.due):
                due = finding.due if due is None else min(finding.due, due)
                if raised is not None and raised.finding.due == finding.due:
                    held.add(finding.anchor)
                continue
            held.add(finding.anchor)
            if raised is not None and _gave_way(notebook, raised):
                continue
            if finding.more is not None and not view.passed(finding.more):
                due = finding.more if due is None else min(finding.more, due)
            finding = _open_for_correction(finding)
            if _is_over(finding, over) and (
                raised is None or (detector.dossier is not None and _is_over(raised.finding, over))
            ):
                newly_due = finding.due is not None and finding.due >= (notebook.judged or 0)
                # What comes again of one that is past is not all that it was told of.
                past = finding.anchor in step.state.past.get(detector.id, ())
                news = not past and _share(finding.facts, notebook.waiting, _statement)
                if not newly_due and not news:
                    continue
            self._revise(step, detector, notebook, finding, finding.settled is None)
        gone = [anchor for anchor in notebook.raised if anchor not in held]
        if anew is not None:
            gone = _of_these(gone, notebook.raised, anew, detector)
        for anchor in gone:
            settled = next((it for it in findings if it.anchor == anchor and it.settled), None)
            again = notebook.raised[anchor].finding.due
            if settled is None and again is not None and not view.passed(again):
                # Time has gone back: of what is waited for once more only the next is found.
                due = again if due is None else min(again, due)
            else:
                self._let_go(step, detector, notebook, anchor, settled, over)
        return due

    def _let_go(
        self,
        step: Step,
        detector: Detector,
        notebook: Notebook,
        anchor: str,
        settled: Finding | None,
        over: int | None,
    ) -> None:
        """What was raised and is found no more: over and done with, evicted, or to be withdrawn."""
        raised = notebook.raised[anchor]
        # A judgement may name the event of a told fact otherwise than it was told.
        news = settled is not None and _share(settled.facts, notebook.waiting, _event)
        done = _is_over(raised.finding, over)
        if _gave_way(notebook, raised) or (done and not news):
            # By a profile that is still kept it could be found, and numbered, once more.
            if detector.dossier is None:
                step.state.let_go(detector.id, anchor)
        elif raised.firing:
            causes = settled.facts if settled else _newest_events(notebook.waiting)
            known = {fact.order for fact in raised.finding.facts}
            new = [sent_by(fact) for fact in causes if fact.order not in known]
            gone = structs.replace(
                raised.finding,
                settled=settled.settled if settled else NO_LONGER_HOLDS,
                facts=in_time_order(*raised.finding.facts, *new),
            )
            self._revise(step, detector, notebook, gone, False)

    def _revise(
        self,
        step: Step,
        detector: Detector,
        notebook: Notebook,
        finding: Finding,
        firing: bool,
    ) -> None:
        finding = self._written(structs.replace(finding, more=None))
        says = digest(finding, firing)
        raised = notebook.raised.get(finding.anchor)
        if raised is not None and (
            raised.digest == says or _was_only_folded(raised, finding, firing)
        ):
            return
        past = step.state.past.get(detector.id, {}).get(finding.anchor)
        # Events of long ago may come again, and say nothing new.
        again = past is not None and past.digest == says
        told = raised or past
        revision = 1 if told is None else told.revision + (0 if again else 1)
        if firing or raised is None:
            marks = self._marks(detector, finding)
        else:
            # Whoever heard that it fires must hear that it does not, whatever was set since.
            marks = raised.marks
        if not again:
            # First of all: what cannot be put into words has not been raised.
            alert = self._write.alert(detector, finding, revision, firing, marks, step.detected_at)
            step.alerts.append(alert)
        step.state.recall(detector.id, finding.anchor)
        notebook.raised = writable(notebook.raised)
        notebook.raised[finding.anchor] = Raised(revision, firing, finding, says, marks)
        if not again and self._alerts_are_weighed and not detector.weighs_alerts:
            # What wakes nobody must not wake somebody by way of a sum.
            counts = firing and not marks.shadow and marks.suppressed is None
            self._implicate(step, detector, finding, raised, revision, counts)

    def _marks(self, detector: Detector, finding: Finding) -> Marks:
        agreed = self._agreements.of(detector.id, detector.allow_lists, finding.subject)
        last = finding.facts[-1].at
        allowance = allowed(finding.subject, last, chain(detector.allowances, agreed))
        return Marks(detector.shadow, allowance.mark() if allowance else None)

    def _written(self, finding: Finding) -> Finding:
        """As it is written: with so many of its facts, and the holder of its account."""
        facts = tuple(shown(finding.facts, self._common.max_evidence))
        subject = finding.subject
        if subject.account is not None:
            holder = self._write.reference.holder(subject.account)
            subject = structs.replace(subject, account_holder=holder)
        if facts == finding.facts and subject == finding.subject:
            return finding
        return structs.replace(finding, facts=facts, subject=subject)

    def _implicate(
        self,
        step: Step,
        detector: Detector,
        finding: Finding,
        before: Raised | None,
        revision: int,
        counts: bool,
    ) -> None:
        """Tell those whom an alert names, and those whom it named before and does no longer."""
        named = dict.fromkeys(_named(finding), counts)
        for employee in _named(before.finding) if before is not None else ():
            named.setdefault(employee, False)
        alert = alert_fact(detector, finding, revision)
        for employee, implicated in named.items():
            note = Implicated(alert, revision, implicated)
            step.notes.append((entity("employee", employee), note))


def _of_these(
    anchors: Iterable[str], raised: Mapping[str, Raised], anew: Iterable[Fact], detector: Detector
) -> list[str]:
    """Those of the alerts that were raised on facts that were judged anew. By the first fact of a
    finding it is told which: that one gives way last."""
    roles = detector.stands.roles if detector.stands is not None else frozenset()
    counted = [fact for fact in anew if fact.role in roles]
    judged, earliest = {fact.order for fact in counted}, min((it.at for it in counted), default=0)
    of_these: list[str] = []
    for anchor in anchors if judged else ():
        facts = raised[anchor].finding.facts
        if facts[-1].at < earliest:
            continue
        first = next((it for it in facts if it.role in roles), None)
        if first is not None and first.order in judged:
            of_these.append(anchor)
    return of_these


def _named(finding: Finding) -> Iterable[str]:
    subject = finding.subject
    return [it for it in (subject.employee, subject.account_holder) if it is not None]


def _is_over(finding: Finding, over: int | None) -> bool:
    """Whether nothing that still counts can change it."""
    return over is not None and finding.until < over


def _gave_way(notebook: Notebook, raised: Raised) -> bool:
    """Whether some of what an alert was raised on gave way: it cannot be judged again, and stands.

    Else who floods a record would take back what was found of it.
    """
    return notebook.floor is not None and raised.finding.facts[0].at <= notebook.floor


def _was_only_folded(raised: Raised, finding: Finding, firing: bool) -> bool:
    """Whether an alert would say what it says already, on evidence that a bound has folded since.
    A flood that is folded every few hundred events would have each of its alerts sent again."""
    return (
        firing == raised.firing
        and any(fact.lasts for fact in finding.facts)
        and structs.replace(finding, facts=raised.finding.facts) == raised.finding
    )


def _open_for_correction(finding: Finding) -> Finding:
    """Money and goods may be told again with other content for a while, and the alert with them."""
    until = finding.until
    for fact in finding.facts:
        if fact.kind in _CORRECTED and fact.at + CORRECTED_WITHIN > until:
            until = fact.at + CORRECTED_WITHIN
    return structs.replace(finding, until=until) if until > finding.until else finding


def _newest_events(waiting: Sequence[Fact]) -> Iterable[Fact]:
    """What came last before an alert was found to hold no more, a fact an event."""
    events = {fact.identity: fact for fact in waiting}
    return list(events.values())[-_CAUSES:]


_statement = attrgetter("order")
_event = attrgetter("anchor")


def _share(some: Iterable[Fact], others: Iterable[Fact], what: Callable[[Fact], object]) -> bool:
    """Whether any of `some` has its statement, or its event, in common with one of `others`."""
    known = {what(fact) for fact in others}
    return any(what(fact) in known for fact in some)
