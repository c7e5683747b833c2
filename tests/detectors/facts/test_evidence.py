"""The note on a piece of evidence: what is put together can be taken apart again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.spelling.shown import shown
from detectors.engine.alert_writer import GENERAL_NOTES
from detectors.facts.evidence import Remarks, sent_as, taken_apart, with_remarks
from detectors.rules.catalogue import DETECTORS

any_text = st.text(st.characters(exclude_categories=()))
#: Texts that look like remarks, alone and next to each other.
lookalikes = st.lists(
    st.sampled_from(
        (
            *(" (1 records)", " (02 records)", " (2 records)", f" ({'9' * 5000} records)"),
            *(' (sent as order "a")', " (sent as ", 'order "', '", ', '")', ")", '\\"', "\\", "x"),
            *("; the alert was withdrawn by it, sent by //s", "；告警因此撤回"),
        )
    ),
    max_size=6,
).map("".join)
others_wrote = any_text | lookalikes
paths = st.sampled_from(("order", "object.id", "payee_account", "after.phone"))
#: What stands before the remarks: words of ours, for no note has a place for anybody else's.
notes = st.sampled_from(
    [
        note.en.format(about="bulk-delete-272e4432bfe33432", detector="bulk-delete")
        for note in (*GENERAL_NOTES.values(), *(it for d in DETECTORS for it in d.notes.values()))
    ]
)
remarks = st.builds(
    Remarks,
    records=st.integers(1, 3) | st.integers(1, 10**12),
    sent_as=st.lists(st.tuples(paths, others_wrote, others_wrote), max_size=3).map(sent_as),
    withdrawn_by=st.none() | others_wrote.map(shown),
)


@given(notes, remarks)
def test_a_note_can_be_taken_apart_whatever_others_wrote(note: str, remarks: Remarks) -> None:
    assert taken_apart(shown(with_remarks(note, remarks))) == (note, remarks)


@given(others_wrote)
def test_any_text_at_all_can_be_taken_apart_and_nothing_of_it_is_lost(text: str) -> None:
    assert with_remarks(*taken_apart(text)) == text


def test_no_note_has_a_place_for_what_others_wrote() -> None:
    """An id in it could read like a remark."""
    for detector in DETECTORS:
        for note in detector.notes.values():
            places = set(re.findall(r"\{(\w+)\}", note.en))
            # The id of an alert and the name of its detector are ours.
            assert places <= {"about", "detector"}
            assert not places or detector.weighs_alerts


@pytest.mark.parametrize(
    ("remarks", "en", "zh"),
    [
        (Remarks(), "deleted", "删除"),
        (Remarks(12), "deleted (12 records)", "删除（12 条）"),
        (
            Remarks(sent_as='order "O-1 "'),
            'deleted (sent as order "O-1 ")',
            '删除（原文：order "O-1 "）',
        ),
        (
            Remarks(withdrawn_by="//crm"),
            "deleted; the alert was withdrawn by it, sent by //crm",
            "删除；告警因此撤回，由 //crm 发送",
        ),
        (
            Remarks(2, 'order "O-1 "', "//crm"),
            'deleted (2 records) (sent as order "O-1 "); the alert was withdrawn by it, sent by'
            " //crm",
            '删除（2 条）（原文：order "O-1 "）；告警因此撤回，由 //crm 发送',
        ),
    ],
)
def test_remarks_read_the_same_in_both_languages(remarks: Remarks, en: str, zh: str) -> None:
    assert with_remarks("deleted", remarks) == en
    assert with_remarks("删除", remarks, "zh") == zh


@given(paths, any_text, st.sampled_from((1, 100)))
def test_a_huge_text_makes_no_huge_note(path: str, text: str, times: int) -> None:
    assert len(sent_as([(path, text * times, "")])) <= len(path) + 1 + 128 + len('""…""')
