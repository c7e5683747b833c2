from __future__ import annotations

from tests.connectors.presets.fixture import counts
from tests.connectors.presets.trial import json_of, reasons, refused, tried


def test_what_automation_did_is_skipped_and_an_unknown_origin_is_counted() -> None:
    document = json_of("dustess/contact_created.json")
    document["data"]["body"]["actionOrigin"] = "autoAssignment"
    assert reasons(tried("dustess", document)) == ["done by automation, and nobody's act"]
    document["data"]["body"]["actionOrigin"] = "mystery"
    assert counts(tried("dustess", document)) == {"Unmatched": 1}


def test_an_action_and_a_user_in_no_table_are_dead_letters() -> None:
    document = json_of("dustess/contact_created.json")
    document["data"]["action"] = "CRM_CONTACT_REMOVED"
    (fault,) = refused(tried("dustess", document))
    assert (fault.field, fault.word, fault.table) == ("data.op", "CRM_CONTACT_REMOVED", "op")
    document["data"]["body"]["uid"] = "DX-999"
    (fault,) = refused(tried("dustess", document))
    assert (fault.field, fault.word, fault.table) == ("data.actor", "DX-999", "people")
