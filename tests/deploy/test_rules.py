from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.alertmanager import filled_in, remark
from tests.deploy.conftest import DEPLOY, ROOT, read_yaml

RULES = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
CASES = sorted((DEPLOY / "prometheus/tests").glob("*.yml"))
ALERTMANAGER = DEPLOY / "alertmanager/alertmanager.yml"

Program = Callable[[str], str]


@cache
def _rules() -> list[dict[str, Any]]:
    return [
        rule for file in RULES for group in read_yaml(file)["groups"] for rule in group["rules"]
    ]


def _alerts() -> list[dict[str, Any]]:
    return [rule for rule in _rules() if "alert" in rule]


def _run(*command: str | Path) -> str:
    # Else a third of promtool's time goes to collecting garbage, for no need in so short a life.
    lazy = {**os.environ, "GOGC": "1000"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=lazy
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration_and_the_rules(program: Program) -> None:
    said = _run(program("promtool"), "check", "config", DEPLOY / "prometheus/prometheus.yml")
    assert sum(map(int, re.findall(r"SUCCESS: (\d+) rules found", said))) == len(_rules())


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_each_rule_fires_when_it_should_and_only_then(program: Program, cases: Path) -> None:
    _run(program("promtool"), "test", "rules", cases)


def test_each_rule_has_a_case_that_fires_and_a_near_miss() -> None:
    checks = [
        check
        for cases in CASES
        for case in read_yaml(cases)["tests"]
        for check in case["alert_rule_test"]
    ]
    fires = {check["alertname"] for check in checks if check["exp_alerts"]}
    stays_silent = {check["alertname"] for check in checks if not check["exp_alerts"]}
    alerts = {alert["alert"] for alert in _alerts()}
    assert fires == alerts
    assert stays_silent == alerts - {"OffbookWatchdog"}, "which has to fire always"


def test_no_rule_reads_what_wakes_nobody() -> None:
    read = " ".join(rule["expr"] for rule in _rules())
    assert re.findall(r"\boffbook_\w*(?:shadow|suppressed)\w*", read) == []


@pytest.mark.parametrize("alert", _alerts(), ids=lambda alert: alert["alert"])
def test_each_alert_says_in_two_languages_what_is_up_and_where_to_read_on(
    alert: dict[str, Any],
) -> None:
    severities = {"watchdog"} if alert["alert"] == "OffbookWatchdog" else {"page", "warning"}
    assert alert["labels"]["severity"] in severities
    assert alert["labels"]["category"] in {"pipeline", "input", "detectors", "reach", "fraud"}
    said = alert["annotations"]
    assert set(said) == {"summary", "summary_zh", "description", "runbook_url"}
    assert said["summary"].isascii()
    assert re.search(r"[\u4e00-\u9fff]", said["summary_zh"])
    assert said["runbook_url"] == f"docs/operations.md#{alert['alert'].lower()}"


@pytest.mark.parametrize("manual", ["docs/operations.md", "docs/operations.zh.md"])
def test_the_manual_has_a_section_for_each_alert_and_for_no_other(manual: str) -> None:
    text = (ROOT / manual).read_text(encoding="utf-8")
    sections = re.findall(r"^### (Offbook\w+)$", text, re.MULTILINE)
    assert sorted(sections) == sorted(alert["alert"] for alert in _alerts())


def test_alertmanager_takes_its_configuration(program: Program) -> None:
    _run(program("amtool"), "check-config", ALERTMANAGER)


def _receiver(program: Program, **labels: str) -> str:
    route = ("config", "routes", "test", f"--config.file={ALERTMANAGER}")
    given = (f"{name}={value}" for name, value in labels.items())
    return _run(program("amtool"), *route, *given).strip()


@pytest.mark.parametrize("alert", _alerts(), ids=lambda alert: alert["alert"])
def test_what_is_wrong_with_offbook_goes_to_whoever_runs_it(
    program: Program, alert: dict[str, Any]
) -> None:
    # That silence is no all-clear is for those who would take it for one.
    others = {"OffbookNotWatching": "fraud-team", "OffbookWatchdog": "watchdog"}
    receiver = others.get(alert["alert"], "on-call")
    assert _receiver(program, alertname=alert["alert"], **alert["labels"]) == receiver


def test_the_watchdog_is_told_every_minute_and_never_that_it_is_over() -> None:
    config = read_yaml(ALERTMANAGER)
    (route,) = [it for it in config["route"]["routes"] if it["receiver"] == "watchdog"]
    wait, interval, repeat = (
        int(re.fullmatch(r"(\d+)s", route[name])[1])
        for name in ("group_wait", "group_interval", "repeat_interval")
    )
    # It is looked at each group_interval, and told if it was not for longer than repeat_interval.
    every = (repeat // interval + 1) * interval
    assert (wait, every) == (0, 60)
    assert repeat % interval, "at a whole number of them every other one is missed"
    assert repeat >= interval, "else Alertmanager warns of it"
    (receiver,) = [it for it in config["receivers"] if it["name"] == "watchdog"]
    assert [hook["send_resolved"] for hook in receiver["webhook_configs"]] == [False]


def test_the_watchdog_asks_nothing_that_could_be_absent() -> None:
    (watchdog,) = [it for it in _alerts() if it["alert"] == "OffbookWatchdog"]
    assert watchdog["expr"] == "vector(1)"
    assert "for" not in watchdog


@pytest.mark.parametrize(
    ("severity", "receiver"),
    [("critical", "fraud"), ("warning", "fraud-team"), ("info", "nobody")],
)
def test_fraud_goes_to_the_security_team_by_how_grave_it_is(
    program: Program, severity: str, receiver: str
) -> None:
    labels = {"alertname": "OffbookPayment", "category": "fraud", "team": "East"}
    assert _receiver(program, severity=severity, **labels) == receiver


def test_every_receiver_that_is_ready_takes_its_secret_from_a_file() -> None:
    receivers = {it["name"]: it for it in read_yaml(ALERTMANAGER)["receivers"]}
    receivers["wecom"] = remark("wecom")
    secrets = {
        "pagerduty": "routing_key_file",
        "slack": "api_url_file",
        "email": "auth_password_file",
        "wecom": "api_secret_file",
    }
    for name, setting in secrets.items():
        ((told,),) = [it for key, it in receivers[name].items() if key != "name"]
        assert told[setting].startswith("/etc/alertmanager/secrets/")
    assert "name" in receivers["nobody"]
    assert len(receivers["nobody"]) == 1


#: All that Alertmanager 0.31 and newer take of `wechat_configs`.
_OF_WECOM = {
    "send_resolved", "http_config", "api_url", "api_secret", "api_secret_file", "corp_id",
    "agent_id", "to_user", "to_party", "to_tag", "message", "message_type",
}  # fmt: skip


def test_the_receiver_for_wecom_has_what_it_needs_and_nothing_that_there_is_not() -> None:
    ((wecom,),) = [it for key, it in remark("wecom").items() if key == "wechat_configs"]
    assert set(wecom) <= _OF_WECOM
    assert {"api_secret_file", "corp_id", "agent_id"} <= set(wecom)
    assert {"to_user", "to_party", "to_tag"} & set(wecom), "else it goes to nobody"
    assert "api_secret" not in wecom


def test_the_receiver_for_wecom_is_taken_once_it_is_filled_in(
    program: Program, tmp_path: Path
) -> None:
    """An amtool older than 0.31 knows secrets of WeCom from no file: for that reason it is a
    remark. All else of it has to be right for any."""
    said = _run(program("amtool"), "--version")
    major, minor = map(int, re.findall(r"version (\d+)\.(\d+)", said)[0])
    path = tmp_path / "alertmanager.yml"
    text = filled_in("wecom")
    if (major, minor) < (0, 31):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError, match="field api_secret_file not found"):
            _run(program("amtool"), "check-config", path)
        text = text.replace("api_secret_file: /etc", "api_secret: /etc")
    path.write_text(text, encoding="utf-8")
    _run(program("amtool"), "check-config", path)


def test_the_receiver_for_chats_is_taken_as_it_is(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text(filled_in("chat"), encoding="utf-8")
    _run(program("amtool"), "check-config", path)
