"""What can be chosen above a dashboard, and its links to others."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import (
    CustomVariable,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    TextBoxVariable,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLink as LinkModel,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from contract.alert import SEVERITIES, Bilingual
from deploy.grafana.source.queries import PROMETHEUS
from deploy.grafana.source.words import Language, Say, word

#: What "all" stands for: also what has no such label at all, and what comes later.
ALL: Final = ".*"
#: Where browsers reach the desk, if nobody says another address: `render --desk`.
DESK_ADDRESS: Final = "http://localhost:9465"


def datasource() -> DatasourceVariable:
    """Which Prometheus is asked."""
    return DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def detector(say: Say) -> QueryVariable:
    """Every detector that a delivery worker knows, from its start on."""
    label = Bilingual("Detector", "检测器")
    return _values(
        say, "detector", label, "label_values(offbook_suppressed_alerts_total, detector)"
    )


def topic(say: Say) -> QueryVariable:
    """Source topics and our own."""
    metrics = "offbook_events_total|offbook_consumer_lag_records"
    query = f'label_values({{__name__=~"{metrics}"}}, topic)'
    return _values(say, "topic", Bilingual("Topic", "主题"), query)


def role(say: Say) -> QueryVariable:
    """The roles that Prometheus scrapes; the label is of its configuration."""
    query = 'label_values(process_start_time_seconds{job=~"offbook.*"}, role)'
    return _values(say, "role", Bilingual("Role", "角色"), query)


def severity(say: Say) -> CustomVariable:
    """The three there are."""
    values = ",".join(f"{say(word(it))} : {it}" for it in SEVERITIES)
    options = [VariableOption(True, _all(say), "$__all")]
    options += [VariableOption(False, say(word(it)), it) for it in SEVERITIES]
    variable = CustomVariable("severity").label(say(Bilingual("Severity", "级别")))
    variable = variable.values(values).options(options).multi(True)
    return variable.include_all(True).all_value(ALL).current(_everything(say))


def desk(say: Say, address: str) -> TextBoxVariable:
    """Where links lead. Not the address that Grafana asks, which may be another inside a"
    " network."""
    variable = TextBoxVariable("desk").label(say(Bilingual("Desk", "工作台")))
    return variable.default_value(address).current(VariableOption(True, address, address))


def link(title: str, uid: str) -> DashboardLink:
    """To another dashboard, with the time and what is chosen."""
    leads = _Shown(title).type(DashboardLinkType.LINK).icon("dashboard").url(f"/d/{uid}")
    return leads.keep_time(True).include_vars(True)


class _Shown(DashboardLink):
    """A link in the bar: the SDK's own can only be put into a menu."""

    def build(self) -> LinkModel:
        """What is written into the dashboard."""
        built = super().build()
        built.placement = None  # type: ignore[assignment]
        return built


def uid_of(name: str, language: Language) -> str:
    """Of a dashboard in a language; addresses are made of it, so it never changes."""
    return f"offbook-{name}" if language == "en" else f"offbook-{name}-{language}"


def _values(say: Say, name: str, label: Bilingual, query: str) -> QueryVariable:
    # 5 is the editor's number for a query in its own language, such as `label_values(…)`.
    asked = {"qryType": 5, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
    variable = QueryVariable(name).label(say(label)).datasource(PROMETHEUS).query(asked)
    variable = variable.definition(query).multi(True).include_all(True).all_value(ALL)
    variable = variable.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    return variable.sort(VariableSort.ALPHABETICAL_ASC).current(_everything(say))


def _everything(say: Say) -> VariableOption:
    return VariableOption(True, [_all(say)], ["$__all"])


def _all(say: Say) -> str:
    return say(Bilingual("All", "全部"))
