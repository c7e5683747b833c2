"""What Debezium 3.6 wrote of PostgreSQL 15 in tests/integration/test_debezium_for_real.py."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.presets.fixture import connector, counts, events
from tests.connectors.presets.trial import bytes_of, ids, json_of, reasons, refused, tried

OWN = "debezium/real/company.toml"
LOST = {"owner": "E-107", "stage": "lost", "amount": "0.05", "loss_reason": "price"}


def real(name: str, preset: str = "debezium") -> Any:
    return tried(preset, bytes_of(f"debezium/real/{name}.json"))


@pytest.mark.parametrize("how", ["plain_precise", "schema_precise", "schema_string"])
def test_whoever_is_written_as_who_deletes_a_row_wrote_that_too(how: str) -> None:
    (event,) = events(real(f"marked_{how}"))
    assert event["data"]["actor"] == "E-100"
    assert event["data"]["before"] == event["data"]["after"] == LOST


def test_a_later_change_of_a_row_that_is_marked_is_of_whoever_made_it() -> None:
    document = json_of("debezium/real/marked_plain_precise.json")
    document["before"]["deleted_by"] = "E-100"
    (event,) = events(tried("debezium", document))
    assert event["data"]["actor"] == "E-109"


def test_a_row_that_is_marked_and_then_deleted_was_deleted_by_whom_the_mark_names() -> None:
    for found in (real("deleted"), real("flattened_deleted", "debezium-flattened")):
        (event,) = events(found)
        assert (event["data"]["actor"], event["data"]["op"]) == ("E-100", "delete")
        assert event["data"]["before"] == LOST
    (event,) = events(real("flattened_marked", "debezium-flattened"))
    assert (event["data"]["actor"], event["data"]["op"]) == ("E-100", "update")


def test_rows_that_share_their_place_in_the_log_have_ids_of_their_own() -> None:
    rows = [json_of(f"debezium/real/copied_{number}.json") for number in (1, 2)]
    assert rows[0]["source"]["lsn"] == rows[1]["source"]["lsn"]
    assert len({ids(tried("debezium", row))[0] for row in rows}) == 2


@pytest.mark.parametrize("table", ["opportunity", "sale_order", "customer"])
def test_a_row_whose_key_is_not_known_is_a_dead_letter(table: str) -> None:
    document = json_of("debezium/real/copied_1.json")
    document["source"]["table"] = table
    for name in ("order_no", "cust_no"):
        del document["after"][name]
    (fault,) = refused(tried("debezium", document))
    assert fault.field == "id"


def test_columns_that_are_kept_apart_and_have_not_changed_are_absent() -> None:
    (told,) = real("toast", OWN)
    assert "__debezium" not in json.dumps(told.record, default=str)
    assert not {"备注", "tags", "scan", "doc"} & told.record["after"].keys()
    (event,) = events([told])
    assert event["data"]["after"] == {"stage": "lost", "amount": "0.05"}


def test_what_stands_for_nothing_in_a_delete_by_its_key_makes_no_event() -> None:
    assert json_of("debezium/real/deleted_by_key.json")["before"]["金额"] == "AA=="
    (fault,) = refused(real("deleted_by_key", OWN))
    assert fault.field == "data.actor"


@pytest.mark.parametrize(("name", "field"), [("nan", "data.amount"), ("infinity", "time")])
def test_what_is_no_number_and_no_time_is_a_dead_letter(name: str, field: str) -> None:
    (fault,) = refused(real(name, OWN))
    assert fault.field == field


@pytest.mark.parametrize(
    ("name", "why"), [("truncated", "a truncate"), ("message", "a message of the log")]
)
def test_what_changes_no_row_is_skipped(name: str, why: str) -> None:
    assert reasons(real(name))[0].startswith(why)


@pytest.mark.parametrize("table", ["opportunity", "sale_order", "customer"])
def test_no_rule_that_is_copied_takes_a_snapshot(table: str) -> None:
    # A page's rules come before all of the preset's.
    document = json_of("debezium/real/copied_1.json") | {"op": "r"}
    document["source"]["table"] = table
    assert counts(tried("debezium", document)) == {"Skipped": 1}
    rules = [rule for rule in connector("debezium").page.rules if not rule.skip]
    assert not any(rule.takes(document) for rule in rules)


def test_an_event_of_an_outbox_is_routed_with_its_id_beside_it() -> None:
    (event,) = events(real("outbox", "debezium-outbox"))
    assert event["id"] == "406c07f3-0000-4eea-a50c-000000000001"
    assert event["data"]["actor"] == "E-100"
    assert event["data"]["after"]["amount"] == "128000.10"
