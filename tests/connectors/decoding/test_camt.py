from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read, read_fixture, values

HEAD = "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"


def statement(entries: str, version: str = "08") -> str:
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        f"<BkToCstmrStmt><Stmt>{HEAD}{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def entry(details: str = "", more: str = "", direction: str = "CRDT") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}'
        f"<AcctSvcrRef>REF</AcctSvcrRef>{details}</Ntry>"
    )


def one(text: str) -> dict[str, Any]:
    (value,) = values(text, format="camt")
    return value


def test_a_statement_of_version_2_has_its_bookings() -> None:
    received, paid = read_fixture("bank/camt053.xml")
    assert received["account"] == "6222000011112222001"
    assert received["account_name"] == "上海示例贸易有限公司"
    assert (received["amount"], received["currency"]) == (Decimal("128000.00"), "CNY")
    assert (received["credit_debit"], paid["credit_debit"]) == ("CRDT", "DBIT")
    assert (received["booked"], received["value_date"]) == ("2026-03-05", "2026-03-05")
    assert received["acct_svcr_ref"] == "B20260305000718"
    assert received["end_to_end_id"] == "E2E-0718"
    assert received["counterparty_name"] == "苏州样本机械有限公司"
    assert received["counterparty_account"] == "6217000010099887766"
    assert paid["counterparty_account"] == "6217000010099887766"
    assert received["remittance"] == "货款 SO-2026-0412"
    assert received["bank_tx_code"] == "PMNT/RCDT/DMCT"


def test_a_statement_of_version_8_says_the_same() -> None:
    old, new = read_fixture("bank/camt053.xml")[0], read_fixture("bank/camt053_v08.xml")[0]
    assert new["booked"] == "2026-03-05T14:22:30+08:00"
    assert {**new, "booked": old["booked"]} == old


def test_what_takes_back_a_credit_is_a_debit() -> None:
    received, taken_back = read_fixture("bank/camt054.xml")
    assert (received["credit_debit"], received["reversal"]) == ("CRDT", False)
    assert (taken_back["credit_debit"], taken_back["reversal"]) == ("DBIT", True)


def test_all_records_have_the_same_fields() -> None:
    bare = one(statement(entry()))
    full = read_fixture("bank/camt053.xml")[0]
    assert bare.keys() == full.keys()
    assert bare["counterparty_name"] == bare["remittance"] == ""


def test_each_payment_of_an_entry_is_a_record() -> None:
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs><AmtDtls><TxAmt>"
        f'<Amt Ccy="EUR">{n}.00</Amt></TxAmt></AmtDtls></TxDtls>'
        for n in (4, 6)
    )
    items = read(statement(entry(f"<NtryDtls>{details}</NtryDtls>")), format="camt")
    assert [it.part for it in items if isinstance(it, Record)] == [
        "Ntry 1 TxDtls 1",
        "Ntry 1 TxDtls 2",
    ]
    found = [it.value for it in items if isinstance(it, Record)]
    assert [(it["amount"], it["detail"]) for it in found] == [(4, 1), (6, 2)]
    assert [it["end_to_end_id"] for it in found] == ["E4", "E6"]
    assert [it["acct_svcr_ref"] for it in found] == ["REF", "REF"]


def test_one_payment_in_another_currency_is_booked_as_the_entry_says() -> None:
    details = '<NtryDtls><TxDtls><Amt Ccy="USD">11.00</Amt></TxDtls></NtryDtls>'
    value = one(statement(entry(details)))
    assert (value["amount"], value["currency"]) == (10, "EUR")


def test_a_payment_without_an_amount_is_a_fault_and_the_next_is_read() -> None:
    details = '<NtryDtls><TxDtls/><TxDtls><Amt Ccy="EUR">6.00</Amt></TxDtls></NtryDtls>'
    wrong, good = read(statement(entry(details)), format="camt")
    assert isinstance(wrong, Undecodable)
    assert wrong.reason == "Ntry 1 TxDtls 1 has no amount"
    assert isinstance(good, Record)


@pytest.mark.parametrize("amount", ["-1.00", "1,00", "1e5", "NaN", ""])
def test_an_amount_is_a_number_without_a_sign(amount: str) -> None:
    text = statement(entry()).replace("10.00", amount)
    assert "amount" in fault(text, format="camt").reason


def test_the_other_side_is_whoever_is_not_us() -> None:
    details = (
        "<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Buyer</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE1</IBAN></Id></DbtrAcct><Cdtr><Pty><Nm>Us</Nm></Pty></Cdtr>"
        "<CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct></RltdPties>"
        "<RltdAgts><DbtrAgt><FinInstnId><BICFI>BANK</BICFI></FinInstnId></DbtrAgt></RltdAgts>"
        "</TxDtls></NtryDtls>"
    )
    for direction in ("CRDT", "DBIT"):
        value = one(statement(entry(details, "<RvslInd>1</RvslInd>", direction)))
        assert value["counterparty_name"] == "Buyer"
        assert value["counterparty_account"] == "DE1"
        assert value["counterparty_bank"] == "BANK"
        assert value["reversal"]


def test_remittance_is_joined() -> None:
    details = (
        "<NtryDtls><TxDtls><RmtInf><Ustrd>a</Ustrd><Ustrd>b</Ustrd>"
        "<Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    )
    assert one(statement(entry(details)))["remittance"] == "a b RF18"


def test_the_second_statement_has_its_own_account() -> None:
    other = HEAD.replace("202051", "202052")
    text = statement(entry() + "</Stmt><Stmt>" + other + entry() + entry())
    items = read(text, format="camt")
    assert [it.part for it in items if isinstance(it, Record)] == [
        "Ntry 1",
        "Stmt 2 Ntry 1",
        "Stmt 2 Ntry 2",
    ]
    assert values(text, format="camt")[2]["account"].endswith("202052")


def test_another_message_is_refused() -> None:
    assert "neither" in fault("<Document><CstmrCdtTrfInitn/></Document>", format="camt").reason
