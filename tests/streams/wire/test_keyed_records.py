"""What travels on offbook.keyed comes out as it went in; stream time from the marks on it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.kinds import STREAM_TOPICS
from detectors.engine.messages import Implicated, Note, Subscribe, Told
from detectors.engine.stream_time import Now, topics
from detectors.facts.fact import fact_of
from streams.wire.keyed_records import (
    Batch,
    Mark,
    StreamTime,
    decode_batch,
    encode_batch,
    mark,
    note_batches,
    partition_of,
    slowest,
)
from tests.detectors.timeline import deletes

FACT = fact_of(deletes("2026-03-02 09:00", "E-1", 20), "alert", about="bulk-delete-1", weight=60)
NOTES: list[Note] = [
    Subscribe("payment:P-1", 7),
    Told("customer:C-1", []),
    Told("customer:C-1", [FACT]),
    Implicated(FACT, 3, True),
    Implicated(FACT, 4, False),
]


@pytest.mark.parametrize("note", NOTES, ids=repr)
def test_a_note_comes_out_as_it_went_in(note: Note) -> None:
    assert decode_batch(encode_batch(Batch(notes=[("employee:E-1", note)]))).notes == [
        ("employee:E-1", note)
    ]


def test_notes_go_to_the_partition_of_their_entity_in_their_order() -> None:
    to = [f"employee:E-{n % 3}" for n in range(len(NOTES))]
    batches = note_batches(zip(to, NOTES, strict=True), 4)
    sent = [(key, note) for batch in batches.values() for key, note in batch.notes]
    assert len(sent) == len(NOTES)
    for number, batch in batches.items():
        assert {partition_of(key, 4) for key, _ in batch.notes} == {number}
    for employee in set(to):
        assert [note for key, note in sent if key == employee] == [
            note for key, note in zip(to, NOTES, strict=True) if key == employee
        ]


# Stream time, from marks.

CRM, PAYMENTS = STREAM_TOPICS[0], STREAM_TOPICS[1]


def heard(**more: Sequence[Mark]) -> StreamTime:
    """Of every topic one partition, complete up to 100; `more` has those of crm and payments."""
    marks = [mark(topic, 0, 1, 100) for topic in STREAM_TOPICS]
    return StreamTime([*marks, *(it for them in more.values() for it in them)])


def of(stream_time: StreamTime, *names: str) -> int | None:
    return stream_time.now().of(topics(names))


def test_each_topic_is_as_far_as_the_slowest_of_its_partitions() -> None:
    known = heard(crm=[mark(CRM, 0, 2, 70), mark(CRM, 1, 2, 50)])
    assert (of(known, CRM), of(known, PAYMENTS)) == (50, 100)
    assert known.now().forgets == 50


def test_a_topic_has_no_time_before_all_its_partitions_were_heard_of() -> None:
    known = heard(crm=[mark(CRM, 0, 2, 70)])
    assert (of(known, CRM), of(known, PAYMENTS)) == (None, 100)
    assert known.now().forgets is None, "nobody knows what stands on the other"


def test_a_partition_that_is_empty_so_far_keeps_nothing_from_being_forgotten() -> None:
    known = heard(crm=[mark(CRM, 0, 2, 70), mark(CRM, 1, 2, None)])
    assert of(known, CRM) is None
    assert known.now().forgets == 70


def test_while_everything_is_empty_nothing_is_known() -> None:
    now = StreamTime(mark(topic, 0, 1, None) for topic in STREAM_TOPICS).now()
    assert (now.of(topics((CRM,))), now.forgets) == (None, None)


def test_partitions_of_a_topic_that_was_made_anew_with_fewer_are_forgotten() -> None:
    known = heard(crm=[mark(CRM, n, 3, 10 * n) for n in range(3)])
    assert of(known, CRM) == 0
    known.hear([mark(CRM, 0, 2, 90)])
    assert of(known, CRM) == 10
    assert len(known.marks) == len(STREAM_TOPICS) + 1
    known.hear([mark(CRM, 2, 2, 1)])
    assert of(known, CRM) == 10, "there is no third"


def test_a_partition_that_is_new_is_waited_for() -> None:
    known = heard()
    known.hear([mark(CRM, 0, 2, 110)])
    assert of(known, CRM) is None
    known.hear([mark(CRM, 1, 2, 105)])
    assert of(known, CRM) == 105


def test_marks_that_stand_on_the_topics_from_before_are_read() -> None:
    old = msgspec.msgpack.encode([[[0, 1, 2, 700]], [], [], []])
    assert decode_batch(old).marks == [Mark(0, 1, 2, 700)]
    newer = msgspec.msgpack.encode([[[0, 1, 2, 700, True, "more"], [99, 0, 1, 5]], [], [], []])
    marks = decode_batch(newer).marks
    assert marks[0].empty
    assert StreamTime(marks).marks == [marks[0]], "a topic that only a newer router knows"


_moments = st.dictionaries(st.sampled_from(STREAM_TOPICS), st.integers(0, 9)).map(Now)


@given(st.lists(_moments, min_size=1, max_size=4))
def test_the_slowest_moment_is_before_each(moments: list[Now]) -> None:
    least = slowest(moments)
    for topic in STREAM_TOPICS:
        which = topics((topic,))
        times = [it.of(which) for it in moments]
        known = [at for at in times if at is not None]
        assert least.of(which) == (min(known) if len(known) == len(times) else None)
