"""What the API does with what it must not take: refused by name, and nothing else happens."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from desk.http.limits import Limits
from streams.settings.settings import Settings
from tests.desk.at_the_desk import Client, at_the_desk, records
from tests.sinks.some_alerts import alert

pytestmark = pytest.mark.integration


def test_a_token_that_is_nobodys_opens_nothing(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic token-of-chen"},
            {"Authorization": "Bearer t\udcffken"},
        ):
            for method, path in (
                ("GET", "/api/alerts"),
                ("GET", "/api/employees/e-7/timeline"),
                ("POST", "/api/alerts/a/acknowledge"),
            ):
                async with client.session.request(method, path, headers=headers) as answer:
                    assert answer.status == 401
                    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="offbook"'
                    assert answer.content_type == "application/problem+json"
                    assert "readers_file" in (await answer.json(content_type=None))["detail"]
        assert await records(settings, "offbook.audit") == []
        assert (await client.get("/api/openapi.json", None))[0] == 200

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), delivery=False)


def test_a_lesser_role_is_told_what_it_lacks(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        for by in ("vera", "audra"):
            status, told = await client.post("/api/alerts/a/close", {"verdict": "benign"}, by)
            assert (status, told["title"]) == (403, "Forbidden")
            assert "may look and not act" in told["detail"]
        # Chen is e-7, on whom the alert is.
        status, told = await client.post("/api/alerts/a/close", {"verdict": "benign"})
        assert status == 403
        assert "it is about whoever asks" in told["detail"]
        assert await records(settings, "offbook.actions") == []

    at_the_desk(
        *(kafka, redis_url, topic_prefix, tmp_path, work, alert("a")),
        delivery=False,
        are={"chen": "e-7"},
    )


WRONG_BODIES = [
    ("close", "{}", "body verdict: is missing; it is confirmed or"),
    ("close", '{"verdict": "guilty"}', "body verdict: must be confirmed or"),
    ("close", '{"verdict": "benign", "colour": "red"}', "body: an unknown field; this takes verd"),
    ("close", '{"verdict": "benign"', "body: is no JSON"),
    ("close", "", "body verdict: is missing"),
    ("close", "[]", "body: must be a JSON object"),
    ("close", "[" * 10_000, "body: is no JSON"),
    ("note", '{"note": "  "}', "body note: must be text of 1 to 4000"),
    ("note", '{"note": "\\u0085\\u3000"}', "body note: must be text of 1 to 4000"),
    ("note", json.dumps({"note": "x" * 4001}), "body note: must be text of 1 to 4000"),
    ("note", '{"note": "a", "seen": -1}', "body seen: must be a whole number"),
    ("acknowledge", '{"seen": "0"}', "body seen: must be a whole number"),
    ("assign", '{"assignee": ""}', "body assignee: must be the name of a reader"),
]


def test_what_is_wrong_is_named_with_its_place_and_mend(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, settings: Settings) -> None:
        json_type = {"Content-Type": "application/json"}
        for step, body, words in WRONG_BODIES:
            status, told = await client.ask(
                "POST", f"/api/alerts/a/{step}", "chen", data=body, headers=json_type
            )
            assert (status, words in told["detail"]) == (400, True), told
        for query, words in (
            ("severity=grave", "query severity: must be critical or warning or info"),
            ("limit=0", "query limit: must be a whole number from 1 to 1000"),
            ("limit=1&limit=2", "query limit: is given twice"),
            ("since=yesterday", "query since: must be a time with an offset"),
            ("cursor=%00", "query cursor: must be `next` of an answer"),
            ("employee=a%00b", "query employee: must have 1 to 200 characters"),
            ("severty=info", "did you mean severity?"),
        ):
            status, told = await client.get(f"/api/alerts?{query}")
            assert (status, words in told["detail"]) == (400, True), told
        status, told = await client.post("/api/alerts/a/assign", {"assignee": "nobody"})
        assert (status, "nobody of that name" in told["detail"]) == (409, True)
        status, told = await client.ask(
            "POST", "/api/alerts/a/note", "chen", data="note=x", headers={"Content-Type": "a/b"}
        )
        assert (status, told["detail"]) == (415, "Content-Type: must be application/json")
        assert (await client.ask("DELETE", "/api/alerts/a", "chen"))[0] == 405
        assert await records(settings, "offbook.actions") == []

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), delivery=False)


def test_what_is_not_there_is_not_found(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        for path in ("/api/alerts/b", "/api/alerts/..%2Fa", "/api/alerts/%00", "/api/nothing"):
            status, told = await client.get(path)
            assert (status, told["status"]) == (404, 404), path
        for step in ("acknowledge", "reopen"):
            assert (await client.post(f"/api/alerts/b/{step}"))[0] == 404
        assert (await client.get("/api/employees/e-1/timeline"))[0] == 404

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), delivery=False)


def test_a_body_of_ten_megabytes_is_not_read(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        host, port = client.session._base_url.host, client.session._base_url.port
        head = (
            "POST /api/alerts/a/note HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"
            "Authorization: Bearer token-of-chen\r\n"
        )

        def told(framing: str, piece: bytes) -> bytes:
            with socket.create_connection((host, port), 10) as one:
                one.sendall(f"{head}{framing}\r\n\r\n".encode())
                try:
                    for _ in range(160):
                        one.sendall(piece)
                except OSError:
                    pass  # closed while it was being sent
                try:
                    return one.recv(65536)
                except OSError:
                    return b""

        whole = await asyncio.to_thread(told, "Content-Length: 10485760", b"x" * 65536)
        assert whole.startswith(b"HTTP/1.1 413") or whole == b""
        piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        chunked = await asyncio.to_thread(told, "Transfer-Encoding: chunked", piece)
        assert chunked.startswith(b"HTTP/1.1 413") or chunked == b""
        async with client.session.get("/metrics") as answer:
            assert 'route="/api/alerts/{id}/note",status="413"} 2.0' in await answer.text()

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a"), delivery=False)


def test_whoever_asks_too_often_waits_and_others_do_not(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def work(client: Client, _: Settings) -> None:
        statuses = []
        for _ in range(6):
            headers = {"Authorization": "Bearer token-of-wu"}
            async with client.session.get("/api/detectors", headers=headers) as answer:
                statuses.append(answer.status)
                wait = answer.headers.get("Retry-After")
        assert statuses == [200] * 5 + [429]
        assert wait == "1000"
        assert (await client.get("/api/detectors", "lead"))[0] == 200

    class Five(Limits):
        """Those that wait for the desk to be ready are not counted."""

        def __init__(self) -> None:
            super().__init__(0.001, 5, lambda: 0.0)

        def wait(self, name: str) -> float:
            return 0.0 if name == "chen" else super().wait(name)

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, delivery=False, limits=Five())


def test_text_that_acts_comes_back_as_json_that_does_nothing(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script>\u202eevil\x1b[31m\u2028"

    async def work(client: Client, _: Settings) -> None:
        assert (await client.post("/api/alerts/a/note", {"note": evil}))[0] == 200
        headers = {"Authorization": "Bearer token-of-chen"}
        async with client.session.get("/api/alerts/a", headers=headers) as answer:
            content = await answer.read()
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for character in ("<", "\u202e", "\x1b", "\u2028"):
            assert character.encode() not in content
        told = json.loads(content)
        assert told["history"][0]["note"] == evil
        assert told["alert"]["customer"] == evil
        _, page = await client.get("/api/alerts")
        assert page["alerts"][0]["customer"] == evil

    at_the_desk(kafka, redis_url, topic_prefix, tmp_path, work, alert("a", customer=evil))


def test_another_origin_may_ask_only_if_it_is_the_one_that_is_set(
    kafka: Any, redis_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    ours, other = "https://grafana.example.com", "https://elsewhere.example.com"

    async def work(client: Client, _: Settings) -> None:
        for origin, allowed in ((ours, ours), (other, None)):
            asks = {"Origin": origin, "Access-Control-Request-Method": "GET"}
            async with client.session.options("/api/alerts", headers=asks) as answer:
                assert answer.headers.get("Access-Control-Allow-Origin") == allowed
            async with client.session.get("/api/alerts", headers={"Origin": origin}) as answer:
                assert answer.status == 401
                assert answer.headers.get("Access-Control-Allow-Origin") == allowed

    at_the_desk(
        *(kafka, redis_url, topic_prefix, tmp_path, work), delivery=False, desk_cors_origin=ours
    )
