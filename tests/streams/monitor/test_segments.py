"""A large state on the changelog: only what is new of it is written, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from contract.times import MINUTE
from detectors.engine.state import EntityState, Notebook
from detectors.facts.fact import Fact
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.segments import LARGE, Entry, cut, is_segment
from tests.streams.monitor.test_entity_partition import Changelog, restored

KEY = "employee:E-1"
#: 2026-03-02, in µs.
BEGIN = 1_772_409_600_000_000


def facts(numbers: Sequence[int]) -> list[Fact]:
    return [
        Fact(BEGIN + it * MINUTE, "view", "//crm", f"v-{it}", 0, 0, it, f"C-{it}") for it in numbers
    ]


def state(numbers: Sequence[int]) -> EntityState:
    """Of somebody who looked at these customers."""
    return EntityState(notebooks={"bulk-export": Notebook(facts=facts(numbers))})


def write(partition: EntityPartition, numbers: Sequence[int], offset: int) -> list[Entry]:
    """The records of a state that is written at an offset, in their order."""
    partition.put(KEY, state(numbers) if numbers else EntityState(), offset)
    entries = partition.entries(KEY, offset)
    return [*partition.segments.sweeping(), *entries]


def acknowledge(partition: EntityPartition, entries: Sequence[Entry]) -> None:
    swept = [it for it in entries if is_segment(it[0].decode()) and it[1] is None]
    partition.segments.acknowledged([KEY], swept)


def size(entries: Sequence[Entry]) -> int:
    return sum(len(key) + len(value or b"") for key, value, _ in entries)


@given(st.binary(max_size=20_000) | st.binary(max_size=99).map(lambda it: it * 400))
def test_segments_joined_are_the_state(data: bytes) -> None:
    assert b"".join(cut(data)) == data
    assert all(len(it) <= 8192 for it in cut(data))


def test_what_comes_goes_or_is_put_in_leaves_nearly_all_segments_as_they_were() -> None:
    partition = EntityPartition(0)
    whole = write(partition, range(1000), 0)
    acknowledge(partition, whole)
    assert len(partition.values[KEY]) > 40_000
    assert size(whole) < len(partition.values[KEY]) / 2
    for offset, numbers in enumerate(
        [range(1001), range(9, 1001), [*range(9, 500), *range(501, 1001)]]
    ):
        entries = write(partition, numbers, offset + 1)
        acknowledge(partition, entries)
        assert size(entries) < size(whole) / 8


def test_a_segment_that_is_not_what_its_name_says_is_as_good_as_gone() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    entries = write(partition, range(1000), 0)
    key, value, headers = next(it for it in entries if is_segment(it[0].decode()))
    assert value is not None
    for damaged in (value[:-3], value[:-1] + bytes([value[-1] ^ 1]), b"", b"x"):
        changelog = Changelog()
        changelog.add(*((key, damaged, headers) if it[0] == key else it for it in entries))
        assert changelog.restored().broken


def test_a_state_that_is_small_again_is_one_record_and_its_segments_go() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    for offset, count in enumerate([1000, 3, 3]):
        entries = write(partition, range(count), offset)
        acknowledge(partition, entries)
        changelog.add(*entries)
    left = [it for it in changelog.compacted() if it.value is not None]
    assert [it.key for it in left] == [KEY.encode()]
    assert changelog.restored().values == partition.values


#: Facts of a state, from one number up to another.
spans = st.tuples(st.integers(0, 60), st.integers(0, 200)).map(
    lambda it: range(it[0], it[0] + it[1])
)


@given(st.lists(spans, min_size=1, max_size=8), st.data())
def test_whoever_reads_after_a_crash_at_any_record_has_a_state_that_was_written(
    history: list[range], data: st.DataObject
) -> None:
    partition, changelog = EntityPartition(0), Changelog()
    values: list[bytes | None] = [None]
    ends = [0]
    for offset, numbers in enumerate(history):
        entries = write(partition, numbers, offset)
        acknowledge(partition, entries)
        changelog.add(*entries)
        values.append(partition.values.get(KEY))
        ends.append(len(changelog.records))
    upto = data.draw(st.integers(0, len(changelog.records)))
    done = max(place for place, end in enumerate(ends) if end <= upto)

    cut_off = restored(changelog.records[:upto])
    compacted = Changelog(changelog.records[:upto]).compacted()
    for back in (cut_off, restored(compacted)):
        # What was being written then may be there already.
        assert back.values.get(KEY) in values[done : done + 2]
        assert not back.broken


def test_what_a_crash_left_over_is_swept_with_the_next_write() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    entries = write(partition, range(500), 0)
    changelog.add(*entries[:-1])

    back = changelog.restored()
    assert back.values == {}
    entries = write(back, range(3), 1)
    changelog.add(*entries)
    left = [it for it in changelog.compacted() if it.value is not None]
    assert [it.key for it in left] == [KEY.encode()]


def test_a_write_that_failed_is_repeated_whole() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    entries = write(partition, range(500), 0)
    again = write(partition, range(500), 0)
    assert entries == again
    changelog.add(*again)
    assert changelog.restored().values == partition.values


def test_what_a_paused_worker_sweeps_late_is_written_again() -> None:
    paused, changelog = EntityPartition(0), Changelog()
    first = write(paused, range(500), 0)
    acknowledge(paused, first)
    changelog.add(*first)
    owner = changelog.restored()
    # The paused one goes on, without knowing that it has lost the partition, and sweeps.
    for offset, count in ((1, 3), (2, 4)):
        entries = write(paused, range(count), offset)
        acknowledge(paused, entries)
        changelog.add(*entries)
    foreign = changelog.records[len(first) :]

    lost = {owner.overwritten(record) for record in foreign}

    assert lost - {None} == {KEY}
    owner.put(KEY, state(range(500)), 3)
    changelog.add(*owner.entries(KEY, 3))
    assert changelog.restored().values == owner.values


def test_what_was_swept_though_it_is_listed_is_kept_and_told() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    entries = write(partition, range(500), 5)
    changelog.add(*entries, (entries[0][0], None, []))
    back = changelog.restored()
    assert back.values == partition.values
    assert back.outdated == {KEY}
    assert [it[0] for it in back.entries(KEY, 5)] == [entries[0][0], KEY.encode()]


def test_a_state_of_which_something_is_gone_is_broken_and_no_other() -> None:
    partition, changelog = EntityPartition(0), Changelog()
    entries = write(partition, range(500), 5)
    other = EntityPartition(0)
    other.put("employee:E-2", state(range(3)), 5)
    changelog.add(*entries[1:], *other.entries("employee:E-2", 5))
    back = changelog.restored()
    assert back.broken == {KEY}
    assert back.values == other.values


def test_a_busy_entity_costs_the_same_whenever_it_is_told_of() -> None:
    partition, costs = EntityPartition(0), []
    for month in range(12):
        written = 0
        for event in range(100):
            last = 1000 + month * 100 + event
            entries = write(partition, range(last - 1000, last), month * 100 + event)
            acknowledge(partition, entries)
            written += size(entries)
        costs.append(written)
    assert len(partition.values[KEY]) > 10 * LARGE
    # Of the first a thousand facts were new.
    assert max(costs[1:]) < 1.3 * min(costs[1:])
    assert max(costs[1:]) < 100 * 4096
