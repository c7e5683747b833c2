"""What records bring about, taken together or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from offbook.detectors.bulk_delete import DETECTOR
from offbook.detectors.engine import Engine
from offbook.detectors.notes import Input
from offbook.detectors.reference import Reference
from offbook.detectors.state import EntityState
from offbook.detectors.step import Step
from offbook.events.times import DAY, HOUR
from offbook.events.types import STREAM_TOPICS
from offbook.streams.entity_table import EntityPartition
from offbook.streams.entity_work import Work, work_off
from offbook.streams.keyed import Batch, mark, wire
from tests.detectors import timeline as tell

NINE = tell.at("2026-03-02 09:00")


def deletion(second: int, count: int, at: int | None = None) -> Batch:
    """An employee deletes `count` records; `at` is how far all sources have been read then."""
    deed = tell.deletes(f"2026-03-02 09:00:{second:02}", "E-1", count)
    marks = [] if at is None else [mark(topic, 0, 1, at) for topic in STREAM_TOPICS]
    return Batch(marks, [wire(deed, 1000 + second)], [("employee:E-1", 0)])


class Watched(Engine):
    """Writes down at which time it is asked to judge."""

    def __init__(self) -> None:
        super().__init__([DETECTOR], Reference())
        self.times: list[int | None] = []

    def step(
        self,
        key: str,
        state: EntityState | None,
        inputs: Iterable[Input],
        now: int | None,
        detected_at: int | None = None,
    ) -> Step:
        self.times.append(now)
        return super().step(key, state, inputs, now, detected_at)


def take(
    partition: EntityPartition,
    batches: Sequence[Batch],
    first: int = 0,
    engine: Engine | None = None,
) -> Work:
    engine = engine or Watched()
    last = first + len(batches) - 1
    return work_off(engine, partition, last, [(batch, None) for batch in batches])


def test_records_taken_together_leave_what_they_leave_one_by_one() -> None:
    batches = [deletion(0, 8), deletion(1, 8, NINE + HOUR), deletion(2, 8)]
    together, apart = EntityPartition(0), EntityPartition(0)
    whole = take(together, batches)
    parts = [take(apart, [batch], place) for place, batch in enumerate(batches)]
    one, other = together.state("employee:E-1"), apart.state("employee:E-1")
    assert one is not None
    assert other is not None
    assert one.notebooks["bulk-delete"].facts == other.notebooks["bulk-delete"].facts
    assert together.stream_time.now() == apart.stream_time.now() == NINE + HOUR
    assert [len(work.alerts) for work in parts] == [0, 0, 1]
    (alert, stamp), (last, last_stamp) = whole.alerts[0], parts[-1].alerts[0]
    assert (alert.alert_id, alert.evidence, stamp) == (last.alert_id, last.evidence, last_stamp)


def test_the_entity_of_many_records_is_written_once() -> None:
    work = take(EntityPartition(0), [deletion(second, 1) for second in range(9)])
    assert work.changed == {"employee:E-1"}


def test_a_source_that_was_away_holds_time_back_for_all_that_is_taken_with_it() -> None:
    #   read up to: 10:00 ── a source is back, of last week ── 11:00
    partition, engine = EntityPartition(0), Watched()
    take(partition, [deletion(0, 1, NINE + HOUR)])
    back = [deletion(1, 1, NINE - 7 * DAY), deletion(2, 1, NINE + 2 * HOUR)]
    take(partition, back, 1, engine)
    assert engine.times == [NINE - 7 * DAY]
    assert partition.stream_time.now() == NINE + 2 * HOUR


def test_what_comes_together_is_not_late_by_its_own_end() -> None:
    partition, engine = EntityPartition(0), Watched()
    take(partition, [deletion(0, 1, NINE + HOUR)])
    take(partition, [deletion(1, 1), deletion(2, 1, NINE + 9 * DAY)], 1, engine)
    assert engine.times[0] == NINE + HOUR


class Restless(Watched):
    """Wants to be looked at at a time that has passed, whenever it is."""

    def step(self, *given: Any) -> Step:
        step = super().step(*given)
        step.state.due = NINE - DAY
        step.changed = True
        return step


def test_an_entity_that_wants_to_be_looked_at_in_the_past_is_looked_at_when_time_moves_on() -> None:
    partition, engine = EntityPartition(0), Restless()
    take(partition, [deletion(0, 8, NINE)], 0, engine)
    looks = len(engine.times)
    take(partition, [deletion(1, 8, NINE + HOUR)], 1, engine)
    assert (looks, len(engine.times)) == (1, 2 * looks)
    marks = [mark(topic, 0, 1, NINE + 2 * HOUR) for topic in STREAM_TOPICS]
    take(partition, [Batch(marks)], 2, engine)
    assert len(engine.times) == 2 * looks + 1
