from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    json_of,
    reasons,
    refused,
    tried,
)


def change(**fields: Any) -> list[dict[str, Any]]:
    first: dict[str, Any] = json_of("hubspot/webhook.json")[0]
    return [{**first, **fields}]


@pytest.mark.parametrize("source", ["IMPORT", "API", "AUTOMATION_PLATFORM"])
def test_what_no_person_did_is_skipped(source: str) -> None:
    found = tried("hubspot", change(changeSource=source))
    assert reasons(found) == [
        "a change by an import, a workflow or an integration: it names nobody"
    ]


def test_what_belongs_together_is_no_record() -> None:
    found = tried("hubspot", change(subscriptionType="deal.associationChange"))
    assert counts(found) == {"Skipped": 1}


@pytest.mark.parametrize(
    ("kind", "type_", "op"),
    [
        ("deal.creation", "opportunity", "create"),
        ("deal.restore", "opportunity", "restore"),
        ("company.creation", "customer", "create"),
        ("company.merge", "customer", "update"),
        ("contact.deletion", "contact", "delete"),
        ("contact.privacyDeletion", "contact", "delete"),
    ],
)
def test_each_kind_of_subscription_is_an_act(kind: str, type_: str, op: str) -> None:
    (event,) = events(tried("hubspot", change(subscriptionType=kind, propertyName=None)))
    assert (event["data"]["object"]["type"], event["data"]["op"]) == (type_, op)
    assert kind.split(".")[1] in event["id"]
    assert ("customer" in event["data"]) is (type_ == "customer")


def test_an_owner_is_looked_up_among_owners() -> None:
    moved = change(propertyName="hubspot_owner_id", propertyValue="70109")
    (event,) = events(tried("hubspot/own.toml", moved))
    assert event["data"]["after"] == {"owner": "E-109"}
    (fault,) = refused(tried("hubspot", moved))
    assert (fault.field, fault.word, fault.table) == ("data.after.owner", "70109", "owners")


@pytest.mark.parametrize(
    ("fields", "field", "table"),
    [
        ({"propertyValue": "123456789"}, "data.after.stage", "stage"),
        ({"sourceId": "userId:999"}, "data.actor", "people"),
    ],
)
def test_a_word_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], field: str, table: str
) -> None:
    (fault,) = refused(tried("hubspot", change(**fields)))
    assert (fault.field, fault.word, fault.table) == (field, *fields.values(), table)


def test_a_call_that_is_tried_again_gives_repeats() -> None:
    again = [it | {"attemptNumber": 1} for it in json_of("hubspot/webhook.json")]
    assert ids(tried("hubspot", again)) == ids(tried("hubspot", bytes_of("hubspot/webhook.json")))
