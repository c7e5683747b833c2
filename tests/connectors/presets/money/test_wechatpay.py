from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.presets.fixture import arrived, counts, events, expected, told
from tests.connectors.presets.trial import bytes_of, ids, reasons, refused, tried

NOTIFY = "bank/wechatpay_notify.json"
BILL = "bank/wechatpay_trade_bill.csv"


def opened() -> dict[str, Any]:
    notification: dict[str, Any] = json.loads(arrived(NOTIFY))
    return notification


def paid(**fields: Any) -> dict[str, Any]:
    notification = opened()
    notification["resource"].update(fields)
    return notification


def bill(*changes: tuple[str, str]) -> str:
    text = bytes_of(BILL).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_retried_notification_has_the_same_id() -> None:
    retried = {**opened(), "id": "EV-2", "create_time": "2026-03-05T14:30:00+08:00"}
    assert events(tried("wechatpay-notify", retried)) == expected(NOTIFY)


def test_what_is_attached_and_is_no_customer_is_left_out() -> None:
    (event,) = events(tried("wechatpay-notify", paid(attach="shop=7&table=3")))
    assert "customer" not in event["data"]


def test_one_fen_is_a_cent_of_a_yuan() -> None:
    (event,) = events(tried("wechatpay-notify", paid(amount={"total": 1, "currency": "CNY"})))
    assert event["data"]["amount"] == "0.01"


def test_a_notice_of_a_refund_is_skipped_for_it_names_no_account() -> None:
    found = tried("wechatpay-notify", {**opened(), "event_type": "REFUND.SUCCESS"})
    assert counts(found) == {"Skipped": 1}
    assert "no account" in reasons(found)[0]


def test_a_state_that_nobody_knows_is_a_dead_letter() -> None:
    (letter,) = refused(tried("wechatpay-notify", paid(trade_state="ACCEPT")))
    assert (letter.field, letter.word, letter.table) == ("data.kind", "ACCEPT", "received")


def test_a_combined_payment_is_a_dead_letter() -> None:
    combined = {"event_type": "TRANSACTION.SUCCESS", "resource": {"combine_out_trade_no": "1"}}
    assert counts(tried("wechatpay-notify", combined)) == {"Rejected": 1}


def test_bill_and_notification_have_one_id_for_one_payment() -> None:
    assert ids(told("wechatpay-bill", BILL))[0] == ids(tried("wechatpay-notify", opened()))[0]


@pytest.mark.parametrize(
    ("change", "word", "table"),
    [
        (("`NATIVE,`SUCCESS", "`NATIVE,`REVOKED"), "REVOKED", "received"),
        (("`ORIGINAL,`SUCCESS", "`ORIGINAL,`PROCESSING"), "PROCESSING", "refund"),
    ],
)
def test_a_state_in_the_bill_that_nobody_knows_is_a_dead_letter(
    change: tuple[str, str], word: str, table: str
) -> None:
    (letter,) = refused(tried("wechatpay-bill", bill(change)))
    assert (letter.field, letter.word, letter.table) == ("data.kind", word, table)


def test_the_older_name_of_the_sum_is_read_too() -> None:
    assert events(tried("wechatpay-bill", bill((",订单金额,", ",总金额,")))) == expected(BILL)
