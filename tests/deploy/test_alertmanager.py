"""Our Alertmanager configuration in a real Alertmanager, with a receiver that listens."""

from __future__ import annotations

import http.server
import json
import queue
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from tests.deploy.alertmanager import filled_in, running_alertmanager
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
    routes = [config["route"]]
    while routes:
        routes[0]["group_wait"] = "1s"
        routes += routes.pop(0).get("routes", [])
    config["route"]["group_interval"] = "1s"
    for receiver in config["receivers"]:
        for hook in receiver.get("webhook_configs", []):
            assert ".invalid/offbook" in hook["url"], "a placeholder must not reach anybody"
            hook["url"] = f"{posted[0]}/{receiver['name']}"
    with running_alertmanager(binary, config, tmp_path) as address:
        yield address


def _raise(
    alertmanager: str,
    *alerts: dict[str, str],
    over: bool = False,
    annotations: Mapping[str, str] = MappingProxyType({"summary_zh": "摘要"}),
) -> None:
    body: list[dict[str, Any]] = [
        {"labels": alert, "annotations": dict(annotations)} for alert in alerts
    ]
    if over:
        now = datetime.now(UTC).isoformat()
        body = [alert | {"endsAt": now} for alert in body]
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
        _alert("OffbookCanaryMissing", "page", "pipeline"),
        _alert("OffbookWorkerDown", "warning", "pipeline", role="monitor"),
        _alert("OffbookDeadLettersTrickle", "warning", "input", topic="tips"),
        _alert("OffbookDeadLetters", "page", "input", topic="payments"),
        _alert("OffbookPayment", "critical", "fraud", case_id="a", alert_id="a"),
        _alert("BulkDelete", "warning", "fraud", case_id="b", alert_id="b", team="East"),
    )
    told = {}
    for _ in range(4):
        path, payload = posted[1].get(timeout=30)
        told[payload["alerts"][0]["labels"]["alertname"]] = path
        assert payload["alerts"][0]["annotations"] == {"summary_zh": "摘要"}
    assert told == {
        "OffbookRoleDown": "/on-call",
        "OffbookDeadLetters": "/on-call",
        "OffbookPayment": "/fraud",
        "BulkDelete": "/fraud-team",
    }
    assert _states(alertmanager) == {
        **dict.fromkeys(told, "active"),
        "OffbookStreamTimeStalled": "suppressed",
        "OffbookCanaryMissing": "suppressed",
        "OffbookWorkerDown": "suppressed",
        "OffbookDeadLettersTrickle": "suppressed",
    }


def _told(posted: tuple[str, Posted], count: int) -> dict[str, str]:
    """So many notifications: by alert, to whom."""
    got = [posted[1].get(timeout=30) for _ in range(count)]
    return {it["labels"]["alertname"]: path for path, payload in got for it in payload["alerts"]}


