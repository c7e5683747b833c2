"""Computes what records of `offbook.keyed` bring about in a partition. All of it is computed before
any is sent, so that sending can be repeated as often as necessary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contract.alert import Alert
from contract.event import Event
from contract.times import HOUR
from detectors.engine.engine import Engine
from detectors.engine.look import Failure, Step
from detectors.engine.messages import Input, Note, Review
from detectors.engine.shrinking import MOST
from detectors.engine.state import EntityState
from detectors.engine.stream_time import Now
from streams.monitor.backdated import is_backdated
from streams.monitor.entity_partition import EntityPartition
from streams.wire.keyed_records import Batch, slowest, unwire

#: In place of a detector's id, where what failed belongs to none.
ENGINE = "engine"


@dataclass(slots=True)
class Work:
    """What is to be sent for the records taken in together.

    `alerts` and `notes` come with the Kafka timestamp (ms) of the newest record that caused them,
    None where none did. `received` gives the timestamp of an event by its `id()`, `sender` the
    entity of an alert or a note. `written` has the values of what `changed` as they were before.
    Events in `passed` were about entities that are set aside, for which `dropped` inputs came.
    `late` are events of which something was kept out, by `id()`. `withheld` counts those that wait
    for reference data, `aside` the entities for which a detector was set aside, both by detector.
    `backdated` are the withdrawn alerts, by id, that were withdrawn by what claims an earlier day.
    `longest` is how long the longest look at an entity took, in seconds by kind. `overgrown` are
    entities that have more bytes than one may have, and cannot be brought below that.
    """

    alerts: list[tuple[Alert, int | None]] = field(default_factory=list)
    notes: list[tuple[str, Note, int | None]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    received: dict[int, int] = field(default_factory=dict)
    evicted: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)
    inputs: dict[str, list[Input]] = field(default_factory=dict)
    sender: dict[int, str] = field(default_factory=dict)
    written: dict[str, bytes | None] = field(default_factory=dict)
    passed: dict[int, Event] = field(default_factory=dict)
    dropped: int = 0
    late: dict[int, Event] = field(default_factory=dict)
    withheld: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)
    backdated: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=dict)
    overgrown: dict[str, int] = field(default_factory=dict)

    def drop(self, key: str) -> None:
        """Discard what came for the entity `key`, and keep its events for the dead letters."""
        items = self.inputs.get(key, [])
        self.dropped += len(items)
        self.passed |= {id(it): it for it in items if isinstance(it, Event)}


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
    working = _Working(engine, partition, offset)
    work, stamps = working.work, working.stamps
    # The marks of a batch hold once all of it has been taken in: where a backlog is read, one batch
    # can span more than the lateness, and would be late by its own end. Marks that go back hold
    # at once: they tell of the backlog's beginning.
    times = [partition.stream_time.now()]
    inputs = work.inputs
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
    for key, items in inputs.items():
        if key in partition.aside:
            work.drop(key)
        else:
            working.step(key, items, at)
    for key in partition.timers.expired(now):
        working.step(key, (), now)
    return work


def review(engine: Engine, partition: EntityPartition, keys: Iterable[str]) -> Work:
    """Look again at the entities `keys`, because reference data have changed."""
    working = _Working(engine, partition, partition.applied)
    now = partition.stream_time.now()
    for key in keys:
        if key not in partition.aside:
            working.step(key, (Review(),), now)
    return working.work


class _Working:
    """Steps entities of a partition, at the record `offset`, and gathers what comes of it."""

    def __init__(self, engine: Engine, partition: EntityPartition, offset: int) -> None:
        self.work = Work()
        #: By entity, the timestamp (ms) of the newest record that something of it came with.
        self.stamps: dict[str, int] = {}
        self._engine = engine
        self._partition = partition
        self._offset = offset
        self._found_at = time.time_ns() // 1000

    def step(self, key: str, items: Sequence[Input], now: Now) -> None:
        begun = time.perf_counter()
        try:
            self._keep(key, self._stepped(key, items, now), items)
        except Exception as error:  # noqa: BLE001 - one entity's trouble: it stays as it was
            events = [it for it in items if isinstance(it, Event)]
            self.work.failures.append(Failure(ENGINE, error, events))
            self._look_again(key, now)
        took, kind = time.perf_counter() - begun, key.partition(":")[0]
        if took > self.work.longest.get(kind, 0.0):
            self.work.longest[kind] = took

    def _stepped(self, key: str, items: Sequence[Input], now: Now) -> Step:
        state = self._partition.state(key)
        stepped = self._engine.step(key, state, items, now, self._found_at)
        if stepped.changed:
            for clock, due in stepped.state.due.items():
                reached = now.of(clock)
                if reached is not None and due < reached:
                    # No engine should ask for a time that has passed, or this record would never
                    # end. What it asks for and passes by the end of the record is looked at below.
                    stepped.state.due[clock] = reached
            self._engine.seal(stepped.state)
        return stepped

    def _keep(self, key: str, stepped: Step, items: Sequence[Input]) -> None:
        work, partition = self.work, self._partition
        if stepped.changed:
            before = partition.values.get(key)
            partition.put(key, stepped.state, self._offset)
            if len(partition.values.get(key, b"")) > MOST:
                self._shrink(key, stepped.state)
            work.written.setdefault(key, before)
            work.changed.add(key)
        if stepped.evicted:
            work.evicted.update(stepped.evicted)
        stamp = self.stamps.get(key) if items else None
        work.alerts.extend((alert, stamp) for alert in stepped.alerts)
        work.notes.extend((to, note, stamp) for to, note in stepped.notes)
        for said in (*stepped.alerts, *(note for _, note in stepped.notes)):
            work.sender[id(said)] = key
        work.failures.extend(stepped.failures)
        work.late.update((id(event), event) for event in stepped.late)
        work.withheld.update(stepped.withheld)
        work.aside.update(stepped.aside)
        for alert in stepped.alerts:
            if is_backdated(alert, items, work.received, stamp, stepped.now.forgets):
                work.backdated.append(alert.alert_id)

    def _shrink(self, key: str, state: EntityState) -> None:
        left, gone = self._engine.shrink(state)
        self._partition.put(key, state, self._offset)
        self.work.evicted.update(gone)
        if left > MOST:
            self.work.overgrown[key] = left

    def _look_again(self, key: str, now: Now) -> None:
        """Look at deadlines that have passed again in an hour: they must neither be lost nor keep
        the partition busy."""
        due = self._partition.due(key)
        for clock, at in due.items():
            reached = now.of(clock)
            due[clock] = at if reached is None else max(at, reached + HOUR)
        self._partition.timers.set(key, due)
