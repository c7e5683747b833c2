from __future__ import annotations

import pytest

from tests.connectors.presets.fixture import events, told
from tests.connectors.presets.trial import (
    bytes_of,
    ids,
    reasons,
    refused,
    tried,
)

FILES = "endpoint/file_log.GUESS.csv"
IP_GUARD = "endpoint/ipguard_document_log.GUESS.csv"
ALERTS = "endpoint/keyword_alert.GUESS.csv"


def changed(fixture: str, *pairs: tuple[str, str]) -> bytes:
    text = bytes_of(fixture).decode("gb18030")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text.encode("gb18030")


def test_an_export_of_ip_guard_gives_the_same_events() -> None:
    found = told("endpoint-csv", IP_GUARD)
    deleted, copied = events(found)
    assert copied in events(told("endpoint-csv", FILES))
    assert deleted["data"]["path"] == "D:\\客户资料\\华东\\华东客户清单.xlsx"


def test_the_machine_the_time_the_act_and_the_path_are_the_id() -> None:
    assert ids(told("endpoint-csv", FILES))[1] == (
        "SH-NB-0107/2026-03-09T18:55:40+08:00/copy_external/D:\\报价\\报价汇总.xlsx"
    )
    assert ids(told("endpoint-csv", FILES))[:2] == ids(told("endpoint-csv", IP_GUARD))


def test_a_machine_that_stands_in_no_table_is_called_as_the_export_calls_it() -> None:
    renamed = changed(ALERTS, ("李四-笔记本", "王五-笔记本"))
    assert ids(tried("endpoint-csv", renamed)) == [
        "王五-笔记本/2026-03-06T21:17:44+08:00/打到我卡上"
    ]


def test_exports_that_overlap_repeat_each_other() -> None:
    header, *rows = bytes_of(FILES).decode("gb18030").splitlines()
    first = ids(tried("endpoint-csv", "\n".join([header, *rows[:3]])))
    renumbered = [f"{n}{row[1:]}" for n, row in enumerate(rows[1:], 1)]
    second = ids(tried("endpoint-csv", "\n".join([header, *renumbered])))
    assert first[1:] == second[:2]


def test_rows_that_are_alike_are_numbered() -> None:
    header, row, *_ = bytes_of(FILES).decode("gb18030").splitlines()
    once, again = ids(tried("endpoint-csv", "\n".join([header, row, row])))
    assert again == f"{once}#2"


@pytest.mark.parametrize("action", ["新建", "打开", "修改", "重命名"])
def test_what_takes_nothing_away_is_skipped(action: str) -> None:
    found = tried("endpoint-csv", changed(IP_GUARD, ("删除", action)))
    assert reasons(found) == ["nothing was taken away: made, opened, changed or renamed"]


def test_a_copy_within_the_computer_is_skipped() -> None:
    found = tried("endpoint-csv", changed(IP_GUARD, ("可移动盘", "固定盘")))
    assert reasons(found) == ["copied within the computer"]


def test_a_copy_to_a_kind_of_disk_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("endpoint-csv", changed(IP_GUARD, ("可移动盘", "网络盘"))))
    assert (dead.word, dead.table) == ("网络盘", "endpoint_disk")


def test_an_act_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("endpoint-csv", changed(FILES, ("聊天外发", "截屏"))))
    assert (dead.word, dead.table) == ("截屏", "endpoint_action")


def test_what_was_prevented_did_not_happen() -> None:
    found = tried("endpoint-csv", changed(FILES, ("部门", "处理结果"), ("华东一组", "阻断")))
    assert reasons(found) == ["it was prevented"] * 4


def test_where_only_the_machine_is_known_it_says_who() -> None:
    (first, *_) = events(tried("endpoint-csv", changed(FILES, ("使用人", "备注"))))
    assert first["data"]["employee"] == "E-107"
    unknown = changed(FILES, ("使用人", "备注"), ("SH-NB-0107", "SH-NB-0999"))
    (dead, *_) = refused(tried("endpoint-csv", unknown))
    assert (dead.field, dead.word, dead.table) == ("data.employee", "SH-NB-0999", "machines")


def test_a_person_that_stands_in_no_table_is_a_dead_letter_whatever_the_machine_is() -> None:
    found = refused(tried("endpoint-csv", changed(FILES, ("SH-NB-0107,李四", "SH-NB-0107,孙七"))))
    assert {(it.word, it.table) for it in found} == {("孙七", "people")}


def test_a_rule_of_keywords_that_is_new_to_us_is_a_dead_letter() -> None:
    (dead,) = refused(tried("endpoint-csv", changed(ALERTS, ("私下收款", "新规则"))))
    assert (dead.field, dead.word, dead.table) == ("data.category", "新规则", "endpoint_keyword")


def test_an_excerpt_is_cut_to_what_an_event_holds() -> None:
    long = changed(ALERTS, ("我帮你走", "我帮你走" * 200))
    (event,) = events(tried("endpoint-csv", long))
    assert len(event["data"]["excerpt"]) == 500