def test_an_outage_of_kafka_pages_by_its_own_name_and_by_no_other(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    follows = [
        _alert("OffbookStreamTimeStalled", "page", "pipeline", partition="0"),
        _alert("OffbookStreamTimeBehind", "page", "pipeline", partition="0"),
        _alert("OffbookEventsNotProcessed", "page", "pipeline"),
        _alert("OffbookConsumerLagGrowing", "page", "pipeline", topic="payments"),
        _alert("OffbookDeliveryStalled", "page", "pipeline"),
        _alert("OffbookWorkerRestarting", "page", "pipeline", role="monitor"),
        _alert("OffbookFeedSilent", "page", "input", topic="payments", partition="0"),
        _alert("OffbookCanaryMissing", "page", "pipeline"),
        _alert("OffbookConnectorFailing", "page", "input", connector="crm"),
        _alert("OffbookConnectorTurnsAway", "page", "input", connector="bank"),
        _alert("OffbookAlertsUndelivered", "warning", "pipeline"),
    ]
    _raise(
        alertmanager,
        _alert("OffbookKafkaAway", "page", "pipeline", role="router"),
        # What has a cause of its own is told besides.
        _alert("OffbookRoleDown", "page", "pipeline", role="delivery"),
        _alert("OffbookRedisAway", "page", "pipeline"),
        _alert("OffbookRedisEmptied", "page", "pipeline"),
        _alert("OffbookDeadLetters", "page", "input", topic="payments"),
        _alert("OffbookNotWatching", "warning", "fraud"),
        _alert("OffbookRobotsAway", "page", "reach", role="robots"),
        _alert("OffbookRobotFailing", "page", "reach", robot="security"),
        _alert("OffbookWatchdog", "watchdog", "pipeline"),
        *follows,
    )
    told = _told(posted, 9)
    assert told == {
        "OffbookKafkaAway": "/on-call",
        "OffbookRoleDown": "/on-call",
        "OffbookRedisAway": "/on-call",
        "OffbookRedisEmptied": "/on-call",
        "OffbookDeadLetters": "/on-call",
        "OffbookNotWatching": "/fraud-team",
        "OffbookRobotsAway": "/on-call",
        "OffbookRobotFailing": "/on-call",
        "OffbookWatchdog": "/watchdog",
    }
    assert _states(alertmanager) == {
        **dict.fromkeys(told, "active"),
        **{alert["alertname"]: "suppressed" for alert in follows},
    }


def test_of_a_connector_that_pages_no_warning_is_told_besides_and_of_others_it_is(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    _raise(
        alertmanager,
        _alert("OffbookConnectorUnreadable", "page", "input", connector="crm"),
        _alert("OffbookConnectorDeadLetters", "warning", "input", connector="crm"),
        _alert("OffbookConnectorsAway", "page", "input", role="connectors"),
        _alert("OffbookConnectorBehind", "warning", "input", connector="bank"),
    )
    assert set(_told(posted, 3)) == {
        "OffbookConnectorUnreadable",
        "OffbookConnectorsAway",
        "OffbookConnectorBehind",
    }
    assert _states(alertmanager)["OffbookConnectorDeadLetters"] == "suppressed"


def test_an_outage_of_redis_explains_why_alerts_wait_and_nothing_else(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    _raise(
        alertmanager,
        _alert("OffbookRedisAway", "page", "pipeline"),
        _alert("OffbookDeliveryStalled", "page", "pipeline"),
        _alert("OffbookCanaryMissing", "page", "pipeline"),
        _alert("OffbookConsumerLagGrowing", "page", "pipeline", topic="offbook.alerts"),
        _alert("OffbookStreamTimeBehind", "page", "pipeline", partition="0"),
    )
    assert _told(posted, 2) == dict.fromkeys(
        ("OffbookRedisAway", "OffbookStreamTimeBehind"), "/on-call"
    )
    states = _states(alertmanager)
    waiting = ("OffbookDeliveryStalled", "OffbookCanaryMissing", "OffbookConsumerLagGrowing")
    assert {states[name] for name in waiting} == {"suppressed"}


def test_a_canary_that_is_missing_and_a_robot_that_fails_hold_back_no_page(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    told = {
        "OffbookCanaryMissing": _alert("OffbookCanaryMissing", "page", "pipeline"),
        "OffbookRobotFailing": _alert("OffbookRobotFailing", "page", "reach", robot="security"),
        "OffbookStreamTimeStalled": _alert("OffbookStreamTimeStalled", "page", "pipeline"),
        "OffbookWatchdog": _alert("OffbookWatchdog", "watchdog", "pipeline"),
    }
    _raise(alertmanager, *told.values(), _alert("OffbookDeskAway", "warning", "reach"))
    assert _told(posted, 4).keys() == told.keys()
    assert _states(alertmanager)["OffbookDeskAway"] == "suppressed"


def test_a_robot_that_fails_holds_back_no_warning(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    _raise(
        alertmanager,
        _alert("OffbookRobotsAway", "page", "reach", role="robots"),
        _alert("OffbookDeskAway", "warning", "reach", role="desk"),
        _alert("OffbookDetectorFailing", "warning", "detectors", detector="big-order"),
    )
    assert _told(posted, 3) == dict.fromkeys(
        ("OffbookRobotsAway", "OffbookDeskAway", "OffbookDetectorFailing"), "/on-call"
    )


def test_security_is_never_told_that_all_is_clear_because_a_figure_is_gone(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    both = [
        _alert("OffbookPayment", "critical", "fraud", case_id="a", alert_id="a"),
        _alert("OffbookDeadLetters", "page", "input", topic="payments"),
    ]
    _raise(alertmanager, *both)
    assert _told(posted, 2).keys() == {alert["alertname"] for alert in both}
    _raise(alertmanager, *both, over=True)
    path, payload = posted[1].get(timeout=30)
    assert (path, payload["status"]) == ("/on-call", "resolved")
    # It was of one mind with the other; a second flush would be over by now.
    with pytest.raises(queue.Empty):
        posted[1].get(timeout=3)


def test_a_case_is_one_notification_and_its_warnings_are_none(
    alertmanager: str, posted: tuple[str, Posted]
) -> None:
    def fraud(name: str, severity: str, case_id: str) -> dict[str, str]:
        return _alert(name, severity, "fraud", case_id=case_id, team="East", alert_id=name)

    _raise(
        alertmanager,
        fraud("OffbookPayment", "critical", "a"),
        fraud("GhostDeal", "critical", "a"),
        fraud("ChatBurst", "warning", "a"),
        fraud("BulkDelete", "critical", "b"),
        fraud("SalesSlump", "info", "c"),
    )
    _raise(alertmanager, *(fraud(name, "warning", name) for name in ("NightExport", "Discount")))
    told = [posted[1].get(timeout=30) for _ in range(3)]
    assert sorted(
        (path, sorted(it["labels"]["alertname"] for it in payload["alerts"]))
        for path, payload in told
    ) == [
        ("/fraud", ["BulkDelete"]),
        ("/fraud", ["GhostDeal", "OffbookPayment"]),
        ("/fraud-team", ["Discount", "NightExport"]),
    ]
    assert _states(alertmanager)["ChatBurst"] == "suppressed"
    assert _states(alertmanager)["SalesSlump"] == "active"


def test_a_warning_alone_reaches_on_call(alertmanager: str, posted: tuple[str, Posted]) -> None:
    _raise(alertmanager, _alert("OffbookWorkerDown", "warning", "pipeline", instance="a:9464"))
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


def test_people_in_wecom_read_what_is_up_in_a_message_that_has_room_for_it(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    received: queue.Queue[tuple[str, bytes]] = queue.Queue()

    class Vendor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b'{"errcode": 0, "access_token": "t0ken"}')

        def do_POST(self) -> None:
            received.put((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(b'{"errcode": 0, "errmsg": "ok"}')

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    binary = shutil.which("alertmanager") or program("prometheus-alertmanager")
    config = yaml.safe_load(filled_in("wecom"))
    config["route"] = {"receiver": "wecom", "group_wait": "1s", "group_interval": "1s"}
    (wecom,) = next(it for it in config["receivers"] if it["name"] == "wecom")["wechat_configs"]
    # One that is older takes it from no file.
    del wecom["api_secret_file"]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        wecom |= {
            "api_secret": "s3cret",
            "api_url": f"http://127.0.0.1:{server.server_address[1]}/",
        }
        with running_alertmanager(binary, config, tmp_path) as address:
            said = {
                "summary": "Paid to an account of an employee " + "x" * 100,
                "summary_zh": "款项付到了员工的账户" + "字" * 50,
                "alert_url": "http://localhost:9465/alerts/offbook-payment-3f0c9d51e2a47b86",
            }
            alerts = [_alert("OffbookPayment", "critical", "fraud", n=str(n)) for n in range(5)]
            _raise(address, *alerts, annotations=said)
            path, body = received.get(timeout=30)
            _raise(address, *alerts, annotations={"summary": "Paid"}, over=True)
            over = json.loads(received.get(timeout=30)[1])
        server.shutdown()
    message = json.loads(body)
    assert path == "/message/send?access_token=t0ken"
    assert (message["msgtype"], message["agentid"], message["toparty"]) == ("text", "1000002", "2")
    text = message["text"]["content"]
    assert len(text.encode()) <= 2048
    lines = [line for line in text.splitlines() if line]
    assert lines == ["FIRING · 告警: 5", *list(said.values()) * 3]
    assert over["text"]["content"].splitlines()[0] == "RESOLVED · 已恢复: 5"
