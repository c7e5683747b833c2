"""What is put on a changelog to be read back is what monitors and brokers leave there."""

from __future__ import annotations

from itertools import islice

from bench.recovery.histories import compacted, company, copies, size_of
from streams.monitor.entity_partition import APPLIED, EntityPartition
from streams.monitor.segments import Entry
from streams.settings.settings import Settings


def entry(key: str, value: bytes | None) -> Entry:
    return key.encode(), value, []


def test_of_each_key_the_last_record_is_left_with_what_it_was_written_with() -> None:
    history = [
        [entry("order:1", b"a"), entry("order:2", b"b"), entry("order:3", b"c")],
        [entry("order:2", b"d")],
        [entry("order:3", None)],
    ]
    assert list(compacted(history)) == [[entry("order:1", b"a")], [entry("order:2", b"d")]]


def test_a_copy_is_of_others_and_says_as_well_how_far_the_partition_is() -> None:
    written = [entry("order:1", b"a"), entry(APPLIED, b"b")]
    copied = list(copies(lambda: [written], 2 * size_of(written)))
    assert [[key for key, _, _ in it] for it in copied] == [
        [b"order:1~0", APPLIED.encode()],
        [b"order:1~1", APPLIED.encode()],
    ]


def test_what_is_made_of_a_company_can_be_read_back() -> None:
    class Record:
        def __init__(self, offset: int, entry: Entry) -> None:
            self.offset = offset
            self.key, self.value, self.headers = entry

    some = islice(company(Settings(keyed_partitions=1)), 20)
    partition = EntityPartition(0)
    partition.restore(Record(at, it) for at, it in enumerate(e for them in some for e in them))
    partition.restored()
    assert len(partition) > 0
    assert not partition.broken
    assert partition.applied == 9
