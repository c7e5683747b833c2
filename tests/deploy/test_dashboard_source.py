"""The dashboards as they are rendered: current, whole, and the same in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.kinds import STREAM_TOPICS
from deploy.grafana import render
from deploy.grafana.source.dashboards import all_of_them
from deploy.grafana.source.pipeline.feeds import waiting
from detectors.engine.running import awaited
from detectors.rules.catalogue import DETECTORS
from tests.deploy.conftest import DEPLOY, ROOT, read_yaml

DASHBOARDS = DEPLOY / "grafana/dashboards"
NAMES = ["fraud-overview", "pipeline"]
COPIES = [f"{name}{end}.json" for name in NAMES for end in ("", ".zh")]
CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Words that a Chinese text has in common with an English one: names of ours, of others, of units.
SHARED = re.compile(
    r"`[^`]*`|Offbook\w*|\{\{\w+\}\}|Kafka|Redis|CPU|broker|worker|router|monitor|delivery"
    r"|docs/[\w.]+\.md|offbook\.\w+|dlq|p99|\(as \w+\)"
)

#: Where texts stand, and what stands there without being one.
_SAID = ("title", "description", "noValue", "text", "label", "legendFormat")
_NO_WORDS = r"\{\{\w+\}\}( \{\{\w+\}\})*|p\d\d|http://.*|Prometheus|English|中文"

each_copy = pytest.mark.parametrize("name", COPIES)
each_dashboard = pytest.mark.parametrize("name", NAMES)


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DASHBOARDS / name).read_text("utf-8"))
    return read


def _both(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return _read(f"{name}.json"), _read(f"{name}.zh.json")


def _panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def _texts(value: Any, key: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Every text that people read, by its place."""
    if isinstance(value, dict):
        said = value.get("id") in ("displayName", "noValue") and isinstance(value["value"], str)
        if said and value["value"] != "–":
            yield f"{path}/{value['id']}", value["value"]
        for name, inner in value.items():
            if name != "columns":
                yield from _texts(inner, name, f"{path}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, key, f"{path}/{place}")
    elif isinstance(value, str) and key in _SAID and not re.fullmatch(_NO_WORDS, value):
        yield path, value


def test_what_is_committed_is_what_the_source_renders() -> None:
    assert render.stale() == [], "run python -m deploy.grafana.render"
    assert sorted(path.name for path in DASHBOARDS.iterdir()) == sorted(COPIES)


def test_a_dashboard_that_was_changed_by_hand_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = ["--into", str(tmp_path)]
    assert render.main(into) == 0
    assert render.main([*into, "--check"]) == 0
    changed, lost, extra = (tmp_path / it for it in ("pipeline.json", COPIES[0], "offbook.json"))
    changed.write_text(changed.read_text("utf-8").replace("Redis", "Radis"), "utf-8")
    lost.unlink()
    extra.write_text("{}", "utf-8")
    assert render.main([*into, "--check"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0] for line in told] == [str(lost), str(extra), str(changed)]


def test_links_lead_to_the_desk_that_is_named(tmp_path: Path) -> None:
    desk = "https://desk.example.com"
    assert render.main(["--into", str(tmp_path), "--desk", desk]) == 0
    dashboard = json.loads((tmp_path / "fraud-overview.json").read_text("utf-8"))
    (variable,) = [it for it in dashboard["templating"]["list"] if it["name"] == "desk"]
    assert (variable["query"], variable["current"]["value"]) == (desk, desk)
    assert "${desk:raw}/alerts/" in (tmp_path / "fraud-overview.json").read_text("utf-8")


@each_dashboard
def test_both_languages_have_the_same_panels_and_ask_the_same(name: str) -> None:
    english, chinese = _both(name)
    assert len(english["panels"]) == len(chinese["panels"]) > 10
    for one, other in zip(english["panels"], chinese["panels"], strict=True):
        for key in ("id", "type", "gridPos", "transformations"):
            assert one.get(key) == other.get(key), one["title"]
        for asked, also in zip(one.get("targets", []), other.get("targets", []), strict=True):
            same = json.dumps(also, sort_keys=True).replace("title.zh", "title.en")
            legend = {k: it for k, it in asked.items() if k == "legendFormat"}
            assert json.loads(same) | legend == asked, one["title"]


@each_dashboard
def test_each_text_is_in_both_languages(name: str) -> None:
    english, chinese = (dict(_texts(it)) for it in _both(name))
    assert english.keys() == chinese.keys()
    assert len(english) > 100
    for place, text in english.items():
        assert not CHINESE.search(text), f"{place}: {text}"
    for place, text in chinese.items():
        assert CHINESE.search(text), f"{place}: {text}"
        left = re.findall(r"[A-Za-z]{3,}", SHARED.sub("", text))
        assert not left, f"{place}: {left} of {text}"


@each_copy
def test_each_panel_has_a_unit_says_what_to_do_and_what_nothing_means(name: str) -> None:
    for panel in _panels(_read(name)):
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["noValue"], panel["title"]
        # What it shows, and what to do about it: two sentences at the least.
        sentences = re.split(r"[.。；：:;](?:\s|$|(?=[\u3400-\u9fff“]))", panel["description"])
        assert len([it for it in sentences if it]) >= 2, panel["title"]


@each_copy
def test_numbers_of_panels_are_their_own_and_none_overlap(name: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    panels = _read(name)["panels"]
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                assert other == panel["title"], f"{other} and {panel['title']} overlap"
    assert len({panel["id"] for panel in panels}) == len(panels)
    rows = {(p["gridPos"]["y"], p["gridPos"]["h"]) for p in panels}
    assert len({y for y, _ in rows}) == len(rows), "panels side by side are equally tall"


def test_dashboards_have_addresses_of_their_own_and_lead_to_each_other() -> None:
    copies = {name: _read(name) for name in COPIES}
    uids = {it["uid"]: name for name, it in copies.items()}
    assert len(uids) == len(COPIES)
    for name, dashboard in copies.items():
        led = {uids[link["url"].removeprefix("/d/")] for link in dashboard["links"]}
        base, chinese = name.split(".")[0], name.endswith(".zh.json")
        (other,) = set(NAMES) - {base}
        end = ".zh.json" if chinese else ".json"
        assert led == {f"{other}{end}", f"{base}{'.json' if chinese else '.zh.json'}"}


@each_copy
def test_variables_are_used_and_what_is_used_is_a_variable(name: str) -> None:
    dashboard = _read(name)
    variables = {it["name"]: it for it in dashboard["templating"]["list"]}
    asked = json.dumps(
        [p.get("targets", []) + p.get("transformations", []) for p in dashboard["panels"]]
        + [p.get("fieldConfig") for p in dashboard["panels"]]
    )
    used = set(re.findall(r"\$\{?([a-z]\w*)", asked))
    assert used == set(variables)
    for it in variables.values():
        if it["type"] in ("query", "custom"):
            assert (it["multi"], it["includeAll"], it["allValue"]) == (True, True, ".*")
            assert it["current"]["value"] == ["$__all"]


@each_dashboard
def test_what_can_be_chosen_is_what_was_asked_for(name: str) -> None:
    chosen = {it["name"] for it in _read(f"{name}.json")["templating"]["list"]}
    wanted = {
        "fraud-overview": {"datasource", "detector", "severity", "desk"},
        "pipeline": {"datasource", "detector", "topic", "role"},
    }
    assert chosen == wanted[name]


@each_copy
def test_no_legend_and_no_expression_names_anybody(name: str) -> None:
    for panel in _panels(_read(name)):
        for target in panel["targets"]:
            said = re.sub(r'"[^"]*"', "", target.get("expr", "")) + target.get("legendFormat", "")
            assert not re.search(r"employee|customer|account|order\b|alert_id", said), said


@each_copy
def test_panels_ask_the_sources_that_are_provisioned(name: str) -> None:
    (desk,) = read_yaml(DEPLOY / "grafana/provisioning/datasources/desk.yml")["datasources"]
    known = [
        {"type": "prometheus", "uid": "${datasource}"},
        {"type": desk["type"], "uid": desk["uid"]},
    ]
    for panel in _panels(_read(name)):
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            assert target["datasource"] in known, panel["title"]


def test_the_desk_of_the_stack_is_asked_with_a_token_and_nothing_else() -> None:
    (desk,) = read_yaml(DEPLOY / "grafana/provisioning/datasources/desk.yml")["datasources"]
    assert desk["jsonData"]["allowedHosts"] == [desk["url"]]
    assert desk["jsonData"]["auth_method"] == "bearerToken"
    assert re.fullmatch(r"\$__file\{.+\}|\$\{?\w+\}?", desk["secureJsonData"]["bearerToken"])
    grafana = read_yaml(ROOT / "docker-compose.yml")["services"]["grafana"]["environment"]
    plugins = grafana["GF_PLUGINS_PREINSTALL"]
    assert re.fullmatch(rf"{desk['type']}@\d+\.\d+\.\d+", plugins)
    # With this set Grafana would install none at all, the one that is asked for among them.
    assert "GF_PLUGINS_PREINSTALL_DISABLED" not in grafana
    home = Path(grafana["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert home.name in COPIES


def test_what_wakes_nobody_is_shown_and_never_as_live() -> None:
    rows: dict[str, set[str]] = {}
    row = ""
    for panel in _read("fraud-overview.json")["panels"]:
        row = panel["title"] if panel["type"] == "row" else row
        for target in panel.get("targets", []):
            asked = re.findall(r"offbook_\w*alerts\w*", target.get("expr", ""))
            asked += re.findall(r"shelf=\w+", target.get("url", ""))
            rows.setdefault(row, set()).update(asked)
    assert rows == {
        "Open now": {"offbook_open_alerts"},
        "Over time": {"offbook_alerts_total", "shelf=closed"},
        "How they are worked": set(),
        "On trial and allowed: these wake nobody": {
            *("offbook_open_shadow_alerts", "offbook_shadow_alerts_total"),
            *("offbook_suppressed_alerts_total", "shelf=shadow", "shelf=suppressed"),
        },
    }


def test_what_a_silent_feed_holds_back_is_what_the_detectors_wait_for() -> None:
    shown = waiting()
    assert set(shown) == set(STREAM_TOPICS)
    for detector in DETECTORS:
        for topic in STREAM_TOPICS:
            assert (detector.id in shown[topic].split(", ")) == (topic in awaited(detector))
    assert "unmatched-payment" in shown["payments"]


def test_the_sdk_reads_what_it_wrote() -> None:
    """Grafana is not here to load them; the types that its own schema gives are."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    assert len(all_of_them()) == len(COPIES)
    for name in COPIES:
        again = json.loads(JSONEncoder().encode(Dashboard.from_json(_read(name))))
        # A link that is in no menu is the one thing that the SDK cannot say.
        again["links"] = [
            {k: v for k, v in it.items() if k != "placement"} for it in again["links"]
        ]
        assert again == _read(name)
