"""What an answer means: judged by its body, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from robots.kinds.catalogue import KINDS
from tests.robots.notifications import alert, payload
from tests.robots.receiving import Post, receiving, robot
from tests.robots.stand_in import StandIn

REFUSALS = [
    ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}),
    ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}),
    ("feishu", {"code": 19024, "msg": "Key Words Not Found"}),
    ("feishu", {"StatusCode": 19022, "StatusMessage": "Ip Not Allowed"}),
    ("feishu", {"code": 19021, "msg": "sign match fail"}),
    ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
    ("wecom", {"errcode": 12345, "errmsg": "a code of tomorrow"}),
    ("wecom", 404),
    ("dingtalk", 302),
    ("dingtalk", 307),
]


@pytest.mark.parametrize(("kind", "answer"), REFUSALS)
def test_a_refusal_under_http_200_is_none_the_less_one(
    vendor: StandIn, kind: str, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    vendor.always[kind] = answer

    async def work(post: Post) -> None:
        assert (await post(f"/{kind}", payload(alert())))[0] == 424
        page = (await post("/metrics", method="GET"))[1]
        assert f'offbook_robot_messages_total{{outcome="refused",robot="{kind}"}} 1.0' in page

    receiving(work, robot(vendor, kind))
    assert vendor.attempts[kind] == 1
    assert vendor.received[kind] == []


PASSING: list[tuple[str, Any]] = [
    ("dingtalk", 500),
    ("dingtalk", {"errcode": -1, "errmsg": "system busy"}),
    ("feishu", 502),
    ("feishu", {"code": 2200, "msg": "internal error"}),
    ("wecom", "garbage"),
    ("wecom", {"errcode": -1, "errmsg": "system busy"}),
    ("wecom", {}),
]


@pytest.mark.parametrize(("kind", "answer"), PASSING)
def test_what_may_pass_is_tried_again(vendor: StandIn, kind: str, answer: Any) -> None:
    vendor.script[kind].append(answer)

    async def work(post: Post) -> None:
        assert (await post(f"/{kind}", payload(alert())))[0] == 200

    receiving(work, robot(vendor, kind))
    assert vendor.attempts[kind] == 2
    assert len(vendor.received[kind]) == 1


def test_http_429_is_left_alone_for_as_long_as_it_says(vendor: StandIn) -> None:
    vendor.script["feishu"].append(429)
    vendor.retry_after = "1"

    async def work(post: Post) -> None:
        assert (await post("/feishu", payload(alert())))[0] == 200

    receiving(work, robot(vendor, "feishu"))
    assert vendor.attempts["feishu"] == 2


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}),
        ("feishu", {"code": 11232, "msg": "frequency limited"}),
    ],
)
def test_a_robot_that_was_sent_too_much_is_not_asked_again_at_once(
    vendor: StandIn, kind: str, answer: Any
) -> None:
    vendor.always[kind] = answer

    async def work(post: Post) -> None:
        # Less than any vendor is left alone for.
        for number in range(3):
            assert (await post(f"/{kind}", payload(alert(number))))[0] == 503

    receiving(work, robot(vendor, kind), deadline="2s", timeout="2s")
    assert vendor.attempts[kind] == 1
    assert KINDS[kind].hold >= 10
