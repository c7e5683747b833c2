"""A message is never larger than its vendor takes, and says what it left out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robots.kinds.kind import Mention
from tests.robots.notifications import alert, notification
from tests.robots.test_messages import message

KINDS = ("dingtalk", "feishu", "wecom")
MOST_MENTIONED = Mention(users=tuple(f"user-{it:02}{'x' * 57}" for it in range(20)))
TEXTS = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda piece, times: piece * times,
        st.sampled_from(["x", "订单", "🔴", "\u202e", '"\\', "a b ", "<@all>"]),
        st.integers(1, 6000),
    ),
)
ALERTS = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["firing", "resolved"]),
            "annotations": st.dictionaries(
                st.sampled_from(["summary", "summary_zh", "description", "customer", "alert_url"]),
                TEXTS,
            ),
            "severity": st.one_of(st.sampled_from(["critical", "warning"]), TEXTS),
            "detector": TEXTS,
        }
    ),
    min_size=1,
    max_size=40,
)


def size(kind: str, body: dict[str, Any]) -> tuple[int, int]:
    """What the vendor measures, and the most it may be."""
    if kind == "dingtalk":
        return len(msgspec.json.encode(body)), 20_000
    if kind == "feishu":
        signed = {"timestamp": "1772937731", "sign": "x" * 44, **body}
        return len(msgspec.json.encode(signed)), 20_000
    if body["msgtype"] == "text":
        return len(body["text"]["content"].encode()), 2048
    return len(body["markdown"]["content"].encode()), 4096


def words(kind: str, body: dict[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(alerts=ALERTS, language=st.sampled_from(["en", "zh", "both"]), all_=st.booleans())
def test_no_message_is_too_large(
    kind: str, alerts: list[dict[str, Any]], language: str, all_: bool
) -> None:
    made = [alert(number, **it) for number, it in enumerate(alerts)]
    mention = Mention(all=True) if all_ else MOST_MENTIONED
    body = message(kind, notification(*made), language=language, mention=mention)
    its, most = size(kind, body)
    assert its <= most
    assert "Offbook · " in words(kind, body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_text_is_cut_with_a_mark(kind: str) -> None:
    long = alert(annotations={"summary": "S" * 500, "description": "D" * 30_000})
    body = words(kind, message(kind, notification(long), language="en"))
    assert body.count("… (cut)") >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_alerts_for_which_there_is_no_room_are_counted(kind: str) -> None:
    many = [
        alert(number, annotations={"summary": f"S{number}" + "x" * 190}) for number in range(500)
    ]
    body = words(kind, message(kind, notification(*many), language="zh"))
    assert "另有" in body
    hidden = int(body.partition("另有 ")[2].partition(" ")[0])
    for number in range(1, 500):
        assert (f"S{number}x" in body) == (number < 500 - hidden)
    assert body.count("500 条未恢复") >= 2


def test_a_card_has_no_more_elements_than_it_may() -> None:
    many = [alert(number, annotations={"summary": "S"}) for number in range(500)]
    body = message("feishu", notification(*many), language="en")
    assert 100 < len(body["card"]["elements"]) < 200


@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_alerts_are_rendered_no_more_often_than_needed(kind: str) -> None:
    many = notification(*[alert(number) for number in range(2000)])
    body = words(kind, message(kind, many, language="en"))
    assert "2000 firing" in body
    assert "not shown here" in body


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_room_is_whole(kind: str) -> None:
    body = words(kind, message(kind, notification(alert(1), alert(2))))
    assert "已截断" not in body
    assert "另有" not in body
