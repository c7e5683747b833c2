from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events
from tests.connectors.presets.trial import ids, json_of, refused, tried

OWN = "neocrm/own.toml"


def answer(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of("neocrm/query.GUESS.json")
    (record,) = document["result"]["records"]
    document["result"]["records"] = [{**record, **fields}]
    return document


def test_a_record_without_the_answer_around_it_is_the_same() -> None:
    (record,) = answer()["result"]["records"]
    assert events(tried(OWN, record)) == events(tried(OWN, answer())) != []


def test_why_it_was_lost_is_told_in_words_where_there_are_some() -> None:
    (event,) = events(tried(OWN, answer(reason=4, reasonDesc="价格太高")))
    assert event["data"]["after"]["loss_reason"] == "价格太高"
    (event,) = events(tried(OWN, answer(reason=4)))
    assert event["data"]["after"]["loss_reason"] == "4"


def test_a_contact_has_its_account() -> None:
    (event,) = events(tried(OWN, answer(opportunityName=None, contactName="陈工")))
    assert event["data"]["object"] == {"type": "contact", "id": "2900000000412003"}
    assert event["data"]["customer"] == "2900000000412101"


@pytest.mark.parametrize(
    ("fields", "field", "word", "table"),
    [
        ({"saleStageId": 290009}, "data.after.stage", "290009", "stage"),
        ({"updatedBy": 2900000000999}, "data.actor", "2900000000999", "people"),
    ],
)
def test_an_id_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], field: str, word: str, table: str
) -> None:
    (fault,) = refused(tried(OWN, answer(**fields)))
    assert (fault.field, fault.word, fault.table) == (field, word, table)


def test_a_record_that_is_asked_for_twice_is_a_repeat_and_a_later_change_is_none() -> None:
    first = ids(tried(OWN, answer()))
    assert ids(tried(OWN, answer())) == first
    assert ids(tried(OWN, answer(updatedAt=1772937730001))) != first


def test_a_record_whose_object_is_not_known_and_an_empty_answer_are_counted() -> None:
    assert counts(tried(OWN, answer(opportunityName=None))) == {"Unmatched": 1}
    assert counts(tried(OWN, {"result": {"records": []}})) == {"Empty": 1}
