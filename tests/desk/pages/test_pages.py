"""The pages as a browser meets them, on real servers: logged in, read, acted on."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from contract.alert import Bilingual, Evidence, Rule
from streams.settings.settings import Settings
from tests.desk.at_the_desk import Client, at_the_desk, records, token
from tests.sinks.some_alerts import alert

pytestmark = pytest.mark.integration

HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"
PAID = "offbook-payment-1111111111111111"
SHIPPED = "shipment-without-order-2222222222222222"


def _evidence(*hours: int) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            source="/bank",
            id=f"p-{hour}",
            type="offbook.payment.v1" if hour % 2 else "offbook.chat.keyword-hit.v1",
            time=f"2026-03-02T{hour:02}:15:00Z",
            topic="payments",
            partition=0,
            offset=hour,
            note="payment to an account that is not the company's",
        )
        for hour in hours
    )


ALERTS = (
    alert(
        PAID,
        detector="offbook-payment",
        score=80,
        order="SO-1",
        title=Bilingual("Payment to an account that is not the company's", "货款进入非公司账户"),
        summary=Bilingual(
            f"Customer paid 5,000.00 CNY {HOSTILE}", f"客户付款 5,000.00 元 {HOSTILE}"
        ),
        evidence=_evidence(1, 2, 9, 10),
        rule=Rule({"talk_window": "7d"}, {}),
    ),
    alert(SHIPPED, detector="shipment-without-order", order="SO-1", account=None),
)


class Shown(HTMLParser):
    """What is on a page: its words, tags, links, and the fields of its forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.tags = "", set[str]()
        self.links: list[str] = []
        self.forms: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.add(tag)
        if href := told.get("href"):
            self.links.append(href)
        if tag == "form":
            self._fields = self.forms[told.get("action") or ""] = {}
        if tag == "input" and told.get("name"):
            self._fields[told["name"] or ""] = told.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.words += data


class Browser:
    """Somebody's browser: it keeps cookies and follows where it is sent."""

    def __init__(self, client: Client) -> None:
        self._session = client.session

    async def open(self, path: str, **more: Any) -> tuple[aiohttp.ClientResponse, Shown]:
        async with self._session.get(path, **more) as answer:
            return answer, Shown(await answer.text())

    async def send(self, path: str, fields: dict[str, str]) -> tuple[aiohttp.ClientResponse, Shown]:
        async with self._session.post(path, data=fields) as answer:
            return answer, Shown(await answer.text())

    async def log_in(self, name: str, to: str = "/cases") -> Shown:
        answer, shown = await self.send("/login", {"token": token(name), "to": to})
        assert (answer.status, answer.url.path) == (200, to)
        return shown


def test_an_alert_is_opened_from_a_link_worked_and_closed(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        browser, address = Browser(client), f"/alerts/{PAID}"
        answer, shown = await browser.open(address)
        assert (answer.url.path, shown.forms["/login"]["to"]) == ("/login", address)
        wrong, shown = await browser.send("/login", {"token": "guess", "to": address})
        assert (wrong.status, "nobody's" in shown.words) == (401, True)

        shown = await browser.log_in("chen", address)
        for words in (
            "5,000.00",
            "e-7",
            "score 80 of 100",
            "Payment",
            "talk_window",
            "What to do"[:4],
        ):
            assert words in shown.words
        assert f"/alerts/{SHIPPED}" in shown.links
        assert "/people/e-7" in shown.links
        # drawn to scale: two lanes, four dots
        assert {"svg", "circle"} <= shown.tags

        form = f"{address}/acknowledge"
        answer, shown = await browser.send(form, shown.forms[form])
        assert (answer.url.path, "Acknowledged · with chen" in shown.words) == (address, True)
        stale = dict(shown.forms[f"{address}/assign"])
        answer, shown = await browser.send(f"{address}/assign", stale | {"assignee": "wu"})
        assert "with wu" in shown.words
        answer, shown = await browser.send(
            f"{address}/close", stale | {"verdict": "benign", "note": "x"}
        )
        assert (answer.status, "somebody else has acted" in shown.words) == (409, True)

        _, shown = await browser.open(address)
        form = f"{address}/close"
        _, shown = await browser.send(form, shown.forms[form] | {"verdict": "false_positive"})
        assert "Closed · False positive" in shown.words
        _, shown = await browser.open("/cases")
        assert PAID not in "".join(shown.links)
        _, shown = await browser.open("/cases?shelf=closed&lang=zh")
        assert f"/alerts/{PAID}" in shown.links
        assert "已关闭 · 误报" in shown.words
        _, shown = await browser.open("/detectors")
        assert "检测器" in shown.words  # the language is kept

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS)


def test_a_form_of_another_site_or_an_earlier_session_does_nothing(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        browser, address = Browser(client), f"/alerts/{PAID}"
        shown = await browser.log_in("chen", address)
        old = shown.forms[f"{address}/acknowledge"]
        await browser.send("/logout", shown.forms["/logout"])
        answer, _ = await browser.open("/cases")
        assert answer.url.path == "/login"
        await browser.log_in("chen")
        for fields in ({}, {"form": "guess"}, old):
            answer, shown = await browser.send(f"{address}/acknowledge", fields)
            assert (answer.status, "earlier session" in shown.words) == (403, True)
        _, shown = await browser.open(address)
        assert "New" in shown.words
        fields = {"token": token("chen"), "to": "/cases"}
        async with client.session.post("/login", data=fields, allow_redirects=False) as sent:
            cookie = sent.headers["Set-Cookie"]
        assert [it in cookie for it in ("HttpOnly", "SameSite=Lax", "Path=/")] == [True] * 3

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS, delivery=False)


def test_nothing_that_others_wrote_acts_on_a_page_and_nothing_comes_from_elsewhere(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        browser = Browser(client)
        await browser.log_in("chen")
        for path in ("/", "/cases", f"/alerts/{PAID}", "/people/e-7", "/detectors"):
            answer, shown = await browser.open(path)
            assert answer.status == 200
            assert "script" not in shown.tags
            assert not {"\u202e", "\x1b"} & set(shown.words)
            assert all(it.startswith(("/", "?")) for it in shown.links)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        for path in ("/alerts/nothing-like-it", "/people/nobody"):
            answer, shown = await browser.open(path)
            assert answer.status == 404
        for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
            answer, _ = await browser.send("/login", {"token": token("chen"), "to": to})
            assert answer.url.path == "/cases"

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS, delivery=False)


def test_a_viewer_sees_no_names_and_no_buttons_and_a_look_at_a_person_is_recorded(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        browser = Browser(client)
        shown = await browser.log_in("vera")
        [address] = [it for it in shown.links if it.startswith("/alerts/")][:1]
        _, shown = await browser.open(address)
        assert not [it for it in ("e-7", "c-9", "6222", "5,000.00") if it in shown.words]
        assert re.search(r"employee-[0-9a-f]{10}", shown.words)
        assert not [it for it in shown.forms if it.startswith("/alerts/")]
        await browser.log_in("audra", "/people/e-7")
        looks = await records(settings, "offbook.audit")
        assert [(it["by"], it["employee"]) for it in looks] == [("audra", "e-7")]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, *ALERTS, delivery=False)


def test_whoever_tries_tokens_is_slowed_down(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        browser = Browser(client)
        tried = [await browser.send("/login", {"token": str(n)}) for n in range(11)]
        assert [answer.status for answer, _ in tried] == [*[401] * 10, 429]

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, delivery=False)
