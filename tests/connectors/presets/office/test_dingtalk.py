from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events, expected, told
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)

BPMS = "dingtalk/bpms_instance_change_http.json"


def approval(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = {**json_of(BPMS), **fields}
    return {name: value for name, value in document.items() if value is not None}


def test_a_frame_of_stream_as_it_comes_is_the_same_event() -> None:
    found = told("dingtalk", "dingtalk/stream_frame.json")
    assert events(found) == expected("dingtalk/user_leave_org_stream.json")


@pytest.mark.parametrize("spelling", ["UserId", "userid"])
def test_the_case_of_the_user_id_does_not_matter(spelling: str) -> None:
    text = bytes_of("dingtalk/user_leave_org_http.json").replace(b"userId", spelling.encode())
    assert events(tried("dingtalk", text)) == expected("dingtalk/user_leave_org_http.json")


def test_an_old_callback_without_an_event_id_is_known_by_person_and_time() -> None:
    old = {
        "TimeStamp": "1772937730336",
        "CorpId": "dingoffbook00000000000000000000",
        "EventType": "user_leave_org",
        "UserId": ["manager107"],
    }
    (event,) = events(tried("dingtalk", old))
    assert event["id"] == "user_leave_org/manager107/1772937730336"
    assert event["time"] == "2026-03-08T10:42:10.336+08:00"


@pytest.mark.parametrize("way", ["http", "stream"])
def test_a_changed_personnel_file_does_not_say_what_changed(way: str) -> None:
    found = told("dingtalk", f"dingtalk/hrm_user_record_change_{way}.json")
    assert reasons(found) == ["a personnel file was changed: it is not told what"]


@pytest.mark.parametrize("kind", ["terminate", "delete"])
def test_a_resignation_that_is_taken_back_is_withdrawn(kind: str) -> None:
    (event,) = events(tried("dingtalk", approval(type=kind, result=None)))
    assert event["data"] == {"employee": "E-107", "kind": "resignation_withdrawn"}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"type": "start", "result": None}, "an approval that is not decided"),
        ({"result": "refuse"}, "an approval that was refused"),
        ({"bizCategoryId": "hrm.hire"}, "an approval of another kind"),
    ],
)
def test_what_changes_nobodys_place_is_skipped(fields: dict[str, Any], why: str) -> None:
    assert reasons(tried("dingtalk", approval(**fields))) == [why]


def test_a_transfer_that_is_agreed_to_is_a_change() -> None:
    (event,) = events(tried("dingtalk", approval(bizCategoryId="hrm.transfer")))
    assert event["data"] == {"employee": "E-107", "kind": "transferred"}
    taken_back = approval(bizCategoryId="hrm.transfer", type="terminate", result=None)
    assert reasons(tried("dingtalk", taken_back)) == ["a transfer that was taken back"]


def test_a_process_that_speaks_of_leaving_and_stands_in_no_table_is_a_dead_letter() -> None:
    (dead,) = refused(tried("dingtalk", approval(bizCategoryId="")))
    assert (dead.field, dead.word, dead.table) == (
        "data.kind",
        "PROC-OFFBOOK-RESIGN-0001",
        "dingtalk_approvals",
    )
    spent = tried("dingtalk", approval(bizCategoryId="", title="李四提交的报销"))
    assert counts(spent) == {"Skipped": 1}


def test_an_end_of_an_approval_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("dingtalk", approval(result="partly")))
    assert (dead.word, dead.table) == ("finish/partly", "dingtalk_approval_kind")


def test_a_person_that_stands_in_no_table_is_a_dead_letter_and_the_others_are_not() -> None:
    content = bytes_of("dingtalk/user_add_org_http.json").replace(b"manager120", b"manager999")
    found = tried("dingtalk", content)
    assert counts(found) == {"Mapped": 1, "Rejected": 1}
    (dead,) = refused(found)
    assert (dead.field, dead.word, dead.table) == ("data.employee", "manager999", "people")
    assert ids(found) == ["c7c7120f2c0741900000000000000002/manager121"]
