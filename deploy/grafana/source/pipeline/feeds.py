"""The feeds: how far each is, whether its sender is silent, and what waits for it then."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from contract.kinds import STREAM_TOPICS
from deploy.grafana.source.panels import (
    AnyPanel,
    by_thresholds,
    colours,
    lines,
    named,
    rows,
)
from deploy.grafana.source.queries import as_rows, over_time
from deploy.grafana.source.shaping import joined
from deploy.grafana.source.tables import coloured, heading, sparse
from deploy.grafana.source.words import UNKNOWN, Say
from detectors.engine.running import awaited
from detectors.rules.catalogue import DETECTORS

TITLE: Final = Bilingual("Feeds", "数据源")

_CHOSEN: Final = '{topic=~"$topic"}'
_NO_ROUTER: Final = Bilingual("no router", "没有 router 进程")
#: Of each topic the slowest partition; of each partition the worker that has it now.
_BEHIND: Final = (
    "time() - min by (topic)"
    f" (max by (topic, partition) (offbook_feed_complete_timestamp_seconds{_CHOSEN}))"
)


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_held_back(say), _behind(say), _silent(say), _last_event(say), _last_heartbeat(say)]


def waiting() -> dict[str, str]:
    """Our detectors whose deadlines wait for each topic. `offbook status` knows one's own too."""
    held = {topic: [it.id for it in DETECTORS if topic in awaited(it)] for topic in STREAM_TOPICS}
    return {topic: ", ".join(sorted(ids)) or UNKNOWN for topic, ids in held.items()}


def _held_back(say: Say) -> AnyPanel:
    does = Bilingual(
        "Each source topic: whether a sender of it is silent, how far it is behind, and which of"
        " our"
        " detectors wait for it with their deadlines. Silent: ask the people who run the sender."
        " Meanwhile those detectors accuse nobody, and no alert of theirs is no all-clear. See"
        " OffbookFeedSilent; `offbook status` tells partitions, since when, and detectors of your"
        " own.",
        "各源主题的发送方是否静默、落后多少，以及哪些检测器的截止时间在等它。静默：联系上游负责人；"
        "其间这些检测器不会冤枉任何人，但没有告警也不代表没有问题。见 OffbookFeedSilent；"
        "分区、起始时间和自有检测器见 `offbook status`。",
    )
    title = Bilingual("Silent feeds and what they hold back", "静默的数据源及其影响")
    panel = sparse(rows(say, title, does, _NO_ROUTER)).span(14)
    panel = panel.with_target(as_rows(_with_waiting(), "A")).with_target(as_rows(_BEHIND, "B"))
    panel = panel.transformations(joined("topic", ["Time", "Time 1", "Time 2"]))
    panel = heading(panel, say, "topic", Bilingual("Topic", "主题"), custom_width=150)
    words = named(_0=say(Bilingual("sends", "正常")), _1=say(Bilingual("silent", "静默")))
    panel = heading(
        panel,
        say,
        "Value #A",
        Bilingual("Sender", "发送方"),
        unit="none",
        mappings=[words],
        thresholds=colours("green", red=1).build(),
        color=by_thresholds().build(),
        custom_cellOptions=coloured(),
        custom_width=90,
    )
    behind = Bilingual("Behind", "落后")
    panel = heading(panel, say, "Value #B", behind, unit="s", decimals=0, custom_width=100)
    return heading(panel, say, "holds_back", Bilingual("Holds back", "受影响的检测器"))


def _with_waiting() -> str:
    """Whether each topic is silent, with what waits for it as a label."""
    promql = f"max by (topic) (offbook_feed_silent{_CHOSEN})"
    for topic, ids in waiting().items():
        promql = f'label_replace({promql}, "holds_back", "{ids}", "topic", "{topic}")'
    return promql


def _behind(say: Say) -> AnyPanel:
    does = Bilingual(
        "How far each source topic is from being complete up to now: its slowest partition. With"
        " heartbeats it is the time since the newest; with `expected_every` or neither it is"
        " seconds"
        " until the topic falls silent. Deadlines that wait for the topic wait for so long: it"
        " rises, ask its sender.",
        "各源主题距“完整到此刻”还差多久，以最慢的分区为准。有心跳的，是距最新心跳的时长；设了"
        " `expected_every` 或两者都没有的，平时只有几秒。依赖该主题的截止时间会等待同样长的时间；"
        "持续上升：联系上游。",
    )
    panel = lines(say, Bilingual("Feeds behind the clock", "各主题落后"), does, _NO_ROUTER)
    return panel.unit("s").span(10).with_target(over_time(_BEHIND, "{{topic}}"))


def _silent(say: Say) -> AnyPanel:
    does = Bilingual(
        "1 while a heartbeat of the topic is overdue, or it has been silent for longer than"
        " expected. Often and briefly: `expected_every` is too short, or a sender restarts; see"
        " OffbookFeedSilent.",
        "值为 1 表示心跳逾期，或静默超过预期。频繁而短暂：`expected_every` 过短，"
        "或发送方在反复重启，"
        "见 OffbookFeedSilent。",
    )
    panel = lines(say, Bilingual("Silent feeds over time", "静默趋势"), does, _NO_ROUTER)
    promql = f"max by (topic) (offbook_feed_silent{_CHOSEN})"
    return panel.min(0).max(1).decimals(0).span(8).with_target(over_time(promql, "{{topic}}"))


def _last_event(say: Say) -> AnyPanel:
    does = Bilingual(
        "Time since the newest event of each source topic happened, whatever is expected of it. Far"
        " above its habit in working hours: ask its sender, and set `expected_every`, so that it is"
        " told of by itself.",
        "各源主题最新事件距今的时长，与预期无关。工作时间内远超平时：联系上游，并设置"
        " `expected_every`，"
        "以便今后自动告警。",
    )
    promql = f"time() - max by (topic) (offbook_feed_last_event_timestamp_seconds{_CHOSEN})"
    title = Bilingual("Since the newest event", "距最新事件")
    panel = lines(say, title, does, Bilingual("no event yet", "尚无事件"))
    return panel.unit("s").span(8).with_target(over_time(promql, "{{topic}}"))


def _last_heartbeat(say: Say) -> AnyPanel:
    does = Bilingual(
        "Time since the last heartbeat of each source topic that has any, on the partition where it"
        " is oldest. Rises on one topic: its sender is down, or sends none to a partition that was"
        " added.",
        "各有心跳的主题距最近心跳的时长，以最久未收到心跳的分区为准。某主题持续上升：发送方停了，"
        "或没有向新增的分区发送心跳。",
    )
    promql = (
        "time() - min by (topic) (max by (topic, partition)"
        f" (offbook_feed_last_heartbeat_timestamp_seconds{_CHOSEN}))"
    )
    title = Bilingual("Since the last heartbeat", "距最近心跳")
    panel = lines(say, title, does, Bilingual("no heartbeats", "没有心跳"))
    return panel.unit("s").span(8).with_target(over_time(promql, "{{topic}}"))
