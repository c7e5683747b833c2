from __future__ import annotations

import pytest

from tests.connectors.presets.fixture import counts, events, faults, told
from tests.connectors.presets.trial import bytes_of, ids, json_of, refused, tried


def test_a_deleted_record_names_who_deleted_it() -> None:
    (event,) = events(told("zoho-deleted", "zoho/deleted_records.json"))
    assert event["data"] == {
        "actor": "E-107",
        "op": "delete",
        "object": {"type": "contact", "id": "6543210000000417001"},
    }
    assert event["time"] == "2026-03-08T10:46:39+08:00"


def test_a_bulk_read_gives_the_last_change_of_each_record() -> None:
    found = told("zoho-bulk", "zoho/bulk_read_deals.csv")
    assert not faults(found)
    first, second = events(found)
    assert first["id"] == "6543210000000412003/2026-03-08T10:42:10+08:00"
    assert first["data"] == {
        "actor": "E-107",
        "op": "update",
        "object": {"type": "opportunity", "id": "6543210000000412003"},
        "customer": "6543210000000412101",
        "after": {"owner": "E-107", "stage": "lost", "amount": "128000", "loss_reason": "Price"},
    }
    assert second["data"]["after"] == {"owner": "E-109", "stage": "open"}


def test_a_deal_that_is_queried_is_the_same_as_in_a_bulk_read() -> None:
    (queried,) = events(tried("zoho/records.toml", bytes_of("zoho/record_deal.json")))
    assert queried == events(told("zoho-bulk", "zoho/bulk_read_deals.csv"))[0]


def test_an_account_and_a_contact_are_known_by_their_fields() -> None:
    common = {
        "id": "1",
        "Modified_By": {"id": "6543210000000107"},
        "Modified_Time": "2026-03-08T10:42:10+08:00",
        "Created_Time": "2026-03-08T10:42:10+08:00",
    }
    account = common | {"Account_Name": "样本", "Phone": "0512-3"}
    contact = common | {"Last_Name": "陈", "Account_Name": {"id": "2"}}
    one, other = events(tried("zoho/records.toml", {"data": [account, contact]}))
    assert one["data"]["after"] == {"name": "样本", "phone": "0512-3"}
    assert (one["data"]["op"], one["data"]["customer"]) == ("create", "1")
    assert other["data"]["object"] == {"type": "contact", "id": "1"}
    assert other["data"]["customer"] == "2"


def test_a_stage_of_a_bulk_read_in_no_table_is_a_dead_letter() -> None:
    text = bytes_of("zoho/bulk_read_deals.csv").decode().replace("Closed Lost", "输单")
    (fault,) = refused(tried("zoho-bulk", text))
    assert (fault.field, fault.word, fault.table) == ("data.after.stage", "输单", "stage")


def test_reads_that_overlap_give_repeats() -> None:
    text = bytes_of("zoho/bulk_read_deals.csv").decode()
    header, _, second = text.splitlines()
    assert ids(tried("zoho-bulk", f"{header}\n{second}\n")) == ids(tried("zoho-bulk", text))[1:]


def test_an_audit_log_tells_exports_and_mass_acts() -> None:
    deleted, exported, restored = events(told("zoho-audit-log", "zoho/audit_log.GUESS.csv"))
    assert (deleted["data"]["op"], deleted["data"]["count"]) == ("delete", 3)
    assert (exported["data"]["op"], exported["data"]["count"]) == ("export", 1200)
    assert restored["data"]["object"] == {"type": "opportunity", "id": "6543210000000412003"}
    assert restored["id"].endswith("/Restored/Deals/6543210000000412003")


def test_equal_rows_of_an_audit_log_are_numbered_and_a_file_read_again_gives_repeats() -> None:
    text = bytes_of("zoho/audit_log.GUESS.csv").decode()
    twice = text + text.splitlines()[2] + "\n"
    found = ids(tried("zoho-audit-log", twice))
    assert len(set(found)) == 4
    assert found[3] == f"{found[1]}#2"
    assert ids(tried("zoho-audit-log", twice)) == found


def test_an_action_that_is_in_no_table_is_a_dead_letter() -> None:
    text = bytes_of("zoho/audit_log.GUESS.csv").decode().replace("Mass Deleted", "Merged")
    (fault,) = refused(tried("zoho-audit-log", text))
    assert (fault.field, fault.word, fault.table) == ("data.op", "Merged", "action")


@pytest.mark.parametrize(
    ("page", "fixture", "items"),
    [
        ("zoho-timeline", "timeline.json", "__timeline"),
        ("zoho-deleted", "deleted_records.json", "data"),
        ("zoho/records.toml", "record_quote.json", "data"),
    ],
)
def test_a_record_without_the_answer_around_it_is_the_same(
    page: str, fixture: str, items: str
) -> None:
    answer = json_of(f"zoho/{fixture}")
    found = events(tried(page, answer))
    assert events(tried(page, answer[items])) == found != []
    assert counts(tried(page, {items: []})) == {"Empty": 1}
