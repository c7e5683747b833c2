"""What is open now: how many cases, and which."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.models.dashboard import DataTransformerConfig as Step

from contract.alert import SEVERITIES, Bilingual
from deploy.grafana.source.fraud.lists import EMPTY, PEOPLE, dressed
from deploy.grafana.source.panels import (
    AnyPanel,
    bars,
    by_thresholds,
    colours,
    rows,
    stats,
)
from deploy.grafana.source.queries import MOST, Asked, Column, at_once
from deploy.grafana.source.shaping import counted, only
from deploy.grafana.source.tables import series
from deploy.grafana.source.words import Language, Say

TITLE: Final = Bilingual("Open now", "当前未处理")

#: Of a case, and of its worst alert, which stands first.
_COUNTED: Final = (
    Column("case_id"),
    Column("severity"),
    Column("alerts.0.detector", name="detector"),
    Column("alerts.0.shelf", name="shelf"),
)


def panels(say: Say, language: Language) -> list[AnyPanel]:
    """In their order."""
    return [_by_severity(say), _alerts(say), _by_detector(say), _cases(say, language)]


def _by_severity(say: Say) -> AnyPanel:
    does = Bilingual(
        "Cases with an open alert: what is one deal is one case, with the severity of its worst"
        " alert. A critical one: open it from the table below and work it today; its page says what"
        " to do first.",
        "有未处理告警的案件数：同一笔交易的告警合为一个案件，级别取其中最高者。出现严重案件："
        "从下表打开其页面，按首要动作当天核查。",
    )
    panel = stats(say, Bilingual("Open cases by severity", "未处理案件（按级别）"), does, EMPTY)
    panel = panel.span(7).with_target(_asked()).transformations(_counted_by("severity"))
    return series(panel, say, SEVERITIES)


def _alerts(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts firing now by severity, of all detectors, as delivery reads them from Redis. It"
        " needs no desk: if it shows some and the panels beside it show none, look at the desk."
        " Neither those on trial nor suppressed ones, which are further down.",
        "当前未关闭的告警（按级别，含全部检测器），由 delivery 从 Redis 读取，不依赖工作台："
        "若此处有数而旁边的面板为空，请检查工作台。不含试运行和已豁免的告警，见页面下方。",
    )
    title = Bilingual("Open alerts by severity", "未处理告警（按级别）")
    promql = 'max by (severity) (offbook_open_alerts{severity=~"$severity"})'
    panel = stats(say, title, does, Bilingual("no delivery worker", "没有 delivery 进程"))
    return series(panel.span(7).with_target(at_once(promql, "{{severity}}")), say, SEVERITIES)


def _by_detector(say: Say) -> AnyPanel:
    does = Bilingual(
        "Open cases by the detector of their worst alert. One far above its habit: read a few of"
        " its cases; if they are honest, its numbers do not fit the company: tune them"
        " (`offbook tune`).",
        "未处理案件数（按案件中最严重告警的检测器）。某个检测器明显偏多：抽查几件，若多为误报，"
        "说明参数不适合本公司，应调整（`offbook tune`）。",
    )
    title = Bilingual("Open cases by detector", "未处理案件（按检测器）")
    return (
        bars(say, title, does, EMPTY)
        .height(5)
        .span(10)
        .decimals(0)
        .with_target(_asked())
        .transformations(_counted_by("detector"))
        .thresholds(colours("blue"))
        .color_scheme(by_thresholds())
    )


def _cases(say: Say, language: Language) -> AnyPanel:
    does = Bilingual(
        "Each open case with its worst alert, the worst first; who it is about as the token of the"
        " data source may see it. Begin at the top: the title leads to the page with the evidence"
        " and what to do first, the detector to all open cases of its kind, the employee to their"
        " last 30 days. A case without anybody who has it: take it there.",
        "每个未处理案件及其最严重的告警，最严重者在前；人员信息以数据源令牌的权限为准。"
        "从第一行开始："
        "标题打开证据与首要动作页面，检测器打开同类未处理案件，员工打开其近 30 天记录。"
        "无人负责的案件，请在页面上受理。",
    )
    title = Bilingual("Open cases, the worst first", "未处理案件（最严重者在前）")
    columns = [
        Column("severity"),
        Column("score", "number"),
        Column(f"alerts.0.title.{language}", name="title"),
        Column("alerts.0.detector", name="detector"),
        Column("alerts.#", "number", "alerts"),
        Column("alerts.0.state", name="state"),
        Column("alerts.0.assignee", name="assignee"),
        *(Column(f"alerts.0.{it}", name=it) for it in PEOPLE),
        Column("alerts.0.detected_at", "timestamp", "detected_at"),
        Column("alerts.0.alert_id", name="alert_id"),
    ]
    panel = rows(say, title, does, EMPTY).height(11).span(24)
    panel = panel.with_target(Asked(f"/cases?limit={MOST}", "cases", columns))
    panel = panel.transformations([only("severity", "detector")])
    return dressed(panel, say, language, "open")


def _asked() -> Asked:
    return Asked(f"/cases?limit={MOST}", "cases", _COUNTED)


def _counted_by(field: str) -> list[Step]:
    return [only("severity", "detector"), *counted("case_id", by=field, of="shelf")]
