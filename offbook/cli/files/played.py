"""Reads files and plays what is in them to a judge, each event once, in the order of time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from contract.decoding.decode import FUTURE
from contract.decoding.opened import Opened
from contract.event import Event
from contract.rejected import Rejected
from offbook.cli.files.complaints import Complaints
from offbook.cli.files.doubles import contradiction
from offbook.cli.files.gaps import LONG, Point, gap
from offbook.cli.files.in_time_order import InTimeOrder, Read
from offbook.cli.files.ndjson import Place, Progress, Source, problem, total, unseen
from offbook.cli.files.read_ahead import read_ahead
from offbook.cli.files.sharing.judge import Judge
from offbook.cli.files.sorter import LIMIT

Say = Callable[[str], None]
_End = TypeVar("_End")


@dataclass
class Counts:
    """What was read."""

    events: int = 0
    reference: int = 0
    repeats: int = 0
    conflicts: int = 0
    heartbeats: int = 0
    beyond: int = 0
    bad: int = 0
    first: int | None = None
    newest: int | None = None

    def counts(self) -> str:
        """One line for people."""
        counts = [f"{self.events} events", f"{self.reference} reference documents"]
        counts += [f"{self.repeats} repeats"] if self.repeats else []
        counts += [f"{self.conflicts} conflicts"] if self.conflicts else []
        counts += [f"{self.heartbeats} heartbeats"] if self.heartbeats else []
        counts += [f"{self.beyond} after --until left out"] if self.beyond else []
        counts.append(f"{self.bad} bad lines")
        return ", ".join(counts)


def play(
    inputs: Sequence[Source],
    judge: Judge[_End],
    done: Counts,
    say: Say,
    *,
    region: str,
    until: int | None = None,
    wall: int | None = None,
    progress: Progress = unseen,
    limit: int = LIMIT,
    ahead: bool = False,
) -> _End:
    """Play all `inputs` to the `judge`, reading in a process of its own if `ahead`.

    All reference documents come first, whatever their file or line. Events after `until` (µs) are
    left out, and stream time ends there. With `wall`, the wall clock (µs), a document ahead both of
    it and of `until` is refused. What is read is counted in `done`. `say` is called for what is
    wrong with the files once everything is read. About `limit` bytes of lines are held in memory.
    Gives what the judge knows in the end. Raises `InputError` for a file that cannot be read.
    """
    findings = _Findings(done, [source.name for source in inputs])
    ahead_of = wall if wall is None or until is None else max(wall, until - FUTURE)
    with (
        InTimeOrder(inputs, findings.bad, wall=ahead_of, region=region, limit=limit) as here,
        read_ahead(here) if ahead else nullcontext(here) as documents,
    ):
        with progress("reading", total(inputs)) as advance:
            documents.read(advance)
        with progress("replaying", documents.count) as advance:
            for event, _, _, document in documents.reference(advance):
                done.reference += 1
                judge.know(event, document)
            for event, document in _taken(documents.others(advance), done, until, findings):
                judge.take(event, document)
            ended = judge.end(until)
    findings.tell(say)
    return ended


class _Findings:
    """What is wrong with the files: lines that are no event, contradictions, years of nothing."""

    def __init__(self, done: Counts, names: Sequence[str]) -> None:
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

    def tell(self, say: Say) -> None:
        self._complaints.tell(say)
        for line in self._gaps:
            say(line)


def _taken(
    documents: Iterator[Read], done: Counts, until: int | None, findings: _Findings
) -> Iterator[tuple[Event, Opened]]:
    """Each event once, up to `until`; counts them. An event that contradicts an earlier one changes
    nothing."""
    newest: int | None = None
    last = (0, 0)
    for event, place, double, document in documents:
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
            yield event, document


@contextmanager
def few_collections() -> Iterator[None]:
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
