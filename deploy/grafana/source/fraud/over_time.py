"""What was opened, closed and withdrawn, over time."""

from __future__ import annotations

from typing import Final

from contract.action import VERDICTS
from contract.alert import SEVERITIES, Bilingual
from deploy.grafana.source.panels import AnyPanel, bars, by_thresholds, colours, columns
from deploy.grafana.source.queries import MOST, SINCE, Asked, Column, at_once, over_time
from deploy.grafana.source.shaping import only, per_day
from deploy.grafana.source.tables import series
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Over time", "趋势")

_CHOSEN: Final = '{detector=~"$detector", severity=~"$severity"}'
_CLOSED: Final = f"/alerts?shelf=closed&limit={MOST}&{SINCE}"
_FIELDS: Final = (
    Column("alert_id"),
    Column("detector"),
    Column("severity"),
    Column("verdict"),
    Column("closed_at", "timestamp"),
    Column("detected_at", "timestamp"),
)


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_opened(say), _closed(say), _withdrawn(say), _by_detector(say)]


def _opened(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts first delivered, by severity. A sudden burst after a release or a change of"
        " numbers: hold it against `offbook replay` over the same events. Live ones only.",
        "首次送达的告警数（按级别）。发版或调整参数后突然增多：用 `offbook replay` 对同一批事件"
        "回放比对。仅含线上告警。",
    )
    promql = f"sum by (severity) (increase(offbook_alerts_total{_CHOSEN}[$__rate_interval]))"
    panel = columns(say, Bilingual("Opened", "新增告警"), does, _no_alert())
    return series(panel.span(6).with_target(over_time(promql, "{{severity}}")), say, SEVERITIES)


def _closed(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts that somebody closed, by day and verdict; of those detected in the time shown, the"
        f" {MOST} worst. Fewer than are opened, week after week: there are too few people on it, or"
        " too many false alerts; the table of verdicts says which.",
        f"由人员关闭的告警（按天、按结论），统计所选时间范围内发现的告警中最严重的 {MOST} 条。"
        "连续数周少于新增：人手不足或误报过多，见下方结论表。",
    )
    title = Bilingual("Closed a day, by verdict", "每日关闭（按结论）")
    panel = columns(say, title, does, Bilingual("nothing was closed", "没有关闭的告警"))
    return series(
        panel.span(6)
        .with_target(Asked(_CLOSED, "alerts", _FIELDS))
        .transformations(
            [
                only("severity", "detector", verdict=f"^({'|'.join(VERDICTS)})$"),
                *per_day("closed_at", "alert_id", by="verdict"),
            ]
        ),
        say,
        VERDICTS,
    )


def _withdrawn(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts that their detector took back before anybody closed them, by day: a late event"
        " explained what was seen. Many of one detector: a feed it needs comes late; ask its"
        " sender, or let the detector wait longer.",
        "关闭前由检测器自行撤回的告警（按天）：迟到的事件解释了此前的异常。某个检测器撤回很多："
        "它依赖的上游数据到得晚，请联系上游，或延长该检测器的等待时间。",
    )
    title = Bilingual("Withdrawn a day, by detector", "每日撤回（按检测器）")
    panel = columns(say, title, does, Bilingual("nothing was withdrawn", "没有撤回的告警"))
    return (
        panel.span(6)
        .with_target(Asked(_CLOSED, "alerts", _FIELDS))
        .transformations(
            [
                only("severity", "detector", verdict="^withdrawn$"),
                *per_day("detected_at", "alert_id", by="detector"),
            ]
        )
    )


def _by_detector(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts first delivered within the time shown, by detector. One far above its habit: read a"
        " few of them; many honest ones mean that its numbers do not fit the company. Live ones"
        " only.",
        "所选时间范围内首次送达的告警数（按检测器）。某个检测器明显偏多：抽查几条，若多为误报，"
        "应调整其参数。仅含线上告警。",
    )
    promql = f"sort_desc(sum by (detector) (increase(offbook_alerts_total{_CHOSEN}[$__range])))"
    return (
        bars(say, Bilingual("Opened, by detector", "新增告警（按检测器）"), does, _no_alert())
        .span(6)
        .decimals(0)
        .with_target(at_once(promql, "{{detector}}"))
        .thresholds(colours("blue"))
        .color_scheme(by_thresholds())
    )


def _no_alert() -> Bilingual:
    return Bilingual("no alert", "没有告警")
