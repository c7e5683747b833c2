"""The receiver of the delivered Alertmanager configuration, in a real Alertmanager, which posts to
`offbook robots`, which posts to stand-ins of the vendors."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.alertmanager import remark, running_alertmanager
from tests.deploy.conftest import DEPLOY, read_yaml
from tests.robots.notifications import PAYMENT
from tests.robots.stand_in import StandIn
from tests.robots.test_process import running

pytestmark = pytest.mark.integration


def with_robots(address: str, token: Path, *robots: str) -> Any:
    """Our configuration with that receiver, for these robots, in a hurry."""
    config = read_yaml(DEPLOY / "alertmanager" / "alertmanager.yml")
    chat = remark("chat")
    (hook,) = chat["webhook_configs"]
    hook["http_config"]["authorization"]["credentials_file"] = str(token)
    chat["webhook_configs"] = [
        {**copy.deepcopy(hook), "url": f"{address}/{robot}"} for robot in robots
    ]
    config["receivers"].append(chat)
    config["route"] |= {"group_wait": "1s", "group_interval": "10s"}
    for route in config["route"]["routes"]:
        route |= {"receiver": "chat", "group_wait": "1s", "group_interval": "10s"}
    return config


def raise_(alertmanager: str, name: str, *, over: bool = False) -> None:
    now = datetime.now(UTC)
    alert = {
        "labels": {"alertname": name, "severity": "page", "category": "fraud", "detector": name},
        "annotations": PAYMENT,
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": (now + timedelta(seconds=-1 if over else 3600)).isoformat(),
    }
    request = urllib.request.Request(
        f"{alertmanager}/api/v2/alerts",
        json.dumps([alert]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_receiver_to_fill_in_is_taken(program: Callable[[str], str], tmp_path: Path) -> None:
    config = with_robots("http://127.0.0.1:9466", tmp_path / "token", "security-dingtalk")
    (tmp_path / "token").write_text("s3cret")
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run(
        [program("amtool"), "check-config", str(tmp_path / "config.yml")],
        check=True,
        capture_output=True,
    )


def test_alertmanager_pages_every_robot_and_tells_when_it_is_over(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    binary = shutil.which("alertmanager") or program("prometheus-alertmanager")
    robots = ("dingtalk", "feishu", "wecom")
    with StandIn() as vendor, running(tmp_path, vendor) as receiver:
        config = with_robots(receiver.address, tmp_path / "bearer", *robots)
        with running_alertmanager(binary, config, tmp_path) as alertmanager:
            raise_(alertmanager, "firing")
            for robot in robots:
                (body,) = vendor.until(robot, 1)
                assert "🔴 CRITICAL · 严重" in json.dumps(body, ensure_ascii=False)
            raise_(alertmanager, "firing", over=True)
            for robot in robots:
                body = vendor.until(robot, 2, 40.0)[1]
                assert "✅ RESOLVED · 已恢复" in json.dumps(body, ensure_ascii=False)
            assert {robot: len(vendor.received[robot]) for robot in robots} == dict.fromkeys(
                robots, 2
            )


def test_alertmanager_tries_again_what_a_robot_did_not_take_and_the_other_waits_for_nothing(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    binary = shutil.which("alertmanager") or program("prometheus-alertmanager")
    with StandIn() as vendor, running(tmp_path, vendor) as receiver:
        vendor.always["dingtalk"] = {"errcode": 300001, "errmsg": "token is not exist"}
        config = with_robots(receiver.address, tmp_path / "bearer", "dingtalk", "wecom")
        with running_alertmanager(binary, config, tmp_path) as alertmanager:
            raise_(alertmanager, "firing")
            vendor.until("wecom", 1)
            until(lambda: vendor.attempts["dingtalk"] >= 2)
            del vendor.always["dingtalk"]
            vendor.until("dingtalk", 1, 40.0)
        assert len(vendor.received["wecom"]) == 1


def test_an_answer_that_alertmanager_did_not_wait_for_is_no_second_page(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    binary = shutil.which("alertmanager") or program("prometheus-alertmanager")
    with StandIn() as vendor, running(tmp_path, vendor, timeout="30s") as receiver:
        # Alertmanager gives a notification ten seconds here, its group_interval.
        vendor.script["wecom"].append(12.0)
        config = with_robots(receiver.address, tmp_path / "bearer", "wecom")
        with running_alertmanager(binary, config, tmp_path) as alertmanager:
            raise_(alertmanager, "firing")
            vendor.until("wecom", 1, 40.0)
            # Both the one that was given up and its repeat were told the same.
            until(lambda: 'outcome="delivered",robot="wecom"} 2.0' in receiver.metrics())
        assert vendor.attempts["wecom"] == len(vendor.received["wecom"]) == 1
