"""Our Alertmanager configuration in a real Alertmanager, with a receiver that listens."""

from __future__ import annotations

import http.server
import json
import queue
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.alertmanager import running_alertmanager
from tests.deploy.conftest import DEPLOY, read_yaml

pytestmark = pytest.mark.integration

#: (path, payload) of each notification posted.
Posted = queue.Queue[tuple[str, dict[str, Any]]]


@pytest.fixture
def posted() -> Iterator[tuple[str, Posted]]:
    """The URL of a receiver and what it has received."""
    received: Posted = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((self.path, json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", received
        server.shutdown()


@pytest.fixture
def alertmanager(
    program: Callable[[str], str], posted: tuple[str, Posted], tmp_path: Path
) -> Iterator[str]:
    """The URL of an Alertmanager with our routes. It waits for nothing and posts to `posted`."""
    binary = shutil.which("alertmanager") or program("prometheus-alertmanager")
    config = read_yaml(DEPLOY / "alertmanager/alertmanager.yml")
    for route in [config["route"], *config["route"]["routes"]]:
        route["group_wait"] = "1s"
    for receiver in config["receivers"]:
        for hook in receiver["webhook_configs"]:
            assert hook["url"].endswith(".invalid/offbook"), "a placeholder must not reach anybody"
            hook["url"] = f"{posted[0]}/{receiver['name']}"
    with running_alertmanager(binary, config, tmp_path) as address:
        yield address


def _raise(alertmanager: str, *alerts: dict[str, str]) -> None:
    body = [{"labels": alert, "annotations": {"summary_zh": "摘要"}} for alert in alerts]
    request = urllib.request.Request(
        f"{alertmanager}/api/v2/alerts",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def _states(alertmanager: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{alertmanager}/api/v2/alerts", timeout=10) as response:
        return {a["labels"]["alertname"]: a["status"]["state"] for a in json.load(response)}


def _alert(name: str, severity: str, category: str, **labels: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, "category": category, **labels}


def test_while_the_pipeline_is_down_only_its_cause_and_fraud_are_told(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    _raise(
        alertmanager,
        _alert("OffbookRoleDown", "page", "pipeline", role="monitor"),
        _alert("OffbookStreamTimeStalled", "page", "pipeline", partition="0"),
        _alert("OffbookWorkerDown", "warning", "pipeline", role="monitor"),
        _alert("OffbookDeadLettersTrickle", "warning", "input", topic="tips"),
        _alert("OffbookDeadLetters", "page", "input", topic="payments"),
        _alert("OffbookCriticalAlertOpen", "page", "fraud"),
    )
    told = {}
    for _ in range(3):
        path, payload = posted[1].get(timeout=30)
        told[payload["groupLabels"]["alertname"]] = path
        assert payload["alerts"][0]["annotations"] == {"summary_zh": "摘要"}
    assert told == {
        "OffbookRoleDown": "/on-call",
        "OffbookDeadLetters": "/on-call",
        "OffbookCriticalAlertOpen": "/security",
    }
    assert _states(alertmanager) == {
        **dict.fromkeys(told, "active"),
        "OffbookStreamTimeStalled": "suppressed",
        "OffbookWorkerDown": "suppressed",
        "OffbookDeadLettersTrickle": "suppressed",
    }


def test_new_critical_alerts_of_two_detectors_are_two_notifications(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    detectors = {"offbook-payment", "bulk-delete"}
    for detector in detectors:
        _raise(
            alertmanager, _alert("OffbookCriticalAlertRaised", "page", "fraud", detector=detector)
        )
    told = [posted[1].get(timeout=30) for _ in detectors]
    assert {payload["groupLabels"]["detector"] for _, payload in told} == detectors
    assert {path for path, _ in told} == {"/security"}


def test_a_warning_alone_reaches_on_call(alertmanager: str, posted: tuple[str, Posted]) -> None:
    _raise(alertmanager, _alert("OffbookRedisAway", "warning", "pipeline", instance="a:9464"))
    path, payload = posted[1].get(timeout=30)
    assert (path, payload["status"]) == ("/on-call", "firing")


def test_the_health_check_of_the_stack_tells_a_running_alertmanager(
    program: Callable[[str], str], alertmanager: str
) -> None:
    _, amtool, url, *command = read_yaml(DEPLOY.parent / "docker-compose.yml")["services"][
        "alertmanager"
    ]["healthcheck"]["test"]
    assert url.endswith("http://localhost:9093")

    def probe(at: str) -> int:
        asked = [program(amtool), f"--alertmanager.url={at}", *command]
        return subprocess.run(asked, capture_output=True, check=False).returncode

    assert probe(alertmanager) == 0
    assert probe("http://127.0.0.1:9") != 0
