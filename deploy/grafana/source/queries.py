"""What panels ask: Prometheus in PromQL, and the desk's API through Infinity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders.prometheus import Dataquery as PromQuery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

PROMETHEUS: Final = DataSourceRef("prometheus", "${datasource}")
#: The `uid` of provisioning/datasources/desk.yml.
DESK: Final = DataSourceRef("yesoreyeram-infinity-datasource", "offbook-desk")
#: What the API gives at most; whatever is beyond it is less bad, for the worst come first.
MOST: Final = 1000
#: Alerts are asked for by when they were detected: of the time that the dashboard shows.
SINCE: Final = "since=${__from:date:iso}"


class Column(NamedTuple):
    """A column of an answer: where it stands in an entry, its type, and its name, by which
    transformations, links and headings find it; the same in both languages."""

    selector: str
    type: str = "string"
    name: str = ""

    @property
    def called(self) -> str:
        """The name of the field in Grafana."""
        return self.name or self.selector


class Asked(Builder[Dataquery]):
    """A question to the desk's API. The SDK has no builder for Infinity, which is no part of
    Grafana: these are the fields that its editor writes."""

    def __init__(self, path: str, root: str, columns: Sequence[Column]) -> None:
        self._fields: dict[str, Any] = {
            "refId": "A",
            "datasource": DESK,
            "type": "json",
            # In Grafana's server, which has the token; a browser never sees it.
            "parser": "backend",
            "source": "url",
            "format": "table",
            "url": f"/api{path}",
            "url_options": {"method": "GET", "data": ""},
            "root_selector": root,
            "columns": [
                {"selector": it.selector, "text": it.called, "type": it.type} for it in columns
            ],
            "filters": [],
        }

    def build(self) -> Dataquery:
        """What Grafana sends to Infinity."""
        return UnknownDataquery(self._fields)


def over_time(promql: str, legend: str = "", ref: str = "A") -> PromQuery:
    """Over the time shown."""
    return _promql(promql, legend, ref).range()


def at_once(promql: str, legend: str = "", ref: str = "A") -> PromQuery:
    """As it is at the end of the time shown."""
    return _promql(promql, legend, ref).instant()


def as_rows(promql: str, ref: str = "A") -> PromQuery:
    """As it is now, a row of a table for each series, a column for each label."""
    return _promql(promql, "", ref).instant().format(PromQueryFormat.TABLE)


def _promql(promql: str, legend: str, ref: str) -> PromQuery:
    query = PromQuery().datasource(PROMETHEUS).expr(promql).ref_id(ref)
    return query.legend_format(legend) if legend else query
