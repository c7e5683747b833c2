from __future__ import annotations

from typing import Any

from tests.connectors.presets.fixture import counts, told
from tests.connectors.presets.trial import ids, json_of, reasons, refused, tried


def log(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of("wecom/file_oper_record.json")
    document["record_list"] = [{**document["record_list"][0], **fields}]
    return document


def test_an_employees_operation_is_an_event_and_an_outsiders_is_not() -> None:
    found = told("wecom-file-log", "wecom/file_oper_record.json")
    assert counts(found) == {"Mapped": 1, "Skipped": 1}
    assert reasons(found) == ["an act of somebody outside, no employee's"]


def test_an_operation_whose_number_is_not_known_is_a_dead_letter() -> None:
    (dead,) = refused(tried("wecom-file-log", log(operation={"type": 103})))
    assert (dead.field, dead.word, dead.table) == ("data.action", "103", "wecom_file_operation")


def test_days_that_are_asked_for_twice_are_repeats() -> None:
    twice = log()
    twice["record_list"] *= 2
    found = ids(tried("wecom-file-log", twice))
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_file_without_a_digest_is_known_by_its_name() -> None:
    document = log()
    del document["record_list"][0]["file_md5"]
    assert ids(tried("wecom-file-log", document)) == ["file/lisi/1772937730/客户清单.xlsx"]


def test_an_answer_that_is_an_error_is_a_dead_letter() -> None:
    (dead,) = refused(tried("wecom-file-log", {"errcode": 48002, "errmsg": "api forbidden"}))
    assert dead.stage == "decode"
