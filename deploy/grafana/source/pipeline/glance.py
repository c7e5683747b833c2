"""Whether anything is wrong, in a line."""

from __future__ import annotations

from typing import Final

from contract.alert import Bilingual
from deploy.grafana.source.panels import AnyPanel, by_thresholds, colours, named, stats
from deploy.grafana.source.queries import at_once
from deploy.grafana.source.words import Say

TITLE: Final = Bilingual("At a glance", "概览")

_NO_WORKER: Final = Bilingual("no worker", "没有进程")
_AWAY: Final = Bilingual("away", "断开")
_UP: Final = Bilingual("up", "正常")


def panels(say: Say) -> list[AnyPanel]:
    """In their order."""
    return [_canary(say), _kafka(say), _redis(say), _lost(say), _settings(say), _versions(say)]


def _canary(say: Say) -> AnyPanel:
    does = Bilingual(
        "How old the newest canary is that came back: an event that is made up once a minute and"
        " must become an alert, so that nothing else says of the whole way that it works. Pages"
        " above 5 min (OffbookCanaryMissing): see which panel below is not as usual, from the top.",
        "最近一次返回的金丝雀距今多久：每分钟虚构一个必须变成告警的事件，"
        "只有它能证明整条链路是通的。"
        "超过 5 分钟会呼叫值班（OffbookCanaryMissing）：自上而下查看下方哪个面板异常。",
    )
    panel = stats(
        say,
        Bilingual("Canary's age", "金丝雀距今"),
        does,
        Bilingual("none came back", "没有返回"),
    )
    legend = say(Bilingual("canary", "金丝雀"))
    return (
        panel.unit("s")
        .span(4)
        .with_target(at_once("time() - (max(offbook_canary_seen_timestamp_seconds) > 0)", legend))
        .thresholds(colours("green", orange=120, red=300))
        .color_scheme(by_thresholds())
    )


def _kafka(say: Say) -> AnyPanel:
    does = Bilingual(
        "Whether each worker gets an answer from a broker. Away: see OffbookKafkaAway; workers go"
        " on"
        " by themselves.",
        "各 worker 能否得到 broker 的应答。断开：见 OffbookKafkaAway，恢复后 worker 自动继续。",
    )
    return _up(say, Bilingual("Kafka", "Kafka 连接"), does, 'min(offbook_kafka_up{role=~"$role"})')


def _redis(say: Say) -> AnyPanel:
    does = Bilingual(
        "Whether the delivery workers reach Redis. Away: start it again, check its memory and its"
        " disk; delivery goes on by itself.",
        "delivery 能否连接 Redis。断开：恢复 Redis 并检查内存与磁盘，delivery 会自动继续。",
    )
    return _up(say, Bilingual("Redis", "Redis 连接"), does, "min(offbook_redis_up)")


def _up(say: Say, title: Bilingual, does: Bilingual, promql: str) -> AnyPanel:
    return (
        stats(say, title, does, _NO_WORKER)
        .span(4)
        .with_target(at_once(promql, say(title)))
        .mappings([named(_0=say(_AWAY), _1=say(_UP))])
        .thresholds(colours("red", green=1))
        .color_scheme(by_thresholds())
    )


def _lost(say: Say) -> AnyPanel:
    does = Bilingual(
        "Revisions that were delivered and that Redis may no longer have. More than none: fill"
        " Redis"
        " anew, see OffbookRedisEmptied.",
        "已送达、但 Redis 可能已没有的修订数。不为零：重建 Redis，见 OffbookRedisEmptied。",
    )
    title = Bilingual("Lost by Redis", "Redis 丢失的告警")
    legend = say(Bilingual("revisions", "修订"))
    return (
        stats(say, title, does, Bilingual("no delivery worker", "没有 delivery 进程"))
        .span(4)
        .with_target(at_once("sum(offbook_redis_missing_revisions)", legend))
        .thresholds(colours("green", red=1))
        .color_scheme(by_thresholds())
    )


def _settings(say: Say) -> AnyPanel:
    does = Bilingual(
        "Whether every worker took its settings file as it stands. Refused: those before go on, and"
        " a worker that starts anew would not start; the log line `settings refused` names each"
        " mistake. See OffbookSettingsRefused in docs/operations.md.",
        "各进程是否都采用了当前的配置文件。被拒绝：仍按旧配置运行，但重启会失败；日志"
        " `settings refused` 逐条列出错误。见 docs/operations.zh.md 的 OffbookSettingsRefused。",
    )
    title = Bilingual("Settings file", "配置文件")
    refused, taken = Bilingual("refused", "被拒绝"), Bilingual("taken", "已采用")
    promql = 'min(offbook_config_last_reload_successful{role=~"$role"})'
    return (
        stats(say, title, does, Bilingual("no file", "无配置文件"))
        .span(4)
        .with_target(at_once(promql, say(Bilingual("settings", "配置"))))
        .mappings([named(_0=say(refused), _1=say(taken))])
        .thresholds(colours("red", green=1))
        .color_scheme(by_thresholds())
    )


def _versions(say: Say) -> AnyPanel:
    does = Bilingual(
        "Processes by version. More than one version after an upgrade is finished: a worker was"
        " forgotten.",
        "各版本的进程数。升级完成后仍有多个版本：有进程漏升级。",
    )
    promql = 'count by (version) (offbook_build_info{role=~"$role"})'
    return (
        stats(say, Bilingual("Versions", "版本"), does, _NO_WORKER)
        .span(4)
        .with_target(at_once(promql, "{{version}}"))
        .thresholds(colours("blue"))
        .color_scheme(by_thresholds())
    )
