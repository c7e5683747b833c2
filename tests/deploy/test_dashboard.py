"""What the dashboards ask Prometheus, on a real one that has the story's data."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from robots.figures import Figures
from sinks.metrics.metrics import Metrics
from tests.deploy.conftest import DEPLOY, read_yaml

DASHBOARDS = DEPLOY / "grafana/dashboards"
PIPELINE = DASHBOARDS / "pipeline.json"
RULES = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
OFTEN = ["--rate-interval", "5s", "--range", "1m"]
#: Comes late: one is sent a minute.
CANARY = "offbook_canary_seen_timestamp_seconds"


def _checker() -> ModuleType:
    path = DEPLOY / "grafana/check_dashboard.py"
    spec = importlib.util.spec_from_file_location("check_dashboard", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


checker = _checker()


@pytest.fixture
def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PIPELINE.read_text(encoding="utf-8"))
    return read


def _only(dashboard: dict[str, Any], title: str, promql: str, folder: Path) -> Path:
    """A dashboard with one panel, which asks for something else."""
    (panel,) = [p for p in dashboard["panels"] if p["title"] == title]
    panel["targets"][0]["expr"] = promql
    path = folder / "changed.json"
    path.write_text(json.dumps({**dashboard, "panels": [panel]}), encoding="utf-8")
    return path


@pytest.mark.integration
def test_every_expression_of_the_dashboards_returns_data(
    prometheus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _until_exposed(prometheus, {CANARY}, 90)
    # Without data some panels say that there is no connector, which is not waited for below.
    _until_there(prometheus, "rate(offbook_connector_refused_total[5s])", 60)
    status = checker.main(["--prometheus", prometheus, "--within", "60", *OFTEN])
    said = capsys.readouterr()
    assert status == 0, said.err
    [total] = said.out.splitlines()
    with_data, all_of_them = re.fullmatch(r"(\d+) of (\d+) expressions return data", total).groups()
    assert with_data == all_of_them


@pytest.mark.integration
def test_everything_that_can_be_chosen_has_values(prometheus: str) -> None:
    asked = {
        variable["query"]["query"]
        for path in DASHBOARDS.glob("*.json")
        for variable in json.loads(path.read_text("utf-8"))["templating"]["list"]
        if variable["type"] == "query"
    }
    assert len(asked) == 3
    for query in asked:
        metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", query).groups()
        match = urllib.parse.urlencode({"match[]": metric})
        assert _ask(prometheus, f"label/{label}/values?{match}"), query


@pytest.mark.integration
@pytest.mark.parametrize(
    ("promql", "reason"),
    [
        ("min(offbook_redis_away)", "no data"),
        ('sum(rate(offbook_events_total{topic="payment"}[$__rate_interval]))', "no data"),
        ('min(offbook_redis_up{role=~"$role.not"})', "no data"),
        ("min(offbook_redis_up) * NaN", "NaN"),
        ("min(offbook_redis_up", "refused: "),
    ],
)
def test_an_expression_without_data_is_named_with_its_panel(
    prometheus: str,
    dashboard: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    promql: str,
    reason: str,
) -> None:
    # Nothing but the changed panel is asked: the others may have no rate yet.
    changed = _only(dashboard, "Redis", promql, tmp_path)
    assert checker.main([str(changed), "--prometheus", prometheus, *OFTEN]) == 1
    said = capsys.readouterr()
    assert said.out == "0 of 1 expressions return data\n"
    assert said.err.startswith(f"changed.json: Redis [A]: {reason}")


#: Of a worker that was told of an Alertmanager, once it has told it of everything; and of one that
#: has sent a canary and seen it come back.
_IN_TIME = {
    "offbook_alertmanager_last_full_push_timestamp_seconds",
    "offbook_canary_sent_timestamp_seconds",
    "offbook_canary_seen_timestamp_seconds",
}
#: Of `offbook robots`.
_OF_ROBOTS = {"offbook_robot_notifications_total"}


@pytest.mark.integration
def test_every_metric_that_a_rule_reads_is_exposed_by_a_worker(prometheus: str) -> None:
    read = {
        name
        for file in RULES
        for group in read_yaml(file)["groups"]
        for rule in group["rules"]
        for name in re.findall(r"\boffbook_\w+", rule["expr"])
    }
    metrics = Metrics()
    metrics.alertmanager.full(0.0)
    metrics.canary.sent(0)
    metrics.canary.seen(0)
    assert {it.name for it in metrics.registry.collect()} >= _IN_TIME
    robots = {
        sample.name for it in Figures(["security"]).registry.collect() for sample in it.samples
    }
    assert robots >= _OF_ROBOTS
    read -= _IN_TIME | _OF_ROBOTS
    _until_exposed(prometheus, read, 30)


@pytest.mark.integration
def test_prometheus_evaluates_every_rule_without_an_error(prometheus: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        rules = [rule for group in _ask(prometheus, "rules")["groups"] for rule in group["rules"]]
        health = {rule["name"]: rule["health"] for rule in rules}
        if set(health.values()) == {"ok"}:
            break
        assert time.monotonic() < deadline, health
        time.sleep(0.2)


def _until_exposed(prometheus: str, names: set[str], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        exposed = set(_ask(prometheus, "label/__name__/values"))
        if names <= exposed:
            return
        assert time.monotonic() < deadline, f"exposed nowhere: {sorted(names - exposed)}"
        time.sleep(0.2)


def _until_there(prometheus: str, promql: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    query = urllib.parse.urlencode({"query": promql})
    while not _ask(prometheus, f"query?{query}")["result"]:
        assert time.monotonic() < deadline, f"no data: {promql}"
        time.sleep(0.2)


def _ask(prometheus: str, what: str) -> Any:
    with urllib.request.urlopen(f"{prometheus}/api/v1/{what}", timeout=10) as response:
        return json.load(response)["data"]


@pytest.mark.integration
@pytest.mark.parametrize(
    ("promql", "words", "status"),
    [
        (f"max({CANARY}) > 4e9", "none", 0),
        (f"max({CANARY}) > 4e9", None, 1),
        ("max(offbook_canary_seen) > 4e9", "none", 1),
    ],
)
def test_a_panel_may_be_without_data_only_of_such_a_metric_and_if_it_says_what_that_means(
    prometheus: str,
    dashboard: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    promql: str,
    words: str | None,
    status: int,
) -> None:
    (panel,) = [p for p in dashboard["panels"] if p["title"] == "Canary's age"]
    panel["fieldConfig"]["defaults"]["noValue"] = words
    changed = _only(dashboard, "Canary's age", promql, tmp_path)
    assert checker.main([str(changed), "--prometheus", prometheus, *OFTEN]) == status
    assert ("shown as: none\n0 of 1" in capsys.readouterr().out) == (status == 0)


def test_a_prometheus_that_is_away_is_no_empty_dashboard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checker.main(["--prometheus", "http://127.0.0.1:9"]) == 2
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err


def test_a_variable_without_a_value_is_refused(
    dashboard: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = _only(dashboard, "Redis", "min(offbook_redis_up{role=~'${rule:pipe}'})", tmp_path)
    assert checker.main([str(changed), "--prometheus", "http://127.0.0.1:9"]) == 2
    assert "no value is known for the variable $rule" in capsys.readouterr().err


def test_expressions_in_collapsed_rows_are_found() -> None:
    target = {"refId": "A", "expr": "up"}
    inner = {"title": "inner", "targets": [target, {"refId": "B", "url": "/api/cases"}]}
    found = checker.expressions({"panels": [{"type": "row", "panels": [inner]}]})
    assert [expression[:3] for expression in found] == [("inner", "A", "up")]


def test_rates_follow_the_scrape_interval() -> None:
    """A fixed window shorter than four scrapes would leave gaps; 15m is the dead-letter rule's."""
    for path in DASHBOARDS.glob("*.json"):
        for expression in checker.expressions(json.loads(path.read_text("utf-8"))):
            for window in re.findall(r"\[(.*?)\]", expression.promql):
                assert window in {"$__rate_interval", "$__range", "15m"}, expression
    (source,) = read_yaml(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")["datasources"]
    interval = read_yaml(DEPLOY / "prometheus/prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval


def test_what_may_be_none_is_no_nan() -> None:
    """Of nothing a quotient or a quantile is NaN, which Grafana draws as such."""
    for path in DASHBOARDS.glob("*.json"):
        for expression in checker.expressions(json.loads(path.read_text("utf-8"))):
            if " / " in expression.promql:
                assert re.search(r" / \(.+ > 0\)", expression.promql), expression
            if "histogram_quantile" in expression.promql:
                assert expression.promql.endswith(" >= 0"), expression
