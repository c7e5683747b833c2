"""What records bring about, taken together or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count, cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.alert import Alert
from contract.event import Event
from contract.kinds import STREAM_TOPICS
from contract.times import DAY, HOUR
from detectors.engine.engine import Engine
from detectors.engine.look import Step
from detectors.engine.messages import Input
from detectors.engine.state import EntityState
from detectors.engine.stream_time import FORGETTING, Now
from detectors.facts.reference import Reference
from detectors.rules.catalogue import BY_ID, DETECTORS
from detectors.rules.data.bulk_delete import DETECTOR
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.entity_work import ENGINE, Work, work_off
from streams.wire.keyed_records import Batch, Mark, mark, note_batches, wire
from tests.detectors import timeline as tell
from tests.detectors.histories import Arrival, documents, histories, reference_of
from tests.detectors.random_company import END
from tests.detectors.test_laws import Documents, events_of, law, one_by_one, told

NINE = tell.at("2026-03-02 09:00")
TIPS = STREAM_TOPICS.index("tips")
FIFTH = "2026-03-05 09:00"


def read_up_to(at: int) -> list[Mark]:
    """All sources have been read up to then."""
    return [mark(topic, 0, 1, at) for topic in STREAM_TOPICS]


def deletion(second: int, count: int, at: int | None = None) -> Batch:
    """An employee deletes `count` records; `at` is how far all sources have been read then."""
    deed = tell.deletes(f"2026-03-02 09:00:{second:02}", "E-1", count)
    return Batch(
        [] if at is None else read_up_to(at), [wire(deed, 1000 + second)], [("employee:E-1", 0)]
    )


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
        now: Now,
        detected_at: int | None = None,
    ) -> Step:
        self.times.append(now.forgets)
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
    assert together.stream_time.now().forgets == apart.stream_time.now().forgets == NINE + HOUR
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
    assert partition.stream_time.now().forgets == NINE + 2 * HOUR


def test_what_comes_together_is_not_late_by_its_own_end() -> None:
    partition, engine = EntityPartition(0), Watched()
    take(partition, [deletion(0, 1, NINE + HOUR)])
    take(partition, [deletion(1, 1), deletion(2, 1, NINE + 9 * DAY)], 1, engine)
    assert engine.times[0] == NINE + HOUR


class Restless(Watched):
    """Wants to be looked at at a time that has passed, whenever it is."""

    def step(self, *given: Any) -> Step:
        step = super().step(*given)
        step.state.due = {FORGETTING: NINE - DAY}
        step.changed = True
        return step


def test_an_entity_that_wants_to_be_looked_at_in_the_past_is_looked_at_when_time_moves_on() -> None:
    partition, engine = EntityPartition(0), Restless()
    take(partition, [deletion(0, 8, NINE)], 0, engine)
    assert engine.times == [None, NINE]
    take(partition, [deletion(1, 8, NINE + HOUR)], 1, engine)
    assert engine.times[2:] == [NINE, NINE + HOUR]
    take(partition, [Batch(read_up_to(NINE + 2 * HOUR))], 2, engine)
    assert engine.times[4:] == [NINE + 2 * HOUR]


def test_a_deadline_that_passes_while_records_are_taken_together_is_looked_at() -> None:
    #   (read up to 09:00) payment ─┤ 72 h + 1 h ┤  another event   (read up to 25 d later) ◄ fires
    partition = EntityPartition(0)
    engine = Engine([BY_ID["unmatched-payment"]], Reference())
    paid = tell.payment("2026-03-02 09:00", "P-1", "X", customer="C-1")
    more = tell.payment("2026-03-20 09:00", "P-2", "X", customer="C-1", kind="refund")
    first, second = (
        Batch(read_up_to(time), [wire(one, 0)], [("customer:C-1", 0)])
        for one, time in ((paid, NINE), (more, NINE + 25 * DAY))
    )
    take(partition, [Batch(read_up_to(NINE)), first], 0, engine)
    work = take(partition, [second], 2, engine)
    assert [alert.detector for alert, _ in work.alerts] == ["unmatched-payment"]


def revisions(*groups: Sequence[int]) -> list[tuple[int, int]]:
    """The revisions, with how much evidence each has, that deletes of so many records bring about,
    those of a group taken together."""
    engine, partition = Engine([DETECTOR], Reference()), EntityPartition(0)
    seconds = count(1)
    found = []
    for group in groups:
        batches = [(deletion(next(seconds), deleted), None) for deleted in group]
        work = work_off(engine, partition, 0, batches)
        found += [(alert.revision, len(alert.evidence)) for alert, _ in work.alerts]
    return found


def stands(sent: Sequence[tuple[int, int]]) -> int:
    """How much evidence there is for whoever takes each revision once, as it comes first."""
    known: dict[int, int] = {}
    for revision, evidence in sent:
        known.setdefault(revision, evidence)
    return known[max(known)]


def test_what_is_repeated_one_by_one_after_a_crash_ends_as_it_would_have_without() -> None:
    #   20 deleted, 5 more │ sent, not written down: nothing, the first alone, or both together
    alone, together = ([20], [5]), ([20, 5],)
    for sent in ([], revisions([20]), revisions(*together)):
        assert stands([*sent, *revisions(*alone)]) == 2
    # That is why: the alert of both would be revision 1, as that of the first was.
    assert stands([*revisions([20]), *revisions(*together)]) == 1


class Monitored:
    """One partition that has everything. What its entities tell each other it takes in next.

    Time never moves by a week at once, for what is under way then may come too late; but it may be
    `unknown` for so long at first, as where a history is loaded.
    """

    def __init__(self, documents: Documents, unknown: int) -> None:
        self.engine = Engine(DETECTORS, reference_of(documents), mode="replay")
        self.partition = EntityPartition(0)
        self.alerts: list[Alert] = []
        self.waiting: list[Batch] = []
        self.begun = self.newest = 0
        self.unknown = unknown
        self.known_from: int | None = None

    def feed(self, event: Event, *, marked: bool, full: bool) -> None:
        """An event's record waits, and those that wait are taken in if they are enough."""
        if self.known_from is None:
            self.known_from = event.time + self.unknown
        is_known = event.time >= self.known_from
        if is_known and event.time > self.begun + 3 * DAY:
            self.take()
            self.advance(event.time)
        self.newest = max(self.newest, event.time)
        entries = [(key, 0) for key in self.engine.route(event)]
        marks = read_up_to(self.newest) if marked and is_known else []
        self.waiting.append(Batch(marks, [wire(event, 0)], entries))
        if full:
            self.take()

    def advance(self, to: int) -> None:
        """Nothing happens for a while."""
        while self.newest < to:
            self.newest = min(to, self.newest + 3 * DAY)
            self.waiting = [Batch(read_up_to(self.newest))]
            self.take()

    def take(self) -> None:
        """Take in all that waits, and what that tells."""
        batches, self.waiting = self.waiting, []
        while batches:
            given = [(batch, None) for batch in batches]
            work = work_off(self.engine, self.partition, 0, given)
            assert not work.failures
            assert not work.evicted
            self.alerts += [alert for alert, _ in work.alerts]
            batches = list(note_batches(((key, note) for key, note, _ in work.notes), 1).values())
        self.begun = self.newest


