"""A stand-in for the vendors: takes messages over real HTTP, checks signatures as they do, and
answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from aiohttp import web

TOKEN = "tok3n-0f-the-rob0t"
SECRET = "SECoffbook0001"
#: A status, the body of an answer, or what no answer is.
Step = int | float | Mapping[str, Any] | str
_OK: dict[str, Any] = {
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {
        "StatusCode": 0,
        "StatusMessage": "success",
        "code": 0,
        "data": {},
        "msg": "success",
    },
    "wecom": {"errcode": 0, "errmsg": "ok"},
}


class StandIn:
    """One vendor of each kind, each in a thread of the same server.

    `script[kind]` is what it does next, in order: an HTTP status, a body for HTTP 200, `hang`,
    `garbage`, or accept after so many seconds (a number with a point). When nothing is left it
    accepts what is signed for as it must be. `received[kind]` has the bodies that it has accepted,
    `attempts[kind]` counts all.
    """

    def __init__(self) -> None:
        self.script: dict[str, deque[Step]] = defaultdict(deque)
        self.always: dict[str, Step] = {}
        self.received: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.attempts: dict[str, int] = defaultdict(int)
        self.retry_after: str | None = None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._over: asyncio.Event
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def url(self, kind: str) -> str:
        """Where its robot is, token and all."""
        base = f"http://127.0.0.1:{self.port}/{kind}"
        return {
            "dingtalk": f"{base}/robot/send?access_token={TOKEN}",
            "feishu": f"{base}/open-apis/bot/v2/hook/{TOKEN}",
            "wecom": f"{base}/cgi-bin/webhook/send?key={TOKEN}",
        }[kind]

    def until(self, kind: str, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        """What it has accepted, once it is that many."""
        deadline = time.monotonic() + seconds
        while len(self.received[kind]) < count:
            assert time.monotonic() < deadline, f"{len(self.received[kind])} of {count}"
            time.sleep(0.02)
        return self.received[kind]

    def __enter__(self) -> StandIn:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)
        self._loop.close()

    async def _run(self) -> None:
        self._over = asyncio.Event()
        app = web.Application()
        app.router.add_post("/{kind}/{rest:.*}", self._answer)
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._over.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        self.attempts[kind] += 1
        body = await request.json()
        script = self.script[kind]
        step = script.popleft() if script else self.always.get(kind)
        if step == "hang":
            await asyncio.sleep(60)
        if isinstance(step, float):
            await asyncio.sleep(step)
        if step == "garbage":
            return web.Response(text="<html>Log in to the network</html>", content_type="text/html")
        if isinstance(step, int):
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            if 300 <= step < 400:
                headers["Location"] = request.raw_path
            return web.Response(status=step, text="busy", headers=headers)
        if isinstance(step, Mapping):
            return web.json_response(step)
        if refusal := _refusal(kind, request, body):
            return web.json_response(refusal)
        self.received[kind].append(body)
        return web.json_response(_OK[kind])


def _refusal(kind: str, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the vendor has against it, checked by its own words and not by our code."""
    now = time.time()
    if kind == "dingtalk":
        if request.query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        timestamp = request.query.get("timestamp", "0")
        said = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256)
        wanted = base64.b64encode(said.digest()).decode()
        raw = request.raw_path.rpartition("&sign=")[2]
        if set(raw) & set("+/="):
            return {"errcode": 310000, "errmsg": "sign not encoded"}
        if request.query.get("sign") != wanted or abs(now - int(timestamp) / 1000) > 3600:
            return {"errcode": 310000, "errmsg": "sign not match"}
    elif kind == "feishu":
        if not request.path.endswith(TOKEN):
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        timestamp = body.get("timestamp", "0")
        said = hmac.new(f"{timestamp}\n{SECRET}".encode(), b"", hashlib.sha256)
        wanted = base64.b64encode(said.digest()).decode()
        if body.get("sign") != wanted or abs(now - int(timestamp)) > 3600:
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
    elif request.query.get("key") != TOKEN:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    return None
