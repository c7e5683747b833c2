from __future__ import annotations

import importlib.util
import json
import re
import sys
import time
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sinks.metrics.metrics import Metrics
from tests.deploy.conftest import DEPLOY, read_yaml

DASHBOARD = DEPLOY / "grafana/dashboards/offbook.json"
RULES = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
OFTEN = ["--rate-interval", "5s", "--range", "1m"]


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
    read: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return read


def _with_expression(dashboard: dict[str, Any], promql: str, folder: Path) -> Path:
    """A dashboard whose panel "Redis" asks for something else."""
    panel = next(p for p in dashboard["panels"] if p["title"].startswith("Redis"))
    panel["targets"][0]["expr"] = promql
    path = folder / "changed.json"
    path.write_text(json.dumps(dashboard), encoding="utf-8")
    return path


@pytest.mark.integration
def test_every_expression_of_the_dashboard_returns_data(
    prometheus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = checker.main(["--prometheus", prometheus, "--within", "60", *OFTEN])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert re.fullmatch(r"(\d\d) of \1 expressions return data\n", said.out)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("promql", "reason"),
    [
        ("min(offbook_redis_away)", "no data"),
        ('sum(rate(offbook_events_total{topic="payment"}[$__rate_interval]))', "no data"),
        ("min(offbook_redis_up) * NaN", "only NaN"),
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
    changed = _with_expression(dashboard, promql, tmp_path)
    # Nothing but the changed panel is asked: the others may have no rate yet.
    only = json.loads(changed.read_text(encoding="utf-8"))
    only["panels"] = [p for p in only["panels"] if p["title"].startswith("Redis")]
    changed.write_text(json.dumps(only), encoding="utf-8")
    assert checker.main([str(changed), "--prometheus", prometheus, *OFTEN]) == 1
    said = capsys.readouterr()
    assert said.out == "0 of 1 expressions return data\n"
    assert said.err.startswith(f"changed.json: Redis / Redis 连接 [A]: {reason}")


#: Of a worker that was told of an Alertmanager, once it has told it of everything.
_WITH_ALERTMANAGER = {"offbook_alertmanager_last_full_push_timestamp_seconds"}


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
    assert {it.name for it in metrics.registry.collect()} >= _WITH_ALERTMANAGER
    read -= _WITH_ALERTMANAGER
    deadline = time.monotonic() + 30
    while True:
        exposed = set(_ask(prometheus, "label/__name__/values"))
        if read <= exposed:
            break
        assert time.monotonic() < deadline, f"exposed nowhere: {sorted(read - exposed)}"
        time.sleep(0.2)


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


def _ask(prometheus: str, what: str) -> Any:
    with urllib.request.urlopen(f"{prometheus}/api/v1/{what}", timeout=10) as response:
        return json.load(response)["data"]


@pytest.mark.integration
def test_a_panel_may_be_without_data_only_if_it_says_what_that_means(
    prometheus: str, dashboard: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker without a settings file has none to refuse; a renamed metric looks the same."""
    (settings,) = [p for p in dashboard["panels"] if p["title"].startswith("Settings file")]
    settings["targets"][0]["expr"] = "min(offbook_config_of_nobody)"
    dashboard["panels"] = [settings]
    changed = tmp_path / "changed.json"
    statuses = []
    for words in ("no file", None):
        settings["fieldConfig"]["defaults"]["noValue"] = words
        changed.write_text(json.dumps(dashboard), encoding="utf-8")
        statuses.append(checker.main([str(changed), "--prometheus", prometheus, *OFTEN]))
    assert statuses == [0, 1]
    assert "[A]: no data, shown as: no file\n0 of 1 expressions" in capsys.readouterr().out


def test_a_prometheus_that_is_away_is_no_empty_dashboard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checker.main(["--prometheus", "http://127.0.0.1:9"]) == 2
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err


def test_a_variable_without_a_value_is_refused(
    dashboard: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = _with_expression(dashboard, "min(offbook_redis_up{role=~'${role}'})", tmp_path)
    assert checker.main([str(changed), "--prometheus", "http://127.0.0.1:9"]) == 2
    assert "no value is known for the variable $role" in capsys.readouterr().err


def test_expressions_in_collapsed_rows_are_found() -> None:
    target = {"refId": "A", "expr": "up"}
    inner = {"title": "inner", "targets": [target]}
    found = checker.expressions({"panels": [{"type": "row", "panels": [inner]}]})
    assert [expression[:3] for expression in found] == [("inner", "A", "up")]


def test_panels_are_titled_in_two_languages_and_say_what_to_do(dashboard: dict[str, Any]) -> None:
    for panel in dashboard["panels"]:
        english, _, chinese = panel["title"].partition(" / ")
        assert english.isascii(), panel["title"]
        assert re.search(r"[\u4e00-\u9fff]", chinese), panel["title"]
        if panel["type"] != "row":
            assert re.search(r"[\u4e00-\u9fff]", panel["description"]), panel["title"]
            assert len(panel["description"].split("\n\n")) == 2, panel["title"]


def test_what_wakes_nobody_is_shown_and_never_as_live(dashboard: dict[str, Any]) -> None:
    rows: dict[str, set[str]] = {}
    row = ""
    for panel in dashboard["panels"]:
        row = panel["title"].partition(" / ")[0] if panel["type"] == "row" else row
        for expression in checker.expressions({"panels": [panel]}):
            asked = re.findall(r"offbook_\w*alerts\w*", expression.promql)
            rows.setdefault(row, set()).update(asked)
    assert rows["Findings"] == {"offbook_open_alerts", "offbook_alerts_total"}
    assert rows["On trial and allowed: these wake nobody"] == {
        "offbook_open_shadow_alerts",
        "offbook_shadow_alerts_total",
        "offbook_suppressed_alerts_total",
    }


def test_panels_ask_the_chosen_datasource_and_do_not_overlap(dashboard: dict[str, Any]) -> None:
    (variable,) = dashboard["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")
    taken: dict[tuple[int, int], str] = {}
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                assert other == panel["title"], f"{other} and {panel['title']} overlap"
        for holder in [panel, *panel.get("targets", [])] if panel["type"] != "row" else []:
            assert holder["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_rates_of_the_dashboard_follow_the_scrape_interval(dashboard: dict[str, Any]) -> None:
    """A fixed window shorter than four scrapes would leave gaps; 15m is the dead-letter rule's."""
    for expression in checker.expressions(dashboard):
        for window in re.findall(r"\[(.*?)\]", expression.promql):
            assert window in {"$__rate_interval", "$__range", "15m"}, expression
    (source,) = read_yaml(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")["datasources"]
    interval = read_yaml(DEPLOY / "prometheus/prometheus.yml")["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval
