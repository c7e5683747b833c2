from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events, faults, told
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)


def entry(**fields: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of("zoho/timeline.json")
    first = document["__timeline"][0]
    return {"__timeline": [{**first, **fields}]}


def history(name: str, old: Any, new: Any) -> list[dict[str, Any]]:
    return [{"api_name": name, "_value": {"old": old, "new": new}}]


@pytest.mark.parametrize(
    ("module", "changed", "type_", "after"),
    [
        ("Deals", history("Amount", "5", "6"), "opportunity", {"amount": "6"}),
        ("Accounts", history("Phone", None, "0512-3"), "customer", {"phone": "0512-3"}),
        ("Contacts", history("Phone", None, "0512-3"), "contact", None),
        ("Quotes", history("Grand_Total", "5", "6"), "quote", {"amount": "6"}),
        ("Sales_Orders", history("Status", None, "Approved"), "order", {"status": "approved"}),
        ("Calls", [], "activity", None),
    ],
)
def test_each_module_has_its_type(
    module: str, changed: list[dict[str, Any]], type_: str, after: dict[str, Any] | None
) -> None:
    record = {"id": "1", "module": {"api_name": module}}
    (event,) = events(tried("zoho-timeline", entry(record=record, field_history=changed)))
    assert event["data"]["object"]["type"] == type_
    assert event["data"].get("after") == after


@pytest.mark.parametrize(
    ("fields", "field", "word", "table"),
    [
        ({"action": "transitioned"}, "data.op", "transitioned", "op"),
        ({"done_by": {"id": "1"}}, "data.actor", "1", "people"),
        ({"field_history": history("Stage", None, "停滞")}, "data.after.stage", "停滞", "stage"),
        ({"field_history": history("Owner", "谁", None)}, "data.before.owner", "谁", "people"),
    ],
)
def test_a_word_of_a_timeline_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], field: str, word: str, table: str
) -> None:
    (fault,) = refused(tried("zoho-timeline", entry(**fields)))
    assert (fault.field, fault.word, fault.table) == (field, word, table)


def test_what_nobody_did_is_a_dead_letter() -> None:
    (fault,) = refused(tried("zoho-timeline", entry(done_by=None)))
    assert fault.field == "data.actor"


def test_an_empty_timeline_and_an_unknown_module_are_counted() -> None:
    assert counts(tried("zoho-timeline", {"__timeline": []})) == {"Empty": 1}
    leads = entry(record={"id": "1", "module": {"api_name": "Leads"}})
    assert counts(tried("zoho-timeline", leads)) == {"Unmatched": 1}


def test_pages_of_a_timeline_that_overlap_give_repeats() -> None:
    entries = json_of("zoho/timeline.json")["__timeline"]
    first = ids(tried("zoho-timeline", {"__timeline": entries}))
    assert ids(tried("zoho-timeline", {"__timeline": entries[1:]})) == first[1:]


def test_the_webhook_of_a_workflow_gives_an_event() -> None:
    found = told("zoho-webhook", "zoho/workflow_webhook.json")
    assert not faults(found)
    (event,) = events(found)
    assert event["time"] == "2026-03-03T11:30:00+08:00"
    assert event["data"] == {
        "actor": "E-100",
        "op": "update",
        "object": {"type": "order", "id": "SO-2026-0412"},
        "customer": "6543210000000412101",
        "order": "SO-2026-0412",
        "after": {"owner": "E-107", "status": "approved", "amount": "128000.00"},
    }


def test_a_form_with_the_prescribed_names_gives_an_event() -> None:
    found = tried("zoho/form.toml", bytes_of("zoho/workflow_webhook_prescribed.form.txt"))
    assert not faults(found)
    (event,) = events(found)
    assert event["time"] == "2026-03-08T10:42:10+08:00"
    assert event["data"] == {
        "actor": "E-107",
        "op": "update",
        "object": {"type": "opportunity", "id": "6543210000000412003"},
        "customer": "6543210000000412101",
        "after": {"owner": "E-107", "stage": "lost", "amount": "128000", "loss_reason": "Price"},
    }


def test_a_form_with_other_names_is_a_dead_letter() -> None:
    (fault,) = refused(tried("zoho/form.toml", bytes_of("zoho/workflow_webhook.form.txt")))
    assert (fault.stage, fault.field) == ("map", "id")


def test_a_webhook_that_is_sent_again_is_a_repeat_and_another_workflow_is_not() -> None:
    document = json_of("zoho/workflow_webhook.json")
    first = ids(tried("zoho-webhook", document))
    assert ids(tried("zoho-webhook", document)) == first
    assert ids(tried("zoho-webhook", document | {"event": "order.update"})) != first


def test_who_approved_is_told_only_by_who_approved() -> None:
    document = json_of("zoho/workflow_webhook.json")
    document["record"]["approved_by_email"] = "zhao.yi@example.com"
    (event,) = events(tried("zoho-webhook", document))
    assert event["data"]["after"]["approved_by"] == "E-100"


@pytest.mark.parametrize(
    ("name", "word", "field", "table"),
    [
        ("status", "Held", "data.after.status", "order_status"),
        ("modified_by_email", "x@example.com", "data.actor", "people"),
    ],
)
def test_a_word_of_a_webhook_in_no_table_is_a_dead_letter(
    name: str, word: str, field: str, table: str
) -> None:
    document = json_of("zoho/workflow_webhook.json")
    document["record"][name] = word
    (fault,) = refused(tried("zoho-webhook", document))
    assert (fault.field, fault.word, fault.table) == (field, word, table)


def test_an_event_that_is_not_prescribed_is_counted() -> None:
    document = json_of("zoho/workflow_webhook.json") | {"event": "lead.update"}
    assert counts(tried("zoho-webhook", document)) == {"Unmatched": 1}


@pytest.mark.parametrize(
    ("name", "many"), [("notification.json", 1), ("notification_batch.json", 2)]
)
def test_a_notification_of_a_change_names_nobody_and_is_skipped(name: str, many: int) -> None:
    found = told("zoho-notification", f"zoho/{name}")
    assert counts(found) == {"Skipped": many}
    assert set(reasons(found)) == {
        "a change that names nobody: the timeline of the record tells who it was"
    }


def test_a_delete_that_names_nobody_is_a_dead_letter_for_each_record() -> None:
    found = refused(told("zoho-notification", "zoho/notification_delete.json"))
    assert [(it.field, it.word, it.table) for it in found] == [
        ("data.actor", "nobody", "unknown_actor")
    ] * 3


def test_a_company_may_say_whom_a_delete_is_told_of() -> None:
    found = told("zoho/unknown.toml", "zoho/notification_delete.json")
    assert [it["data"]["actor"] for it in events(found)] == ["system"] * 3


def test_a_deleted_account_is_the_customer_too_and_an_unknown_module_is_a_dead_letter() -> None:
    document = json_of("zoho/notification_delete.json")
    (event, *_) = events(tried("zoho/unknown.toml", document | {"module": "Accounts"}))
    assert event["data"]["customer"] == event["data"]["object"]["id"] == "6543210000000417001"
    (fault, *_) = refused(tried("zoho/unknown.toml", document | {"module": "Leads"}))
    assert (fault.word, fault.table) == ("Leads", "module")
