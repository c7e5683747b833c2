"""Alerts as people read them: a list of cases, and how one alert is worked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.handling import Handling
from cases.timeline import Moment
from contract.alert import Bilingual
from contract.kinds import KIND_OF_TYPE
from contract.publishing.meanings import NAMES
from contract.spelling.shown import shown
from contract.times import moment, parse_rfc3339
from desk.stored import Standing, grouped
from offbook.cli.terminal import colour

Language = Literal["en", "zh"]

#: Nothing is wrapped in a pipe: `grep` and `less` see whole sentences.
_ENDLESS = 100_000
WORDS = {
    "new": Bilingual("new", "待处理"),
    "acknowledged": Bilingual("acknowledged", "已受理"),
    "closed": Bilingual("closed", "已关闭"),
    "critical": Bilingual("critical", "严重"),
    "warning": Bilingual("warning", "警告"),
    "info": Bilingual("info", "提示"),
    "confirmed": Bilingual("confirmed", "属实"),
    "false_positive": Bilingual("false positive", "误报"),
    "benign": Bilingual("benign", "合规"),
    "duplicate": Bilingual("duplicate", "重复"),
    "withdrawn": Bilingual("withdrawn", "已撤回"),
    "acknowledge": Bilingual("acknowledged it", "受理"),
    "assign": Bilingual("assigned it to {}", "指派给 {}"),
    "note": Bilingual("wrote", "备注"),
    "propose": Bilingual("proposes to close it as {}", "提议关闭：{}"),
    "close": Bilingual("closed it as {}", "关闭：{}"),
    "reopen": Bilingual("opened it again", "重新打开"),
    "refused": Bilingual("without effect: {}", "未生效：{}"),
    "handling": Bilingual("How it is worked", "处理情况"),
    "with": Bilingual("with {}", "由 {} 处理"),
    "reopened": Bilingual("open again after it was closed", "关闭后重新打开"),
    "waits": Bilingual("{} proposes to close it as {}", "{} 提议关闭：{}"),
    "case": Bilingual("The same deal", "同一案件"),
    "nothing": Bilingual("Nothing in 30 days.", "近 30 天没有记录。"),
    "none": Bilingual("Nothing is open.", "没有未处理的告警。"),
}


class Pages:
    """Prints to standard output, in one language and the company's time zone."""

    def __init__(self, language: Language, timezone: str) -> None:
        self._language = language
        self._zone = ZoneInfo(timezone)

    def listed(self, found: Sequence[Standing], most: int) -> None:
        """Cases, the worst first, with their alerts; at most so many alerts."""
        if not found:
            printed([self._word("none")])
            return
        by_id = {it.alert.alert_id: it for it in found}
        table = Table.grid(padding=(0, 2))
        left = most
        for case in grouped(it.alert for it in found):
            for place, it in enumerate(case.alerts[:left]):
                table.add_row(*self._row(by_id[it.alert_id], place > 0))
            left -= len(case.alerts)
            if left <= 0:
                break
        printed([table, *([f"… {-left}+"] if left < 0 else [])])

    def handling(self, it: Standing, others: Sequence[Standing]) -> None:
        """How an alert is worked, what was done, and the other alerts of its case."""
        parts: list[Any] = ["", Text(self._word("handling"), "bold"), self._stand(it.handling)]
        history = Table.grid(padding=(0, 2))
        for line in self._history(it.handling):
            history.add_row(*line)
        parts.append(history)
        if others:
            table = Table.grid(padding=(0, 2))
            for other in others:
                table.add_row(*self._row(other, False))
            parts += ["", Text(self._word("case"), "bold"), table]
        printed(parts)

    def person(self, moments: Sequence[Moment]) -> None:
        """What is known of somebody, the oldest first."""
        table = Table.grid(padding=(0, 2))
        for it in moments:
            table.add_row(text_of(self._time_of(it.at), "dim"), *self._moment(it))
        printed([table if moments else self._word("nothing")])

    def changed(self, it: Standing) -> None:
        """One line after an action: how it stands now."""
        printed([text_of(f"{it.alert.alert_id}: {self._stand(it.handling).plain}")])

    def line(self, it: Standing, what: str) -> None:
        """One line of what happens, as it happens."""
        alert = it.alert
        time = self._time(alert.detected_at)
        words = (time, self._word(alert.severity), alert.alert_id, what, self._said(alert.summary))
        printed([text_of("  ".join(words), colour(alert))])

    def did(self, step: str, verdict: str | None, assignee: str | None) -> str:
        """What an action did, in words."""
        named = self._word(verdict) if verdict else assignee or ""
        return self._word(step).format(named)

    def _row(self, it: Standing, inside: bool) -> list[Text]:
        alert, handling = it.alert, it.handling
        about = [alert.employee, alert.customer, alert.order, alert.account]
        stand = self._stand(handling).plain
        return [
            text_of(("└ " if inside else "") + self._word(alert.severity), colour(alert)),
            text_of(str(alert.score)),
            text_of(alert.alert_id),
            text_of(self._said(alert.title)),
            text_of(" · ".join(filter(None, about))),
            text_of(self._time(alert.detected_at), "dim"),
            text_of(stand, "" if handling.state == "new" else "dim"),
        ]

    def _stand(self, handling: Handling) -> Text:
        words = [self._word(handling.state)]
        if handling.verdict is not None:
            words.append(self._word(handling.verdict))
        if handling.withdrawn and handling.verdict != "withdrawn":
            words.append(self._word("withdrawn"))
        if handling.assignee is not None and handling.is_open:
            words.append(self._word("with").format(handling.assignee))
        if handling.reopened and handling.is_open:
            words.append(self._word("reopened"))
        if (waiting := handling.proposed) is not None and waiting.verdict is not None:
            words.append(self._word("waits").format(waiting.by, self._word(waiting.verdict)))
        return text_of(" · ".join(words))

    def _history(self, handling: Handling) -> Iterator[list[Text]]:
        for told in handling.history:
            action = told.action
            what = self.did(action.step, action.verdict, action.assignee)
            if told.refused is not None:
                what += f" ({self._word('refused').format(told.refused)})"
            yield [
                text_of(self._time(action.at), "dim"),
                text_of(action.by),
                text_of(what, "" if told.refused is None else "dim"),
                text_of(action.note or ""),
            ]

    def _moment(self, it: Moment) -> list[Text]:
        if it.alert is not None:
            alert = it.alert
            style = colour(alert)
            return [
                text_of(self._word(alert.severity), style),
                text_of(f"{alert.alert_id}  {self._said(alert.summary)}", style),
            ]
        if it.told is not None:
            action = it.told.action
            did = self.did(action.step, action.verdict, action.assignee)
            note = f"  {action.note}" if action.note else ""
            return [text_of(action.by), text_of(f"{it.alert_ids[0]}  {did}{note}")]
        assert it.evidence is not None
        kind = KIND_OF_TYPE.get(it.evidence.type)
        name = Bilingual(*NAMES[kind.data]) if kind else Bilingual(it.evidence.type, "")
        return [text_of(self._said(name), "dim"), text_of(it.evidence.note, "dim")]

    def _time_of(self, at: int) -> str:
        return moment(at).astimezone(self._zone).strftime("%m-%d %H:%M")

    def _time(self, at: str) -> str:
        return self._time_of(parse_rfc3339(at))

    def _word(self, name: str) -> str:
        return self._said(WORDS[name])

    def _said(self, text: Bilingual) -> str:
        return text.zh if self._language == "zh" else text.en


def for_machines(it: Standing, case_id: str | None = None) -> Mapping[str, Any]:
    """The alert as on its topic, how it is worked, and its case."""
    return {"alert": it.alert, "handling": it.handling, "case_id": case_id}


def text_of(text: str, style: str = "") -> Text:
    """What a name may hold controls no terminal."""
    return Text(shown(text), style)


def printed(parts: Sequence[Any]) -> None:
    if sys.stdout.isatty():
        console = Console(highlight=False, markup=False)
        for part in parts:
            console.print(part)
        return
    console = Console(width=_ENDLESS, color_system=None, highlight=False, markup=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()), flush=True)
