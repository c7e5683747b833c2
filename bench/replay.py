"""How fast `offbook replay` is on one core, and what each detector costs.

Twice: over the mix that the other benchmarks send, where everything happens at once, and over the
simulated company, where people work as people do.

The rate is events through the whole command but for printing: reading NDJSON, decoding, routing,
judging. Taking in the reference documents is measured by itself and taken off. Beside it stands
what the standard library's `json.loads` takes for the same lines: rates of two machines do not
compare, what they are in that measure does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from itertools import islice
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any

from bench.mix import Mix
from bench.mix_company import reference
from detectors.facts.event_filter import Edits, Where, anything
from detectors.language.detector import Detector
from detectors.rules.catalogue import DETECTORS
from offbook.cli.files.replay import Replayed, replay
from simulation.plan import Plan
from simulation.simulate import Simulation
from streams.settings.settings import Settings

#: So many lines, the first, `json.loads` is measured with.
_YARDSTICK = 100_000


def run(events: int, folder: Path) -> None:
    """Print the figures of both."""
    documents, story = folder / "reference.ndjson", folder / "events.ndjson"
    with documents.open("wb") as file:
        file.writelines(line.document + b"\n" for line in reference())
    with story.open("wb") as file:
        file.writelines(line.document + b"\n" for line in Mix(events))
    _measure("the mix", documents, story)
    with documents.open("wb") as known, story.open("wb") as file:
        for line in Simulation(Plan()).lines():
            (known if b'"offbook.reference.' in line else file).write(line)
    _measure("the simulated company", documents, story)


def _measure(name: str, documents: Path, story: Path) -> None:
    _, before = _timed([documents], DETECTORS)
    done, whole = _timed([documents, story], DETECTORS)
    events = done.events + done.repeats
    rate = events / (whole - before)
    print(
        f"replay of {name}, {len(DETECTORS)} detectors: {rate:,.0f} events/s on one core "
        f"({events:,} events in {whole - before:.1f} s, after {done.reference:,} reference "
        f"documents in {before:.1f} s; {done.revisions} revisions)"
    )
    yardstick = _json_alone(story)
    print(
        f"  json.loads of the same lines: {yardstick * 1e6:.2f} µs an event; "
        f"the replay took {1 / rate / yardstick:.1f} times that"
    )
    _, bare = _timed([documents, story], ())
    print(f"  reading, decoding, routing: {(bare - before) / events * 1e6:6.2f} µs an event")
    costs = {detector.id: [0] for detector in DETECTORS}
    watched = [_watched(detector, costs[detector.id]) for detector in DETECTORS]
    _timed([documents, story], watched)
    for name, (spent,) in sorted(costs.items(), key=lambda row: -row[1][0]):
        print(f"  {name:27} {spent / events / 1000:6.2f} µs an event")


def _timed(files: list[Path], detectors: Sequence[Detector]) -> tuple[Replayed, float]:
    started = perf_counter()
    done = replay(
        [str(file) for file in files], Settings(), detectors, lambda _: None, lambda _: None
    )
    return done, perf_counter() - started


def _json_alone(story: Path) -> float:
    """Seconds a line, the best of three passes."""
    with story.open("rb") as file:
        lines = list(islice(file, _YARDSTICK))

    def a_pass() -> float:
        started = perf_counter()
        for line in lines:
            json.loads(line)
        return perf_counter() - started

    return min(a_pass() for _ in range(3)) / len(lines)


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
