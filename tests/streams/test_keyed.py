"""What travels on offbook.keyed between entities comes out as it went in."""

from __future__ import annotations

import pytest

from offbook.detectors.fact import fact_of
from offbook.detectors.notes import Implicated, Note, Subscribe, Told
from offbook.streams.keyed import Batch, decode_batch, encode_batch, note_batches, partition_of
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
