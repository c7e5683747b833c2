"""What records of `offbook.keyed` bring about in a partition: computed whole before any of it is
sent, so that sending can be tried again as often as it takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from offbook.detectors.engine import Engine
from offbook.detectors.notes import Input, Note
from offbook.detectors.now import Now
from offbook.detectors.step import Failure
from offbook.events.alert import Alert
from offbook.events.event import Event
from offbook.streams.entity_table import EntityPartition
from offbook.streams.keyed import Batch, slowest, unwire


@dataclass(slots=True)
class Work:
    """What is to be sent for the records taken in together.

    `alerts` and `notes` come with the Kafka timestamp (ms) of the newest record that caused them,
    None where none did. `received` gives the timestamp of an event by its `id()`.
    """

    alerts: list[tuple[Alert, int | None]] = field(default_factory=list)
    notes: list[tuple[str, Note, int | None]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    received: dict[int, int] = field(default_factory=dict)
    evicted: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)


def work_off(
    engine: Engine,
    partition: EntityPartition,
    offset: int,
    batches: Iterable[tuple[Batch, int | None]],
) -> Work:
    """Take records into `partition`, the last of which is at `offset`: their inputs by entity, then
    the deadlines now passed.

    Each batch comes with the timestamp (ms) of the record that caused its notes, None if a deadline
    did.
    """
    work = Work()
    # The marks of a batch hold once all of it has been taken in: where a backlog is read, one batch
    # can span more than the lateness, and would be late by its own end. Marks that go back hold
    # at once: they tell of the backlog's beginning.
    times = [partition.stream_time.now()]
    found_at = time.time_ns() // 1000
    inputs: dict[str, list[Input]] = {}
    stamps: dict[str, int] = {}
    for batch, caused in batches:
        partition.stream_time.hear(batch.marks)
        times.append(partition.stream_time.now())
        events: list[Event] = []
        for wired in batch.events:
            event = unwire(wired)
            events.append(event)
            work.received[id(event)] = wired.received
        for key, index in batch.entries:
            inputs.setdefault(key, []).append(events[index])
            stamps[key] = max(stamps.get(key, 0), batch.events[index].received)
        for key, note in batch.notes:
            inputs.setdefault(key, []).append(note)
            if caused is not None:
                stamps[key] = max(stamps.get(key, 0), caused)
    now, at = times[-1], slowest(times)

    def step(key: str, items: Sequence[Input], time_then: Now) -> None:
        stepped = engine.step(key, partition.state(key), items, time_then, found_at)
        if stepped.changed:
            for clock, due in stepped.state.due.items():
                reached = time_then.of(clock)
                if reached is not None and due < reached:
                    # No engine should ask for a time that has passed, or this record would never
                    # end. What it asks for and passes by the end of the record is looked at below.
                    stepped.state.due[clock] = reached
            engine.seal(stepped.state)
            partition.put(key, stepped.state, offset)
            work.changed.add(key)
            if stepped.evicted:
                work.evicted.update(stepped.evicted)
        stamp = stamps.get(key) if items else None
        work.alerts.extend((alert, stamp) for alert in stepped.alerts)
        work.notes.extend((to, note, stamp) for to, note in stepped.notes)
        work.failures.extend(stepped.failures)

    for key, items in inputs.items():
        step(key, items, at)
    for key in partition.timers.expired(now):
        step(key, (), now)
    return work