@law
@given(
    documents,
    histories(),
    st.lists(st.booleans(), min_size=1, max_size=7),
    st.lists(st.booleans(), min_size=1, max_size=5),
    st.sampled_from((0, 10 * DAY, 30 * DAY)),
)
def test_it_does_not_matter_how_many_records_are_taken_together(
    documents: Documents,
    history: list[Arrival],
    marked: list[bool],
    full: list[bool],
    unknown: int,
) -> None:
    monitored = Monitored(documents, unknown)
    for event, is_marked, is_full in zip(events_of(history), cycle(marked), cycle(full)):
        monitored.feed(event, marked=is_marked, full=is_full)
    monitored.take()
    monitored.advance(END)
    assert told(monitored.alerts) == told(one_by_one(documents, events_of(history)))


def test_what_is_forgotten_once_time_is_known_counts_as_judged() -> None:
    #   (time unknown)  talk of 75 d ago │ opportunity ─ 3 d ─ activity ─ 3 d ─ … │ time is known:
    #   the talk and the first activities are forgotten │ 2 d later: activity     no lapse
    monitored = Monitored((), 90 * DAY)
    happened = [tell.hit(NINE, "E-1", "C-1"), tell.owner(tell.after(NINE, "1d"), "C-1", "E-1")]
    happened.append(tell.opens(tell.after(NINE, "50d"), "OP-1", "C-1"))
    happened += [
        tell.activity(tell.after(NINE, f"{day}d"), "E-1", "C-1") for day in range(53, 76, 3)
    ]
    for event in happened:
        monitored.feed(event, marked=True, full=True)
    monitored.advance(monitored.newest + 1)
    monitored.feed(tell.activity(tell.after(NINE, "76d"), "E-1", "C-1"), marked=True, full=True)
    monitored.take()
    monitored.advance(monitored.newest + HOUR)
    assert not monitored.alerts


