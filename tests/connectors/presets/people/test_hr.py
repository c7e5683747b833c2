from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import events, expected
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)


def rows(*lines: str) -> str:
    return "\n".join(("工号,离职类型,提交日期,最后工作日,状态,撤回日期", *lines))


def test_a_list_that_grew_repeats_what_it_had() -> None:
    before = bytes_of("hr/departures.csv").decode("gb18030")
    after = before + "E-120,孙十,华东一组,E-100,主动离职,2026/3/12,2026/4/11,审批通过\n"
    assert ids(tried("hr-csv", after))[:3] == ids(tried("hr-csv", before))
    assert len(ids(tried("hr-csv", after))) == 4


def test_utf_8_and_gb18030_are_the_same_list() -> None:
    text = bytes_of("hr/departures.csv").decode("gb18030")
    assert events(tried("hr-csv", text)) == expected("hr/departures.csv")


def test_who_is_gone_went_on_their_last_day() -> None:
    (event,) = events(tried("hr-csv", rows("E-107,主动离职,2026/3/9,2026/4/8,已离职,")))
    assert event["time"] == "2026-04-08T00:00:00+08:00"
    assert event["data"]["kind"] == "left"


def test_a_notice_is_taken_back_on_the_day_that_the_list_says() -> None:
    (event,) = events(tried("hr-csv", rows("E-107,主动离职,2026/3/9,2026/4/8,已撤回,2026/3/20")))
    assert event["time"] == "2026-03-20T00:00:00+08:00"
    assert event["data"]["kind"] == "resignation_withdrawn"


@pytest.mark.parametrize("status", ["审批中", "已驳回"])
def test_a_row_that_is_not_decided_is_skipped(status: str) -> None:
    found = tried("hr-csv", rows(f"E-107,主动离职,2026/3/9,2026/4/8,{status},"))
    assert reasons(found) == ["not decided, or refused"]


def test_a_kind_of_departure_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("hr-csv", rows("E-107,退休,2026/3/9,2026/4/8,已离职,")))
    assert (dead.field, dead.word, dead.table) == ("data.kind", "退休/已离职", "hr_departure")


def test_a_date_that_is_none_is_a_dead_letter() -> None:
    (dead,) = refused(tried("hr-csv", rows("E-107,主动离职,三月九日,2026/4/8,审批通过,")))
    assert (dead.field, dead.path) == ("time", "撤回日期 or 提交日期")


def report(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of("hr/workday_raas.json")
    document["Report_Entry"] = [{**document["Report_Entry"][0], **fields}]
    return document


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Terminate Employee > Involuntary > Performance", "terminated"),
        ("Terminate Employee > Voluntary", "resigned"),
    ],
)
def test_the_reason_says_whether_they_went_of_their_own(reason: str, kind: str) -> None:
    (event,) = events(tried("workday", report(Primary_Termination_Reason=reason)))
    assert event["data"]["kind"] == kind


def test_a_reason_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(
        tried("workday", report(Primary_Termination_Reason="Terminate Employee > Retirement > Age"))
    )
    assert (dead.field, dead.word, dead.table) == ("data.kind", "Retirement", "workday_reason")


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("Termination_Date", "a row without a termination"),
        ("Completed_On", "a termination that is not completed"),
    ],
)
def test_a_row_that_ends_nothing_is_skipped(field: str, why: str) -> None:
    assert reasons(tried("workday", report(**{field: None}))) == [why]


def employee(**fields: Any) -> dict[str, Any]:
    """An answer of Beisen about one employee."""
    (found,) = json_of("hr/beisen_employee.GUESS.json")["data"]
    return {"data": [{**found, "recordInfo": {**found["recordInfo"], **fields}}]}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"changeTypeOID": "13"}, "resigned"),
        ({"changeTypeOID": "14"}, "terminated"),
        ({"employeeStatus": "6"}, "left"),
        ({"employeeStatus": "6", "changeTypeOID": "17"}, "left"),
    ],
)
def test_how_somebody_leaves_is_said_by_their_record(fields: dict[str, Any], kind: str) -> None:
    (event,) = events(tried("beisen", employee(**fields)))
    assert event["data"] == {"employee": "E-107", "kind": kind, "effective_on": "2026-04-08"}


@pytest.mark.parametrize("status", [1, 2, "3", 12])
def test_who_stays_is_skipped(status: int | str) -> None:
    assert reasons(tried("beisen", employee(employeeStatus=status))) == ["no departure"]


def test_a_departure_whose_years_of_service_are_counted_anew_is_a_repeat() -> None:
    was, night = (
        employee(businessModifiedTime="2026-03-09T09:00:00", modifiedTime=it)
        for it in ("2026-03-09T09:00:00", "2026-03-10T02:00:00")
    )
    assert events(tried("beisen", night)) == events(tried("beisen", was))
    (item,) = night["data"]
    assert ids(tried("beisen", item)) == ids(tried("beisen", was))


def test_a_change_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("beisen", employee(changeTypeOID="41")))
    assert (dead.field, dead.word, dead.table) == ("data.kind", "41", "beisen_change")
