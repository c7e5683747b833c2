"""What a partition restores from its changelog, whatever was written there and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from detectors.engine.engine import Engine
from detectors.engine.state import EntityState, encode_state
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from streams.monitor.entity_partition import EntityPartition, Refusal, keyed_offset
from streams.monitor.segments import Entry
from streams.wire.keyed_records import mark
from tests.detectors import timeline as tell

KEY = "employee:E-1"


@dataclass
class Changelog:
    """A partition of the changelog, as a list."""

    records: list[Record] = field(default_factory=list)

    def add(self, *entries: Entry) -> None:
        for key, value, headers in entries:
            self.records.append(Record(len(self.records), key, value, headers))

    def restored(self) -> EntityPartition:
        return restored(self.records)

    def compacted(self) -> list[Record]:
        last = {record.key: record for record in self.records}
        return sorted(last.values(), key=lambda record: record.offset)


@dataclass
class Record:
    offset: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


def restored(records: Iterable[Record]) -> EntityPartition:
    partition = EntityPartition(0)
    partition.restore(records)
    partition.restored()
    return partition


def state(deletions: int) -> EntityState:
    """The state of an employee who deleted so many records; 0 is the empty state."""
    engine = Engine(DETECTORS, Reference())
    found = EntityState()
    for n in range(deletions):
        deed = tell.deletes(f"2026-03-02 09:00:{n:02}", "E-1", 1)
        found = engine.step(KEY, found, [deed], tell.time_is(None)).state
    return found


STATES = [state(n) for n in range(4)]
DUE = tell.earliest(STATES[2])
assert DUE is not None


def woken(partition: EntityPartition) -> list[str]:
    """Whom it wakes when its time has come, and not before."""
    assert list(partition.timers.expired(tell.time_is(DUE))) == []
    return list(partition.timers.expired(tell.time_is(DUE + 1)))


def written(partition: EntityPartition, deletions: int, offset: int) -> Entry:
    partition.put(KEY, STATES[deletions], offset)
    (entry,) = partition.entries(KEY, offset)
    return entry


def test_what_was_written_is_restored_with_its_timers() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    changelog.add(written(partition, 2, 7))
    partition.stream_time.hear([mark("payments", 1, 2, 5_000_000)])
    partition.applied = 7
    changelog.add(partition.applied_entry())

    back = changelog.restored()

    found = back.state(KEY)
    assert found is not None
    assert encode_state(found) == encode_state(STATES[2])
    assert back.applied == 7
    assert back.tail == 2
    assert back.stream_time.marks == partition.stream_time.marks
    assert woken(back) == [KEY]


def test_nothing_on_the_changelog_is_a_fresh_partition() -> None:
    assert restored([]).fresh
    assert restored([]).applied == -1


def test_an_older_state_behind_a_newer_one_is_passed_over_and_told() -> None:
    changelog = Changelog()
    changelog.add(written(EntityPartition(0), 3, 9), written(EntityPartition(0), 1, 4))

    back = changelog.restored()

    assert back.values[KEY] == changelog.records[0].value
    assert back.outdated == {KEY}


def test_an_older_state_does_not_bring_back_a_dropped_entity() -> None:
    changelog = Changelog()
    changelog.add(
        written(EntityPartition(0), 1, 4),
        written(EntityPartition(0), 0, 9),
        written(EntityPartition(0), 2, 5),
    )

    back = changelog.restored()

    assert back.state(KEY) is None
    assert woken(back) == []
    assert back.outdated == {KEY}
    assert back.entries(KEY, 9) == [(KEY.encode(), None, [("offbook.keyed-offset", b"9")])]


def test_an_older_tombstone_does_not_drop_a_newer_state() -> None:
    changelog = Changelog()
    changelog.add(written(EntityPartition(0), 2, 9), written(EntityPartition(0), 0, 4))
    assert changelog.restored().state(KEY) is not None


def test_a_newer_write_settles_what_was_outdated() -> None:
    changelog = Changelog()
    changelog.add(
        written(EntityPartition(0), 3, 9),
        written(EntityPartition(0), 1, 4),
        written(EntityPartition(0), 2, 10),
    )
    back = changelog.restored()
    assert back.values[KEY] == changelog.records[2].value
    assert not back.outdated


def test_an_older_applied_entry_does_not_turn_back() -> None:
    changelog = Changelog()
    for applied in (5, 3):
        partition = EntityPartition(0)
        partition.applied = applied
        changelog.add(partition.applied_entry())
    assert changelog.restored().applied == 5


writes = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=12)


@given(writes)
def test_the_largest_keyed_offset_wins_in_any_order(history: list[tuple[int, int]]) -> None:
    changelog = Changelog()
    # A keyed offset has one outcome, whoever computes it.
    outcome = {offset: deletions for deletions, offset in history}
    for _, offset in history:
        changelog.add(written(EntityPartition(0), outcome[offset], offset))
    found = changelog.restored().state(KEY)
    if not history or outcome[max(outcome)] == 0:
        assert found is None
    else:
        assert found is not None
        assert encode_state(found) == encode_state(STATES[outcome[max(outcome)]])


@given(writes)
def test_compaction_takes_nothing_once_the_outdated_is_written_anew(
    history: list[tuple[int, int]],
) -> None:
    changelog = Changelog()
    outcome = {offset: deletions for deletions, offset in history}
    for _, offset in history:
        changelog.add(written(EntityPartition(0), outcome[offset], offset))
    back = changelog.restored()
    newest = max(outcome, default=0)
    changelog.add(*(entry for key in back.outdated for entry in back.entries(key, newest)))
    assert restored(changelog.compacted()).values == back.values


@given(st.integers(0, 2**62))
def test_a_tombstone_carries_its_offset(offset: int) -> None:
    ((key, value, headers),) = EntityPartition(0).entries(KEY, offset)
    assert keyed_offset(Record(0, key, value, headers)) == offset


TOO_LARGE = Refusal("offbook.entities-changelog", 17_000_000)


def test_an_entity_that_is_set_aside_stays_as_it_was_and_is_not_woken() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    changelog.add(written(partition, 1, 3))
    before = partition.values[KEY]
    written(partition, 3, 4)

    partition.set_aside(KEY, before, TOO_LARGE)
    changelog.add(partition.aside_entry(KEY, 4))

    for one in (partition, changelog.restored()):
        assert one.values == {KEY: before}
        assert one.aside == {KEY: TOO_LARGE}
        assert woken(one) == []


def test_an_entity_that_was_never_written_is_set_aside_without_a_state() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    written(partition, 2, 4)
    partition.set_aside(KEY, None, TOO_LARGE)
    changelog.add(partition.aside_entry(KEY, 4))
    assert (partition.values, changelog.restored().values) == ({}, {})
    assert changelog.restored().aside == {KEY: TOO_LARGE}


def test_an_entity_that_is_taken_back_goes_on_where_it_was_left() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    changelog.add(written(partition, 2, 4))
    partition.set_aside(KEY, partition.values[KEY], TOO_LARGE)
    changelog.add(partition.aside_entry(KEY, 4))
    partition.take_back(KEY)
    changelog.add(partition.aside_entry(KEY, 5))
    for one in (partition, changelog.restored()):
        assert one.aside == {}
        assert woken(one) == [KEY]


def test_a_mark_that_somebody_else_wrote_is_no_other_state() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    written(partition, 2, 4)
    partition.set_aside(KEY, None, TOO_LARGE)
    changelog.add(partition.aside_entry(KEY, 4))
    assert EntityPartition(0).overwritten(changelog.records[0]) is None
