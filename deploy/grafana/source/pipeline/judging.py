"""The detectors at work: what they lack, where they fail, and what costs most."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, bars, by_thresholds, colours, lines
from deploy.grafana.source.queries import at_once, over_time
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Detectors", "检测器")

_CHOSEN: Final = '{detector=~"$detector"}'
_NO_MONITOR: Final = Bilingual("no monitor", "没有 monitor 进程")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [
        _reference(say),
        _silent(say),
        _failures(say),
        _evictions(say),
        _set_aside(say),
        _costliest(say),
    ]


def _reference(say: Say) -> AnyPanel:
    does = Bilingual(
        "Company accounts, employees and customers known to the monitors. A fall or a nought: its"
        " feed sends tombstones or nothing; detectors that need it are silent.",
        "monitor 掌握的公司账户、员工与客户数。下降或为零：上游发送了删除标记或没有数据，"
        "依赖它的检测器不会告警。",
    )
    title = Bilingual("Reference entries", "参考数据条数")
    promql = "max by (kind) (offbook_reference_entries)"
    return _counts(say, title, does).with_target(over_time(promql, "{{kind}}"))


def _silent(say: Say) -> AnyPanel:
    does = Bilingual(
        "1 while a detector has no reference data to compare with, and so finds nothing. Send the"
        " reference documents; see OffbookReferenceDataMissing.",
        "值为 1 表示检测器因缺少参考数据而不检测。请补发参考数据，见 OffbookReferenceDataMissing。",
    )
    title = Bilingual("Silent detectors", "静默检测器")
    promql = f"max by (detector) (offbook_silent_detectors{_CHOSEN})"
    return _counts(say, title, does).max(1).with_target(over_time(promql, "{{detector}}"))


def _failures(say: Say) -> AnyPanel:
    does = Bilingual(
        "Events on which a detector raised an error; they are in the dead letters. Any at all is a"
        " fault: report it with the log line. `profile` and `engine` are what all share.",
        "检测器处理出错的事件数（已进入死信）。只要出现就是缺陷：请附上日志上报。`profile` 和"
        " `engine`"
        " 是所有检测器共用的部分。",
    )
    title = Bilingual("Detector failures", "检测器错误")
    chosen = '{detector=~"$detector|profile|engine"}'
    counted = f"increase(offbook_detector_failures_total{chosen}[$__rate_interval])"
    query = over_time(f"sum by (detector) ({counted})", "{{detector}}")
    return _counts(say, title, does).with_target(query)


def _evictions(say: Say) -> AnyPanel:
    does = Bilingual(
        "What was dropped from an entity's state because there was too much of it. Steady: one"
        " employee, customer or account gathers far more events than the limits foresee; its"
        " findings may lack evidence. See OffbookStateEvicted.",
        "因超出上限而从实体状态中清除的条目。持续出现：某个员工、客户或账户的事件远超预期，"
        "相关告警的证据可能不完整。见 OffbookStateEvicted。",
    )
    title = Bilingual("State evictions", "状态清除")
    counted = f"increase(offbook_state_evictions_total{_CHOSEN}[$__rate_interval])"
    query = over_time(f"sum by (detector) ({counted})", "{{detector}}")
    return _counts(say, title, does).with_target(query)


def _set_aside(say: Say) -> AnyPanel:
    does = Bilingual(
        "Entities that take in nothing more, because something of them is larger than a record may"
        " be (OffbookEntitySetAside); and how often a detector was set aside for one entity,"
        " because"
        " it failed there again and again (OffbookDetectorSetAside). Either: nobody watches that"
        " entity so until it is mended.",
        "因内容超过单条记录上限而不再接收任何内容的对象数（OffbookEntitySetAside），"
        "以及检测器在某个对象上"
        "反复失败而被搁置的次数（OffbookDetectorSetAside）。出现任何一种：修复之前该对象缺少监控。",
    )
    panel = _counts(say, Bilingual("Set aside", "搁置"), does)
    entities = "sum(max by (partition) (offbook_entities_set_aside))"
    detectors = f"sum(increase(offbook_detectors_set_aside_total{_CHOSEN}[$__rate_interval]))"
    return panel.with_target(over_time(entities, say(Bilingual("entities", "对象")))).with_target(
        over_time(detectors, say(Bilingual("detectors", "检测器")), "B")
    )


def _costliest(say: Say) -> AnyPanel:
    does = Bilingual(
        "How long the longest look at one entity of each kind took within the last minute or two;"
        " which one it is stays in the monitor. Its whole partition waits meanwhile. Above a"
        " second: an account of a system or of a robot, mostly; see OffbookStateEvicted and give"
        " it a source or an id of its own.",
        "最近一两分钟内，每类对象中最耗时的一次判断用了多久；具体是谁不离开 monitor。其间所在分区"
        "都在等它。超过一秒：多半是系统账号或机器人，见 OffbookStateEvicted，"
        "并为其单设来源或编号。",
    )
    title = Bilingual("Costliest entity of each kind", "各类对象中最耗时者")
    panel = bars(say, title, does, _NO_MONITOR).unit("s").span(8)
    promql = "sort_desc(max by (kind) (offbook_costliest_entity_seconds))"
    panel = panel.with_target(at_once(promql, "{{kind}}"))
    return panel.thresholds(colours("blue", orange=0.2, red=1)).color_scheme(by_thresholds())


def _counts(say: Say, title: Bilingual, does: Bilingual) -> AnyPanel:
    return lines(say, title, does, _NO_MONITOR).min(0).decimals(0).span(8)
