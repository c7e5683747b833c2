"""How fast `offbook replay` is on one core, and what each detector costs.

Twice: over the mix that the other benchmarks send, where everything happens at once, and over the
simulated company, where people work as people do.

The rate is events through the whole command but for printing: reading NDJSON, decoding, routing,
judging. Taking in the reference documents is measured by itself and taken off. Beside it stands
what the standard library's `json.loads` takes for the same lines: rates of two machines do not
compare, what they are in that measure does. This ratio is one of processor time, which a busy
machine changes little, and the median of some rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, perf_counter_ns, process_time
from typing import Any, NamedTuple

from bench.mix import Mix
from bench.mix_company import reference
from bench.ratios import Ratio
from detectors.facts.event_filter import Edits, Where, anything
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from offbook.cli.files.replay import Replayed, replay
from simulation.plan import Plan
from simulation.simulate import Simulation
from streams.settings.settings import Settings

#: So many lines, the first, `json.loads` is measured with.
_YARDSTICK = 100_000
_ROUNDS = 3
#: Before each round and after it.
_PASSES = 5


class _Cost(NamedTuple):
    """Seconds on the clock, and of processors."""

    wall: float
    used: float

    def __sub__(self, other: _Cost) -> _Cost:
        return _Cost(self.wall - other.wall, self.used - other.used)


def run(events: int, folder: Path) -> list[Ratio]:
    """Print the figures of both; their ratios."""
    documents, story = folder / "reference.ndjson", folder / "events.ndjson"
    with documents.open("wb") as file:
        file.writelines(line.document + b"\n" for line in reference())
    with story.open("wb") as file:
        file.writelines(line.document + b"\n" for line in Mix(events))
    mix = _measure("replay-mix", "the mix", documents, story)
    with documents.open("wb") as known, story.open("wb") as file:
        for line in Simulation(Plan()).lines():
            (known if b'"offbook.reference.' in line else file).write(line)
    return [mix, _measure("replay-company", "the simulated company", documents, story)]


def _measure(name: str, of: str, documents: Path, story: Path) -> Ratio:
    costs, ratios = [], []
    for _ in range(_ROUNDS):
        yardstick = _json_alone(story)
        _, before = _timed([documents], DETECTORS)
        done, whole = _timed([documents, story], DETECTORS)
        events = done.events + done.repeats
        costs.append(whole - before)
        ratios.append(costs[-1].used / events / median(yardstick + _json_alone(story)))
    wall = median(cost.wall for cost in costs)
    each = [cost.used / events * 1e6 for cost in costs]
    print(
        f"replay of {of}, {len(DETECTORS)} detectors: {median(each):.1f} µs of processor time"
        f" an event [{min(each):.1f} – {max(each):.1f}], {events / wall:,.0f} events/s"
        f" ({events:,} events in {wall:.1f} s, after {done.reference:,} reference documents in"
        f" {before.wall:.1f} s; {done.revisions} revisions)"
    )
    spread = f"{min(ratios):.1f} – {max(ratios):.1f} in {_ROUNDS} rounds"
    print(f"  {median(ratios):.1f} times json.loads of the same lines, {spread}")
    _, bare = _timed([documents, story], ())
    print(f"  reading, decoding, routing: {(bare - before).wall / events * 1e6:6.2f} µs an event")
    spent = {detector.id: [0] for detector in DETECTORS}
    watched = [_watched(detector, spent[detector.id]) for detector in DETECTORS]
    _timed([documents, story], watched)
    for detector, (nanoseconds,) in sorted(spent.items(), key=lambda row: -row[1][0]):
        print(f"  {detector:27} {nanoseconds / events / 1000:6.2f} µs an event")
    what = f"processor time of a replay of {of} ÷ that of `json.loads` of its lines"
    return Ratio(name, median(ratios), "lower", events, what, spread)


def _timed(files: list[Path], detectors: Sequence[Detector]) -> tuple[Replayed, _Cost]:
    wall, used = perf_counter(), _used()
    names = [str(file) for file in files]
    done = replay(names, Settings(), detectors, lambda _: None, lambda _: None, jobs=1)
    return done, _Cost(perf_counter() - wall, _used() - used)


def _used() -> float:
    """Processor seconds of this process and those it has seen end: one may have read ahead."""
    return sum(os.times()[:4])


def _json_alone(story: Path) -> list[float]:
    """Processor seconds a line, of some passes: a neighbour may disturb one."""
    with story.open("rb") as file:
        lines = list(islice(file, _YARDSTICK))

    def a_pass() -> float:
        started = process_time()
        for line in lines:
            json.loads(line)
        return (process_time() - started) / len(lines)

    return [a_pass() for _ in range(_PASSES)]


def _watched(detector: Detector, spent: list[int]) -> Detector:
    """`detector` with the nanoseconds in its own code added up. Watching costs 0.2 µs a call."""
    reads = tuple(
        replace(read, fact=_watching(read.fact, spent), where=_asked(read.where, spent))
        for read in detector.reads
    )
    prune = _watching(detector.prune, spent) if detector.prune else None
    forget = _watching(detector.forget, spent) if detector.forget else None
    concerns = _watching(detector.concerns, spent) if detector.concerns else None

    def judge(view: Any, params: Any) -> Any:
        started = perf_counter_ns()
        found = list(detector.judge(view, params))
        spent[0] += perf_counter_ns() - started
        return found

    return replace(
        detector, reads=reads, judge=judge, prune=prune, forget=forget, concerns=concerns
    )


def _asked(where: Where, spent: list[int]) -> Where:
    """Watches what is asked of an event. What a `where` names is sorted by, and asked of none."""
    if where is anything:
        return where
    if not isinstance(where, Edits):
        return _watching(where, spent)
    return replace(where, also=_watching(where.also, spent)) if where.also else where


def _watching(work: Callable[..., Any], spent: list[int]) -> Callable[..., Any]:
    @wraps(work)
    def watching(*given: Any) -> Any:
        started = perf_counter_ns()
        result = work(*given)
        spent[0] += perf_counter_ns() - started
        return result

    return watching


def main() -> None:
    """Run by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args().events, Path(folder))


if __name__ == "__main__":
    main()
