from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.loading import load_page
from connectors.mapping.connector import Connector
from tests.connectors.presets.fixture import COMPANY, connector, counts, events, expected
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)

OWN = "debezium/own.toml"


def own(fixture: str) -> Any:
    return tried(OWN, bytes_of(f"debezium/{fixture}"))


def changed(fixture: str, **after: Any) -> dict[str, Any]:
    document: dict[str, Any] = json_of(f"debezium/{fixture}")
    document["after"].update(after)
    return document


@pytest.mark.parametrize(
    ("fixture", "why"),
    [
        ("snapshot_read.json", "a snapshot"),
        ("truncate.json", "a truncate"),
        ("tombstone.value", "a tombstone"),
    ],
)
def test_what_is_nobodys_act_is_skipped_and_says_why(fixture: str, why: str) -> None:
    found = own(fixture)
    assert counts(found) == {"Skipped": 1}
    assert reasons(found)[0].startswith(why)


def test_a_tombstone_with_null_for_its_value_is_one_too() -> None:
    assert reasons(tried(OWN, b"null"))[0].startswith("a tombstone")


def test_who_deleted_a_row_is_not_who_changed_it_last() -> None:
    document = json_of("debezium/delete_no_schema.json")
    document["before"]["stage"] = "open"
    (fault,) = refused(tried("debezium", document))
    assert (fault.stage, fault.field) == ("contract", "data.actor")
    document["before"]["deleted_by"] = "E-109"
    (event,) = events(tried("debezium", document))
    assert event["data"]["actor"] == "E-109"
    assert event["data"]["op"] == "delete"


def test_a_delete_that_has_only_its_key_is_a_dead_letter() -> None:
    for preset in ("debezium", OWN):
        (fault,) = refused(tried(preset, bytes_of("debezium/delete_key_only.json")))
        assert fault.field == "data.actor"


def test_a_stage_that_stands_in_no_table_is_a_dead_letter_that_names_it() -> None:
    (fault,) = refused(tried("debezium", bytes_of("debezium/update_no_schema.json")))
    assert (fault.field, fault.word, fault.table) == ("data.before.stage", "negotiation", "stage")
    assert fault.path == "before.stage"


def test_somebody_whom_the_company_does_not_know_is_a_dead_letter() -> None:
    (fault,) = refused(tried(OWN, changed("update_no_schema.json", updated_by="app_user")))
    assert (fault.field, fault.word, fault.table) == ("data.actor", "app_user", "people")


def test_a_column_that_was_too_large_to_be_read_again_is_absent() -> None:
    absent = changed("toast_unchanged.json", lost_reason="__debezium_unavailable_value")
    (event,) = events(tried(OWN, absent))
    assert event["data"]["after"] == {"owner": "E-107", "stage": "won", "amount": "128000.00"}


@pytest.mark.parametrize("mode", ["precise", "string", "variable_scale (NUMERIC without scale)"])
def test_an_amount_is_the_same_whichever_way_decimals_are_handled(mode: str) -> None:
    amount = json_of("debezium/decimal_modes.json")[mode]["amount"]
    (event,) = events(tried(OWN, changed("update_no_schema.json", amount=amount)))
    assert event["data"]["after"]["amount"] == "128000.00"


def test_a_negative_amount_is_read_and_then_refused_by_the_contract() -> None:
    amount = json_of("debezium/decimal_modes.json")["precise_negative"]["amount"]
    (fault,) = refused(tried(OWN, changed("update_no_schema.json", amount=amount)))
    assert (fault.stage, fault.field) == ("contract", "data.after.amount")


def test_a_table_that_no_rule_is_for_is_counted() -> None:
    document = json_of("debezium/update_no_schema.json")
    document["source"]["table"] = "weather"
    assert counts(tried(OWN, document)) == {"Unmatched": 1}


def test_a_change_that_is_sent_again_is_a_repeat_and_another_one_is_none() -> None:
    first, again = own("update_no_schema.json"), own("update_no_schema.json")
    assert ids(first) == ids(again)
    later = json_of("debezium/update_no_schema.json")
    later["source"]["lsn"] += 8
    assert ids(tried(OWN, later)) != ids(first)


def test_the_preset_alone_takes_a_row_of_mysql() -> None:
    document = json_of("debezium/mysql_update.json")
    document["source"]["table"] = "sale_order"
    row = {"order_no": "SO-9", "status": "approved", "amount": "128000.00", "updated_by": "E-100"}
    document |= {"before": None, "after": row}
    (event,) = events(tried("debezium", document))
    assert event["id"] == "sale_order/mysql-bin.000003/484/0"
    assert event["data"]["after"] == {"status": "approved", "amount": "128000.00"}
    assert event["data"]["order"] == "SO-9"


