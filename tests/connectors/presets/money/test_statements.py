from __future__ import annotations

from tests.connectors.presets.fixture import counts, events, told
from tests.connectors.presets.trial import bytes_of, ids, reasons, refused, tried


def camt(fixture: str, *changes: tuple[str, str]) -> bytes:
    """A fixture of the bank with text in it replaced; each change has to find some."""
    text = bytes_of(f"bank/{fixture}").decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def test_statement_and_notice_of_one_booking_have_one_id() -> None:
    statement, notice = tried("camt", camt("camt053.xml")), tried("camt", camt("camt054.xml"))
    assert ids(statement)[0] == ids(notice)[0]
    assert events(statement)[0]["source"] == events(notice)[0]["source"]


def test_a_statement_that_is_read_again_gives_the_same_ids() -> None:
    assert ids(told("camt", "bank/camt053.xml")) == ids(told("camt", "bank/camt053.xml"))


def test_money_out_is_a_refund_only_if_its_remark_says_so() -> None:
    found = tried("camt", camt("camt053.xml", ("退款 SO-2026-0399", "房租")))
    assert counts(found) == {"Mapped": 1, "Skipped": 1}
    assert reasons(found) == ["money out that is no refund"]


def test_a_payment_out_that_the_bank_took_back_is_no_payment_of_a_customer() -> None:
    found = tried("camt", camt("camt054.xml", ("DBIT</CdtDbtInd>", "CRDT</CdtDbtInd>")))
    assert reasons(found) == ["a payment out that the bank took back"]


def test_what_is_not_booked_is_skipped() -> None:
    found = tried("camt", camt("camt053.xml", ("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>")))
    assert counts(found) == {"Skipped": 2}
    assert set(reasons(found)) == {"not booked: expected, or for information only"}


def test_a_status_that_nobody_knows_is_a_dead_letter() -> None:
    found = refused(tried("camt", camt("camt053.xml", ("<Sts>BOOK</Sts>", "<Sts>OTHR</Sts>"))))
    assert [(it.field, it.word, it.table) for it in found] == [
        ("data.kind", "OTHR", "received"),
        ("data.kind", "OTHR", "refund"),
    ]


def test_a_booking_without_the_number_of_the_bank_is_a_dead_letter() -> None:
    without = camt(
        "camt053_v08.xml", ("<AcctSvcrRef>B20260305000718</AcctSvcrRef>", "<AcctSvcrRef/>")
    )
    found = refused(tried("camt", without))
    assert [it.field for it in found] == ["id"]


def test_each_payment_of_a_batch_has_an_id_of_its_own() -> None:
    payment = (
        "<TxDtls><Amt Ccy='CNY'>64000.00</Amt><RmtInf><Ustrd>SO-2026-0412</Ustrd></RmtInf></TxDtls>"
    )
    batch = camt("camt053_v08.xml", ("<NtryDtls>", f"<NtryDtls>{payment}"))
    assert ids(tried("camt", batch)) == ["B20260305000718/1", "B20260305000718/2"]


def test_an_account_that_is_masked_is_none() -> None:
    masked = camt("camt053_v08.xml", ("6217000010099887766", "6217********7766"))
    (event,) = events(tried("camt", masked))
    assert "payer_account" not in event["data"]
    assert event["data"]["payer_name"] == "苏州样本机械有限公司"


def test_a_reversed_credit_of_mt940_is_a_refund_of_that_order() -> None:
    refund = events(told("mt940", "bank/mt940.txt"))[1]
    assert refund["id"] == "B20260305000720"
    assert refund["data"] == {
        "payment": "B20260305000720",
        "kind": "refund",
        "order": "SO-2026-0412",
        "amount": "128000.00",
        "currency": "CNY",
        "payee_account": "6217000010099887766",
        "payer_account": "6222000011112222001",
        "method": "transfer",
    }


def test_a_remark_in_pinyin_tells_a_refund_too() -> None:
    statement = bytes_of("bank/mt940.txt").replace(b"RC128", b"D128")
    assert counts(tried("mt940", statement)) == {"Mapped": 1, "Skipped": 1}
    said = statement.replace(b"REVERSAL?20HUOKUAN", b"TRANSFER?20TUIKUAN")
    assert counts(tried("mt940", said)) == {"Mapped": 2}
