from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events, expected, told
from tests.connectors.presets.trial import ids, json_of, reasons, refused, tried


def sent(fixture: str, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of(f"feishu/{fixture}")
    document["event"] = {**document["event"], **fields}
    return document


def of_type(document: dict[str, Any], type_: str) -> dict[str, Any]:
    return {**document, "header": {**document["header"], "event_type": type_}}


def test_an_event_that_is_sent_again_is_a_repeat() -> None:
    document = json_of("feishu/contact_user_deleted_v3.json")
    assert ids(tried("feishu", document)) == ids(tried("feishu", document))


def test_who_has_no_number_is_known_by_their_open_id() -> None:
    document = json_of("feishu/contact_user_deleted_v3.json")
    del document["event"]["object"]["employee_no"]
    assert events(tried("feishu", document)) == expected("feishu/contact_user_deleted_v3.json")
    document["event"]["object"]["open_id"] = "ou_nobody"
    (dead,) = refused(tried("feishu", document))
    assert (dead.field, dead.path, dead.word, dead.table) == (
        "data.employee",
        "event.object.open_id",
        "ou_nobody",
        "people",
    )


@pytest.mark.parametrize("old", [{"mobile": "+8613900000009"}, {"department_ids": ["od-0015"]}])
def test_who_is_edited_in_their_department_has_not_moved(old: dict[str, Any]) -> None:
    found = tried("feishu", sent("contact_user_updated_v3.json", old_object=old))
    assert reasons(found) == ["somebody was edited, but stays in their department"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(2, "resigned"), (3, "left"), (5, "resignation_withdrawn"), (6, "resigned")],
)
def test_a_status_of_a_resignation_is_a_change(status: int, kind: str) -> None:
    document = sent("corehr_offboarding_updated_v2.json", status=status)
    del document["event"]["updated_fields"]
    del document["event"]["updated_time"]
    (event,) = events(tried("feishu", of_type(document, "corehr.offboarding.status_updated_v2")))
    assert event["data"] == {"employee": "E-107", "kind": kind}


@pytest.mark.parametrize("status", [1, 4])
def test_a_resignation_that_is_not_agreed_to_is_skipped(status: int) -> None:
    found = tried("feishu", sent("corehr_offboarding_updated_v2.json", status=status))
    assert reasons(found) == ["a resignation that is not decided, or was refused"]


def test_a_resignation_that_is_only_edited_is_no_second_one() -> None:
    edited = sent("corehr_offboarding_updated_v2.json", updated_fields=["offboarding_date"])
    assert reasons(tried("feishu", edited)) == ["a resignation was edited, its status is as it was"]


def test_a_status_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("feishu", sent("corehr_offboarding_updated_v2.json", status=17)))
    assert (dead.field, dead.word, dead.table) == ("data.kind", "17", "feishu_offboarding")


def test_an_approved_resignation_that_names_nobody_is_a_dead_letter() -> None:
    found = told("feishu", "feishu/approval_instance_v1.json")
    assert events(found) == []
    (dead,) = refused(found)
    assert dead.field == "data.employee"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("APPROVED", "resigned"),
        ("CANCELED", "resignation_withdrawn"),
        ("REVERTED", "resignation_withdrawn"),
    ],
)
def test_an_approval_with_its_instance_beside_it_is_a_change(status: str, kind: str) -> None:
    document = sent("approval_instance_v1.json", status=status)
    document["instance"] = {"open_id": "ou_offbook0000000000000000000000107", "user_id": "e107"}
    (event,) = events(tried("feishu", document))
    assert event["id"] == "a76bfcd854e35ec88bc6ef98fa4d0001"
    assert event["time"] == "2026-03-08T10:41:40.566+08:00"
    assert event["data"] == {"employee": "E-107", "kind": kind}


@pytest.mark.parametrize(
    "fields", [{"status": "PENDING"}, {"status": "REJECTED"}, {"approval_code": "EXPENSES"}]
)
def test_an_approval_that_is_no_resignation_or_not_agreed_to_is_skipped(
    fields: dict[str, Any],
) -> None:
    assert counts(tried("feishu", sent("approval_instance_v1.json", **fields))) == {"Skipped": 1}


def test_the_check_of_the_address_is_no_event() -> None:
    found = told("feishu", "feishu/url_verification.json")
    assert reasons(found) == ["Feishu checked the address"]
