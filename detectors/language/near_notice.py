"""What makes a run worse: a resignation near it.

──────┊──────●●●●──────┊──────►  by event time
      └─within─┴─run─┴─within─┘  a notice given in this time, and not taken back
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from msgspec import structs

from contract.alert import Severity
from detectors.facts.fact import Fact, between, by_time, in_time_order, insert
from detectors.facts.view import View
from detectors.language.finding import Finding
from detectors.language.found import Span, length
from detectors.language.sliding import Sliding
from detectors.words.hr.notice import LONGEST_NOTICE, resignations


class Notices(NamedTuple):
    """All notices that an employee gave, and those that stand."""

    given: Sequence[Fact]
    standing: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class NearNotice:
    """A run at most `within` before or after a notice has another `severity`, and names the day of
    the `notice`. The detector reads `HR_CHANGES`, of which only the notices are evidence."""

    within: Span
    severity: Severity = "critical"

    #: What of a detector's evidence is not part of a run.
    roles: ClassVar[frozenset[str]] = frozenset({"resigned"})
    #: A run stays half a year after a notice, and a notice this one repeats is as long before (µs).
    stays: ClassVar[int] = 2 * LONGEST_NOTICE

    def notices(self, view: View) -> Notices | None:
        """The employee's, if they gave any."""
        given = view.of("resigned")
        if not given:
            return None
        standing = [it.notice for it in resignations(view) if it.withdrawn is None]
        return Notices(given, standing)

    def weighed(
        self, finding: Finding, run: Sequence[Fact], notices: Notices, params: Any
    ) -> Finding:
        """What was found of a run, by the notices. One near it can be taken back for as long as
        notices run."""
        near = self._near(run, notices.standing, params)
        until = [it.at + LONGEST_NOTICE for it in self._near(run, notices.given, params)]
        finding = structs.replace(finding, until=max([finding.until, *until]))
        if not near:
            return finding
        return structs.replace(
            finding,
            facts=in_time_order(*finding.facts, near[0]),
            severity=self.severity,
            values={**finding.values, "notice": str(near[0].at)},
        )

    def _near(self, run: Sequence[Fact], notices: Iterable[Fact], params: Any) -> list[Fact]:
        within = length(self.within, params)
        return between(notices, run[0].at - within, run[-1].at + within)

    def prune(
        self, facts: list[Fact], runs: Sliding, roles: Container[str], params: Any, limit: int
    ) -> list[Fact]:
        """What is counted, of these `roles`, stays while a run of it can change; what HR said stays
        for longer."""
        if not facts or facts[0].at + params.window >= limit:
            return facts
        over, within = bisect_right(facts, limit, key=by_time), length(self.within, params)
        counted = [fact for fact in facts[:over] if fact.role in roles]
        kept = runs.prune(counted, params, limit, within + LONGEST_NOTICE)
        oldest = limit - int(params.window) - within - self.stays
        for fact in facts[:over]:
            if fact.role not in roles and fact.at >= oldest:
                insert(kept, fact)
        return kept + facts[over:]
