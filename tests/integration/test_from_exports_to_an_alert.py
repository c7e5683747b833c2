"""As a new integrator would: the GBK exports of a CRM and of HR, with the mistakes people make, are
mapped by proposed pages, tried, run, and alerted on, without a line of code."""

from __future__ import annotations

import json
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offbook.cli.demo.server_process import free_port
from tests.cli.commands import offbook
from tests.conftest import EmbeddedKafka, RunningKafka
from tests.connectors.receiving.running import running
from tests.parts.story_service import in_redis, running_worker, until, worker_config

pytestmark = pytest.mark.integration

COMPANY_ACCOUNT = "6222000011112222001"
#: Of 李四, to whom customers pay for what the company delivers.
PRIVATE_ACCOUNT = "6217000010099887766"

STAFF = f"""员工花名册,,,,,
工号,姓名,部门,直属上级工号,岗位,工资卡号
E-107,李四,华东一组,E-100,销售,{PRIVATE_ACCOUNT}
E-109,王五,华东一组,E-100,销售,
合计,2,,,,
"""
ACCOUNTS = f"""账号,户名,开户行
{COMPANY_ACCOUNT}\t,上海示例贸易有限公司,招商银行
"""


def receipts(today: datetime, *, cut_off: str) -> str:
    """What the CRM exports: who entered which receipt, and into which account it went."""
    day = today.strftime("%Y/%m/%d").replace("/0", "/")
    return f"""客户订单收款表,,,,,
导出人：张三,,,,,
收款单号,收款时间,收款金额,收款账号,订单号,录入人
SK-1,{day} 8:05,"128,000.00",{COMPANY_ACCOUNT},SO-1,王五
SK-2,{day} 9:30,"￥36,800",{PRIVATE_ACCOUNT},SO-2,李四
SK-3,{day} 10:00,12.00,{cut_off},SO-3,王五
合计,,"164,812.00",,,
"""


def write(path: Path, text: str) -> Path:
    """As Excel does on a Chinese machine, and whole at once."""
    path.with_suffix(".part").write_bytes(text.encode("gbk"))
    return path.with_suffix(".part").rename(path)


def page_for(folder: Path, sample: Path, name: str, source: str) -> Path:
    """The page that is proposed, with where its files come in written before it."""
    proposed = offbook("connect", "init", "--from", str(sample), "--source", source)
    assert proposed.returncode == 0, proposed.stderr
    assert "MISSING" not in proposed.stdout
    (folder / name).mkdir()
    receive = f'receive = {{ folder = {{ path = "{name}", pattern = "*.csv", still = "1s" }} }}\n'
    page = folder / f"{name}.toml"
    page.write_text(receive + proposed.stdout, "utf-8")
    return page


def test_exports_become_an_alert_and_what_is_wrong_with_them_is_said(
    kafka: EmbeddedKafka | RunningKafka, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    # So that no time of the day lies ahead of the clock.
    today = datetime.now(UTC).astimezone() - timedelta(days=1)
    samples = {
        "staff": write(tmp_path / "花名册.csv", STAFF),
        "accounts": write(tmp_path / "账户.csv", ACCOUNTS),
        "receipts": write(tmp_path / "收款.csv", receipts(today, cut_off="6.22E+18")),
    }
    pages = {
        name: page_for(tmp_path, sample, name, f"//{name}.acme.test")
        for name, sample in samples.items()
    }

    # The first trial names everybody who stands in no table; the next, what Excel has spoiled.
    tried = offbook("connect", "try", str(pages["receipts"]), str(samples["receipts"]))
    assert tried.returncode == 1
    assert "'李四' for data.recorded_by: add it to [tables.people]" in tried.stderr
    company = tmp_path / "company.toml"
    company.write_text('[tables.people]\n"李四" = "E-107"\n"王五" = "E-109"\n', "utf-8")
    with_company = ("--company", str(company))
    tried = offbook(
        *("connect", "try", str(pages["receipts"]), str(samples["receipts"]), *with_company)
    )
    assert [json.loads(it)["id"] for it in tried.stdout.splitlines()] == ["SK-1", "SK-2"]
    assert "data.payee_account: A spreadsheet has made a rounded number of it" in tried.stderr
    for name in ("staff", "accounts"):
        done = offbook("connect", "try", str(pages[name]), str(samples[name]), *with_company)
        assert done.returncode == 0, done.stderr

    config = worker_config(tmp_path, kafka.bootstrap, redis_url, topic_prefix, free_port())
    assert offbook("topics", "create", "--config", str(config)).returncode == 0
    with (
        running_worker(config, tmp_path / "worker.log"),
        running(
            kafka.bootstrap,
            topic_prefix,
            list(pages.values()),
            tmp_path / "connect.log",
            OFFBOOK_COMPANY=str(company),
        ) as connect,
    ):
        for name in ("staff", "accounts", "receipts"):
            write(tmp_path / name / "export.csv", samples[name].read_bytes().decode("gbk"))
        until(lambda: "offbook-payment" in in_redis(redis_url), 90, connect.said)
        (alert,) = _alerts(redis_url, "offbook-payment")
        assert alert["account_holder"] == "E-107"
        assert alert["order"] == "SO-2"
        assert connect.outcomes("receipts") == {"mapped": 2, "dead_letter": 1}
        assert connect.outcomes("staff") == {"mapped": 2}

        # The column is exported as text, and what is there already is a repeat.
        mended = receipts(today, cut_off="6217000099998888777")
        write(tmp_path / "receipts" / "mended.csv", mended)
        until(lambda: len(_alerts(redis_url, "offbook-payment")) == 2, 90, connect.said)
        assert {it["order"] for it in _alerts(redis_url, "offbook-payment")} == {"SO-2", "SO-3"}
    tables = tomllib.loads(offbook("connect", "company", "--config", str(config)).stdout)["tables"]
    assert tables["people"]["李四"] == "E-107"
    assert tables["accounts"]["上海示例贸易有限公司"] == COMPANY_ACCOUNT
    seen = offbook("doctor", "--config", str(config))
    assert "8 records: 8 good\n  2 are told before, and change nothing" in seen.stdout
    assert "employee: 5 known, 0 unknown" in seen.stdout
    assert seen.returncode == 0
    print(f"from exports to alerts in {time.monotonic() - began:.0f} s")


def _alerts(redis_url: str, detector: str) -> list[dict[str, Any]]:
    """The newest revision of each alert of a detector."""
    newest = {it["alert_id"]: it for it in map(json.loads, in_redis(redis_url).splitlines())}
    return [it for it in newest.values() if it["detector"] == detector]
