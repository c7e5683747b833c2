"""Records of the source topics, and what became of them."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, line_at, lines
from deploy.grafana.source.queries import over_time
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Events", "事件")

_NO_ROUTER: Final = Bilingual("no router", "没有 router 进程")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_by_topic(say), _by_outcome(say), _dead_letters(say), _share(say)]


def _by_topic(say: Say) -> AnyPanel:
    does = Bilingual(
        "Records read a second. A topic that falls to nothing in working hours: ask the system that"
        " feeds it; absences are judged only once its feed is back or read to its end.",
        "每秒读取的记录数。工作时间内某主题流量归零：联系该主题的上游系统负责人；"
        "数据恢复或读到末尾之前，“缺失类”检测会等待。",
    )
    title = Bilingual("Events by topic", "事件流量（按主题）")
    promql = 'sum by (topic) (rate(offbook_events_total{topic=~"$topic"}[$__rate_interval]))'
    return _rates(say, title, does).with_target(over_time(promql, "{{topic}}"))


def _by_outcome(say: Say) -> AnyPanel:
    does = Bilingual(
        "What became of the records: accepted, late, duplicate, in conflict or dead letter. Many"
        " duplicates: a producer sends again; many late: a feed is behind by more than `lateness`.",
        "记录的处理结果：接收、迟到、重复、冲突或死信。重复多：上游在重发；迟到多：上游数据"
        "晚到超过 `lateness`。",
    )
    title = Bilingual("Events by outcome", "事件流量（按处理结果）")
    promql = 'sum by (outcome) (rate(offbook_events_total{topic=~"$topic"}[$__rate_interval]))'
    return _rates(say, title, does).with_target(over_time(promql, "{{outcome}}"))


def _dead_letters(say: Say) -> AnyPanel:
    does = Bilingual(
        "Records a second that could not be read. Read the reason in the headers of dlq.<topic> and"
        " tell whoever produces them; `offbook validate` says the same of a file.",
        "每秒无法解析的记录数。到 dlq.<主题> 的消息头查看原因并通知上游；也可用 `offbook validate`"
        " 检查文件。",
    )
    chosen = '{topic=~"$topic", outcome="dead_letter"}'
    promql = f"sum by (topic) (rate(offbook_events_total{chosen}[$__rate_interval]))"
    title = Bilingual("Dead letters by topic", "死信（按主题）")
    return _rates(say, title, does).with_target(over_time(promql, "{{topic}}"))


def _share(say: Say) -> AnyPanel:
    does = Bilingual(
        "Share of a topic's records within 15 min. Above 1 % (and 10 records) it pages: see"
        " OffbookDeadLetters in docs/operations.md.",
        "15 分钟内各主题死信占比。超过 1%（且不少于 10 条）会呼叫值班，见 docs/operations.zh.md 的"
        " OffbookDeadLetters。",
    )
    title = Bilingual("Share of dead letters", "死信占比")
    dead = 'offbook_events_total{topic=~"$topic", outcome="dead_letter"}'
    every = 'offbook_events_total{topic=~"$topic"}'
    promql = (
        f"sum by (topic) (increase({dead}[15m])) / (sum by (topic) (increase({every}[15m])) > 0)"
    )
    panel = lines(say, title, does, Bilingual("no event", "没有事件")).unit("percentunit").min(0)
    return line_at(panel, "red", 0.01).span(6).with_target(over_time(promql, "{{topic}}"))


def _rates(say: Say, title: Bilingual, does: Bilingual) -> AnyPanel:
    return lines(say, title, does, _NO_ROUTER).unit("cps").min(0).span(6)
