"""How late the pipeline is, and what waits in it."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, line_at, lines
from deploy.grafana.source.queries import over_time
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Delays", "延迟与积压")

_NO_WORKER: Final = Bilingual("no worker", "没有进程")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_stream_time(say), _latency(say), _lag(say), _undelivered(say)]


def _stream_time(say: Say) -> AnyPanel:
    does = Bilingual(
        "How far each partition's stream time is behind the wall clock, which is the slowest feed's"
        " time; and how far what was applied is. Seconds in good health. The second rises: that"
        " monitor is stuck or short of CPU; it pages above 15 min (OffbookStreamTimeBehind). The"
        " first alone: a sender is silent, or a source topic is not read to its end.",
        "各分区流时间落后于当前时间的长度（以最慢的数据源为准），以及已处理记录的落后长度，"
        "正常均为数秒。"
        "后者上升：该 monitor 卡住或 CPU 不足，超过 15 分钟会呼叫值班（OffbookStreamTimeBehind）。"
        "只有前者上升：某个发送方没有数据，或某个源主题没有读到末尾。",
    )
    title = Bilingual("Stream time behind the clock", "流时间落后")
    panel = lines(say, title, does, Bilingual("no monitor", "没有 monitor 进程")).unit("s").span(6)
    time = "time() - max by (partition) (offbook_stream_time_seconds)"
    applied = "time() - max by (partition) (offbook_keyed_applied_timestamp_seconds)"
    legend = say(Bilingual("{{partition}} applied", "{{partition}} 已处理"))
    panel = panel.with_target(over_time(time, "{{partition}}"))
    return line_at(panel, "red", 900).with_target(over_time(applied, legend, "B"))


def _latency(say: Say) -> AnyPanel:
    does = Bilingual(
        "From the event's Kafka timestamp to its alert in Redis. p99 above 1 s with no backlog: a"
        " role is short of CPU, or Redis is slow. Alerts about something missing are not in it.",
        "从事件写入 Kafka 到告警进入 Redis 的时间。无积压时 p99 超过 1 秒：某个角色 CPU 不足或"
        " Redis"
        " 变慢。“缺失类”告警不计入。",
    )
    empty = Bilingual("no alert came", "没有新告警")
    panel = lines(say, Bilingual("Detection latency", "检测延迟"), does, empty).unit("s").min(0)
    panel = line_at(panel, "orange", 1).span(6)
    buckets = "sum by (le) (rate(offbook_detection_latency_seconds_bucket[$__rate_interval]))"
    for ref, share in {"A": 0.5, "B": 0.95, "C": 0.99}.items():
        # Of no alert the quantile is NaN, which no comparison holds for.
        promql = f"histogram_quantile({share}, {buckets}) >= 0"
        panel = panel.with_target(over_time(promql, f"p{share * 100:.0f}", ref))
    return panel


def _lag(say: Say) -> AnyPanel:
    does = Bilingual(
        "Records of each topic that are still to be worked off: a source topic is the router's,"
        " offbook.keyed the monitor's, offbook.alerts delivery's. Rises and does not fall: see"
        " OffbookConsumerLagGrowing.",
        "各主题待处理的记录：源主题属 router，offbook.keyed 属 monitor，offbook.alerts 属"
        " delivery。"
        "只升不降：见 OffbookConsumerLagGrowing。",
    )
    promql = 'sum by (topic) (offbook_consumer_lag_records{topic=~"$topic", role=~"$role"})'
    panel = lines(say, Bilingual("Records that wait", "待处理记录"), does, _NO_WORKER)
    return panel.min(0).decimals(0).span(6).with_target(over_time(promql, "{{topic}}"))


def _undelivered(say: Say) -> AnyPanel:
    does = Bilingual(
        "Alerts on offbook.alerts that are not yet in Redis. Rises and stays: look at Redis above"
        " and at the log of delivery. Nothing is lost meanwhile.",
        "已写入 offbook.alerts 但尚未进入 Redis 的告警。持续不降：检查上方的 Redis 与 delivery"
        " 日志；"
        "期间不会丢失告警。",
    )
    title = Bilingual("Undelivered alerts", "未送达告警")
    panel = lines(say, title, does, Bilingual("no delivery worker", "没有 delivery 进程"))
    legend = say(Bilingual("undelivered", "未送达"))
    panel = panel.min(0).decimals(0).span(6)
    return panel.with_target(over_time("sum(offbook_undelivered_alerts)", legend))
