"""The tables in the READMEs that must agree with the files."""

from __future__ import annotations

from hengda.company import EMPLOYEES
from hengda.expected import Expected, Tale

_LANGUAGES = ("en", "zh")
_ALERT_HEAD = (
    "| stream time | alert | severity | employee | about | fraud |",
    "| 事件时间 | 告警 | 级别 | 员工 | 涉及 | 舞弊 |",
)
_MISTAKE_HEAD = ("| line | mistake |", "| 行 | 错误 |")
_SEVERITY = {"critical": "严重", "warning": "警告", "info": "提示"}


def retold(text: str, name: str, table: str) -> str:
    """`text` with what stands between the marks `name` replaced. Raises `ValueError` without."""
    opens, closes = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    start, end = text.index(opens) + len(opens), text.index(closes)
    return text[:start] + table + text[end:]


def _rows(tales: list[Tale]) -> list[tuple[Tale, Expected]]:
    rows = [(tale, alert) for tale in tales for alert in tale.alerts]
    return sorted(rows, key=lambda row: (row[1].at, row[1].detector))


def alerts_table(tales: list[Tale], language: str) -> str:
    """All alerts of the story in the order in which they first fire."""
    column = _LANGUAGES.index(language)
    lines = [_ALERT_HEAD[column], "| --- | --- | --- | --- | --- | --- |"]
    for tale, alert in _rows(tales):
        severity = alert.severity if language == "en" else _SEVERITY[alert.severity]
        if alert.state == "withdrawn":
            severity += ", withdrawn later" if language == "en" else "，后撤回"
        person = EMPLOYEES[alert.employee] if alert.employee else None
        who = f"{person.id} {person.name}" if person else "–"
        about = ", ".join(filter(None, (alert.customer, alert.order, alert.account))) or "–"
        lines.append(
            f"| {alert.at:%m-%d %H:%M} | `{alert.detector}` | {severity} | {who} | {about} "
            f"| {tale.title[column]} |"
        )
    return "\n".join(lines) + "\n"


def mistakes_table(bad: list[tuple[str, str, str]], language: str) -> str:
    """What is wrong with each line of bad.ndjson."""
    column = _LANGUAGES.index(language)
    lines = [_MISTAKE_HEAD[column], "| --- | --- |"]
    lines += [f"| {number} | {row[1 + column]} |" for number, row in enumerate(bad, start=1)]
    return "\n".join(lines) + "\n"
