from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events, told
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)


def test_one_change_of_many_records_is_an_event_for_each() -> None:
    found = told("salesforce-cdc", "salesforce/cdc_delete_many.json")
    assert counts(found) == {"Mapped": 3}
    assert len(set(ids(found))) == 3


def test_what_cometd_wraps_is_the_same_change() -> None:
    wrapped = json_of("salesforce/cdc_cometd.json")
    (event,) = events(tried("salesforce-cdc", wrapped))
    assert event["data"]["after"] == {"owner": "E-107"}
    assert events(tried("salesforce-cdc", wrapped["data"])) == [event]


def test_a_gap_is_no_act() -> None:
    found = told("salesforce-cdc", "salesforce/cdc_gap.json")
    assert counts(found) == {"Skipped": 1}
    assert reasons(found)[0].startswith("a gap")


def change(entity: str, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of("salesforce/cdc_update.json")
    header = {**document["payload"]["ChangeEventHeader"], "entityName": entity}
    header.update({it: fields.pop(it) for it in ("changeType", "commitUser") if it in fields})
    document["payload"] = {"ChangeEventHeader": header, **fields}
    return document


@pytest.mark.parametrize(
    ("entity", "fields", "type_", "after"),
    [
        ("Account", {"Name": "样本"}, "customer", {"name": "样本"}),
        ("Contact", {"Phone": "1"}, "contact", None),
        ("Quote", {}, "quote", None),
        ("Contract", {}, "contract", None),
        ("Order", {"Status": "Draft"}, "order", {"status": "draft"}),
        ("Task", {"TaskSubtype": "Call"}, "activity", {"kind": "call"}),
        ("Task", {"TaskSubtype": "Task"}, "activity", None),
        ("Event", {}, "activity", {"kind": "meeting"}),
    ],
)
def test_each_object_has_its_type(
    entity: str, fields: dict[str, Any], type_: str, after: dict[str, Any] | None
) -> None:
    (event,) = events(tried("salesforce-cdc", change(entity, **fields)))
    assert event["data"]["object"]["type"] == type_
    assert event["data"].get("after") == after


@pytest.mark.parametrize(
    ("fields", "field", "word", "table"),
    [
        ({"StageName": "Parked"}, "data.after.stage", "Parked", "stage"),
        ({"changeType": "MERGE"}, "data.op", "MERGE", "op"),
        ({"commitUser": "0055e00000ROBOTAAA"}, "data.actor", "0055e00000ROBOTAAA", "people"),
    ],
)
def test_a_word_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], field: str, word: str, table: str
) -> None:
    (fault,) = refused(tried("salesforce-cdc", change("Opportunity", **fields)))
    assert (fault.field, fault.word, fault.table) == (field, word, table)


def test_an_object_that_no_rule_is_for_is_counted() -> None:
    assert counts(tried("salesforce-cdc", change("Lead"))) == {"Unmatched": 1}


def test_a_change_that_is_read_again_is_a_repeat() -> None:
    first = told("salesforce-cdc", "salesforce/cdc_update.json")
    assert ids(first) == ids(told("salesforce-cdc", "salesforce/cdc_update.json"))


def test_a_batch_without_rows_and_a_bulk_write_are_skipped() -> None:
    text = bytes_of("salesforce/event_log_file_bulk_api.csv").decode()
    none = tried("salesforce-event-log", text.replace("48210", "0"))
    assert reasons(none) == ["a batch without rows: nothing left the system"]
    written = tried("salesforce-event-log", text.replace("query", "delete"))
    assert reasons(written) == ["a bulk write: Change Data Capture tells it record by record"]


@pytest.mark.parametrize(
    ("was", "word", "field"),
    [
        ("Contact", "Lead", "data.object.type"),
        ("query", "mystery", "data.op"),
        ("0055e00000Li107AAA", "0055e00000NobodyAAA", "data.actor"),
    ],
)
def test_a_word_of_the_log_in_no_table_is_a_dead_letter(was: str, word: str, field: str) -> None:
    text = bytes_of("salesforce/event_log_file_bulk_api.csv").decode()
    (fault,) = refused(tried("salesforce-event-log", text.replace(was, word)))
    assert (fault.field, fault.word) == (field, word)


def test_a_log_that_is_read_again_gives_repeats() -> None:
    text = bytes_of("salesforce/event_log_file_bulk_api.csv").decode()
    twice = text + text.splitlines()[1] + "\n"
    found = ids(tried("salesforce-event-log", twice))
    assert len(found) == 2
    assert len(set(found)) == 1
