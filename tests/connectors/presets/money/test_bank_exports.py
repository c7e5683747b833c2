from __future__ import annotations

import io
from datetime import datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.loading import load_page
from connectors.mapping.connector import Connector
from tests.connectors.presets.fixture import COMPANY, counts, events, expected, told
from tests.connectors.presets.trial import bytes_of, ids, reasons, refused, tried

CMB = "bank/cmb_corporate.csv"
ICBC = "bank/icbc_corporate.csv"


def text(fixture: str, *changes: tuple[str, str]) -> str:
    """A fixture with text in it replaced; each change has to find some."""
    found = bytes_of(fixture).decode("gb18030")
    for old, new in changes:
        assert old in found
        found = found.replace(old, new)
    return found


def test_the_other_names_of_its_columns_are_read_too() -> None:
    renamed = text(
        CMB, ("借方金额", "借方(出账)"), ("贷方金额", "贷方(入账)"), ("交易日,", "交易日期,")
    )
    assert events(tried("bank-cmb", renamed)) == expected(CMB)


def test_an_export_that_overlaps_gives_the_same_ids() -> None:
    rows = text(CMB).splitlines(keepends=True)
    later = "".join(rows[:5] + rows[6:])
    assert set(ids(tried("bank-cmb", later))) < set(ids(told("bank-cmb", CMB)))


def test_money_out_without_the_word_is_no_refund() -> None:
    found = tried("bank-cmb", text(CMB, ("退款", "房租")))
    assert counts(found) == {"Mapped": 1, "Skipped": 1}
    assert reasons(found) == ["money out that is no refund"]


def test_a_reversal_whose_word_nobody_knows_is_a_dead_letter() -> None:
    header = next(it for it in text(CMB).splitlines() if it.startswith("账号,")).split(",")
    row = {"账号": "1", "币种": "人民币", "交易日": "20260305", "贷方金额": "1.00", "流水号": "G1"}
    cells = [{**row, "冲账标志": "Y"}.get(name, "") for name in header]
    (letter,) = refused(tried("bank-cmb", f"{','.join(header)}\n{','.join(cells)}\n"))
    assert (letter.field, letter.word, letter.table) == ("data.kind", "Y", "reversal")


def test_an_account_that_a_spreadsheet_has_rounded_is_a_dead_letter() -> None:
    (letter, _) = refused(tried("bank-cmb", text(CMB, ("6217000010099887766", "6.217E+18"))))
    assert letter.field == "data.payer_account"
    assert "rounded" in letter.reason


def test_a_refund_of_icbc_goes_to_who_had_paid() -> None:
    received, refund = events(told("bank-icbc", ICBC))
    assert {received["source"], refund["source"]} == {"//bank.example.com/1001000011112222001"}
    assert refund["data"]["kind"] == "refund"
    assert refund["data"]["order"] == "SO-2026-0399"
    assert refund["data"]["payee_account"] == "6217000010099887766"


def test_a_row_of_icbc_has_one_id_however_its_amounts_are_written() -> None:
    plain = text(ICBC, ('"128,000.00	"', "128000.00"), ('"503,000.00	"', "503000.00"))
    assert ids(tried("bank-icbc", plain)) == ids(told("bank-icbc", ICBC))


def test_a_flag_that_contradicts_the_column_is_a_dead_letter() -> None:
    found = tried("bank-icbc", text(ICBC, (",贷	", ",借	")))
    (letter,) = refused(found)
    assert (letter.field, letter.word, letter.table) == ("data.kind", "借", "credit")


