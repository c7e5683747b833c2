from __future__ import annotations

from urllib.parse import urlencode

import pytest

from connectors.loading import load_page
from connectors.mapping.connector import Connector, Told
from connectors.record import Record
from tests.connectors.presets.fixture import counts, events, told
from tests.connectors.presets.trial import bytes_of, ids, reasons, refused, tried

NOTIFY = "bank/alipay_notify.form.txt"
BILL = "bank/alipay_merchant.csv"
TRADE = {
    "notify_type": "trade_status_sync",
    "trade_no": "2026030522001000000000000001",
    "out_trade_no": "SO-2026-0412",
    "trade_status": "TRADE_SUCCESS",
    "total_amount": "128000.00",
    "buyer_id": "2088000000000001",
    "seller_id": "2088000000000109",
    "gmt_payment": "2026-03-05 14:22:30",
}


def notified(**fields: str) -> list[Told]:
    return tried("alipay-notify", urlencode({**TRADE, **fields}))


def bill(*changes: tuple[str, str]) -> str:
    text = bytes_of(BILL).decode("gb18030")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_that_a_trade_is_finished_is_a_repeat_of_its_payment() -> None:
    assert events(notified(trade_status="TRADE_FINISHED")) == events(notified())


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("WAIT_BUYER_PAY", "not paid yet"),
        ("TRADE_CLOSED", "closed without having been paid"),
    ],
)
def test_a_trade_without_money_is_skipped(status: str, why: str) -> None:
    assert reasons(notified(trade_status=status)) == [why]


def test_a_status_that_nobody_knows_is_a_dead_letter() -> None:
    (letter,) = refused(notified(trade_status="TRADE_PENDING"))
    assert (letter.field, letter.word, letter.table) == ("data.kind", "TRADE_PENDING", "received")


def test_a_second_refund_corrects_the_first_for_both_say_the_sum() -> None:
    refunds = [
        notified(refund_fee=fee, gmt_refund=at, out_biz_no=number)
        for fee, at, number in (
            ("1000.00", "2026-03-06 10:00:00.123", "R1"),
            ("3000.00", "2026-03-07 10:00:00.456", "R2"),
        )
    ]
    (first,), (second,) = map(events, refunds)
    assert first["id"] != second["id"]
    assert first["data"]["payment"] == second["data"]["payment"]
    assert (first["data"]["amount"], second["data"]["amount"]) == ("1000.00", "3000.00")
    assert second["data"]["kind"] == "refund"
    assert second["data"]["payee_account"] == "2088000000000001"


def test_a_closed_trade_that_was_refunded_is_a_refund() -> None:
    found = notified(
        trade_status="TRADE_CLOSED", refund_fee="128000.00", gmt_refund="2026-03-06 10:00:00"
    )
    assert events(found)[0]["data"]["kind"] == "refund"


def test_what_is_about_no_trade_has_no_rule() -> None:
    assert counts(notified(notify_type="fund_auth_freeze")) == {"Unmatched": 1}


def test_a_row_of_the_list_is_known_by_the_number_of_the_trade() -> None:
    (received,) = events(told("alipay-bill", BILL))
    # By the number of its row it would count twice beside the notification.
    assert received["data"]["payment"] == received["id"] == "2026030522001000000000000001"
    assert ids(told("alipay-notify", NOTIFY)) == [received["id"]]


def test_a_refund_whose_payee_is_masked_is_skipped_and_says_so() -> None:
    found = told("alipay-bill", BILL)
    assert counts(found) == {"Mapped": 1, "Skipped": 1}
    assert "masks" in reasons(found)[0]


def test_a_refund_to_an_account_that_is_shown_is_one() -> None:
    found = tried("alipay-bill", bill(("陈*(138****0001)", "buyer@example.com")))
    refund = events(found)[1]
    assert refund["id"] == "54632446000002"
    assert refund["data"]["kind"] == "refund"
    assert refund["data"]["amount"] == "3000.00"
    assert refund["data"]["payee_account"] == "buyer@example.com"


def test_money_in_under_a_word_that_nobody_knows_is_a_dead_letter() -> None:
    (letter,) = refused(tried("alipay-bill", bill(("交易付款", "充值"))))
    assert (letter.field, letter.word, letter.table) == ("data.kind", "充值", "received")


def test_fees_and_withdrawals_are_skipped() -> None:
    found = tried("alipay-bill", bill(("交易退款", "收费")))
    assert reasons(found) == ["money out that is no refund"]


def test_without_the_own_account_the_list_gives_dead_letters() -> None:
    with_nothing = Connector(load_page("alipay-bill"))
    (letter,) = refused([it for record in records() for it in with_nothing.outcomes(record)])
    assert (letter.word, letter.table) == ("alipay", "accounts")


def records() -> list[Record]:
    found = told("alipay-bill", BILL)
    return [Record(it.record) for it in found if it.record is not None]
