from __future__ import annotations

import csv
import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.decoding.decode import records
from connectors.decoding.options import Decoding
from connectors.record import Record, Undecodable
from tests.connectors.decoding.reading import fault, read, read_fixture, values
from tests.parts.examples import examples


def read_csv(content: bytes | str, **options: Any) -> list[Record | Undecodable]:
    return read(content, format="csv", **options)


def lines_of(items: list[Record | Undecodable]) -> list[int]:
    return [it.line for it in items]


def test_a_row_has_the_names_of_the_header() -> None:
    assert read_csv("a,b\r\n1,2\r\n") == [Record({"a": "1", "b": "2"}, 2)]


def test_alipay_has_a_preamble_tabs_and_totals() -> None:
    first, second = read_fixture("bank/alipay_merchant.csv")
    assert first["账务流水号"] == "54632446000001"
    assert first["收入金额（+元）"] == "128000.00"
    assert first["备注"] == ""
    assert second["支出金额（-元）"] == "-3000.00"


def test_cmb_has_long_accounts_behind_which_a_tab_stands() -> None:
    first, second = read_fixture("bank/cmb_corporate.csv")
    assert first["账号"] == "6222000011112222001"
    assert (first["借方金额"], first["贷方金额"]) == ("", "128,000.00")
    assert (second["借方金额"], second["贷方金额"]) == ("3,000.00", "")


def test_icbc_ends_with_totals() -> None:
    assert [it["借/贷"] for it in read_fixture("bank/icbc_corporate.csv")] == ["贷", "借"]


def test_wechat_has_backticks_and_totals_of_two_rows() -> None:
    first, second = read_fixture("bank/wechatpay_trade_bill.csv")
    assert first["微信订单号"] == "4200000000202603050000000001"
    assert first["设备号"] == ""
    assert second["退款金额"] == "3000.00"


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("endpoint/file_log.GUESS.csv", "操作类型", ["删除", "复制到U盘", "上传", "聊天外发"]),
        ("endpoint/ipguard_document_log.GUESS.csv", "文件大小", ["48211", "1258291"]),
        ("endpoint/keyword_alert.GUESS.csv", "敏感词", ["打到我卡上"]),
        ("hr/departures.csv", "状态", ["审批通过", "已离职", "已撤回"]),
        ("shipping/wms_outbound.csv", "订单号", ["SO-2026-0412", ""]),
        ("zoho/bulk_read_deals.csv", "Deal_Name", ["样本机械 40 台", "示例电气, 二期"]),
        ("zoho/audit_log.GUESS.csv", "Audited Time", None),
        ("salesforce/event_log_file_bulk_api.csv", "ROWS_PROCESSED", ["48210"]),
        ("salesforce/event_log_file_report_export.csv", "REPORT_DESCRIPTION", ["全部客户联系方式"]),
    ],
)
def test_an_export_of_another_system_is_read(
    name: str, field: str, expected: list[str] | None
) -> None:
    found = [it[field] for it in read_fixture(name)]
    assert found == (
        expected or ["Mar 08, 2026 10:46 AM", "Mar 08, 2026 10:20 AM", "Mar 08, 2026 09:58 AM"]
    )


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("6222\t", "6222"),
        ("`6222", "6222"),
        ("`", ""),
        ('="00123"', "00123"),
        ('"=""00123"""', "00123"),
        ("'0012", "0012"),
        ("'t Hart", "'t Hart"),
        ("\u3000 x\u00a0", "x"),
        ("-", ""),
        ("--", ""),
        ("/", ""),
        (" -\t", ""),
        ("-3.00", "-3.00"),
        ("a/b", "a/b"),
        ("6.22E+18", "6.22E+18"),
        ('"say ""hi"", twice"', 'say "hi", twice'),
        ('"a\r\nb"', "a\nb"),
        ('5" pipe', '5" pipe'),
    ],
)
def test_a_value_is_without_what_stands_around_it(cell: str, value: str) -> None:
    assert values(f"k,v,w\nid,{cell},z\n", format="csv") == [{"k": "id", "v": value, "w": "z"}]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("known", [True, False])
def test_the_delimiter_is_seen_at_the_header(delimiter: str, known: bool) -> None:
    text = "title\n" * known + delimiter.join("abc") + "\n" + delimiter.join("123") + "\n"
    header = {"header_has": "b"} if known else {}
    assert values(text, format="csv", **header) == [{"a": "1", "b": "2", "c": "3"}]


def test_a_line_is_where_its_row_begins() -> None:
    items = read_csv('# 1\n# "2\n\na,b\n"x\ny\n",1\nz,2\n', header_has="a")
    assert lines_of(items) == [5, 8]


def test_a_header_may_be_broken_into_lines() -> None:
    text = '说明\n"金额\n(元)",工号\n1,2\n'
    assert read_csv(text, header_has="工号") == [Record({"金额(元)": "1", "工号": "2"}, 4)]


def test_a_quotation_mark_in_the_preamble_does_not_swallow_the_header() -> None:
    text = '"账户名,未结束\n工号,名\n1,"x"\n2,"y"\n'
    assert lines_of(read_csv(text, header_has="工号")) == [3, 4]


def test_blank_rows_and_a_header_that_is_repeated_are_no_data() -> None:
    assert lines_of(read_csv("a,b\n\n,,,\n \t\n1,2\na,b\n3,4\n")) == [5, 7]


