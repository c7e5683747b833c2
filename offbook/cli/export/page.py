"""The page of an exported case, in one language: nothing on it comes from another host, and nothing
that others wrote can act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from contract.alert import Bilingual
from desk.harmless import templates
from offbook.cli.alerts.pages import WORDS
from offbook.cli.export.exported import About, Exported
from offbook.cli.export.records import Record

Language = Literal["en", "zh"]

_TEMPLATES = templates("offbook.cli.export")
_WORDS = {
    **WORDS,
    "title": Bilingual("Case", "案件"),
    "exported": Bilingual("Exported by {} on {}, Offbook {}.", "导出人：{}，{}，Offbook {}。"),
    "held": Bilingual(
        "Every file of this folder is listed with its SHA-256 in manifest.json and SHA256SUMS.",
        "本文件夹中每个文件的 SHA-256 均列于 manifest.json 与 SHA256SUMS。",
    ),
    "alert": Bilingual("Alert", "告警"),
    "score": Bilingual("score", "分数"),
    "employee": Bilingual("Employee", "员工"),
    "customer": Bilingual("Customer", "客户"),
    "order": Bilingual("Order", "订单"),
    "account": Bilingual("Account", "账户"),
    "account_holder": Bilingual("Account holder", "账户持有人"),
    "evidence": Bilingual("What it rests on", "证据"),
    "when": Bilingual("When", "时间"),
    "what": Bilingual("What", "事件"),
    "adds": Bilingual("What it adds", "说明"),
    "record": Bilingual("Record on Kafka", "Kafka 消息"),
    "file": Bilingual("File", "文件"),
    "gone": Bilingual("no longer on Kafka", "Kafka 中已不保留"),
    "rule": Bilingual("The rule", "规则"),
    "number": Bilingual("Number", "参数"),
    "then": Bilingual("When it was raised", "告警时取值"),
    "measured": Bilingual("Measured", "实测"),
    "history": Bilingual("What was done", "处理记录"),
    "nothing": Bilingual("Nothing yet.", "尚无。"),
}


def page(
    about: About, alerts: Sequence[Exported], numbered: Mapping[str, Record], language: Language
) -> str:
    """The HTML of the case. `numbered` are its records by the numbers of their files."""
    places = {_place(it.evidence): (number, it) for number, it in numbered.items()}

    def said(text: Bilingual) -> str:
        return text.zh if language == "zh" else text.en

    def word(name: str) -> str:
        return said(_WORDS[name])

    def record_of(evidence: Any) -> tuple[str, Record]:
        return places[_place(evidence)]

    return _TEMPLATES.get_template("case.html").render(
        about=about,
        alerts=alerts,
        language="zh-CN" if language == "zh" else "en",
        said=said,
        word=word,
        record_of=record_of,
    )


def _place(evidence: Any) -> tuple[str, int, int]:
    return (evidence.topic, evidence.partition, evidence.offset)
