"""What a replay read and found, and its summary for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from contract.alert import Alert
from contract.times import rfc3339
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector
from detectors.language.finding import Subject
from detectors.language.wording import counted
from offbook.cli.files.played import Counts


@dataclass
class Replayed(Counts):
    """What a replay read and found. `silent` says which detectors had no data to judge by, and why.

    `failures` counts, by detector, the events it failed on, with the class of the first error and,
    of a detector of the company's own, where in its file it was raised.
    """

    revisions: int = 0
    standing: dict[str, Alert] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    evicted: Mapping[str, int] = field(default_factory=dict)
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)
    detectors: Mapping[str, Detector] = field(default_factory=dict)
    agreements: Agreements = field(default_factory=Agreements)

    def suppressed(self) -> Counter[tuple[str, str]]:
        """How many alerts each allowance covers, by detector and name."""
        covered: Counter[tuple[str, str]] = Counter()
        for alert in self.standing.values():
            if alert.suppressed is not None:
                covered[alert.detector, self._allowance(alert)] += 1
        return covered

    def _allowance(self, alert: Alert) -> str:
        subject = Subject(alert.employee, alert.customer, alert.order, alert.account)
        alike = [
            allowance
            for allowance in chain(self.detectors[alert.detector].allowances, self.agreements)
            if allowance.mark() == alert.suppressed
        ]
        # A withdrawal goes where its alert went, though it may name somebody else.
        return next((it for it in alike if it.is_about(subject)), alike[0]).name

    def summary(self) -> list[str]:
        """Lines for people."""
        lines = [self.counts()]
        if self.first is not None and self.newest is not None:
            lines.append(f"from {rfc3339(self.first)} to {rfc3339(self.newest)}")
        suppressed = self.suppressed()
        states = Counter((alert.detector, alert.state) for alert in self.standing.values())
        firing = sum(count for (_, state), count in states.items() if state == "firing")
        withdrawn = len(self.standing) - firing
        lines.append(
            f"{counted(str(firing), 'alert')} firing, {withdrawn} withdrawn"
            f" ({counted(str(self.revisions), 'revision')})"
        )
        for detector in sorted({detector for detector, _ in states}):
            words = [f"{states[detector, 'firing']} firing"]
            if states[detector, "withdrawn"]:
                words.append(f"{states[detector, 'withdrawn']} withdrawn")
            lines.append(f"  {detector}: {', '.join(words)}")
            lines += [
                f"    {count} of them suppressed by allowance {name}"
                for (covered, name), count in sorted(suppressed.items())
                if covered == detector
            ]
        lines += [f"silent: {detector}: {why}" for detector, why in sorted(self.silent.items())]
        lines += [
            f"{detector}: {count} facts evicted: an entity had more than it may keep"
            for detector, count in sorted(self.evicted.items())
        ]
        lines += [
            f"FAILED: detector {detector} raised {error} on {count} events; what it would have"
            " found there is not known"
            for detector, (count, error) in sorted(self.failures.items())
        ]
        return lines