def test_rows_of_another_width_are_faults_that_name_both() -> None:
    good, few, many, last = read_csv("a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert isinstance(few, Undecodable)
    assert isinstance(many, Undecodable)
    assert (few.line, few.reason) == (3, "the row has 1 cells and the header 2")
    assert (many.line, many.reason) == (4, "the row has 3 cells and the header 2")
    assert not few.last
    assert (good.line, last.line) == (2, 5)


def test_a_subtotal_does_not_end_the_data() -> None:
    items = read_csv("a,b\n1,2\n小计：1,\n3,4\n合计,,\n8,8,8\n", totals=["小计", "合计"])
    assert lines_of(items) == [2, 4]


def test_a_subtotal_does_not_hide_a_row_that_is_wrong() -> None:
    items = read_csv("a,b\n小计,1,2\n3,4\n5,6,7\n小计,8,9\n9\n", totals=["小计"])
    assert [(it.line, isinstance(it, Record)) for it in items] == [
        (3, True),
        (4, False),
        (6, False),
    ]


def test_a_file_whose_lines_end_as_on_an_old_mac_is_refused() -> None:
    assert "CR" in fault("a,b\r1,2\r3,4\r", format="csv").reason


def test_a_header_that_is_named_twice_is_refused() -> None:
    item = fault("a,b,a\n1,2,3\n", format="csv")
    assert item.last
    assert item.line == 1
    assert "1 and 3" in item.reason


def test_columns_without_a_name_are_left_out() -> None:
    assert values("a,,b,\n1,2,3,\n", format="csv") == [{"a": "1", "b": "3"}]


def test_a_header_that_is_not_there_is_named_and_the_data_is_not() -> None:
    item = fault("李四,secret\n1,2\n", format="csv", header_has=["工号", "员工编号"])
    assert item.last
    assert "工号 or 员工编号" in item.reason
    assert "李四" not in item.reason + item.mend


def test_a_header_is_looked_for_in_the_first_thousand_lines() -> None:
    assert fault("x\n" * 1000 + "a\n1\n", format="csv", header_has="a").last
    assert lines_of(read_csv("x\n" * 999 + "a\n1\n", header_has="a")) == [1001]


def test_names_are_ours_where_an_alias_says_so() -> None:
    aliases = {"person": ["用户", "使用人", "终端名称"], "time": ["时间"]}
    text = "终端名称,使用人,time,时间\npc,李四,1,2\n"
    assert values(text, format="csv", aliases=aliases) == [
        {"终端名称": "pc", "person": "李四", "time": "1", "时间": "2"}
    ]


def test_a_nul_is_a_fault_of_its_row() -> None:
    items = read_csv("a,b\n1,x\0y\n3,4\n")
    assert isinstance(items[0], Undecodable)
    assert lines_of(items) == [2, 3]


def test_a_line_without_end_is_a_fault_and_the_next_is_read() -> None:
    items = read_csv("a,b\n1," + "x" * (3 << 20) + "\n3,4\n")
    assert isinstance(items[0], Undecodable)
    assert lines_of(items) == [2, 3]
    assert items[1] == Record({"a": "3", "b": "4"}, 3)


def test_a_quotation_without_end_is_a_fault_and_the_next_line_begins_a_row() -> None:
    items = read_csv('a,b\n1,"x\n3,4\n5,6\n')
    assert isinstance(items[0], Undecodable)
    assert not items[0].last
    assert lines_of(items) == [2, 3, 4]


def test_a_cell_of_many_lines_has_a_limit_too() -> None:
    items = read_csv('a,b\n1,"' + ("x" * 99 + "\n") * 20_000 + '"\n3,4\n')
    assert isinstance(items[0], Undecodable)
    assert items[-1] == Record({"a": "3", "b": "4"}, 20_003)


def test_quotations_that_never_close_are_not_read_again_for_each_line() -> None:
    # Each line would be looked at a million characters ahead: 300 GB of them.
    items = read_csv("a,b\n" + 'x"y,"z\n' * 300_000)
    assert 0 < len(items) < 300_000
    assert all(isinstance(it, Undecodable) for it in items)


def test_rows_are_read_when_they_are_asked_for_and_not_kept() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return (
                (b"1,2\n" * (size // 4 + 1))[: size - size % 4] if self.given > size else b"a,b\n"
            )

    endless = Endless()
    rows = records(endless, Decoding(format="csv"))  # type: ignore[arg-type] - all that is asked of it
    assert endless.given == 0
    assert next(rows) == Record({"a": "1", "b": "2"}, 2)
    tracemalloc.start()
    try:
        for _ in range(50_000):
            next(rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_500_000


@settings(max_examples=examples(400))
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r`'=\ufeff\u200b")),
            min_size=3,
            max_size=3,
        ).filter(lambda row: any(cell.strip() for cell in row))
    )
)
def test_what_python_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["k1", "k2", "k3"], *rows])
    nothing = ("-", "--", "/")
    expected = [["" if it.strip() in nothing else it.strip() for it in row] for row in rows]
    found = values(out.getvalue(), format="csv", encoding="utf-8")
    assert [list(it.values()) for it in found] == [it for it in expected if any(it)]
