"""The connectors: what comes in by them, what is set aside or refused, and how late they are."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, line_at, lines
from deploy.grafana.source.queries import over_time
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Connectors", "连接器")

_NONE: Final = Bilingual("no connector", "没有连接器")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_records(say), _aside(say), _refused(say), _up(say), _last(say), _behind(say)]


def _records(say: Say) -> AnyPanel:
    does = Bilingual(
        "Records that each connector takes a second, whatever becomes of them. None for a day where"
        " there were some a week ago: see OffbookConnectorSilent.",
        "各连接器每秒收到的记录数，不论结果。一周前的同一天有、今天没有："
        "见 OffbookConnectorSilent。",
    )
    title = Bilingual("Records taken", "收到的记录")
    promql = "sum by (connector) (rate(offbook_connector_records_total[$__rate_interval]))"
    panel = _lines(say, title, does).unit("cps")
    return panel.with_target(over_time(promql, "{{connector}}"))


def _aside(say: Say) -> AnyPanel:
    does = Bilingual(
        "Records that made no event: a field that cannot be made, a word in no table, or no rule"
        " for them. `offbook dlq list` says which; mend the page, then `offbook connect retry`. See"
        " OffbookConnectorDeadLetters and OffbookConnectorUnreadable.",
        "无法转换为事件的记录：字段做不出来、词不在表里，或没有适用的规则。`offbook dlq list`"
        " 说明是哪些；改好页面后执行 `offbook connect retry`。见 OffbookConnectorDeadLetters 和"
        " OffbookConnectorUnreadable。",
    )
    aside = 'offbook_connector_records_total{outcome=~"dead_letter|unmatched"}'
    promql = f"sum by (connector, outcome) (increase({aside}[$__rate_interval]))"
    panel = _lines(say, Bilingual("Set aside", "搁置的记录"), does)
    return panel.with_target(over_time(promql, "{{connector}} {{outcome}}"))


def _refused(say: Say) -> AnyPanel:
    does = Bilingual(
        "Requests that were not taken. `unproven` that goes on: a secret was changed on one side,"
        " or somebody tries (OffbookConnectorRefuses). `kafka` or `failed`: what a sender gives up"
        " is lost (OffbookConnectorTurnsAway).",
        "没有接受的请求。`unproven` 持续出现：有一方换了密钥，或有人在尝试"
        "（OffbookConnectorRefuses）。`kafka` 或 `failed`：发送方放弃的就收不到了"
        "（OffbookConnectorTurnsAway）。",
    )
    counted = "increase(offbook_connector_refused_total[$__rate_interval])"
    promql = f"sum by (connector, reason) ({counted})"
    panel = _lines(say, Bilingual("Refused requests", "拒绝的请求"), does)
    return panel.with_target(over_time(promql, "{{connector}} {{reason}}"))


def _up(say: Say) -> AnyPanel:
    does = Bilingual(
        "1 while a connector reaches what it reads and can use its secrets. 0 for 15 min pages"
        " (OffbookConnectorFailing); `/readyz` says why.",
        "连接器能读到来源、密钥可用时为 1。为 0 满 15 分钟会呼叫值班（OffbookConnectorFailing），"
        "原因见 `/readyz`。",
    )
    panel = _lines(say, Bilingual("Can take", "能否接收"), does).max(1)
    promql = "max by (connector) (offbook_connector_up)"
    return panel.with_target(over_time(promql, "{{connector}}"))


def _last(say: Say) -> AnyPanel:
    does = Bilingual(
        "Time since each connector last kept anything, if it has since its start. Far above its"
        " habit: ask whoever runs its system.",
        "各连接器距上次保存的时长（自启动以来保存过的）。远超平时：联系该系统的负责人。",
    )
    promql = "time() - max by (connector) (offbook_connector_last_record_timestamp_seconds > 0)"
    panel = _lines(say, Bilingual("Since the last record", "距最近一条记录"), does).unit("s")
    return panel.with_target(over_time(promql, "{{connector}}"))


def _behind(say: Say) -> AnyPanel:
    does = Bilingual(
        "How long the oldest file of a folder has waited, and how long the reading of a list is"
        " overdue. Above an hour: see OffbookConnectorBehind.",
        "文件夹中最旧的文件等了多久，列表的读取逾期多久。超过一小时：见 OffbookConnectorBehind。",
    )
    promql = "max by (connector) (offbook_connector_lag_seconds)"
    panel = _lines(say, Bilingual("Behind", "落后"), does).unit("s")
    return line_at(panel, "orange", 3600).with_target(over_time(promql, "{{connector}}"))


def _lines(say: Say, title: Bilingual, does: Bilingual) -> AnyPanel:
    return lines(say, title, does, _NONE).min(0).span(8)
