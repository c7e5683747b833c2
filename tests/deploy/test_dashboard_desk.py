"""What the dashboards ask the desk through Infinity, at a real desk that has the story's alerts."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from contract.action import VERDICTS
from contract.alert import Suppressed
from contract.times import rfc3339
from offbook.cli.demo.server_process import free_port
from tests.cli.commands import ROOT, environment
from tests.deploy.conftest import DEPLOY, Story
from tests.deploy.grafana_infinity import filled, kept, rows_of, selected
from tests.desk.at_the_desk import token, variables, write, write_readers
from tests.parts.story_service import until
from tests.sinks.some_alerts import alert

DASHBOARDS = DEPLOY / "grafana/dashboards"
COPIES = ["fraud-overview.json", "fraud-overview.zh.json"]
#: Whose token Grafana is given, and somebody who sees everything.
VIEWER, SEEING = token("vera"), token("chen")
ALL = {"detector": ".*", "severity": ".*"}


def _asking(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The panels that ask the desk, each with its query."""
    dashboard = json.loads((DASHBOARDS / name).read_text("utf-8"))
    return [
        (panel, target)
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
        if "url" in target
    ]


each_query = pytest.mark.parametrize(
    ("panel", "target"),
    [
        pytest.param(panel, target, id=f"{name}: {panel['title']}")
        for name in COPIES
        for panel, target in _asking(name)
    ],
)


