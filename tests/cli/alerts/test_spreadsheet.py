"""Alerts for a spreadsheet: text, whatever is written there."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from cases.handling import handling_of
from contract.alert import Bilingual
from desk.stored import Standing
from offbook.cli.alerts.spreadsheet import as_csv
from tests.sinks.some_alerts import alert


def cells(**changes: Any) -> dict[str, str]:
    """Of one alert, as a spreadsheet reads them."""
    it = alert("a-1", **changes)
    text = as_csv([Standing(it, handling_of(it, ()))], {"a-1": "case-1"}, "zh")
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    return row


def test_a_line_has_what_a_list_has_and_nothing_for_what_is_not_known() -> None:
    row = cells(summary=Bilingual("said", '他说 "好", 走了'), order=None)
    assert (row["case_id"], row["alert_id"], row["severity"]) == ("case-1", "a-1", "critical")
    assert (row["summary"], row["order"], row["state"]) == ('他说 "好", 走了', "", "new")


@pytest.mark.parametrize(
    "begun", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "|", "%", "＝", "＋", "－", "＠"]
)
@pytest.mark.parametrize("field", ["employee", "customer", "account", "summary"])
def test_no_cell_is_a_formula(field: str, begun: str) -> None:
    typed = f"{begun}HYPERLINK(1)"
    row = cells(**{field: Bilingual(typed, typed) if field == "summary" else typed})
    assert row[field].startswith("'")
    assert row[field].endswith("HYPERLINK(1)")


def test_no_cell_acts_on_a_terminal_or_turns_what_follows_around() -> None:
    row = cells(employee="E\x1b[31m-\u202e1")
    assert not {"\x1b", "\u202e"} & set(row["employee"])
