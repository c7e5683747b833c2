from __future__ import annotations

from typing import Any

import pytest

from connectors.loading import load_page
from connectors.mapping.connector import Connector
from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.signature import Request, Verified
from contract.secret import Secret
from offbook.cli.connect.page_tests import failures
from tests.connectors.presets.fixture import counts, events, expected, faults, told
from tests.connectors.presets.trial import bytes_of, ids, json_of, reasons, refused, tried

PUSH = "shipping/kuaidi100_param.json"
ROUTE = "shipping/sf_route_push.json"


def push(*items: tuple[str, str], state: str = "0") -> dict[str, Any]:
    """Of `nu`, with items of a status and a time; the newest is to be first."""
    data = [{"status": status, "time": time} for status, time in items if status]
    data += [{"time": time} for status, time in items if not status]
    return {"status": "polling", "lastResult": {"state": state, "nu": "SF1", "data": data}}


@pytest.mark.parametrize("preset", ["kuaidi100", "sf-route"])
def test_the_tests_in_the_presets_hold(preset: str) -> None:
    page = load_page(preset)
    assert [it for test in page.tests for it in failures(Connector(page), test)] == []


def test_a_push_of_kuaidi100_gives_the_event_that_is_expected() -> None:
    found = told("kuaidi100", PUSH)
    assert not faults(found)
    assert events(found) == expected(PUSH)
    assert reasons(found) == ["on its way"]


def test_what_the_signature_leaves_of_the_form_gives_the_same() -> None:
    form = bytes_of("shipping/kuaidi100_push.form.txt").strip()
    salt = Secret(json_of("shipping/kuaidi100_vector.json")["salt"])
    url = "https://connect.example.com/in/kuaidi100"
    verified = Kuaidi100([salt]).verify(Request("POST", "/in/kuaidi100", url, {}, {}, form), 0.0)
    assert isinstance(verified, Verified)
    assert events(tried("kuaidi100", verified.body)) == expected(PUSH)


def test_the_history_that_each_push_repeats_gives_the_same_events() -> None:
    collected = ("揽收", "2026-03-06 08:05:00")
    signed = ("签收", "2026-03-07 10:00:00")
    early, late = tried("kuaidi100", push(collected)), tried("kuaidi100", push(signed, collected))
    assert events(early) == [it for it in events(late) if it["id"] == "SF1/dispatched"]
    assert ids(late) == ["SF1/dispatched", "SF1/delivered"]


def test_of_a_status_that_comes_twice_the_first_counts() -> None:
    found = tried(
        "kuaidi100", push(("揽收", "2026-03-06 09:00:00"), ("揽收", "2026-03-06 08:05:00"))
    )
    (event,) = events(found)
    assert event["time"] == "2026-03-06T08:05:00+08:00"


def test_a_status_that_nobody_knows_is_a_dead_letter() -> None:
    (letter,) = refused(tried("kuaidi100", push(("投柜", "2026-03-06 09:00:00"))))
    assert (letter.field, letter.word, letter.table) == ("id", "投柜", "status")


def test_items_without_a_status_have_the_state_of_the_whole() -> None:
    items = (("", "2026-03-07 10:00:00"), ("", "2026-03-06 08:05:00"))
    (event,) = events(tried("kuaidi100", push(*items, state="3")))
    assert event["id"] == "SF1/delivered"
    assert event["time"] == "2026-03-07T10:00:00+08:00"
    assert reasons(tried("kuaidi100", push(*items, state="5"))) == ["on its way"]
    (letter,) = refused(tried("kuaidi100", push(*items, state="14")))
    assert (letter.word, letter.table) == ("14", "state")


def test_a_push_without_a_history_is_empty() -> None:
    assert counts(tried("kuaidi100", push())) == {"Empty": 1}
    assert counts(tried("kuaidi100", {"status": "abort", "message": "3天查询无记录"})) == {
        "Empty": 1
    }


def test_a_push_of_sf_gives_the_events_that_are_expected() -> None:
    found = told("sf-route", ROUTE)
    assert not faults(found)
    assert events(found) == expected(ROUTE)


def test_a_route_that_is_pushed_again_has_the_same_ids() -> None:
    assert ids(told("sf-route", ROUTE)) == ids(told("sf-route", ROUTE)) != []


def test_an_opcode_that_nobody_knows_is_a_dead_letter_and_one_on_the_way_is_skipped() -> None:
    route = json_of(ROUTE)
    scans = route["Body"]["WaybillRoute"]
    scans[0]["opCode"], scans[1]["opCode"] = "31", "648"
    found = tried("sf-route", route)
    assert counts(found) == {"Skipped": 1, "Rejected": 1}
    (letter,) = refused(found)
    assert (letter.field, letter.word, letter.table) == ("data.status", "648", "status")


def test_a_parcel_without_a_number_of_ours_has_the_waybill_number() -> None:
    route = json_of(ROUTE)
    route["Body"]["WaybillRoute"][0]["orderid"] = ""
    assert events(tried("sf-route", route))[0]["data"]["shipment"] == "SF0000000000412"
