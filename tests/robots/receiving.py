"""A receiver and the robots it posts to, for as long as a test needs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp

from contract.duration import Duration
from contract.secret import Secret
from robots.service import run_robots
from robots.settings import ReceiverTable, Robot, RobotSettings
from streams.service.http_guard import Guard
from tests.robots.stand_in import SECRET, StandIn

Post = Callable[..., Awaitable[tuple[int, str]]]
GUARD = partial(Guard, patience=60.0, most=64)
SIGNED = {"dingtalk", "feishu"}


def robot(vendor: StandIn, kind: Any, name: str | None = None, **options: Any) -> Robot:
    return Robot(
        name=name or kind,
        kind=kind,
        url=Secret(vendor.url(kind)),
        secret=Secret(SECRET) if kind in SIGNED else None,
        **options,
    )


def receiving(
    work: Callable[[Post], Awaitable[Any]],
    *robots: Robot,
    bearer: str | None = None,
    deadline: str = "20s",
    timeout: str = "5s",
) -> Any:
    """What comes of `work` while a receiver runs, which is stopped at its end."""
    table = ReceiverTable(port=0, deadline=Duration(deadline), timeout=Duration(timeout))
    settings = RobotSettings(
        receiver=table, robots=robots, bearer=None if bearer is None else Secret(bearer)
    )

    async def run() -> Any:
        stopping, listening = asyncio.Event(), asyncio.get_running_loop().create_future()
        running = asyncio.create_task(
            run_robots(settings, GUARD, stopping=stopping, on_listening=listening.set_result)
        )
        port = await asyncio.wait_for(listening, 10)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:

                async def post(
                    path: str, body: Any = None, *, method: str = "POST", **headers: str
                ) -> tuple[int, str]:
                    data = body if isinstance(body, bytes) else json.dumps(body).encode()
                    async with session.request(method, path, data=data, headers=headers) as answer:
                        return answer.status, await answer.text()

                return await work(post)
        finally:
            stopping.set()
            await running

    return asyncio.run(run())
