from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest

from connectors.loading import preset_text
from connectors.mapping.connector import Connector
from connectors.mapping.page import Page, read_page
from tests.connectors.presets.fixture import events

DOCS = Path(__file__).parents[3] / "docs" / "connectors"
_PAGE = re.compile(r"```toml\n(preset = .*?)```", re.DOTALL)
PRESETS = [
    *("wecom-contacts", "wecom-customers", "wecom-approvals", "wecom-chat", "wecom-file-log"),
    *("dingtalk", "feishu", "hr-csv", "workday"),
    *("endpoint-csv", "endpoint-syslog", "endpoint-cef"),
]


def example(preset: str, language: str = "") -> str:
    """The page that a company is shown how to write."""
    (page,) = _PAGE.findall((DOCS / f"{preset}{language}.md").read_text("utf-8"))
    return str(page)


def read(preset: str) -> Page:
    return read_page(preset, example(preset), preset_text)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_page_that_is_shown_can_be_used_as_it_is(preset: str) -> None:
    page = read(preset)
    assert page.source.startswith("//")
    assert page.title
    assert page.title_zh


@pytest.mark.parametrize("preset", PRESETS)
def test_both_languages_show_the_same_page(preset: str) -> None:
    assert tomllib.loads(example(preset)) == tomllib.loads(example(preset, ".zh"))


def test_a_column_of_the_companys_own_is_read() -> None:
    text = "离职名单\n人员编码,姓名,离职类型,提交日期,最后工作日,状态\n"
    text += "E-1,王五,退休,2026/3/9,2026/4/8,已离职\n"
    (event,) = events(list(Connector(read("hr-csv")).read(io.BytesIO(text.encode()))))
    assert event["data"] == {"employee": "E-1", "kind": "left", "effective_on": "2026-04-08"}


def test_an_export_with_headers_of_the_companys_own_is_read() -> None:
    text = "计算机名,域账号,操作类型,文件名,源路径,文件大小,介质类型,操作时间\n"
    text += "PC-1,lisi,复制,a.xlsx,D:\\a.xlsx,1KB,U盘,2026-03-09 18:58:02\n"
    text += "PC-1,lisi,QQ外发,a.xlsx,D:\\a.xlsx,1KB,,2026-03-09 18:59:02\n"
    found = events(list(Connector(read("endpoint-csv")).read(io.BytesIO(text.encode()))))
    assert [it["data"]["action"] for it in found] == ["copy_external", "send"]
