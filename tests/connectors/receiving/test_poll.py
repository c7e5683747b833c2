"""A list that is polled, from a server that pages as 纷享销客 does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.connectors.receiving.running import (
    Running,
    events,
    letters,
    payment,
    payments,
    running,
    until,
    variables,
)
from tests.connectors.receiving.test_webhook import hook, send

pytestmark = pytest.mark.integration

BODY = """{ data = { search_query_info = { limit = 10, offset = 0, filters = [ \
{ field_name = "time", operator = "GT", field_values = ["{cursor}"] }, \
{ field_name = "_id", operator = "GT", field_values = ["{id}"] } ] } } }"""
SINCE = 1_700_000_000_000


class Crm:
    """Answers `filters`, ten at a time, by id. `behave` makes it answer otherwise."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.behave = "well"
        self.url = ""

    def add(self, *numbers: int, time: int | None = None, **changes: Any) -> None:
        for at in numbers:
            its = {"_id": f"{at:06}", "time": SINCE + at if time is None else time}
            self.rows.append({**payment(f"P-{at}"), **its, **changes})

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append({**body, "token": request.headers.get("authorization")})
        if self.behave == "hang":
            await asyncio.sleep(3600)
        if self.behave == "redirect":
            raise web.HTTPFound("https://elsewhere.example.com/")
        if self.behave == "refuse":
            return web.json_response({"errorCode": 20016, "errorMessage": "token of 李四"})
        if self.behave == "break":
            return web.Response(status=500, text="no")
        if self.behave == "flood":
            return web.Response(body=b"[" * (17 << 20))
        its = body["data"]["search_query_info"]
        found = [it for it in self.rows if all(map(_holds(it), its["filters"]))]
        found = sorted(found, key=lambda it: it["_id"])[: its["limit"]]
        return web.json_response({"errorCode": 0, "data": {"dataList": found}})


def _holds(row: dict[str, Any]) -> Any:
    def holds(it: dict[str, Any]) -> bool:
        value = row[it["field_name"]]
        return bool(value > type(value)(it["field_values"][0]))

    return holds


@contextmanager
def serving() -> Iterator[Crm]:
    crm, ready, loop = Crm(), threading.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        app = web.Application()
        app.router.add_post("/query", crm.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        crm.url = f"http://127.0.0.1:{runner.addresses[0][1]}/query?trace={{uuid}}"
        ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    main = loop.create_task(serve())

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(main)

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        yield crm
    finally:
        loop.call_soon_threadsafe(main.cancel)
        thread.join(10)
        loop.close()


def polling(folder: Path, crm: Crm, more: str = "") -> Path:
    page = folder / "crm.toml"
    receive = (
        f'poll = {{ url = "{crm.url}", every = "1s", pause = "0s", since = "2023-11-14T22:13:20Z",'
        f' items = "data.dataList", time = "time", id = "_id", limit = 10, overlap = "0s",'
        f' ok = "errorCode == `0`", headers = {{ authorization_env = "CRM_TOKEN" }},'
        f" body = {BODY}{more} }}"
    )
    split = '\n[[split]]\npath = "data.dataList"\nas = "d"\n'
    text = payments("json", receive)
    for name in ("no", "at", "sum", "to", "kind"):
        text = text.replace(f'path = "{name}"', f'path = "d.{name}"')
    text = text.replace("{ kind =", '{ "d.kind" =').replace("{ sum =", '{ "d.sum" =')
    page.write_text(text.replace("[tables", split + "[tables", 1), "utf-8")
    return page


TOKEN = {"CRM_TOKEN": "Bearer 0123456789"}


def test_all_pages_are_kept_once_and_then_what_is_new(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    with serving() as crm:
        page = polling(tmp_path, crm)
        # More of one moment than a page has.
        crm.add(*range(1, 36), time=SINCE + 7)
        crm.add(*range(36, 48))
        with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log", **TOKEN) as its:
            until(lambda: its.outcomes("crm").get("mapped", 0) == 47, its.said)
            its.ready()
            crm.add(48, to="nowhere")
            crm.add(49)
            until(lambda: its.outcomes("crm").get("mapped", 0) == 48, its.said)
            assert its.outcomes("crm")["dead_letter"] == 1
            assert "0123456789" not in its.said()
        first = crm.asked[0]
        assert first["token"] == "Bearer 0123456789"
        (only,) = first["data"]["search_query_info"]["filters"]
        assert only["field_values"] == [str(SINCE)]
        # A restart goes on from the cursor.
        crm.asked.clear()
        with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log", **TOKEN) as its:
            crm.add(50)
            until(lambda: its.outcomes("crm").get("mapped", 0) == 1, its.said)
        filters = crm.asked[0]["data"]["search_query_info"]["filters"]
        assert filters[0]["field_values"] == [str(SINCE + 49)]
        # One that is lost begins again from `since`: repeats do no harm.
        (tmp_path / "crm.cursor").write_text("{")
        with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log", **TOKEN) as its:
            until(lambda: its.outcomes("crm").get("mapped", 0) == 49, its.said)
            assert its.lines("the cursor is lost: all is asked for again")
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert set(found) == {f"P-{at}" for at in range(1, 51) if at != 48}


@pytest.mark.parametrize("how", ["hang", "redirect", "refuse", "break", "flood"])
def test_a_list_that_is_not_answered_stops_no_other_connector(
    kafka: Any, topic_prefix: str, tmp_path: Path, how: str
) -> None:
    with serving() as crm:
        crm.add(1)
        crm.behave = how
        pages = [polling(tmp_path, crm), hook(tmp_path)]
        with running(kafka.bootstrap, topic_prefix, pages, tmp_path / "log", **TOKEN) as its:
            until(lambda: crm.asked)
            until(lambda: send(its, payment("P-2"))[0] == 200)
            if how != "hang":
                until(lambda: its.lines("a poll failed"), its.said)
                status, said = its.asked("/readyz")
                checks = json.loads(said)["checks"]
                assert (status, checks["connector crm"]["ok"]) == (503, False)
                assert checks["connector bank"]["ok"]
                assert "李四" not in said + its.said()
                until(lambda: ("lag_seconds", "crm") in its.figures(), its.said)
                assert ("up", "crm") not in its.figures()
                assert its.figures()["up", "bank"] == 1
                crm.behave = "well"
                until(lambda: its.outcomes("crm") == {"mapped": 1}, its.said)
                its.ready()
                until(lambda: ("lag_seconds", "crm") not in its.figures(), its.said)
                assert its.figures()["up", "crm"] == 1


def test_killed_in_the_middle_of_a_round_it_goes_on_where_it_was(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    with serving() as crm:
        crm.add(*range(2000))
        page = polling(tmp_path, crm)
        with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log", **TOKEN) as its:
            until(lambda: its.outcomes("crm").get("mapped", 0) > 300, its.said)
            os.kill(its.process.pid, signal.SIGKILL)
            its.process.wait(30)
        assert json.loads((tmp_path / "crm.cursor").read_bytes())["id"] > "000200"
        env = {**variables(kafka.bootstrap, topic_prefix), **TOKEN}
        again = Running(env, [page], tmp_path / "log").listening()
        try:
            # The first is of `since` itself, which is known.
            until(
                lambda: len({it["id"] for it in events(kafka.bootstrap, topic_prefix)}) == 1999,
                again.said,
            )
            assert again.outcomes("crm")["mapped"] < 1900
            assert again.end() == 0
        finally:
            again.process.kill()
    assert letters(kafka.bootstrap, topic_prefix, "crm") == []
