"""What each robot is sent, in each language, held to a file. `write()` writes them anew."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest

from contract.secret import Secret
from robots.kinds.kind import Mention
from robots.notification import Notification
from robots.service import composing
from robots.settings import KindName, Robot
from robots.words import Language
from tests.robots.notifications import alert, notification

GOLDEN = Path(__file__).parent / "golden"
CASES = list(product(("dingtalk", "feishu", "wecom"), ("en", "zh", "both"), ("firing", "resolved")))
ONCALL = Mention(users=("zhangsan",))


def message(
    kind: str,
    *notifications: Notification,
    language: str = "both",
    mention: Mention = ONCALL,
) -> dict[str, Any]:
    robot = Robot(
        name="it",
        kind=cast("KindName", kind),
        url=Secret("https://a.example"),
        secret=None,
        language=cast("Language", language),
        mention=mention,
    )
    return composing(robot, "Asia/Shanghai")(notifications).body


def rendered(kind: str, language: str, status: str) -> str:
    body = message(kind, notification(alert(status=status)), language=language)
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def write() -> None:
    for kind, language, status in CASES:
        file = GOLDEN / f"{kind}-{language}-{status}.json"
        file.write_text(rendered(kind, language, status), encoding="utf-8")


@pytest.mark.parametrize(("kind", "language", "status"), CASES)
def test_a_message_is_as_it_was(kind: str, language: str, status: str) -> None:
    file = GOLDEN / f"{kind}-{language}-{status}.json"
    assert rendered(kind, language, status) == file.read_text("utf-8")


def test_lark_shows_what_feishu_shows() -> None:
    assert message("lark", notification(alert())) == message("feishu", notification(alert()))


def test_of_several_the_gravest_comes_first_and_what_is_over_last() -> None:
    several = notification(
        alert(1, status="resolved"),
        alert(2, severity="info", annotations={"summary": "least"}),
        alert(3, severity="page", annotations={"summary": "gravest"}),
        alert(4, severity="warning", annotations={"summary": "middle"}),
    )
    text = message("dingtalk", several, language="en")["markdown"]["text"]
    first = text.splitlines()[0]
    assert first == "### 🔴 3 firing, 1 resolved · gravest"
    order = [
        "**🔴 CRITICAL · gravest",
        "**🟠 WARNING · middle",
        "**🔵 INFO · least",
        "**✅ RESOLVED",
    ]
    at = [text.index(it) for it in order]
    assert at == sorted(at)
    assert text.endswith("Offbook · 3 firing, 1 resolved")


def test_a_severity_nobody_knows_is_shown_as_it_is() -> None:
    text = message("wecom", notification(alert(severity="sev-2")))["markdown"]["content"]
    assert text.startswith('**<font color="comment">🟡 SEV-2</font> · ')


def test_without_annotations_the_alert_has_its_name() -> None:
    text = message("dingtalk", notification(alert(annotations={})))["markdown"]["text"]
    assert text.startswith("### 🔴 CRITICAL · 严重 · OffbookAlert\n")


def test_what_has_no_chinese_is_told_once() -> None:
    bare = notification(alert(annotations={"summary": "Sum", "description": "Long story"}))
    for language in ("zh", "both"):
        text = message("dingtalk", bare, language=language)["markdown"]["text"]
        assert text.count("Sum") == text.count("Long story") == 1


def test_a_runbook_that_is_a_path_is_told_as_text() -> None:
    annotations = {"summary": "S", "runbook_url": "docs/operations.md#offbookroledown"}
    text = message("dingtalk", notification(alert(annotations=annotations)), language="en")
    assert "**What to do:** docs/operations.md＃offbookroledown" in text["markdown"]["text"]


def test_alerts_that_alertmanager_left_out_are_counted() -> None:
    text = message("wecom", notification(alert(), truncated=7), language="en")
    assert "… and 7 more alerts, not shown here" in text["markdown"]["content"]


ALL = Mention(all=True)
MOBILES = Mention(mobiles=("13800000000",))


def test_somebody_is_mentioned_for_what_is_critical_and_fires() -> None:
    critical = notification(alert())
    dingtalk = message("dingtalk", critical, mention=Mention(("u1",), ("13800000000",), all=True))
    assert dingtalk["at"] == {"atMobiles": ["13800000000"], "atUserIds": ["u1"], "isAtAll": True}
    assert "@13800000000 @u1" in dingtalk["markdown"]["text"]
    feishu = json.dumps(message("feishu", critical, mention=Mention(("ou_1",), all=True)))
    assert "<at id=all></at> <at id=ou_1></at>" in feishu
    wecom = message("wecom", critical, mention=Mention(("u1", "u2")))
    assert "<@u1> <@u2>" in wecom["markdown"]["content"]


@pytest.mark.parametrize("mention", [ALL, MOBILES])
def test_wecom_mentions_everybody_and_mobiles_in_plain_text_only(mention: Mention) -> None:
    body = message("wecom", notification(alert()), mention=mention)
    assert body["msgtype"] == "text"
    assert body["text"]["mentioned_list"] == ["@all"] * mention.all
    assert body["text"]["mentioned_mobile_list"] == list(mention.mobiles)
    assert "**" not in body["text"]["content"]


@pytest.mark.parametrize("kind", ["dingtalk", "feishu", "wecom"])
@pytest.mark.parametrize("quiet", [{"severity": "warning"}, {"status": "resolved"}])
def test_nobody_is_mentioned_for_less(kind: str, quiet: dict[str, str]) -> None:
    body = message(kind, notification(alert(**quiet)), mention=Mention(("u1",), all=True))  # type: ignore[arg-type]
    assert body.get("at", {}) in ({}, {"isAtAll": False})
    text = json.dumps(body)
    assert "@u1" not in text
    assert "<at" not in text
    assert "@all" not in text
