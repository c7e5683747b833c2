"""How alerts are worked: how long people take, and what alerts turn out to be."""

from __future__ import annotations

from typing import Final

from contract.action import VERDICTS
from contract.alert import Bilingual
from deploy.grafana.source.panels import (
    AnyPanel,
    bars,
    by_thresholds,
    colours,
    each_row,
    rows,
)
from deploy.grafana.source.queries import SINCE, Asked, Column
from deploy.grafana.source.shaping import only
from deploy.grafana.source.tables import heading, linked, page, sparse
from deploy.grafana.source.words import Language, Say, word

TITLE: Final = Bilingual("How they are worked", "处理情况")

_STATS: Final = f"/stats?{SINCE}"
_DETECTOR: Final = Column("detector")
_UNTOUCHED: Final = Bilingual("nobody has acted yet", "尚无人处理")


def panels(say: Say, language: Language) -> list[AnyPanel]:
    """In their order."""
    return [_to_acknowledge(say), _to_close(say), _verdicts(say, language)]


def _to_acknowledge(say: Say) -> AnyPanel:
    does = Bilingual(
        "From detection to when somebody took the alert, half of them sooner, by detector; of"
        " alerts detected in the time shown. Hours for a critical one: nobody is on call, or the"
        " page does not reach them; see OffbookNotTelling in docs/operations.md.",
        "从发现到有人受理的时长（中位数，按检测器），统计所选时间范围内发现的告警。"
        "严重告警要数小时："
        "无人值班，或呼叫没有送到，见 docs/operations.zh.md 的 OffbookNotTelling。",
    )
    title = Bilingual("Time to acknowledge", "受理用时")
    return _wait(say, title, does, "to_acknowledge")


def _to_close(say: Say) -> AnyPanel:
    does = Bilingual(
        "From detection to the verdict, half of them sooner, by detector; of alerts detected in the"
        " time shown. One that takes far longer than others: its runbook asks for something that"
        " is hard to get; write down what, and mend the runbook.",
        "从发现到给出结论的时长（中位数，按检测器），统计所选时间范围内发现的告警。"
        "某个检测器远长于其他："
        "手册要求的材料难以取得，请记下是什么并改进手册。",
    )
    return _wait(say, Bilingual("Time to close", "关闭用时"), does, "to_close")


def _wait(say: Say, title: Bilingual, does: Bilingual, field: str) -> AnyPanel:
    waited = Column(f"{field}.median", "number", field)
    return (
        bars(say, title, does, _UNTOUCHED)
        .unit("s")
        .span(12)
        .with_target(Asked(_STATS, "detectors", [_DETECTOR, waited]))
        .transformations([only("detector", **{field: "[0-9]"})])
        .reduce_options(each_row())
        .thresholds(colours("blue"))
        .color_scheme(by_thresholds())
    )


def _verdicts(say: Say, language: Language) -> AnyPanel:
    does = Bilingual(
        "What the alerts of each detector turned out to be, of those detected in the time shown."
        " Precision is confirmed of confirmed and false positives, with its 95 % interval: while"
        " that is wide, nothing is known yet, so close more of them. Low, and the interval narrow:"
        " tune the detector or put it on trial.",
        "各检测器的告警最终属于哪种结论，统计所选时间范围内发现的告警。"
        "准确率为属实占属实与误报之和的比例，"
        "附 95 % 区间：区间宽说明样本还少，应先处理更多告警；区间窄而准确率低："
        "调整检测器或转为试运行。",
    )
    title = Bilingual("Verdicts and precision by detector", "各检测器的结论与准确率")
    panel = sparse(rows(say, title, does, Bilingual("no alert", "没有告警")).height(9).span(24))
    panel = panel.with_target(Asked(_STATS, "detectors", _columns()))
    panel = panel.transformations([only("detector")])
    panel = heading(panel, say, "detector", word("detectors"))
    for field, text in {"opened": "opened", "open": "still open", "closed": "closed"}.items():
        panel = heading(panel, say, field, word(text), unit="none")
    for verdict in (*VERDICTS, "withdrawn"):
        panel = heading(panel, say, verdict, word(verdict), unit="none")
    gauge = {"type": "gauge", "mode": "basic"}
    panel = heading(
        panel,
        say,
        "precision",
        word("precision"),
        unit="percentunit",
        min=0,
        max=1,
        custom_cellOptions=gauge,
    )
    low, high = Bilingual("At least", "区间下限"), Bilingual("At most", "区间上限")
    panel = heading(panel, say, "low", low, unit="percentunit", decimals=0)
    panel = heading(panel, say, "high", high, unit="percentunit", decimals=0)
    closed = "/cases?shelf=closed&detector=${__data.fields.detector}"
    opens = say(Bilingual("What was closed of it", "该检测器已关闭的案件"))
    return linked(panel, "detector", opens, page(closed, language))


def _columns() -> list[Column]:
    return [
        _DETECTOR,
        *(Column(it, "number") for it in ("opened", "open", "closed")),
        *(Column(f"verdicts.{it}", "number", it) for it in (*VERDICTS, "withdrawn")),
        Column("precision.rate", "number", "precision"),
        Column("precision.low", "number", "low"),
        Column("precision.high", "number", "high"),
    ]