def test_the_general_preset_reads_the_exports_of_both_banks() -> None:
    for fixture, own in ((CMB, "bank-cmb"), (ICBC, "bank-icbc")):
        general, special = events(told("bank-csv", fixture)), events(told(own, fixture))
        for here, there in zip(general, special, strict=True):
            for document in (here, there):
                del document["id"], document["data"]["payment"]
            # ICBC says of the account no name.
            assert here == there


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("日期,收入,支出,余额,摘要", "2026/3/5,¥10.00,,20.00,SO-2026-0412"),
        ("记账日,发生额,余额,摘要", "20260305,+10.00,20.00,SO-2026-0412"),
        ("交易日期,借贷标志,金额,余额,附言", "2026-03-05,贷,10.00,20.00,SO-2026-0412"),
        ("Date;Paid In;Paid Out;Balance;Details", "2026-03-05;10.00;;20.00;SO-2026-0412"),
        ("Date,Dr/Cr,Amount,Balance,Memo", "2026-03-05,CR,10.00,20.00,SO-2026-0412"),
    ],
)
def test_money_in_is_the_same_in_each_of_the_three_ways(header: str, row: str) -> None:
    (event,) = events(tried("bank-csv", f"示例银行\n\n{header}\n{row}\n"))
    assert event["id"] == "row/2026-03-05T00:00:00+08:00/10.00//20.00"
    assert event["source"] == "//bank.example.com/6222000011112222001"
    assert event["data"]["kind"] == "received"
    assert event["data"]["order"] == "SO-2026-0412"
    assert event["data"]["amount"] == "10.00"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("日期,收入,支出,余额,摘要", "2026-03-05,0.00,10.00,20.00,{}"),
        ("日期,发生额,余额,摘要", "2026-03-05,-10.00,20.00,{}"),
        ("日期,发生额,余额,摘要", "2026-03-05,(10.00),20.00,{}"),
        ("日期,借/贷,金额,余额,摘要", "2026-03-05,借,10.00,20.00,{}"),
    ],
)
def test_money_out_is_skipped_or_a_refund_to_an_account(header: str, row: str) -> None:
    found = tried("bank-csv", f"{header},对方账号\n{row.format('房租')},6217000010099887766\n")
    assert reasons(found) == ["money out that is no refund"]
    (event,) = events(
        tried("bank-csv", f"{header},对方账号\n{row.format('退款')},6217000010099887766\n")
    )
    assert event["data"]["amount"] == "10.00"
    assert event["data"]["kind"] == "refund"


def test_money_in_that_is_negative_is_a_dead_letter() -> None:
    (letter,) = refused(tried("bank-csv", "日期,收入,支出,余额,摘要\n2026-03-05,-10.00,,20.00,x\n"))
    assert (letter.stage, letter.field) == ("contract", "data.amount")


def test_without_an_account_anywhere_each_row_is_a_dead_letter() -> None:
    rows = "日期,收入,余额\n2026-03-05,10.00,20.00\n".encode()
    (letter,) = refused(list(Connector(load_page("bank-csv")).read(io.BytesIO(rows))))
    assert (letter.word, letter.table) == ("own", "accounts")


def test_a_page_says_how_an_order_looks_where_it_stands_and_what_a_column_is_called(
    tmp_path: Path,
) -> None:
    page = tmp_path / "our-bank.toml"
    page.write_text(
        """
preset = "bank-csv"
source = "//bank.example.com/our-bank"
[tables.patterns]
order = 'DH\\d+'
[values.order]
path = "票据号"
as = "find"
named = "order"
[decode]
header_has = "进账"
[decode.aliases]
income = ["进账"]
""",
        "utf-8",
    )
    rows = "日期,进账,余额,票据号\n2026-03-05,10.00,20.00,订单DH77\n".encode()
    (event,) = events(list(Connector(load_page(str(page), COMPANY)).read(io.BytesIO(rows))))
    assert event["source"] == "//bank.example.com/our-bank"
    assert event["data"]["order"] == "DH77"


def test_the_company_says_once_for_all_pages_how_its_orders_look(tmp_path: Path) -> None:
    page, company = tmp_path / "cmb.toml", tmp_path / "company.toml"
    page.write_text('preset = "bank-cmb"\nsource = "//bank.example.com/cmb"\n', "utf-8")
    company.write_text("[tables.patterns]\norder = '货款'\n", "utf-8")
    found = Connector(load_page(str(page), company)).read(io.BytesIO(bytes_of(CMB)))
    assert events(list(found))[0]["data"]["order"] == "货款"


def test_a_workbook_whose_cells_are_dates_times_and_numbers_is_read(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["示例银行对账单"])
    sheet.append(
        ["交易日期", "交易时间", "借方金额", "贷方金额", "余额", "对方账号", "摘要", "交易流水号"]
    )
    day, payer = datetime(2026, 3, 5), "6217000010099887766"  # noqa: DTZ001 - a cell has no zone
    sheet.append([day, "14:22:30", 0, 1280.5, 5030, payer, "SO-2026-0412", "0718"])
    sheet.append([day, time(15, 0, 1), 12.8, 0, 5017.7, payer, "退款 SO-2026-0412", 719])
    sheet.append([day, None, 99, None, 4918.7, payer, 77, 720])
    content = io.BytesIO()
    workbook.save(content)
    content.seek(0)
    page = tmp_path / "our-bank.toml"
    page.write_text('preset = "bank-csv"\ndecode = { format = "xlsx" }\n', "utf-8")
    found = list(Connector(load_page(str(page), COMPANY)).read(content))
    received, refund = events(found)
    assert received["time"] == "2026-03-05T14:22:30+08:00"
    assert received["data"]["amount"] == "1280.5"
    assert refund["id"] == "2026-03-05/719"
    assert (refund["time"], refund["data"]["kind"]) == ("2026-03-05T15:00:01+08:00", "refund")
    assert reasons(found) == ["money out that is no refund"]
