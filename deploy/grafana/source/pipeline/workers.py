"""The processes: what they use, and how often they start."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, lines
from deploy.grafana.source.queries import over_time
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("Processes", "进程")

#: Workers, and the desk, robots and connectors, which Prometheus scrapes as jobs of their own.
_CHOSEN: Final = '{job=~"offbook.*", role=~"$role"}'
_NO_WORKER: Final = Bilingual("no process", "没有进程")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_cpu(say), _memory(say), _restarts(say), _states_to_read(say)]


def _cpu(say: Say) -> AnyPanel:
    does = Bilingual(
        "CPUs that the processes of a role use, and of each role the one that uses most. A process"
        " uses one at most: near 1 while records wait, start another of its role"
        " (docs/operations.md, Scaling).",
        "各角色使用的 CPU 核数，以及各角色中用量最高的进程。单个进程最多用一个核：接近 1"
        " 且有积压时，"
        "增加该角色的进程（docs/operations.zh.md 的“扩容”）。",
    )
    rate = f"rate(process_cpu_seconds_total{_CHOSEN}[$__rate_interval])"
    return _two(say, Bilingual("CPU by role", "CPU（按角色）"), does, rate).decimals(2)


def _memory(say: Say) -> AnyPanel:
    does = Bilingual(
        "Memory that the processes of a role hold, and of each role the one that holds most. A"
        " monitor"
        " holds the state of its partitions: steadily up over weeks, see State evictions below;"
        " give"
        " it more, or more monitors.",
        "各角色占用的内存，以及各角色中占用最高的进程。monitor 保存其分区的状态：数周持续上升，"
        "见下方“状态清除”；增加内存，或增加 monitor 进程。",
    )
    held = f"process_resident_memory_bytes{_CHOSEN}"
    return _two(say, Bilingual("Memory by role", "内存（按角色）"), does, held).unit("bytes")


def _two(say: Say, title: Bilingual, does: Bilingual, promql: str) -> AnyPanel:
    most = say(Bilingual("{{role}}, the most of one", "{{role}} 单进程最高"))
    return (
        lines(say, title, does, _NO_WORKER)
        .min(0)
        .span(6)
        .with_target(over_time(f"sum by (role) ({promql})", "{{role}}"))
        .with_target(over_time(f"max by (role) ({promql})", most, "B"))
    )


def _restarts(say: Say) -> AnyPanel:
    does = Bilingual(
        "How often processes of a role were started anew. Again and again: see"
        " OffbookWorkerRestarting; the last log line of each says why it ended.",
        "各角色进程重新启动的次数。反复出现：见 OffbookWorkerRestarting，"
        "进程的最后一行日志说明原因。",
    )
    promql = f"sum by (role) (changes(process_start_time_seconds{_CHOSEN}[15m]))"
    title = Bilingual("Restarts within 15 min", "15 分钟内重启次数")
    panel = lines(say, title, does, _NO_WORKER).min(0).decimals(0).span(6)
    return panel.with_target(over_time(promql, "{{role}}"))


def _states_to_read(say: Say) -> AnyPanel:
    does = Bilingual(
        "Offsets of the changelog that monitors have still to read before they have the states of"
        " a partition and go on. Falls within a minute or so after a start or a move; if it stands,"
        " `/readyz` of that monitor says for how long.",
        "monitor 取回分区状态之前还要读取的位置数。启动或分区迁移后约一分钟内降完；若停住不降，"
        "该 monitor 的 `/readyz` 写明已停多久。",
    )
    empty = Bilingual("no monitor reads states", "没有 monitor 在读取状态")
    title = Bilingual("States still to be read", "待读回的状态")
    panel = lines(say, title, does, empty).min(0).decimals(0).span(6)
    promql = "max by (partition) (offbook_recovery_offsets_left)"
    return panel.with_target(over_time(promql, "{{partition}}"))
