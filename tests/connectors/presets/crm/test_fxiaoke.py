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


def polled(name: str, **fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of(f"fxiaoke/{name}")
    document["data"]["dataList"][0].update(fields)
    return document


@pytest.mark.parametrize(
    ("fields", "order"),
    [({"order_id__r": "20260303-000499"}, "20260303-000499"), ({"order_id": "68fb2"}, None)],
)
def test_a_receipt_names_its_order_by_its_label_and_leaves_out_what_stands_in_no_table(
    fields: dict[str, Any], order: str | None
) -> None:
    (event,) = events(tried("fxiaoke-query", polled("query_payment.json", **fields)))
    assert event["data"].get("order") == order


def test_a_receipt_without_its_account_is_a_dead_letter() -> None:
    (fault,) = refused(
        tried("fxiaoke-query", polled("query_payment.json", receiving_account__c=""))
    )
    assert (fault.stage, fault.field) == ("contract", "data.payee_account")


def test_a_receipt_that_was_made_invalid_is_skipped() -> None:
    found = tried("fxiaoke-query", polled("query_payment.json", life_status="invalid"))
    assert reasons(found) == ["a receipt that was made invalid: no money moved"]


def test_a_record_that_nobody_changed_since_is_a_new_one() -> None:
    made = polled("query_opportunity.json", create_time=1772937730000)
    (event,) = events(tried("fxiaoke-query", made))
    assert event["data"]["op"] == "create"


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("AccountObj", "customer"),
        ("ContactObj", "contact"),
        ("OpportunityObj", "opportunity"),
        ("QuoteObj", "quote"),
        ("SaleContractObj", "contract"),
        ("SalesOrderObj", "order"),
        ("ActiveRecordObj", "activity"),
    ],
)
@pytest.mark.parametrize("preset", ["fxiaoke-query", "fxiaoke-apl"])
def test_each_object_has_its_type(preset: str, name: str, type_: str) -> None:
    if preset == "fxiaoke-apl":
        document = json_of("fxiaoke/apl_webhook.OUR_OWN.json") | {"objectApiName": name}
    else:
        document = polled("query_opportunity.json", object_describe_api_name=name)
    (event,) = events(tried(preset, document))
    assert event["data"]["object"]["type"] == type_
    if type_ == "customer":
        assert event["data"]["customer"] == event["data"]["object"]["id"]


def test_a_customer_has_its_images() -> None:
    live = polled("query_account_pool.json", is_deleted=False, life_status="normal", owner=["1107"])
    (event,) = events(tried("fxiaoke-query", live))
    assert event["data"]["after"] == {
        "owner": "E-107",
        "name": "苏州样本机械有限公司",
        "phone": "0512-0000003",
        "tier": "重点客户",
    }


@pytest.mark.parametrize(
    ("fields", "field", "word", "table"),
    [
        ({"sales_status": "9"}, "data.after.stage", "9", "stage"),
        ({"last_modified_by": ["-10000"]}, "data.actor", "-10000", "people"),
    ],
)
def test_a_code_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], field: str, word: str, table: str
) -> None:
    (fault,) = refused(tried("fxiaoke-query", polled("query_opportunity.json", **fields)))
    assert (fault.field, fault.word, fault.table) == (field, word, table)


def test_an_object_that_no_rule_is_for_and_an_empty_page_are_counted() -> None:
    other = polled("query_opportunity.json", object_describe_api_name="LeadsObj")
    assert counts(tried("fxiaoke-query", other)) == {"Unmatched": 1}
    assert counts(tried("fxiaoke-query", {"data": {"dataList": []}})) == {"Empty": 1}


def test_a_record_that_is_polled_twice_is_a_repeat_and_a_later_change_is_none() -> None:
    first = ids(told("fxiaoke-query", "fxiaoke/query_opportunity.json"))
    assert ids(told("fxiaoke-query", "fxiaoke/query_opportunity.json")) == first
    later = polled("query_opportunity.json", last_modified_time=1772937730001)
    assert ids(tried("fxiaoke-query", later)) != first


def test_an_order_of_the_apl_function_is_called_by_its_number() -> None:
    document = json_of("fxiaoke/apl_webhook.OUR_OWN.json")
    document |= {"objectApiName": "SalesOrderObj", "before": {}, "after": {"order_status": "7"}}
    document["context"]["name"] = "20260303-000412"
    (event,) = events(tried("fxiaoke-apl", document))
    assert event["data"]["order"] == event["data"]["object"]["id"] == "20260303-000412"
    assert event["data"]["after"] == {"status": "approved"}


def test_a_post_of_another_version_is_counted_and_an_unknown_act_is_a_dead_letter() -> None:
    document = json_of("fxiaoke/apl_webhook.OUR_OWN.json")
    assert counts(tried("fxiaoke-apl", document | {"v": 2})) == {"Unmatched": 1}
    (fault,) = refused(tried("fxiaoke-apl", document | {"event": "lock"}))
    assert (fault.field, fault.word, fault.table) == ("data.op", "lock", "op")


def test_an_audit_log_tells_exports_and_bulk_deletes() -> None:
    found = told("fxiaoke-audit-log", "fxiaoke/audit_log.GUESS.csv")
    assert counts(found) == {"Mapped": 2, "Skipped": 2}
    deleted, exported = events(found)
    assert (deleted["data"]["op"], deleted["data"]["count"]) == ("delete", 3)
    assert (exported["data"]["op"], exported["data"]["count"]) == ("export", 1200)


def test_an_act_of_the_audit_log_in_no_table_is_a_dead_letter() -> None:
    text = bytes_of("fxiaoke/audit_log.GUESS.csv").decode().replace("批量删除", "合并")
    (fault,) = refused(tried("fxiaoke-audit-log", text))
    assert (fault.field, fault.word, fault.table) == ("data.op", "合并", "action")


def test_an_audit_log_that_is_read_again_gives_repeats() -> None:
    text = bytes_of("fxiaoke/audit_log.GUESS.csv").decode()
    twice = text + text.splitlines()[1] + "\n"
    found = ids(tried("fxiaoke-audit-log", twice))
    assert found[2] == f"{found[0]}#2"
    assert ids(tried("fxiaoke-audit-log", twice)) == found


def test_a_record_without_the_answer_around_it_is_the_same() -> None:
    (item,) = json_of("fxiaoke/query_opportunity.json")["data"]["dataList"]
    found = events(told("fxiaoke-query", "fxiaoke/query_opportunity.json"))
    assert events(tried("fxiaoke-query", item)) == found
