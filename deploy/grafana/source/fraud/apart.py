"""What wakes nobody: alerts of detectors on trial, and those that an allowance covers."""

from __future__ import annotations

from typing import Final

from contract.alert import SEVERITIES, Bilingual
from deploy.grafana.source.fraud.lists import PEOPLE, dressed
from deploy.grafana.source.panels import AnyPanel, bars, by_thresholds, colours, rows, stats
from deploy.grafana.source.queries import MOST, Asked, Column, at_once
from deploy.grafana.source.shaping import only
from deploy.grafana.source.tables import series
from deploy.grafana.source.words import Language, Say

TITLE: Final = Bilingual("On trial and allowed: these wake nobody", "试运行与豁免：不呼叫任何人")

_NO_TRIAL: Final = Bilingual("nothing on trial", "没有试运行告警")
_NO_ALLOWED: Final = Bilingual("nothing suppressed", "没有已豁免告警")


def panels(say: Say, language: Language) -> list[AnyPanel]:
    """In their order."""
    return [
        _open_on_trial(say),
        _new_on_trial(say),
        _suppressed(say),
        _trial_list(say, language),
        _suppressed_list(say, language),
    ]


def _open_on_trial(say: Say) -> AnyPanel:
    does = Bilingual(
        'Alerts firing now of detectors on trial (`mode = "shadow"`), by severity. Nobody is told'
        " of them: go through the list below with the runbook before the detector goes live.",
        '试运行（`mode = "shadow"`）的检测器当前未关闭的告警（按级别），不通知任何人：'
        "转为线上之前，"
        "按手册逐条复核下方列表。",
    )
    title = Bilingual("Open alerts on trial", "试运行中的未处理告警")
    promql = 'max by (severity) (offbook_open_shadow_alerts{severity=~"$severity"})'
    panel = stats(say, title, does, _NO_TRIAL).height(8).span(6)
    return series(panel.with_target(at_once(promql, "{{severity}}")), say, SEVERITIES)


def _new_on_trial(say: Say) -> AnyPanel:
    does = Bilingual(
        "What detectors on trial would have told within the time shown. As many as somebody can"
        " check, and mostly right: take `mode` out. Too many: set the numbers first.",
        "所选时间范围内试运行的检测器本会发出的告警数。数量核查得过来且大多属实：去掉 `mode`"
        " 转为线上；"
        "过多：先调整参数。",
    )
    title = Bilingual("New alerts on trial by detector", "试运行新告警（按检测器）")
    return _counted(
        bars(say, title, does, _NO_TRIAL),
        'offbook_shadow_alerts_total{detector=~"$detector", severity=~"$severity"}',
    )


def _suppressed(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts that an allowance kept from waking anybody within the time shown. More than was"
        " agreed on: the allowance is too wide; read the list below and narrow it."
        " `offbook detectors` says which end soon.",
        "所选时间范围内因豁免而未呼叫任何人的告警数。多于当初约定：豁免范围过宽，"
        "应查看下方列表并收窄。"
        "`offbook detectors` 列出即将到期的豁免。",
    )
    title = Bilingual("Suppressed alerts by detector", "已豁免告警（按检测器）")
    return _counted(
        bars(say, title, does, _NO_ALLOWED),
        'offbook_suppressed_alerts_total{detector=~"$detector"}',
    )


def _counted(panel: AnyPanel, counter: str) -> AnyPanel:
    promql = f"sort_desc(sum by (detector) (increase({counter}[$__range])))"
    return (
        panel.span(9)
        .decimals(0)
        .with_target(at_once(promql, "{{detector}}"))
        .thresholds(colours("purple"))
        .color_scheme(by_thresholds())
    )


def _trial_list(say: Say, language: Language) -> AnyPanel:
    does = Bilingual(
        "Each open alert of a detector on trial. Read them as if they were live, and write down"
        " how many were right: that decides whether the detector goes live.",
        "试运行检测器的每条未处理告警。按线上告警的标准核查并记下属实的条数，"
        "据此决定是否转为线上。",
    )
    title = Bilingual("On trial, the worst first", "试运行告警（最严重者在前）")
    return _list(say, language, title, does, _NO_TRIAL, "shadow")


def _suppressed_list(say: Say, language: Language) -> AnyPanel:
    does = Bilingual(
        "Each alert that an allowance covers, and that would otherwise be open. Whatever was not"
        " meant by it: narrow the allowance in the settings file.",
        "被豁免覆盖、否则会处于未处理状态的每条告警。若有不在约定之内的：在配置文件中收窄豁免。",
    )
    title = Bilingual("Suppressed, the worst first", "已豁免告警（最严重者在前）")
    return _list(say, language, title, does, _NO_ALLOWED, "suppressed")


def _list(
    say: Say, language: Language, title: Bilingual, does: Bilingual, empty: Bilingual, shelf: str
) -> AnyPanel:
    columns = [
        Column("severity"),
        Column("score", "number"),
        Column(f"title.{language}", name="title"),
        Column("detector"),
        *(Column(it) for it in PEOPLE),
        Column("detected_at", "timestamp"),
        Column("alert_id"),
    ]
    panel = rows(say, title, does, empty).span(12)
    panel = panel.with_target(Asked(f"/alerts?shelf={shelf}&limit={MOST}", "alerts", columns))
    panel = panel.transformations([only("severity", "detector")])
    return dressed(panel, say, language, shelf)