@pytest.fixture(scope="module")
def desk(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a desk at which people have worked, on the installation of the story: an alert
    is taken, four are closed as one thing each; one was withdrawn, one is on trial, one allowed."""
    folder = tmp_path_factory.mktemp("desk")
    now = rfc3339(time.time_ns() // 1000)
    of_now = {"first_event_at": now, "last_event_at": now, "detected_at": now, "order": "SO-9"}
    asyncio.run(
        write(
            story.service.redis_url,
            alert("taken-back", 2, state="withdrawn", **of_now),
            alert("tried", mode="shadow", **of_now),
            alert("allowed", suppressed=Suppressed(until=now, reason="agreed"), **of_now),
        )
    )
    with _running(story, folder) as address:
        taken, *closed = _get(f"{address}/api/alerts?limit=1000", SEEING)["alerts"]
        _act(address, taken, "acknowledge", {})
        assert len(closed) > len(VERDICTS), "something stays open"
        for one, verdict in zip(reversed(closed), VERDICTS, strict=False):
            _act(address, one, "acknowledge", {})
            _act(address, one, "close", {"verdict": verdict})
        yield address


@contextmanager
def _running(story: Story, folder: Path) -> Iterator[str]:
    port, log = free_port(), folder / "log"
    readers = write_readers(folder)
    env = variables(story.kafka, story.service.redis_url, story.prefix, readers)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "offbook", "desk"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment(**(env | {"OFFBOOK_DESK_PORT": str(port)})),
            cwd=ROOT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _status(f"{address}/readyz") == 200, 60, log.read_text)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _get(address: str, by: str) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {by}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _act(desk: str, one: dict[str, Any], step: str, body: dict[str, str]) -> None:
    request = urllib.request.Request(
        f"{desk}/api/alerts/{one['alert_id']}/{step}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {SEEING}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def _grafana(desk: str) -> dict[str, str]:
    """The variables while all is chosen, and the time shown begins before the story."""
    begin = rfc3339((time.time_ns() // 1000) - 60 * 86_400 * 1_000_000)
    return {**ALL, "__from": begin, "desk": desk}


@pytest.mark.integration
@each_query
def test_every_query_returns_rows_and_every_column_is_filled(
    desk: str, panel: dict[str, Any], target: dict[str, Any]
) -> None:
    grafana = _grafana(desk)
    for reader in (VIEWER, SEEING):
        rows = rows_of(desk, reader, target, grafana)
        assert rows
        assert kept(rows, panel, grafana), "nothing is left while all is chosen"
    missing = {name for name in rows[0] if all(it[name] is None for it in rows)}
    assert not missing, missing


@pytest.mark.integration
@each_query
def test_what_is_chosen_is_what_is_shown(
    desk: str, panel: dict[str, Any], target: dict[str, Any]
) -> None:
    grafana = _grafana(desk)
    rows = kept(rows_of(desk, VIEWER, target, grafana), panel, grafana)
    for variable in ("detector", "severity"):
        if variable not in rows[0]:
            continue
        value = rows[-1][variable]
        some = kept(rows, panel, {**grafana, variable: value})
        assert {it[variable] for it in some} == {value}
        assert kept(rows, panel, {**grafana, variable: f"{value}|none"}) == some
        assert kept(rows, panel, {**grafana, variable: "none"}) == []


@each_query
def test_fields_that_a_panel_names_are_columns_of_its_query(
    panel: dict[str, Any], target: dict[str, Any]
) -> None:
    columns = {it["text"] for it in target["columns"]}
    named = set(re.findall(r"__data\.fields\.(\w+)", json.dumps(panel)))
    for step in panel["transformations"]:
        options = step["options"]
        named |= {it["fieldName"] for it in options.get("filters", [])}
        named |= options["fields"].keys() if step["id"] == "groupBy" else set()
        named |= {options["timeField"]} if step["id"] == "formatTime" else set()
    assert named
    assert named <= columns, named - columns
    if panel["type"] == "table":
        headed = {it["matcher"]["options"] for it in panel["fieldConfig"]["overrides"]}
        assert columns <= headed, f"without a heading: {columns - headed}"


def _links(panel: dict[str, Any]) -> dict[str, str]:
    return {
        it["matcher"]["options"]: link["url"]
        for it in panel["fieldConfig"]["overrides"]
        for told in it["properties"]
        if told["id"] == "links"
        for link in told["value"]
    }


def _session(desk: str, by: str) -> urllib.request.OpenerDirector:
    """A browser that has logged in."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = urllib.parse.urlencode({"token": by, "to": "/cases"}).encode()
    with browser.open(f"{desk}/login", form, timeout=10) as answer:
        assert answer.status == 200
    return browser


@pytest.mark.integration
@pytest.mark.parametrize("reader", ["vera", "chen"])
@pytest.mark.parametrize("name", COPIES)
def test_every_link_of_a_row_opens_the_page_in_the_language_of_the_dashboard(
    desk: str, name: str, reader: str
) -> None:
    """For whoever has the role that Grafana's token has. Links of a viewer's token bear pseudonyms,
    which are no ids to others."""
    browser, grafana = _session(desk, token(reader)), _grafana(desk)
    opened = 0
    for panel, target in _asking(name):
        for row in rows_of(desk, token(reader), target, grafana)[:1]:
            for url in _links(panel).values():
                named = re.findall(r"__data\.fields\.(\w+)", url)
                if any(row[it] is None for it in named):
                    continue
                for it in named:
                    url = url.replace(f"${{__data.fields.{it}}}", urllib.parse.quote(row[it]))
                with browser.open(filled(url, grafana), timeout=10) as answer:
                    page = answer.read().decode()
                assert answer.status == 200
                assert "/login" not in answer.url
                assert f'<html lang="{"zh-CN" if ".zh." in name else "en"}"' in page
                opened += 1
    assert opened >= 8


@pytest.mark.integration
def test_a_link_asks_whoever_is_not_logged_in_to_log_in_and_then_leads_on(desk: str) -> None:
    connection = HTTPConnection(desk.removeprefix("http://"), timeout=10)
    connection.request("GET", "/alerts/alert-0123456789?lang=zh")
    answer = connection.getresponse()
    assert answer.status == 303
    to = urllib.parse.quote("/alerts/alert-0123456789?lang=zh", safe="/?")
    assert urllib.parse.unquote(answer.headers["Location"]) == urllib.parse.unquote(
        f"/login?to={to}"
    )


@pytest.mark.integration
def test_a_viewers_token_shows_nobodys_name(desk: str, story: Story) -> None:
    told = json.dumps(
        [rows_of(desk, VIEWER, it, _grafana(desk)) for name in COPIES for _, it in _asking(name)]
    )
    everybody = {it["employee"] for it in _get(f"{desk}/api/alerts?limit=1000", SEEING)["alerts"]}
    assert everybody - {None}
    for employee in everybody - {None}:
        assert f'"{employee}"' not in told
    assert re.search(r'"employee-[0-9a-f]{10}"', told)


def test_a_selector_that_infinity_may_take_otherwise_is_refused() -> None:
    assert selected({"a": [{"b": 1}, {"b": 2}]}, "a.1.b") == 2
    assert selected({"a": [1, 2]}, "a.#") == 2
    assert selected({"a": []}, "a.0.b") is None
    for unknown in ("a.#.b", "a.#(b==1)", "$.a", "a|b"):
        with pytest.raises(AssertionError):
            selected({"a": [{"b": 1}]}, unknown)
