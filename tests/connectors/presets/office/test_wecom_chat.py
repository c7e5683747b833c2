from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.mapping.connector import Told
from tests.connectors.presets.fixture import counts, events
from tests.connectors.presets.trial import ids, json_of, reasons, refused, tried

CUSTOMER = "wmOFFBOOK00000000000000000000001"
OTHER_CUSTOMER = "woOFFBOOK00000000000000000000002"
ROBOT = "wbOFFBOOK00000000000000000000001"


def searched(*messages: dict[str, Any]) -> list[Told]:
    """What becomes of an archive of these, one a line, with the lexicons and the company's own."""
    lines = "\n".join(json.dumps(it, ensure_ascii=False) for it in messages)
    return tried("wecom-chat", lines)


def message(**fields: Any) -> dict[str, Any]:
    return {**json_of("wecom/chat_text.json"), **fields}


def text(content: str, **fields: Any) -> dict[str, Any]:
    return message(text={"content": content}, **fields)


def test_what_a_customer_says_is_a_hit_of_each_employee_it_is_said_to() -> None:
    found = searched(json_of("wecom/chat_group.json"))
    first, second = events(found)
    assert second == {
        **first,
        "id": first["id"].replace("E-107", "E-109"),
        "data": {**first["data"], "employee": "E-109"},
    }


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("chat_recall.json", "a message was taken back"),
        ("chat_switch.json", "somebody changed the company"),
    ],
)
def test_what_says_nothing_is_skipped_and_says_why(name: str, why: str) -> None:
    found = searched(json_of(f"wecom/{name}"))
    assert counts(found) == {"Skipped": 1}
    assert reasons(found)[0].startswith(why)


def test_each_message_of_an_archive_has_its_outcome() -> None:
    names = ["chat_text", "chat_group", "chat_file", "chat_recall", "chat_switch"]
    found = searched(*(json_of(f"wecom/{it}.json") for it in names), text("好的，明天见"))
    assert counts(found) == {"Mapped": 4, "Skipped": 2, "Empty": 1}
    assert {it.line for it in found} == {1, 2, 3, 4, 5, 6}


def test_an_archive_that_is_read_again_is_a_repeat() -> None:
    archive = [json_of("wecom/chat_text.json"), json_of("wecom/chat_group.json")]
    assert ids(searched(*archive)) == ids(searched(*archive))
    assert len(set(ids(searched(*archive, *archive)))) == 3


def test_a_group_of_several_customers_is_not_held_to_be_one_of_them() -> None:
    group = text(
        "尾款打到我卡上", tolist=[OTHER_CUSTOMER, CUSTOMER, "wangwu"], roomid="wrOFFBOOK01"
    )
    (event,) = events(searched(group))
    assert "customer" not in event["data"]
    assert event["data"]["counterparty"] == "wrOFFBOOK01"


def test_the_one_customer_among_colleagues_is_known() -> None:
    (event,) = events(searched(text("尾款打到我卡上", tolist=["wangwu", CUSTOMER])))
    assert event["data"]["customer"] == "C-2031"
    assert event["data"]["counterparty"] == CUSTOMER


def test_colleagues_among_themselves_are_heard_too() -> None:
    (event,) = events(searched(text("这单别走公司", tolist=["wangwu"])))
    assert event["data"]["counterparty"] == "wangwu"
    assert "customer" not in event["data"]


def test_a_login_that_begins_like_a_customer_is_still_an_employee() -> None:
    found = searched(text("这单别走公司", **{"from": "wolf"}))
    (dead,) = refused(found)
    assert (dead.field, dead.word, dead.table) == ("data.employee", "wolf", "people")


def test_a_robot_says_nothing_of_its_own() -> None:
    found = searched(text("尾款打到我卡上", **{"from": ROBOT}, tolist=["lisi"]))
    assert reasons(found) == ["said by a robot, or to none of ours"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("markdown", {"info": {"content": "**别走公司**"}}),
        ("markdown", {"markdown": {"content": "**别走公司**"}}),
        ("link", {"link": {"title": "报价", "description": "这单别走公司"}}),
        ("link", {"link": {"title": "这单别走公司", "link_url": "https://example.com"}}),
        ("mixed", {"mixed": {"item": [{"type": "text", "content": '{"content":"别走公司"}'}]}}),
    ],
)
def test_all_that_has_text_is_searched(kind: str, body: dict[str, Any]) -> None:
    archived = message(msgtype=kind, **body)
    del archived["text"]
    (event,) = events(searched(archived))
    assert event["data"]["keyword"] == "别走公司"


@pytest.mark.parametrize("kind", ["image", "voice", "chatrecord", "redpacket"])
def test_what_has_no_text_is_skipped(kind: str) -> None:
    archived = message(msgtype=kind, **{kind: {"md5sum": "0"}})
    del archived["text"]
    assert reasons(searched(archived)) == ["a message without text that could be searched"]


def test_a_file_that_stays_among_colleagues_takes_nothing_out() -> None:
    found = searched({**json_of("wecom/chat_file.json"), "tolist": ["wangwu"]})
    assert reasons(found) == ["a file to colleagues: it stays in the company"]


def test_a_file_that_a_customer_sends_is_no_employees() -> None:
    found = searched({**json_of("wecom/chat_file.json"), "from": CUSTOMER, "tolist": ["lisi"]})
    assert reasons(found) == ["a file that a customer sent"]


def test_a_batch_that_is_still_encrypted_is_matched_by_no_rule() -> None:
    assert counts(searched(json_of("wecom/chat_encrypted_batch.json"))) == {"Unmatched": 1}
