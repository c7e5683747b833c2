"""Names that somebody chose so that a message says something else, or calls everybody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.spelling.shown import INVISIBLE
from robots.kinds.kind import Mention
from robots.texts import address, in_markdown, plain, tidy
from tests.robots.notifications import alert, notification
from tests.robots.test_messages import message

HOSTILE = [
    "**bold** _it_ `code` ~~no~~",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<a href='https://evil.example'>x</a>",
    '<font color="info">RESOLVED</font>',
    "@all",
    "@13800000000",
    "<@all>",
    "<at id=all></at>",
    '<at user_id="all">all</at>',
    "&lt;at id=all&gt;&#64;all",
    "# heading",
    "> quote",
    "- list",
    "1. list",
    "---",
    "a\n\n# forged\n**RESOLVED**",
    "a\r\nb\x1b[31mred\x07",
    "\u202egnp.exe\u202c",
    "zero\u200bwidth\ufeff",
    "\u2066isolated\u2069",
    "a|b|c",
    "$x$ \\* {y}",
    "\u2028line",
]
NOBODY = Mention()


def hostile(text: str) -> dict[str, Any]:
    """An alert that has `text` wherever there can be any."""
    names = ("summary", "description", "employee", "customer", "amount", "score", "runbook_url")
    return alert(
        annotations={**dict.fromkeys(names, text), "summary_zh": text, "alert_url": text},
        severity=text,
        detector=text,
    )


def texts(node: Any, tag: str | None = None) -> list[tuple[str | None, str]]:
    """Each text of a body, with the tag of the element it is in."""
    if isinstance(node, dict):
        here = node.get("tag", tag)
        return [it for value in node.values() for it in texts(value, here)]
    if isinstance(node, list):
        return [it for value in node for it in texts(value, tag)]
    return [(tag, node)] if isinstance(node, str) else []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["dingtalk", "wecom"])
def test_in_markdown_nothing_of_it_acts(kind: str, text: str) -> None:
    body = message(kind, notification(hostile(text)), mention=NOBODY)
    rendered = body["markdown"]["text" if kind == "dingtalk" else "content"]
    # What is left is our own: bold labels, links of ours, colours.
    ours = re.sub(r"\*\*[^*]*\*\*", "", rendered)
    ours = re.sub(r'</?font( color="\w+")?>', "", ours)
    ours = re.sub(r"^### ", "", ours)
    assert not set(ours) & set("<>@*`[]#~!&$\\{}"), ours
    assert not INVISIBLE.search(ours)
    assert all(line.isprintable() for line in rendered.split("\n"))
    assert "](https://evil" not in rendered


@pytest.mark.parametrize("text", HOSTILE)
def test_in_a_card_it_stands_in_plain_text_only(text: str) -> None:
    body = message("feishu", notification(hostile(text)), mention=NOBODY)
    for tag, found in texts(body["card"]["elements"]):
        assert tag != "lark_md"
        assert found.isprintable()
        assert not INVISIBLE.search(found)
    assert "lark_md" not in json.dumps(body)
    assert not any(it.get("tag") == "action" for it in body["card"]["elements"])


@pytest.mark.parametrize("text", HOSTILE)
def test_in_plain_text_it_mentions_nobody(text: str) -> None:
    one = notification(hostile(text), alert(2))
    body = message("wecom", one, mention=Mention(all=True))
    assert not set(body["text"]["content"]) & set("<>@&")


@pytest.mark.parametrize("text", ["a\n\n# forged", "a\r\nb", "a\u2028b", "a\x0bb", "a\x85b"])
def test_no_text_begins_a_line_of_its_own(text: str) -> None:
    assert tidy(text).count(" ") >= 1
    assert len(tidy(text).splitlines()) == 1


def test_what_people_copy_stays_as_it_is() -> None:
    for id_ in (
        "offbook_open_alerts",
        "CU-1017",
        "2026-11-30 09:01",
        "168,000.00",
        "a.b/c:d=e (f)",
    ):
        assert in_markdown(id_) == plain(id_) == id_
    assert in_markdown("_forged_") == "＿forged＿"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://wiki.example/a#b", "https://wiki.example/a#b"),
        ("https://wiki.example/a)[x](b", "https://wiki.example/a%29%5Bx%5D%28b"),
        ("https://wiki.example/订单", "https://wiki.example/%E8%AE%A2%E5%8D%95"),
        ("https://wiki.example/<@all>", "https://wiki.example/%3C@all%3E"),
        ("HTTP://wiki.example", "HTTP://wiki.example"),
        ("https://good.example@evil.example/", None),
        ("javascript:alert(1)", None),
        ("dingtalk://dingtalkclient/page/link?url=x", None),
        ("docs/operations.md", None),
        ("https://", None),
        ("https://a.example/\nb", None),
        ("https://a.example/\u202eb", None),
        ("https://a.example/" + "x" * 500, None),
        ("", None),
    ],
)
def test_a_link_is_an_address_that_a_browser_should_open(text: str, link: str | None) -> None:
    assert address(text) == link


@given(st.text())
def test_whatever_it_is_made_of_it_does_not_act(text: str) -> None:
    made = in_markdown(tidy(text))
    assert not set(made) & set("<>@*`[]#~!&$\\{}|")
    assert not INVISIBLE.search(made)
    assert made.isprintable()
