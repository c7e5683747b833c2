"""The dashboards, each in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from contract.alert import Bilingual
from deploy.grafana.source import variables
from deploy.grafana.source.fraud import apart, open, over_time, worked
from deploy.grafana.source.panels import AnyPanel, row
from deploy.grafana.source.pipeline import (
    connectors,
    delays,
    events,
    feeds,
    glance,
    judging,
    workers,
)
from deploy.grafana.source.words import LANGUAGES, Language, Say, speaking

#: A row's title and the panels below it.
Rows = Iterable[tuple[Bilingual, list[AnyPanel]]]

_FRAUD: Final = "fraud-overview"
_PIPELINE: Final = "pipeline"
_TITLES: Final[Mapping[str, Bilingual]] = {
    _FRAUD: Bilingual("Fraud overview", "舞弊总览"),
    _PIPELINE: Bilingual("Pipeline", "流水线"),
}
_COPIES: Final[Mapping[Language, str]] = {"en": "English", "zh": "中文"}


class Rendered(NamedTuple):
    """A dashboard in one language: the name of its file, and what is in it."""

    file: str
    dashboard: Dashboard


def all_of_them(desk: str = variables.DESK_ADDRESS) -> list[Rendered]:
    """Every dashboard in every language; `desk` is where browsers reach the desk."""
    made: Mapping[str, Callable[[Language, str], Dashboard]] = {
        _FRAUD: _fraud_overview,
        _PIPELINE: _pipeline,
    }
    return [
        Rendered(
            f"{name}.json" if language == "en" else f"{name}.{language}.json", make(language, desk)
        )
        for name, make in made.items()
        for language in LANGUAGES
    ]


def _fraud_overview(language: Language, desk: str) -> Dashboard:
    say = speaking(language)
    does = Bilingual(
        "What is open, what comes of it, and which detector is worth its trouble",
        "未处理案件、处理情况，以及各检测器是否值得",
    )
    dashboard = _begun(_FRAUD, say, language, does).time("now-7d", "now").refresh("1m")
    dashboard = dashboard.with_variable(variables.detector(say))
    dashboard = dashboard.with_variable(variables.severity(say))
    dashboard = dashboard.with_variable(variables.desk(say, desk))
    return _filled(
        dashboard,
        say,
        [
            (open.TITLE, open.panels(say, language)),
            (over_time.TITLE, over_time.panels(say)),
            (worked.TITLE, worked.panels(say, language)),
            (apart.TITLE, apart.panels(say, language)),
        ],
    )


def _pipeline(language: Language, _: str) -> Dashboard:
    say = speaking(language)
    does = Bilingual(
        "Whether what finds fraud is well: connectors, events, feeds, delays, workers, detectors",
        "发现舞弊的流水线是否健康：连接器、事件、数据源、延迟、进程与检测器",
    )
    dashboard = _begun(_PIPELINE, say, language, does).time("now-6h", "now").refresh("30s")
    dashboard = dashboard.with_variable(variables.topic(say))
    dashboard = dashboard.with_variable(variables.role(say))
    dashboard = dashboard.with_variable(variables.detector(say))
    return _filled(
        dashboard,
        say,
        [
            (glance.TITLE, glance.panels(say)),
            (connectors.TITLE, connectors.panels(say)),
            (events.TITLE, events.panels(say)),
            (feeds.TITLE, feeds.panels(say)),
            (delays.TITLE, delays.panels(say)),
            (workers.TITLE, workers.panels(say)),
            (judging.TITLE, judging.panels(say)),
        ],
    )


def _begun(name: str, say: Say, language: Language, does: Bilingual) -> Dashboard:
    """A dashboard without panels, with links to its other copies and to the other dashboards."""
    title = say(Bilingual("Offbook / ", "Offbook / ")) + say(_TITLES[name])
    dashboard = (
        Dashboard(title)
        .uid(variables.uid_of(name, language))
        .description(say(does))
        .tags(["offbook", language])
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .annotations([])
        .with_variable(variables.datasource())
    )
    for other, text in _TITLES.items():
        if other != name:
            dashboard = dashboard.link(variables.link(say(text), variables.uid_of(other, language)))
    for other_language, called in _COPIES.items():
        if other_language != language:
            uid = variables.uid_of(name, other_language)
            dashboard = dashboard.link(variables.link(called, uid))
    return dashboard


def _filled(dashboard: Dashboard, say: Say, rows: Rows) -> Dashboard:
    """With its rows; each panel has its number in the order in which they stand."""
    number = 0
    for title, panels in rows:
        number += 1
        dashboard = dashboard.with_row(row(say, title).id(number))
        for panel in panels:
            number += 1
            dashboard = dashboard.with_panel(panel.id(number))
    return dashboard
