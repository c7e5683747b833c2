from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import pytest

from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, fixture, read, read_fixture, values

HEAD = ":20:S\n:25:10020030/1234567\n:28C:1/1\n:60F:C260304EUR0,00\n"


def one(text: str) -> dict[str, Any]:
    (value,) = values(HEAD + text, format="mt940")
    return value


def test_a_statement_has_its_entries() -> None:
    received, taken_back = read_fixture("bank/mt940.txt")
    assert received["account"] == "6222000011112222001"
    assert received["bank"] == "EXMPCNSH"
    assert (received["amount"], received["currency"]) == (Decimal("128000.00"), "CNY")
    assert received["booked"] == "2026-03-05"
    assert received["acct_svcr_ref"] == "B20260305000718"
    assert received["end_to_end_id"] == "E2E-0718"
    assert received["counterparty_name"] == "SUZHOU YANGBEN JIXIEYOUXIAN GONGSI"
    assert received["counterparty_account"] == "6217000010099887766"
    assert received["counterparty_bank"] == "EXMPCNBJ"
    assert received["remittance"] == "HUOKUAN SO-2026-0412"
    assert (received["credit_debit"], received["reversal"]) == ("CRDT", False)
    assert (taken_back["credit_debit"], taken_back["reversal"]) == ("DBIT", True)
    assert taken_back["acct_svcr_ref"] == "B20260305000720"


def test_an_entry_has_its_line() -> None:
    items = read(fixture("bank/mt940.txt"), format="mt940")
    assert [(it.line, it.part) for it in items if isinstance(it, Record)] == [
        (6, "entry 1"),
        (9, "entry 2"),
    ]


def test_it_has_the_fields_of_camt() -> None:
    assert read_fixture("bank/mt940.txt")[0].keys() == read_fixture("bank/camt053.xml")[0].keys()


@pytest.mark.parametrize(
    ("mark", "direction", "reversal"),
    [("C", "CRDT", False), ("D", "DBIT", False), ("RC", "DBIT", True), ("RD", "CRDT", True)],
)
def test_the_mark_says_which_way_the_money_went(mark: str, direction: str, reversal: bool) -> None:
    value = one(f":61:260305{mark}1,5NTRFNONREF\n")
    assert (value["credit_debit"], value["reversal"]) == (direction, reversal)
    assert value["amount"] == Decimal("1.5")
    assert value["end_to_end_id"] == ""


def test_an_entry_of_the_next_year_is_booked_in_it() -> None:
    value = one(":61:2512310102C1,00NTRFX\n")
    assert (value["value_date"], value["booked"]) == ("2025-12-31", "2026-01-02")


def test_references_are_not_cut() -> None:
    long = "A" * 40
    value = one(f":61:260305C1,00NTRF{long}//{long}B\nmore\n")
    assert (value["end_to_end_id"], value["acct_svcr_ref"]) == (long, long + "B")
    assert value["additional"] == "more"


def test_details_may_be_plain_text_over_several_lines() -> None:
    value = one(":61:260305C1,00NTRFX\n:86:paid for\nSO-1  thanks\n")
    assert value["remittance"] == "paid for SO-1 thanks"


def test_sub_fields_are_joined_over_lines() -> None:
    value = one(":61:260305C1,00NTRFX\n:86:166?00T?20EREF+SO-\n2026-1?21-A?60-B?32Mei\n?33er\n")
    assert value["remittance"] == "EREF+SO-2026-1-A-B"
    assert value["counterparty_name"] == "Meier"


def test_what_is_said_of_the_whole_statement_belongs_to_no_entry() -> None:
    value = one(":61:260305C1,00NTRFX\n:86:one\n:62F:C260305EUR1,00\n:86:all\n-}\n")
    assert value["remittance"] == "one"


def test_a_line_that_is_wrong_is_a_fault_and_the_next_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    text = HEAD + ":61:secret\n:61:269905C1,00NTRFX\n:61:260305C1,2,3NTRFX\n:61:260305C1,00NTRFX\n"
    *wrong, good = read(text, format="mt940")
    assert [it.line for it in wrong if isinstance(it, Undecodable)] == [5, 6, 7]
    assert isinstance(good, Record)
    assert not caplog.text


def test_the_next_statement_has_its_own_account() -> None:
    text = HEAD + ":61:260305C1,00NTRFX\n-\n:20:T\n:61:260305C1,00NTRFX\n"
    good, wrong = read(text, format="mt940")
    assert isinstance(good, Record)
    assert isinstance(wrong, Undecodable)
    assert ":25:" in wrong.reason


def test_a_currency_behind_the_account_is_no_part_of_it() -> None:
    text = HEAD.replace("1234567", "1234567EUR") + ":61:260305C1,00NTRFX\n"
    assert values(text, format="mt940")[0]["account"] == "1234567"


def test_what_has_no_such_line_is_refused() -> None:
    assert fault("hello", format="mt940").last
    assert fault("", format="mt940").last


def test_a_field_without_end_is_not_searched() -> None:
    text = HEAD + ":61:260305C1,00NTRFX\n:86:" + "?20x\n" * 100_000
    assert "too long" in fault(text, format="mt940").reason
