from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.presets.fixture import counts, events, expected, faults, told
from tests.connectors.presets.trial import bytes_of, ids, json_of, reasons, refused, tried

WMS = "shipping/wms_outbound.csv"
NOTE = "shipping/kingdee_sal_outstock.json"
YONYOU = "shipping/yonyou_saleout.GUESS.json"


def test_goods_without_an_order_are_told_without_one() -> None:
    _, without = events(told("wms-csv", WMS))
    assert "order" not in without["data"]


def test_an_export_that_overlaps_gives_the_same_ids() -> None:
    rows = bytes_of(WMS).splitlines(keepends=True)
    assert ids(tried("wms-csv", b"".join([rows[0], rows[2]]))) == ids(told("wms-csv", WMS))[1:]


def test_a_status_that_nobody_knows_is_a_dead_letter() -> None:
    export = bytes_of(WMS).decode("gb18030").replace("已出库", "部分出库", 1)
    (letter,) = refused(tried("wms-csv", export))
    assert (letter.field, letter.word, letter.table) == ("data.status", "部分出库", "status")


def test_the_names_without_the_f_are_read_too() -> None:
    def bare(value: Any) -> Any:
        if isinstance(value, list):
            return [bare(it) for it in value]
        if not isinstance(value, dict):
            return value
        named = {name.removeprefix("F"): bare(it) for name, it in value.items()}
        return {{"Entity": "SAL_OUTSTOCKENTRY"}.get(name, name): it for name, it in named.items()}

    found = tried("kingdee", bare(json_of(NOTE)))
    assert not faults(found)
    assert events(found) == expected(NOTE)


def test_its_lines_are_added_up_to_the_cent() -> None:
    note = json_of(NOTE)
    line = note["Result"]["Result"]["FEntity"][0]
    note["Result"]["Result"]["FEntity"] = [
        {**line, "FRealQty": "0.1", "FAllAmount": "0.10"},
        {**line, "FRealQty": "0.2", "FAllAmount": "0.20"},
    ]
    (event,) = events(tried("kingdee", note))
    assert event["data"]["quantity"] == "0.3"
    assert event["data"]["value"] == "0.30"


@pytest.mark.parametrize("status", ["A", "B", "D", "Z"])
def test_a_note_that_is_not_approved_is_skipped(status: str) -> None:
    note = json_of(NOTE)
    note["Result"]["Result"]["FDocumentStatus"] = status
    assert reasons(tried("kingdee", note)) == ["not approved"]
    row = {"FBillNo": "XSCKD000413", "FDocumentStatus": status}
    assert reasons(tried("kingdee", [row])) == ["not approved"]


def test_a_status_of_kingdee_that_nobody_knows_is_a_dead_letter() -> None:
    note = json_of(NOTE)
    note["Result"]["Result"]["FDocumentStatus"] = "E"
    (letter,) = refused(tried("kingdee", note))
    assert (letter.field, letter.word, letter.table) == ("data.status", "E", "status")


def test_an_account_that_is_nobody_known_is_a_dead_letter() -> None:
    note = json_of(NOTE)
    note["Result"]["Result"]["FApproverId"]["FUserAccount"] = "e999"
    (letter,) = refused(tried("kingdee", note))
    assert (letter.field, letter.word, letter.table) == ("data.released_by", "e999", "people")


def test_a_row_of_the_query_is_the_same_note_without_its_lines() -> None:
    row = {
        "FID": 100412,
        "FBillNo": "XSCKD000412",
        "FDocumentStatus": "C",
        "FApproveDate": "2026-03-06T08:05:00",
        "FApproverId.FUserAccount": "e400",
        "FCustomerID.FNumber": "C-2031",
        "FSoorDerno": "SO-2026-0412",
        "FReceiveAddress": "江苏省苏州市工业园区示例路 88 号",
        "FLinkMan": "陈工",
        "FLinkPhone": "13800000001",
        "FBillAllAmount": "128000.0",
    }
    # Two lines of a note make two rows, and the second is a repeat: here, one without names.
    found = tried("kingdee", [row, list(row.values())])
    (wanted,) = expected(NOTE)
    del wanted["data"]["quantity"]
    assert events(found) == [wanted, wanted]


def test_rows_that_have_other_fields_than_are_asked_for_are_dead_letters() -> None:
    (letter,) = refused(told("kingdee", "shipping/kingdee_bill_query.json"))
    assert (letter.stage, letter.reason) == (
        "decode",
        "item 1 has 8 values, and columns has 11 names",
    )


def yonyou(**fields: Any) -> dict[str, Any]:
    """The answer about one note, with its lines."""
    (note,) = json_of(YONYOU)["data"]["recordList"]
    return {"code": "200", "data": {**note, **fields}}


def test_a_note_of_yonyou_is_a_shipment_in_a_list_and_alone() -> None:
    found = told("yonyou", YONYOU)
    (event,) = events(found)
    assert event == {
        "specversion": "1.0",
        "id": "salesout/1900000000000000412/2026-03-06 08:05:00",
        "source": "//yonyou.example.com",
        "type": "offbook.shipment.v1",
        "time": "2026-03-06T08:05:00+08:00",
        "data": {
            "shipment": "XSCK20260306000412",
            "status": "dispatched",
            "order": "SO-2026-0412",
            "customer": "C-2031",
            "address": "江苏省苏州市工业园区示例路 88 号",
            "consignee": "陈工",
            "phone": "13800000001",
            "quantity": "40",
            "value": "128000.0",
            "released_by": "E-400",
        },
    }
    assert events(tried("yonyou", yonyou())) == [event]
    assert events(tried("yonyou", yonyou()["data"])) == [event]


def test_a_note_of_yonyou_that_takes_goods_back_is_a_return() -> None:
    (event,) = events(tried("yonyou", yonyou(stockDirection="1")))
    assert event["data"]["status"] == "returned"


def test_a_number_of_yonyous_own_is_a_customer_only_by_the_table() -> None:
    (event,) = events(tried("yonyou", yonyou(cust_code=None, cust=1822523165643008)))
    assert "customer" not in event["data"]


@pytest.mark.parametrize(
    ("fields", "word", "table"),
    [({"status": 2}, "2/", "status"), ({"auditor": "孙七"}, "孙七", "people")],
)
def test_a_word_of_yonyou_in_no_table_is_a_dead_letter(
    fields: dict[str, Any], word: str, table: str
) -> None:
    (letter,) = refused(tried("yonyou", yonyou(**fields)))
    assert (letter.word, letter.table) == (word, table)


def test_what_yonyou_has_not_seen_submitted_is_no_shipment() -> None:
    assert reasons(tried("yonyou", yonyou(status=0))) == ["not submitted"]
    (letter,) = refused(tried("yonyou", yonyou(auditTime="")))
    assert letter.field == "id"
    assert counts(tried("yonyou", {"code": "999", "message": "单据未找到"})) == {"Unmatched": 1}