def test_a_customer_has_its_images() -> None:
    document = json_of("debezium/update_no_schema.json")
    document["source"]["table"] = "customer"
    document["before"] = {"id": 1, "cust_no": "C-2031", "phone": "13800000001"}
    document["after"] = {**document["before"], "phone": "13900000002", "updated_by": "E-107"}
    (event,) = events(tried("debezium", document))
    assert event["data"]["object"] == {"type": "customer", "id": "C-2031"}
    assert event["data"]["before"] == {"phone": "13800000001"}
    assert event["data"]["after"] == {"phone": "13900000002"}


WALL = [
    ("io.debezium.time.Timestamp (ms; MySQL DATETIME(0-3), PG timestamp(0-3))", "ms", ""),
    ("io.debezium.time.MicroTimestamp (us; DATETIME(4-6), PG timestamp)", "us", ".000123"),
    ("io.debezium.time.NanoTimestamp", "ns", ".000123"),
    ("org.apache.kafka.connect.data.Timestamp (time.precision.mode=connect)", "ms", ""),
]


def paid(tmp_path: Path, how: str, value: Any) -> str:
    page = tmp_path / "payments.toml"
    page.write_text(
        f"""
preset = "debezium"
source = "//debezium.example.com/erp"
[[rule]]
when = {{ "source.table" = "receipt", op = "c" }}
type = "offbook.payment.v1"
id = {{ template = "{{source.table}}/{{source.lsn}}/{{after.id}}" }}
time = {{ path = "after.paid_at", as = "time", {how} }}
[rule.data]
payment = {{ path = "after.id", as = "text" }}
amount = "1.00"
payee_account = "0000620000000112"
""",
        "utf-8",
    )
    document = json_of("debezium/create_no_schema.json")
    document["source"]["table"] = "receipt"
    document["after"] = {"id": 1, "paid_at": value}
    connector = Connector(load_page(str(page), COMPANY))
    stream = tmp_path / "value.json"
    stream.write_text(json.dumps(document), "utf-8")
    with stream.open("rb") as opened:
        (event,) = events(list(connector.read(opened)))
    return str(event["time"])


@pytest.mark.parametrize(("column", "unit", "part"), WALL)
def test_a_time_without_a_zone_is_what_the_clock_on_the_wall_said(
    tmp_path: Path, column: str, unit: str, part: str
) -> None:
    value = json_of("debezium/time_types.json")[column]
    time = paid(tmp_path, f'unit = "{unit}", wall = true', value)
    assert time == f"2026-03-08T10:42:10{part}+08:00"


def test_a_time_with_a_zone_is_the_same_moment(tmp_path: Path) -> None:
    named = "io.debezium.time.ZonedTimestamp (MySQL TIMESTAMP, PG timestamptz)"
    value = json_of("debezium/time_types.json")[named]
    assert paid(tmp_path, "offset = true", value) == "2026-03-08T02:42:10.000123+00:00"


@pytest.mark.parametrize("name", ["__op", "__deleted"])
def test_a_flattened_row_that_does_not_say_what_was_done_is_a_dead_letter(name: str) -> None:
    row = json_of("debezium/flattened_update.json")
    del row[name]
    (fault,) = refused(tried("debezium/own_flattened.toml", row))
    assert (fault.stage, fault.field) == ("contract", "data.op")


def test_a_flattened_delete_does_not_name_who_changed_the_row_last() -> None:
    row = json_of("debezium/flattened_delete_rewrite.json") | {"stage": "lost"}
    (fault,) = refused(tried("debezium-flattened", row))
    assert fault.field == "data.actor"
    (event,) = events(tried("debezium-flattened", row | {"deleted_by": "E-109"}))
    assert event["data"]["actor"] == "E-109"
    assert event["data"]["before"]["stage"] == "lost"


def test_a_flattened_snapshot_and_a_tombstone_are_skipped() -> None:
    row = json_of("debezium/flattened_update.json") | {"__op": "r"}
    assert reasons(tried("debezium-flattened", row))[0].startswith("a snapshot")
    assert reasons(tried("debezium-flattened", b""))[0].startswith("a tombstone")


def test_a_payload_that_is_no_text_gives_the_same() -> None:
    document = json_of("debezium/outbox_envelope.json")
    document["payload"] = json_of("debezium/outbox_routed.json")["value (true)"]
    assert events(tried("debezium-outbox", document)) == expected("debezium/outbox_routed.json")


def test_a_payload_alone_is_a_dead_letter_for_its_id_stands_in_a_header() -> None:
    routed = json_of("debezium/outbox_routed.json")
    for value in ("value (true)", "value (table.expand.json.payload=false: a JSON string)"):
        (fault,) = refused(tried("debezium-outbox", routed[value]))
        assert fault.field == "id"


def test_a_kind_of_event_that_nobody_mapped_is_a_dead_letter() -> None:
    document = json_of("debezium/outbox_envelope.json") | {"type": "OrderShipped"}
    (fault,) = refused(tried("debezium-outbox", document))
    assert (fault.field, fault.word, fault.table) == ("data.op", "OrderShipped", "outbox_type")


def test_a_page_says_more_than_its_preset() -> None:
    assert len(connector(OWN).page.rules) == len(connector("debezium").page.rules) + 2
