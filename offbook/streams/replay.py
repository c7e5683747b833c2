"""`offbook replay`: the detectors over files, without Kafka."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from offbook.detectors.detector import Detector, Subject
from offbook.detectors.engine import Engine
from offbook.detectors.local import LocalRun
from offbook.detectors.reference import Reference
from offbook.events.alert import Alert
from offbook.events.event import Event
from offbook.events.rejected import Rejected
from offbook.events.times import rfc3339
from offbook.streams.ndjson import Advance, Documents, Read, Source, problem, sources
from offbook.streams.repeats import Repeats
from offbook.streams.settings import Settings

#: Events, some 2 KiB each. Twice or half as many are as good.
_READ_AHEAD = 512
#: Bad lines that are shown one by one; beyond, `offbook validate` does.
_SHOWN = 20


@dataclass
class Replayed:
    """What a replay met and found. `silent` says which detectors had nothing to go by, and why.

    `failures` counts, by detector, the events it failed on, with the first error's class.
    """

    events: int = 0
    reference: int = 0
    repeats: int = 0
    late: int = 0
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

    def suppressed(self) -> Counter[tuple[str, int]]:
        """How many alerts each allowance covers, by detector and position."""
        covered: Counter[tuple[str, int]] = Counter()
        for alert in self.standing.values():
            if alert.suppressed is not None:
                covered[alert.detector, self._position(alert)] += 1
        return covered

    def _position(self, alert: Alert) -> int:
        subject = Subject(alert.employee, alert.customer, alert.order, alert.account)
        alike = [
            allowance
            for allowance in self.detectors[alert.detector].allowances
            if allowance.mark() == alert.suppressed
        ]
        # A withdrawal goes where its alert went, though it may name somebody else.
        return next((it for it in alike if it.is_about(subject)), alike[0]).position

    def summary(self) -> list[str]:
        """Lines for people."""
        counts = [f"{self.events} events", f"{self.reference} reference documents"]
        counts += [f"{self.repeats} repeats"] if self.repeats else []
        counts += [f"{self.late} late"] if self.late else []
        counts += [f"{self.beyond} after --until left out"] if self.beyond else []
        counts.append(f"{self.bad} bad lines")
        lines = [", ".join(counts)]
        if self.first is not None and self.newest is not None:
            lines.append(f"from {rfc3339(self.first)} to {rfc3339(self.newest)}")
        suppressed = self.suppressed()
        states = Counter((alert.detector, alert.state) for alert in self.standing.values())
        firing = sum(count for (_, state), count in states.items() if state == "firing")
        withdrawn = len(self.standing) - firing
        lines.append(f"{firing} alerts firing, {withdrawn} withdrawn ({self.revisions} revisions)")
        for detector in sorted({detector for detector, _ in states}):
            words = [f"{states[detector, 'firing']} firing"]
            if states[detector, "withdrawn"]:
                words.append(f"{states[detector, 'withdrawn']} withdrawn")
            lines.append(f"  {detector}: {', '.join(words)}")
            lines += [
                f"    {count} of them suppressed by allowance {position}"
                for (covered, position), count in sorted(suppressed.items())
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
    until: int | None = None,
    advance: Advance | None = None,
) -> Replayed:
    """Run `detectors` over `files` and `emit` each alert revision.

    All reference documents are taken in first, whatever file or line they stand on. Events after
    `until` (µs) are left out, and stream time ends there. `say` hears of bad lines. Raises
    `InputError` for a file that cannot be read.
    """
    done = Replayed(detectors={detector.id: detector for detector in detectors})

    def complain(source: Source, number: int, rejected: Rejected) -> None:
        done.bad += 1
        if done.bad <= _SHOWN:
            say(problem(source.name, number, rejected))
        elif done.bad == _SHOWN + 1:
            say("more bad lines follow; `offbook validate` says what is wrong with each")

    with sources(files) as inputs, _few_collections():
        documents = Documents(inputs, complain, advance)
        reference = Reference(settings.timezone)
        for document, _ in documents.reference():
            done.reference += 1
            reference.put(document)
        engine = Engine(detectors, reference, settings.common, "replay")
        run = LocalRun(engine)
        for event in _ahead(_once(documents.others(), done, settings.lateness, until)):
            for alert in run.feed(event):
                _take(alert, done, emit)
        if until is not None:
            for alert in run.advance(until):
                _take(alert, done, emit)
    done.silent = engine.silent()
    done.evicted = run.evicted
    for failure in run.failures:
        count, error = done.failures.get(failure.detector, (0, type(failure.error).__name__))
        done.failures[failure.detector] = (count + max(len(failure.events), 1), error)
    return done


def _once(
    events: Iterator[Read], done: Replayed, lateness: int, until: int | None
) -> Iterator[Event]:
    """Each event once, up to `until`; counts."""
    met = Repeats().met
    newest = first = None
    for event, _ in events:
        time = event.time
        if until is not None and time > until:
            done.beyond += 1
            continue
        if met(event) is not None:
            done.repeats += 1
            continue
        done.events += 1
        if newest is None or time > newest:
            newest = time
            done.newest = time
        elif time < newest - lateness:
            done.late += 1
        if first is None or time < first:
            first = time
            done.first = time
        yield event


def _ahead(events: Iterator[Event]) -> Iterator[Event]:
    """Reads some events before the first of them is judged.

    One by one, what reads and what judges drive each other out of the processor's caches: a replay
    took an eighth longer.
    """
    while read := list(islice(events, _READ_AHEAD)):
        yield from read


def _take(alert: Alert, done: Replayed, emit: Callable[[Alert], None]) -> None:
    done.revisions += 1
    done.standing[alert.alert_id] = alert
    emit(alert)


@contextmanager
def _few_collections() -> Iterator[None]:
    """State grows and stays, and is free of cycles: looking for garbage in it takes a quarter of
    the time and finds none."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(500_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
