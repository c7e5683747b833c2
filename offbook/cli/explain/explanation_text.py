"""An explanation as people read it: coloured and fitted on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from contract.alert import Bilingual
from contract.spelling.shown import shown
from contract.times import moment, parse_rfc3339
from desk.explain.explanation import Explanation, Parameter, Piece
from offbook.cli.terminal import colour

Language = Literal["en", "zh"]

#: Nothing is wrapped in a pipe: `grep` and `less` see whole sentences.
_ENDLESS = 100_000

_WORDS = {
    "critical": Bilingual("critical", "严重"),
    "warning": Bilingual("warning", "警告"),
    "info": Bilingual("info", "提示"),
    "firing": Bilingual("firing", "触发中"),
    "withdrawn": Bilingual("withdrawn", "已撤回"),
    "live": Bilingual("live", "线上"),
    "shadow": Bilingual("shadow", "试运行"),
    "replay": Bilingual("replay", "重放"),
    "score": Bilingual("score", "分数"),
    "revision": Bilingual("revision", "版本"),
    "employee": Bilingual("employee", "员工"),
    "customer": Bilingual("customer", "客户"),
    "order": Bilingual("order", "订单"),
    "account": Bilingual("account", "账户"),
    "account holder": Bilingual("account holder", "账户持有人"),
    "found": Bilingual("found", "发现时间"),
    "timeline": Bilingual("Timeline", "经过"),
    "rule": Bilingual("Rule", "规则"),
    "measured": Bilingual("Measured", "实测"),
    "what to do": Bilingual("What to do", "下一步"),
}
_NOW = Bilingual("(now {})", "（现为 {}）")
_GONE = Bilingual("(no longer a parameter)", "（现已无此参数）")
_NOT_TOLD = Bilingual(
    "The alert does not say its parameters; these are today's.",
    "告警未记录当时的参数，以下为现值。",
)
_STANDING = {
    "stopped": Bilingual("The detector is stopped by the settings now.", "该检测器现已停用。"),
    "unknown": Bilingual(
        "This version of Offbook has no such detector.", "此版本的 Offbook 没有该检测器。"
    ),
}
_DATED_BACK = Bilingual(
    "Dated back? It took the alert back {} after the time it claims: ask who entered it, and when.",
    "是否倒签？它在所声称的时间之后 {}才撤回此告警：请核实由谁、何时录入。",
)
_RECORD = Bilingual("{} partition {} offset {}", "{} 分区 {} offset {}")
_LINE = Bilingual("line {} of the replayed file", "重放文件第 {} 行")


def show(explanation: Explanation, language: Language) -> None:
    """Print it to standard output."""
    parts = list(_Page(explanation, language).parts())
    if sys.stdout.isatty():
        console = Console(highlight=False)
        for part in parts:
            console.print(part)
        return
    console = Console(width=_ENDLESS, color_system=None, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    # A table fills its cells with spaces.
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


class _Page:
    """The contents of the page, in one language."""

    def __init__(self, explanation: Explanation, language: Language) -> None:
        self._it = explanation
        self._language = language

    def parts(self) -> Iterator[RenderableType]:
        """From what it is to what to do."""
        alert = self._it.alert
        style = colour(alert)
        yield _text(self._said(alert.title), style=style)
        yield _text(
            " · ".join(
                (
                    self._word(alert.severity),
                    f"{self._word('score')} {alert.score}",
                    self._word(alert.state),
                    f"{self._word('revision')} {alert.revision}",
                    alert.alert_id,
                )
            )
        )
        yield Text("\n").join((Text(), _text(self._said(alert.summary)), Text()))
        yield self._about()
        yield self._heading("timeline", self._beside(self._it.timezone))
        yield _grid(self._piece(piece) for piece in self._it.timeline)
        yield self._heading("rule", f" {alert.detector}")
        yield from self._rule()
        if self._it.measured:
            yield self._heading("measured")
            yield _grid(
                (
                    _text(it.name, "bold"),
                    _text(self._said(it.meaning)),
                    _text(self._said(it.verdict)),
                )
                for it in self._it.measured
            )
        if self._it.runbook is not None:
            yield self._heading("what to do")
            yield _text(self._it.runbook)

    def _about(self) -> Table:
        alert = self._it.alert
        known = {
            "employee": alert.employee,
            "customer": alert.customer,
            "order": alert.order,
            "account": alert.account,
            "account holder": alert.account_holder,
            "found": self._company_time(alert.detected_at) + self._beside(self._word(alert.mode)),
        }
        return _grid((_text(self._word(name)), _text(it)) for name, it in known.items() if it)

    def _company_time(self, text: str) -> str:
        zone = ZoneInfo(self._it.timezone)
        return _time(moment(parse_rfc3339(text)).astimezone(zone))

    def _piece(self, piece: Piece) -> Sequence[RenderableType]:
        colon = "：" if self._language == "zh" else ": "
        where = _text(f"{self._where(piece)} · {piece.source} {piece.id}", "dim")
        what = _text(f"{self._said(piece.what)}{colon}{self._said(piece.note)}")
        elapsed = "" if piece is self._it.timeline[0] else f"+{self._said(piece.elapsed)}"
        lines = [what, where]
        if piece.dated_back is not None:
            late = self._said(_DATED_BACK).format(self._said(piece.dated_back))
            lines.insert(1, _text(late, "yellow"))
        return (
            _text(_time(datetime.fromisoformat(piece.at))),
            _text(elapsed, "dim"),
            Text("\n").join(lines),
        )

    def _where(self, piece: Piece) -> str:
        if piece.partition < 0:
            return self._said(_LINE).format(piece.offset)
        return self._said(_RECORD).format(piece.topic, piece.partition, piece.offset)

    def _rule(self) -> Iterator[RenderableType]:
        if self._it.catches is not None:
            yield _text(self._said(self._it.catches))
        remark = _STANDING.get(self._it.standing)
        if remark is not None:
            yield _text(self._said(remark), "yellow")
        if self._it.params:
            if self._it.alert.rule is None:
                yield _text(self._said(_NOT_TOLD), "yellow")
            yield Text()
            yield _grid(self._param(it) for it in self._it.params)

    def _param(self, param: Parameter) -> Sequence[RenderableType]:
        meaning = _text(self._said(param.meaning))
        if param.changed:
            differs = _GONE if param.now is None else _NOW
            space = " " if param.meaning.en else ""
            meaning += _text(space + self._said(differs).format(param.now), "yellow")
        return _text(param.name, "bold"), _text(param.then or param.now or ""), meaning

    def _heading(self, name: str, more: str = "") -> Text:
        return Text("\n") + _text(self._word(name) + more, "bold underline")

    def _beside(self, text: str) -> str:
        return f"（{text}）" if self._language == "zh" else f" ({text})"

    def _word(self, name: str) -> str:
        return self._said(_WORDS[name])

    def _said(self, text: Bilingual) -> str:
        return text.zh if self._language == "zh" else text.en


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _grid(rows: Iterator[Sequence[RenderableType]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row(*row)
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(shown(text), style)
