"""What the monitor's memory consists of: how many entities of each kind, and how large.

Router and monitor without Kafka: events are routed, put into batches and worked off into the
partitions of a monitor, which keep what is on the changelog. Of the simulated company, as large as
asked for, or of the mix. The memory is that of this process, which has no clients of servers.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import process_time

from bench.mix import DAYS, Mix
from bench.mix_company import START, reference
from contract.decoding.decode import decode_structured
from contract.duration import Duration
from contract.event import Event, Origin
from contract.kinds import STREAM_TOPICS
from contract.times import DAY, parse_rfc3339, rfc3339
from detectors.engine.engine import Engine
from detectors.facts.entity import split
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.entity_work import Work, work_off
from streams.settings.settings import Settings
from streams.wire.keyed_records import (
    Batch,
    WireEvent,
    decode_batch,
    encode_batch,
    mark,
    note_batches,
    partition_of,
    wire,
)

_SHOWN_EVERY = 1_000_000
_MIB = 2**20


def _nothing(partition: EntityPartition, work: Work, offset: int) -> None:
    """What is done with work unless something is asked for."""


class Offline:
    """Router and monitor of one installation, with lists for topics. `done` is called with what
    each record brought about in its partition, and the record's offset."""

    def __init__(
        self, settings: Settings, done: Callable[[EntityPartition, Work, int], None] = _nothing
    ) -> None:
        self.events = self.documents = 0
        self.newest = 0
        self._settings = settings
        self._done = done
        self._reference = Reference(settings.timezone)
        self._engine = Engine(DETECTORS, self._reference, settings.common)
        self.partitions = [EntityPartition(n) for n in range(settings.keyed_partitions)]
        self._waiting: list[tuple[list[WireEvent], list[tuple[str, int]]]] = [
            ([], []) for _ in self.partitions
        ]
        self._offset = 0

    def feed(self, documents: Iterable[bytes]) -> None:
        """Take in reference documents and events; what is neither is left out."""
        for number, document in enumerate(documents):
            event = decode_structured(document, Origin("", 0, number))
            if not isinstance(event, Event):
                continue
            if event.origin.topic not in STREAM_TOPICS:
                self._reference.put(event)
                self.documents += 1
                continue
            self.events += 1
            self.newest = max(self.newest, event.time)
            self._route(event)
            if self.events % _SHOWN_EVERY == 0:
                self.show()

    def _route(self, event: Event) -> None:
        wired = wire(event, 0)
        for key in self._engine.route(event):
            number = partition_of(key, len(self.partitions))
            events, entries = self._waiting[number]
            if not events or events[-1] is not wired:
                events.append(wired)
            entries.append((key, len(events) - 1))
            if len(events) >= self._settings.batch_events:
                self.work_off(number)

    def work_off(self, number: int) -> None:
        """Let one partition take in what waits for it, and all what that tells others."""
        events, entries = self._waiting[number]
        self._waiting[number] = ([], [])
        marks = [mark(topic, 0, 1, self.newest) for topic in STREAM_TOPICS]
        batches = [(number, Batch(marks, events, entries))]
        while batches:
            to, batch = batches.pop(0)
            batch = decode_batch(encode_batch(batch))
            work = work_off(self._engine, self.partitions[to], self._offset, [(batch, None)])
            self._done(self.partitions[to], work, self._offset)
            self._offset += 1
            notes = ((key, note) for key, note, _ in work.notes)
            batches += note_batches(notes, len(self.partitions)).items()

    def show(self) -> None:
        """One line: how far it is, and what it holds."""
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        states = sum(len(value) for it in self.partitions for value in it.values.values())
        entities = sum(map(len, self.partitions))
        print(
            f"{self.events:,} events, up to {rfc3339(self.newest)[:10]}, {self.documents:,}"
            f" reference documents: {entities:,} entities, {states / _MIB:,.0f} MiB of states,"
            f" {held:,.0f} MiB in all; {process_time() / self.events * 1e6:.0f} µs an event",
            flush=True,
        )

    def show_kinds(self) -> None:
        """The entities by kind, as they lie in memory and on the changelog."""
        sizes: dict[str, list[int]] = defaultdict(list)
        for partition in self.partitions:
            for key, value in partition.values.items():
                sizes[split(key)[0]].append(len(value))
        for name, each in sorted(sizes.items(), key=lambda row: -sum(row[1])):
            mean, whole = sum(each) / len(each), sum(each) / _MIB
            print(f"  {name:12} {len(each):9,} of {mean:6.0f} bytes {whole:8.1f} MiB", flush=True)


def mix(events: int, passes: int) -> Iterator[bytes]:
    """The mix, so many times, ten days apart over the same customers."""
    yield from (line.document for line in reference())
    for number in range(1, passes + 1):
        start = parse_rfc3339(START) + round((number - 1) * DAYS * DAY)
        yield from (line.document for line in Mix(events, start=start, run=f"{number}-"))


def company(customers: int, reps: int, days: int) -> Iterator[bytes]:
    """A simulated company, made by a process of its own."""
    size = ["--customers", str(customers), "--reps", str(reps), "--days", str(days)]
    with tempfile.TemporaryDirectory() as folder:
        labels = str(Path(folder) / "labels.json")
        command = [sys.executable, "-m", "offbook", "simulate", *size, "--labels", labels]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as simulation:
            assert simulation.stdout is not None
            yield from simulation.stdout
    if simulation.returncode:
        raise SystemExit(simulation.returncode)


def main() -> None:
    """Run by itself. The company of the default size takes an hour and 25 million events."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000, help="of the company")
    parser.add_argument("--reps", type=int, default=8_000, help="of the company")
    parser.add_argument("--days", type=int, default=90, help="that it works")
    parser.add_argument("--lateness", default=str(Settings().lateness), help='such as "7d"')
    parser.add_argument("--mix", type=int, metavar="EVENTS", help="the mix instead: of each pass")
    parser.add_argument("--passes", type=int, default=2, help="over the mix")
    chosen = parser.parse_args()
    if chosen.mix:
        documents = mix(chosen.mix, chosen.passes)
    else:
        documents = company(chosen.customers, chosen.reps, chosen.days)
    offline = Offline(Settings(lateness=Duration(chosen.lateness)))
    offline.feed(documents)
    for number in range(len(offline.partitions)):
        offline.work_off(number)
    offline.show()
    offline.show_kinds()


if __name__ == "__main__":
    main()
