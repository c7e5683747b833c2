"""An example as it was played: what it came to, and in what that is not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contract.alert import Alert
from detectors.engine.alert_writer import alert_id
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.finding import Finding
from detectors.language.sentences import UNKNOWN
from detectors.language.wording import UNKNOWN_EMPLOYEE, counted
from offbook.cli.check.examples import Example
from offbook.cli.check.laws import World, in_time_order
from offbook.cli.check.standing import firing


@dataclass
class Played:
    """The revisions of an example; by alert what its finding is named by; the roles of evidence."""

    world: World
    example: Example
    alerts: list[Alert] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, world: World, example: Example) -> Played:
        """Raises `FailedError` where the detector does."""
        played, detector = cls(world, example), world.detector

        def noted(view: View, params: Any) -> Iterator[Finding]:
            for finding in detector.judge(view, params):
                played.anchors[alert_id(detector.id, finding.anchor)] = finding.anchor
                played.roles.update(fact.role for fact in finding.facts)
                yield finding

        watched = replace(world, detector=replace(detector, judge=noted))
        played.alerts = watched.play(in_time_order(example.events), example.until)
        return played

    def unlike(self) -> Iterator[str]:
        """In what the alerts are not as expected; they are told in the order of their events."""
        found, expect = firing(self.alerts), self.example.expect
        if len(found) != self.example.alerts:
            said = "; ".join(it.summary.en for it in found) or self._why_none()
            told = f"{counted(str(self.example.alerts), 'alert')} expected, {len(found)} firing"
            yield f"{told}: {said}" if said else told
            return
        wanted = () if isinstance(expect, int) else expect
        for alert, expected in zip(found, wanted, strict=False):
            for name, value in expected.items():
                if (other := self._unlike(alert, name, value)) is not None:
                    yield f"{name} {value} expected, found {other}"

    def _unlike(self, alert: Alert, name: str, value: Any) -> object:
        """What is found of that name; None if it is as expected."""
        if name == "anchor":
            # An anchor has the ids of events in lines of their own, beside what else it may have.
            lines = self.anchors[alert.alert_id].split("\n")
            if str(value) in lines:
                return None
            ids = {event.id for event in self.example.events}
            return " ".join(it for it in lines if it in ids) or "the id of no event"
        if name == "evidence":
            ids_found = sorted(piece.id for piece in alert.evidence)
            return None if ids_found == sorted(value) else ids_found
        found: object = getattr(alert, name)
        return None if found == value else f"{found}"

    def _why_none(self) -> str:
        """What of the events may be why nothing fires."""
        detector = self.world.detector
        if not detector.reads:
            return ""
        reference = Reference(self.world.timezone)
        for known in self.world.reference:
            reference.put(known)
        kept = [
            fact
            for event in self.example.events
            for row in detector.reads
            if isinstance(event.data, row.data) and row.where(event.data)
            if (fact := row.fact(event, reference)) is not None
        ]
        if not kept:
            return "of none of its events anything is kept; see what reads= asks for"
        if not any(fact.about for fact in kept):
            return (
                "what is kept of its events is about nothing; if different things are to be"
                " counted, write keep(role, about=…)"
            )
        return ""


def unfilled(alerts: Sequence[Alert]) -> Iterator[str]:
    """That every alert tells of somebody or something, and none of them names it. In one alone it
    may be what the events did not say."""
    mend = "name it in about=, or say the sentence only when= there is one"
    if not alerts:
        return
    if all(UNKNOWN.en in it.summary.en and UNKNOWN.zh in it.summary.zh for it in alerts):
        names = ("customer", "order", "account")
        missing = [name for name in names if not any(getattr(it, name) for it in alerts)]
        if missing:
            none = " nor ".join(missing)
            yield f"every alert says {UNKNOWN.en!r}, and none has a {none}; {mend}"
    if all(UNKNOWN_EMPLOYEE.en in it.summary.en and not it.employee for it in alerts):
        yield f"every alert says {UNKNOWN_EMPLOYEE.en!r}, and none has an employee; {mend}"