class Broken(Engine):
    """Cannot take in anything of one employee."""

    def step(self, key: str, *given: Any) -> Step:
        if key == "employee:E-1":
            raise ZeroDivisionError
        return super().step(key, *given)


def test_an_entity_on_which_the_engine_fails_stays_as_it_was_and_the_others_go_on() -> None:
    partition = EntityPartition(0)
    sound, broken = Engine([DETECTOR], Reference()), Broken([DETECTOR], Reference())
    take(partition, [deletion(0, 8, NINE)], 0, sound)
    before = partition.values["employee:E-1"]
    deeds = [tell.deletes("2026-03-02 09:01", who, 20) for who in ("E-1", "E-2")]
    keys = [("employee:E-1", 0), ("employee:E-2", 1)]
    work = take(partition, [Batch([], [wire(it, 1) for it in deeds], keys)], 1, broken)
    assert [(it.detector, it.events) for it in work.failures] == [(ENGINE, deeds[:1])]
    assert [alert.employee for alert, _ in work.alerts] == ["E-2"]
    assert partition.values["employee:E-1"] == before
    later = take(partition, [deletion(2, 20)], 2, sound)
    assert [alert.employee for alert, _ in later.alerts] == ["E-1"]


def test_a_deadline_at_which_the_engine_fails_is_looked_at_again() -> None:
    partition, broken = EntityPartition(0), Broken([DETECTOR], Reference())
    take(partition, [deletion(0, 8, NINE)])
    due = max(partition.due("employee:E-1").values())
    failures = [
        len(take(partition, [Batch(read_up_to(time))], 1, broken).failures)
        for time in (due + 1, due + 2, due + HOUR, due + 2 * HOUR)
    ]
    assert failures == [1, 0, 0, 1]


def test_a_deadline_at_which_the_engine_fails_does_not_wait_for_topics_that_it_is_not_about() -> (
    None
):
    partition, broken = EntityPartition(0), Broken([DETECTOR], Reference())
    take(partition, [deletion(0, 8, NINE)])
    due = max(partition.due("employee:E-1").values())
    # A new topic, of which nothing has been read and no time is known: forgetting goes on.
    no_tips = [replace(it, time=0, empty=True) for it in read_up_to(0) if it.topic == TIPS]
    failures = [
        len(take(partition, [Batch([*read_up_to(time), *no_tips])], 1, broken).failures)
        for time in (due + 1, due + 2, due + 2 * HOUR)
    ]
    assert failures == [1, 0, 1]


@pytest.mark.parametrize(
    ("written", "reached", "is_told"),
    [
        ("2026-03-10 09:00", "2026-03-10 09:00", True),
        ("2026-03-04 09:00", "2026-03-10 09:00", False),  # entered in time, and read late
        ("2026-03-10 09:00", "2026-03-04 09:00", False),  # a history that is sent again, in order
    ],
)
def test_a_critical_alert_taken_back_by_what_was_dated_back_is_told(
    written: str, reached: str, is_told: bool
) -> None:
    #   01 left ─ 05 works ◄ critical │ written the 10th: "hired on the 3rd" ◄ withdrawn, and told
    engine, partition = Engine([BY_ID["active-after-leaving"]], Reference()), EntityPartition(0)
    left, works = tell.hr("2026-03-01 09:00", "E-1", "left"), tell.deletes(FIFTH, "E-1")
    hired = tell.hr("2026-03-03 09:00", "E-1", "hired")
    home = [("employee:E-1", 0)]
    for event in (left, works):
        written_then = event.time // 1000
        work = take(partition, [Batch([], [wire(event, written_then)], home)], 0, engine)
    assert [(it.severity, it.state) for it, _ in work.alerts] == [("critical", "firing")]
    work = take(partition, [Batch(read_up_to(tell.at(reached)))], 1, engine)
    work = take(partition, [Batch([], [wire(hired, tell.at(written) // 1000)], home)], 2, engine)
    assert [it.state for it, _ in work.alerts] == ["withdrawn"]
    assert work.backdated == ([work.alerts[0][0].alert_id] if is_told else [])


def test_what_is_older_than_its_entity_remembers_is_kept_out_and_told() -> None:
    engine, partition = Engine([BY_ID["unmatched-payment"]], Reference()), EntityPartition(0)
    paid = tell.payment("2026-03-02 09:00", "P-1", "X", customer="C-1")
    entries = [("customer:C-1", 0), ("payment:P-1", 0)]
    far = Batch(read_up_to(NINE + 900 * DAY))
    take(partition, [far], 0, engine)
    work = take(partition, [Batch([], [wire(paid, 0)], entries)], 1, engine)
    assert [event.id for event in work.late.values()] == [paid.id]
    assert not work.alerts
