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

SYSLOG = "endpoint/syslog_kv.GUESS.log"
CEF = "endpoint/cef.GUESS.log"


def changed(fixture: str, old: str, new: str) -> str:
    text = bytes_of(fixture).decode()
    assert old in text
    return text.replace(old, new)


def test_the_same_act_has_the_same_id_however_it_is_told() -> None:
    assert ids(told("endpoint-syslog", SYSLOG)) == ids(told("endpoint-cef", CEF))
    assert ids(told("endpoint-cef", CEF))[0] in ids(
        told("endpoint-csv", "endpoint/file_log.GUESS.csv")
    )


@pytest.mark.parametrize(
    ("preset", "line"),
    [
        ("endpoint-syslog", changed(SYSLOG, 'user="lisi" ', "")),
        ("endpoint-cef", changed(CEF, "suser=lisi ", "")),
    ],
)
def test_where_only_the_machine_is_known_it_says_who(preset: str, line: str) -> None:
    (event,) = events(tried(preset, line))
    assert event["data"]["employee"] == "E-107"


@pytest.mark.parametrize(
    ("preset", "line", "word", "table"),
    [
        (
            "endpoint-syslog",
            changed(SYSLOG, "copy_to_usb", "burn"),
            "burn",
            "endpoint_syslog_action",
        ),
        ("endpoint-syslog", changed(SYSLOG, 'user="lisi"', 'user="sunqi"'), "sunqi", "people"),
        ("endpoint-cef", changed(CEF, "|4102|", "|4199|"), "4199", "cef_events"),
        ("endpoint-cef", changed(CEF, "suser=lisi", "suser=sunqi"), "sunqi", "people"),
    ],
)
def test_a_word_that_stands_in_no_table_is_a_dead_letter(
    preset: str, line: str, word: str, table: str
) -> None:
    (dead,) = refused(tried(preset, line))
    assert (dead.word, dead.table) == (word, table)


@pytest.mark.parametrize(
    ("preset", "line"),
    [
        ("endpoint-syslog", changed(SYSLOG, 'result="allow"', 'result="block"')),
        ("endpoint-cef", changed(CEF, "cnt=1", "cnt=1 outcome=failure")),
    ],
)
def test_what_was_prevented_did_not_happen(preset: str, line: str) -> None:
    assert reasons(tried(preset, line)) == ["it was prevented"]


def test_a_line_that_tells_of_no_file_is_skipped() -> None:
    found = tried("endpoint-syslog", '<134>Mar  9 18:55:40 dlp01 PING32: type=login user="lisi"\n')
    assert reasons(found) == ["a line that tells of no file"]


def test_several_files_in_one_event_are_counted() -> None:
    (event,) = events(tried("endpoint-cef", changed(CEF, "cnt=1", "cnt=36")))
    assert event["data"]["count"] == 36


def test_without_a_time_of_its_own_a_line_has_that_of_its_header() -> None:
    line = changed(CEF, "rt=1773053740000 ", "")
    assert ids(tried("endpoint-cef", line)) == ids(told("endpoint-cef", CEF))
