"""`offbook replay`: runs the detectors over files, without Kafka."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain

from contract.alert import Alert
from contract.decoding.decode import FUTURE
from contract.event import Event
from contract.rejected import Rejected
from contract.spelling.shown import shown
from contract.times import rfc3339
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.running import OwnDetector
from detectors.engine.silent import Signs
from detectors.facts.reference import Reference
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector
from detectors.language.finding import Subject
from detectors.language.wording import counted
from offbook.cli.files.complaints import Complaints
from offbook.cli.files.doubles import contradiction
from offbook.cli.files.gaps import LONG, Point, gap
from offbook.cli.files.in_time_order import InTimeOrder, Read
from offbook.cli.files.ndjson import Place, Progress, problem, sources, total, unseen
from offbook.cli.files.read_ahead import read_ahead, worth_it
from offbook.cli.files.sorter import LIMIT
from streams.settings.mends import line_in
from streams.settings.settings import Settings


@dataclass
class Replayed:
    """What a replay read and found. `silent` says which detectors had no data to judge by, and why.

    `failures` counts, by detector, the events it failed on, with the class of the first error and,
    of a detector of the company's own, where in its file it was raised.
    """

    events: int = 0
    reference: int = 0
    repeats: int = 0
    conflicts: int = 0
    heartbeats: int = 0
    beyond: int = 0
    bad: int = 0
    first: int | None = None
    newest: int | None = None
    revisions: int = 0
    standing: dict[str, Alert] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    evicted: dict[str, int] = field(default_factory=dict)
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

    def counts(self) -> str:
        """One line for people: what was read."""
        counts = [f"{self.events} events", f"{self.reference} reference documents"]
        counts += [f"{self.repeats} repeats"] if self.repeats else []
        counts += [f"{self.conflicts} conflicts"] if self.conflicts else []
        counts += [f"{self.heartbeats} heartbeats"] if self.heartbeats else []
        counts += [f"{self.beyond} after --until left out"] if self.beyond else []
        counts.append(f"{self.bad} bad lines")
        return ", ".join(counts)

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


def replay(
    files: Sequence[str],
    settings: Settings,
    detectors: Sequence[Detector],
    emit: Callable[[Alert], None],
    say: Callable[[str], None],
    *,
    agreements: Agreements | None = None,
    until: int | None = None,
    wall: int | None = None,
    progress: Progress = unseen,
    limit: int = LIMIT,
) -> Replayed:
    """Run `detectors` over `files` in the order of event time and `emit` each alert revision.

    All reference documents are taken in first, whatever their file or line. Events after `until`
    (µs) are left out, and stream time ends there. With `wall`, the wall clock (µs), a document
    ahead both of it and of `until` is refused. `say` is called for what is wrong with the files
    once everything is read. `agreements` are the allowances of the log. About `limit` bytes of
    lines are held in memory. Raises `InputError` for a file that cannot be read.
    """
    done = Replayed(
        detectors={detector.id: detector for detector in detectors},
        agreements=Agreements() if agreements is None else agreements,
    )
    with sources(files, once=True) as inputs, _few_collections():
        findings = _Findings(done, [source.name for source in inputs])
        ahead_of = wall if wall is None or until is None else max(wall, until - FUTURE)
        with (
            InTimeOrder(
                inputs, findings.bad, wall=ahead_of, region=settings.phone_region, limit=limit
            ) as here,
            read_ahead(here) if worth_it(inputs) else nullcontext(here) as documents,
        ):
            with progress("reading", total(inputs)) as advance:
                documents.read(advance)
            with progress("replaying", documents.count) as advance:
                reference = Reference(settings.timezone)
                for document in documents.reference(advance):
                    done.reference += 1
                    reference.put(document)
                engine = Engine(
                    *(detectors, reference, settings.common, "replay", Signs()),
                    agreements=done.agreements,
                )
                run = InMemoryRun(engine)
                for event in _taken(documents.others(advance), done, until, findings):
                    for alert in run.feed(event):
                        _take(alert, done, emit)
        if until is not None:
            for alert in run.advance(until):
                _take(alert, done, emit)
    findings.tell(say)
    done.silent = engine.silent() | engine.signless()
    done.evicted = run.evicted
    for failure in run.failures:
        raised = _raised(done.detectors.get(failure.detector), failure.error)
        count, error = done.failures.get(failure.detector, (0, raised))
        done.failures[failure.detector] = (count + max(len(failure.events), 1), error)
    return done


def _raised(detector: Detector | None, error: Exception) -> str:
    """Its class, never its text, for that may hold what an event says."""
    named = type(error).__name__
    if not isinstance(detector, OwnDetector):
        return named
    line = line_in(detector.file, error)
    return f"{named} at {shown(detector.file)}" + ("" if line is None else f":{line}")


class _Findings:
    """What is wrong with the files: lines that are no event, contradictions, years of nothing."""

    def __init__(self, done: Replayed, names: Sequence[str]) -> None:
        self._done = done
        self._names = names
        self._complaints = Complaints()
        self._gaps: list[str] = []

    def bad(self, place: Place, rejected: Rejected) -> None:
        self._done.bad += 1
        which, number = place
        self._complaints.add(place, lambda: problem(self._names[which], number, rejected))

    def conflict(self, place: Place, first: Place) -> None:
        self._done.conflicts += 1
        self._complaints.add(place, lambda: contradiction(self._names, place, first))

    def gap(self, before: Point, after: Point) -> None:
        self._gaps.append(gap(before, after, self._names))

    def tell(self, say: Callable[[str], None]) -> None:
        self._complaints.tell(say)
        for line in self._gaps:
            say(line)


def _taken(
    documents: Iterator[Read], done: Replayed, until: int | None, findings: _Findings
) -> Iterator[Event]:
    """Each event once, up to `until`; counts them. An event that contradicts an earlier one changes
    nothing."""
    newest: int | None = None
    last = (0, 0)
    for event, place, double in documents:
        time = event.time
        if not event.origin.topic:
            done.heartbeats += 1
        elif until is not None and time > until:
            done.beyond += 1
        elif double is not None:
            if double.same:
                done.repeats += 1
            else:
                findings.conflict(place, double.first)
        else:
            if newest is None:
                done.first = time
            elif time - newest > LONG:
                findings.gap((newest, last), (time, place))
            newest, last = time, place
            done.events += 1
            done.newest = time
            yield event


def _take(alert: Alert, done: Replayed, emit: Callable[[Alert], None]) -> None:
    done.revisions += 1
    done.standing[alert.alert_id] = alert
    emit(alert)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Collect garbage rarely: state only grows, and has no cycles. Searching it takes a quarter of
    the time and finds nothing."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(5_000_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
