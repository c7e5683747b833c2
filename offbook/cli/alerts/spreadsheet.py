"""Alerts as CSV, for whoever works in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Final

from contract.spelling.shown import shown
from desk.stored import Standing
from offbook.cli.alerts.pages import Language

#: Excel takes what begins otherwise for the encoding of the country it was bought in.
_BOM: Final = "\ufeff"
#: What begins so is a formula to some spreadsheet, in either width; behind an apostrophe it is text
#: to all. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA: Final = tuple("=+-@\t\r\n|%＝＋－＠")
_COLUMNS: Final = (
    *("case_id", "alert_id", "revision", "detector", "severity", "score", "title", "summary"),
    *("employee", "account_holder", "customer", "order", "account", "state", "verdict"),
    *("assignee", "first_event_at", "last_event_at", "detected_at"),
)


def as_csv(found: Iterable[Standing], cases: Mapping[str, str], language: Language) -> str:
    """A line each, below a line of headings. `cases` are the cases of the alerts, by id."""
    text = StringIO()
    text.write(_BOM)
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for it in found:
        alert, handling = it.alert, it.handling
        said: dict[str, object] = {
            "case_id": cases.get(alert.alert_id, ""),
            "title": getattr(alert.title, language),
            "summary": getattr(alert.summary, language),
            "state": handling.state,
            "verdict": handling.verdict,
            "assignee": handling.assignee,
        }
        writer.writerow(_cell(said.get(it, getattr(alert, it, None))) for it in _COLUMNS)
    return text.getvalue()


def _cell(value: object) -> str:
    """A text that is nothing but text."""
    text = "" if value is None else str(value)
    return shown(f"'{text}" if text.startswith(_FORMULA) else text)
