"""`offbook connect` as an integrator uses it before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import REFERENCE, offbook
from tests.connectors.presets.fixture import COMPANY, FIXTURES

#: A CRM's export as people send it: a preamble, GBK, numbers in two spellings, totals behind.
EXPORT = """客户订单收款表,,,,,
导出人：张三,,,,,
收款单号,收款日期,收款金额,收款账号,订单号,录入人
SK-1,2026/3/5 14:22,"128,000.00",6222000011112222001,SO-1,李四
SK-2,2026/3/6 9:05,"￥1,200",6217000010099887766,SO-2,王五
SK-2,2026/3/6 9:05,"￥1,300",6217000010099887766,SO-2,王五
SK-3,2026/3/7,12.00,6.22E+18,SO-3,李四
合计,,"130,500.00",,,
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "收款.csv"
    file.write_bytes(EXPORT.encode("gbk"))
    return file


def test_from_a_sample_to_events_without_a_line_of_code(export: Path, tmp_path: Path) -> None:
    proposed = offbook("connect", "init", "--from", str(export), "--source", "//crm.acme.test")
    assert proposed.returncode == 0, proposed.stderr
    page = tmp_path / "receipts.toml"
    page.write_text(proposed.stdout, "utf-8")
    done = offbook("connect", "try", str(page), str(export), "--company", str(COMPANY), "--explain")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(it["id"], it["data"]["amount"]) for it in events] == [
        ("SK-1", "128000.00"),
        ("SK-2", "1200"),
        ("SK-2", "1300"),
    ]
    assert events[0]["data"]["recorded_by"] == "E-107"
    assert events[0]["time"] == "2026-03-05T14:22:00+08:00"
    # Two rows have one number and say two things: one of them would be lost.
    assert "1 have the type, source and id of another and say something else" in done.stderr
    # And a spreadsheet has cut off an account.
    assert f"{export}:7: map: data.payee_account: A spreadsheet has made a rounded" in done.stderr
    assert done.returncode == 1


def test_a_word_in_no_table_is_told_with_its_count_and_where_to_write_it(
    export: Path, tmp_path: Path
) -> None:
    page = tmp_path / "receipts.toml"
    page.write_text(offbook("connect", "init", "--from", str(export)).stdout, "utf-8")
    assert '# "李四" = ""' in page.read_text("utf-8")
    done = offbook("connect", "try", str(page), str(export))
    assert done.stdout == ""
    assert "2 × '王五' for data.recorded_by: add it to [tables.people]" in done.stderr
    assert done.returncode == 1


def test_who_is_met_is_told_by_what_is_known_already(tmp_path: Path) -> None:
    page = tmp_path / "hr.toml"
    page.write_text('preset = "hr-csv"\nsource = "//hr.acme.test"\n', "utf-8")
    done = offbook(
        *("connect", "try", str(page), str(FIXTURES / "hr/departures.csv"), "--with", REFERENCE)
    )
    assert "employee: " in done.stderr
    assert "unknown" in done.stderr
    assert "bulk-export" in done.stderr
    assert "They rest, as far as these records go: " in done.stderr


def test_the_presets_are_listed() -> None:
    done = offbook("connect", "list")
    assert done.returncode == 0
    assert "debezium" in done.stdout
    assert "任意数据库" in done.stdout


def test_the_cases_of_a_page_are_run() -> None:
    done = offbook("connect", "test", "hr-csv", "--company", str(COMPANY))
    assert done.returncode == 0
    assert " passed, 0 failed" in done.stderr


def test_a_page_on_a_preset_has_the_words_that_its_tables_lack(tmp_path: Path) -> None:
    sample = tmp_path / "wms.csv"
    sample.write_text("出库单号,状态,出库时间\nSH-1,已发往前置仓,2026-03-05 10:00\n", "utf-8")
    done = offbook("connect", "init", "--from", str(sample), "--preset", "wms-csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('preset = "wms-csv"\n')
    assert '# "已发往前置仓" = ""  # 1 times in the sample' in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("try", "debezum", "-"), "offbook: there is no preset 'debezum'"),
        (("try", "none/such.toml", "-"), "offbook: none/such.toml: cannot be read"),
        (("try", "hr-csv", "/none/such"), "offbook: /none/such: cannot be read"),
        (("init", "--from", "/none/such"), "offbook: /none/such: cannot be read"),
        (("test", "none.toml"), "offbook: none.toml: cannot be read"),
        (("try", "hr-csv", "-", "--company", "/none"), "offbook: /none: cannot be read"),
    ],
)
def test_what_cannot_be_used_is_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = offbook("connect", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("sample", "preset"),
    [
        ("bank/camt053.xml", "camt"),
        ("bank/cmb_corporate.csv", "bank-cmb"),
        ("debezium/create_no_schema.json", "debezium"),
        ("wecom/change_contact_delete_user.xml", "wecom-contacts"),
        ("hr/departures.csv", "hr-csv"),
    ],
)
def test_a_preset_that_is_made_for_a_sample_is_named(sample: str, preset: str) -> None:
    done = offbook("connect", "init", "--from", str(FIXTURES / sample))
    assert f"--preset {preset}\n" in done.stdout + done.stderr


def test_a_sample_of_which_nothing_is_known_says_what_to_do(tmp_path: Path) -> None:
    sample = tmp_path / "odd.csv"
    sample.write_text("a,b\n1,2\n", "utf-8")
    done = offbook("connect", "init", "--from", str(sample))
    assert done.returncode == 2
    assert "Write a page by hand" in done.stderr
