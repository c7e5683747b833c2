"""The receiver and stand-ins of the vendors, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from contract.secret import Secret
from robots.loading import load
from robots.receiver import ListenError
from robots.service import run_robots
from robots.settings import ReceiverTable, Robot, RobotSettings
from tests.robots.notifications import alert, payload
from tests.robots.receiving import GUARD, Post, receiving, robot
from tests.robots.stand_in import SECRET, TOKEN, StandIn


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom"])
def test_a_notification_is_posted_as_the_vendor_demands(vendor: StandIn, kind: str) -> None:
    async def work(post: Post) -> None:
        assert await post(f"/{kind}", payload(alert())) == (200, "delivered\n")
        assert (await post(f"/{kind}", payload(alert())))[1].startswith("delivered before")

    receiving(work, robot(vendor, kind))
    (body,) = vendor.received[kind]
    assert "168,000.00" in json.dumps(body, ensure_ascii=False)


def test_a_robot_that_hangs_costs_another_nothing(vendor: StandIn) -> None:
    vendor.always["dingtalk"] = "hang"

    async def work(post: Post) -> None:
        hanging = asyncio.create_task(post("/dingtalk", payload(alert())))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        for number in range(5):
            assert (await post("/wecom", payload(alert(number))))[0] == 200
            assert (await post("/feishu", payload(alert(number))))[0] == 200
        assert not hanging.done()
        assert time.monotonic() - began < 2.5
        assert (await hanging)[0] == 503
        page = (await post("/metrics", method="GET"))[1]
        assert 'offbook_robot_messages_total{outcome="again",robot="dingtalk"}' in page

    robots = [robot(vendor, kind) for kind in ("dingtalk", "wecom", "feishu")]
    receiving(work, *robots, deadline="3s", timeout="1s")
    assert vendor.attempts["dingtalk"] >= 2


def test_a_robot_that_is_away_is_no_fault_of_alertmanagers() -> None:
    async def work(post: Post) -> None:
        assert (await post("/it", payload(alert())))[0] == 503

    away = Robot(name="it", kind="wecom", url=Secret("http://127.0.0.1:9/?key=x"), secret=None)
    receiving(work, away, deadline="2s", timeout="1s")


def test_only_whoever_has_the_token_is_let_in(vendor: StandIn) -> None:
    async def work(post: Post) -> None:
        body = payload(alert())
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic s3cret"}):
            assert (await post("/wecom", body, **header))[0] == 401
        assert (await post("/wecom", body, Authorization="Bearer s3cret"))[0] == 200
        assert (await post("/healthz", method="GET")) == (200, "ok\n")
        page = (await post("/metrics", method="GET"))[1]
        assert 'requests_turned_away_total{reason="unauthorized"} 3.0' in page

    receiving(work, robot(vendor, "wecom"), bearer="s3cret")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/nobody", payload(alert()), 404),
        ("/wecom", b"no JSON", 400),
        ("/wecom", {"alerts": "none"}, 400),
        ("/wecom", {**payload(alert()), "version": "3"}, 400),
        ("/wecom", b'{"alerts": [], "version": "4", "x": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_what_is_no_notification_is_turned_away(
    vendor: StandIn, path: str, body: Any, status: int
) -> None:
    async def work(post: Post) -> None:
        assert (await post(path, body))[0] == status

    receiving(work, robot(vendor, "wecom"))
    assert vendor.attempts["wecom"] == 0


def test_no_secret_is_in_the_log_the_metrics_or_a_repr(
    vendor: StandIn, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    robots = [robot(vendor, kind) for kind in ("dingtalk", "wecom", "feishu")]
    away = Robot(
        name="away", kind="wecom", url=Secret(f"http://127.0.0.1:9/?key={TOKEN}"), secret=None
    )
    broken = Robot(name="broken", kind="wecom", url=Secret(f"http://[::1/{TOKEN}"), secret=None)
    vendor.script["dingtalk"] += [500, {"errcode": 300001}]
    vendor.script["wecom"] += ["garbage", 404]
    vendor.script["feishu"] += ["hang", 302]
    pages = []

    async def work(post: Post) -> None:
        names = ("dingtalk", "wecom", "feishu", "away", "broken")
        await asyncio.gather(*(post(f"/{it}", payload(alert())) for it in names))
        await post("/nobody", payload(alert()))
        pages.append((await post("/metrics", method="GET"))[1])

    receiving(work, *robots, away, broken, bearer=None, deadline="3s", timeout="1s")
    said, told = capfd.readouterr()
    everything = "\n".join([*pages, said, told, caplog.text, repr(robots), str(robots)])
    assert "a robot refuses a message" in everything
    assert "Secret(…)" in everything
    for secret in (TOKEN, SECRET):
        assert secret not in everything
    # Nor is what the alert is about.
    for private in ("E112", "CU-1017", "168,000", "000062"):
        assert private not in everything


def test_every_metric_is_there_from_the_start(vendor: StandIn) -> None:
    async def work(post: Post) -> None:
        families = {it.name: it for it in parse((await post("/metrics", method="GET"))[1])}
        outcomes = {
            it.labels["outcome"]
            for it in families["offbook_robot_messages"].samples
            if it.labels["robot"] == "wecom"
        }
        assert outcomes == {"accepted", "again", "throttled", "refused", "unfit"}
        assert {
            "offbook_robot_notifications",
            "offbook_robot_alerts",
            "offbook_robot_waiting",
            "offbook_robot_answer_seconds",
            "offbook_robot_last_accepted_timestamp_seconds",
            "offbook_robot_requests_turned_away",
        } <= families.keys()

    receiving(work, robot(vendor, "wecom"))


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, vendor: StandIn) -> None:
    table = ReceiverTable(port=vendor.port)
    settings = RobotSettings(receiver=table, robots=(robot(vendor, "wecom"),))
    with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{vendor.port}"):
        asyncio.run(run_robots(settings, GUARD))


def test_the_settings_of_a_file_are_those_of_a_robot(tmp_path: Path, vendor: StandIn) -> None:
    (tmp_path / "url").write_text(vendor.url("dingtalk") + "\n")
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "robots.toml").write_text(
        'port = 0\n[robots.chat]\nkind = "dingtalk"\nurl_file = "url"\nsecret_file = "secret"\n'
        'language = "zh"\n[robots.chat.mention]\nall = true\n'
    )
    loaded = load(tmp_path / "robots.toml")

    async def work(post: Post) -> None:
        assert (await post("/chat", payload(alert())))[0] == 200

    receiving(work, *loaded.robots)
    (body,) = vendor.received["dingtalk"]
    assert body["at"]["isAtAll"] is True
    assert "未恢复" in body["markdown"]["text"]
