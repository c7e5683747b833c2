from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from connectors.mapping.connector import Told
from connectors.signatures.kuaidi100 import Kuaidi100
from connectors.signatures.signature import Request, Verified
from contract.secret import Secret
from tests.connectors.presets.fixture import counts, events, expected, told
from tests.connectors.presets.trial import bytes_of, ids, json_of, reasons, refused, tried

PUSH = "shipping/kuaidi100_param.json"
ROUTE = "shipping/sf_route_push.json"


def push(*items: tuple[str, str], state: str = "0") -> dict[str, Any]:
    """Of `nu`, with items of a status and a time; the newest is to be first."""
    data = [{"status": status, "time": time} for status, time in items if status]
    data += [{"time": time} for status, time in items if not status]
    return {"status": "polling", "lastResult": {"state": state, "nu": "SF1", "data": data}}


def test_what_is_on_its_way_is_skipped() -> None:
    assert reasons(told("kuaidi100", PUSH)) == ["on its way"]


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


def cainiao(**fields: str) -> list[Told]:
    """The guess at what Cainiao pushes, as the form that it comes in."""
    push = json_of("shipping/cainiao_trace.GUESS.json")
    scan = json.dumps({**push["logistics_interface"], **fields}, ensure_ascii=False)
    return tried("cainiao", urlencode({**push, "logistics_interface": scan}))


def test_a_scan_of_cainiao_is_a_shipment_under_our_number() -> None:
    (event,) = events(cainiao())
    assert event["id"] == "YT0000000000412/SIGN/2026-03-07 10:00:00"
    assert event["time"] == "2026-03-07T10:00:00+08:00"
    assert event["data"] == {"shipment": "SH-55120", "status": "delivered"}
    (event,) = events(cainiao(orderCode=""))
    assert event["data"]["shipment"] == "YT0000000000412"


def test_a_scan_of_cainiao_on_its_way_is_skipped_and_an_unknown_one_is_a_dead_letter() -> None:
    assert reasons(cainiao(action="TRANSPORT")) == ["on its way"]
    (letter,) = refused(cainiao(action="LOST"))
    assert (letter.field, letter.word, letter.table) == ("data.status", "LOST", "status")
