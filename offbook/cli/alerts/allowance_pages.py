"""Allowances as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.table import Table

from contract.alert import Bilingual
from contract.allowance import AllowanceRecord, ids_of
from contract.times import moment, parse_rfc3339
from offbook.cli.alerts.pages import Language, printed, text_of

_WORDS: Final = {
    "none": Bilingual("Nothing is allowed.", "没有豁免。"),
    "all": Bilingual("every detector", "所有检测器"),
    "list": Bilingual("list {}", "名单 {}"),
    "anybody": Bilingual("anybody", "所有人"),
    "until": Bilingual("until {}", "至 {}"),
    "ended": Bilingual("ended by {} at {}", "由 {} 于 {} 提前结束"),
    "employee": Bilingual("employee", "员工"),
    "customer": Bilingual("customer", "客户"),
    "order": Bilingual("order", "订单"),
    "account": Bilingual("account", "账户"),
}


class AllowancePages:
    """Prints to standard output, in one language and the company's time zone."""

    def __init__(self, language: Language, timezone: str) -> None:
        self._language = language
        self._zone = ZoneInfo(timezone)

    def one(self, it: AllowanceRecord) -> None:
        """One line after a step: how it stands now."""
        printed([text_of("  ".join(self._cells(it)))])

    def listed(self, found: Sequence[AllowanceRecord]) -> None:
        """All of them, a line each."""
        table = Table.grid(padding=(0, 2))
        for it in found:
            table.add_row(*map(text_of, self._cells(it)))
        parts: list[Any] = [table] if found else [self._word("none")]
        printed(parts)

    def _cells(self, it: AllowanceRecord) -> tuple[str, ...]:
        to = ", ".join(it.detectors) or self._word("all")
        if it.list is not None:
            to = self._word("list").format(it.list)
        ids = [f"{self._word(name)} {id_}" for name, id_ in ids_of(it).items()]
        ended = ""
        if it.ended_at is not None:
            ended = f" ({self._word('ended').format(it.ended_by, self._time(it.ended_at))})"
        return (
            it.allowance_id,
            to,
            " · ".join(ids) or self._word("anybody"),
            self._word("until").format(self._time(it.until)) + ended,
            it.by,
            it.reason,
        )

    def _time(self, at: str) -> str:
        return moment(parse_rfc3339(at)).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _word(self, name: str) -> str:
        word = _WORDS[name]
        return word.zh if self._language == "zh" else word.en
