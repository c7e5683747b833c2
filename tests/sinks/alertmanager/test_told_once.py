"""Whatever happens to alerts, workers and Alertmanager, in whatever order: it ends up knowing what
is open, and each alert was news once, for each time that it was opened or became critical."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from typing import Any

import pytest

from cases.handling import Logged
from contract.times import rfc3339
from tests.cases.test_handling import action
from tests.parts.examples import PROFILE
from tests.sinks.alertmanager.conftest import Teller, deliver
from tests.sinks.alertmanager.real import Alertmanager, Pager
from tests.sinks.alertmanager.test_real_alertmanager import apart, marked, run
from tests.sinks.some_alerts import alert
from tests.sinks.test_delivery import until

pytestmark = pytest.mark.integration

#: Worlds of some ten seconds each.
WORLDS = {"dev": 2, "ci": 4}.get(PROFILE, 40)

NAMES = [f"n{n}" for n in range(6)]


class World:
    """What happens, and what is to be news of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.revision = Counter[str]()
        #: What is open, and as how grave it was told.
        self.open: dict[str, set[str]] = {}
        self.news = Counter[tuple[str, str]]()
        self.ended = Counter[tuple[str, str]]()

    def step(self) -> Any:
        name = self.random.choice(NAMES)
        withdrawn = name in self.open and self.random.random() < 0.3
        severity = self.random.choice(["critical", "warning"])
        self.revision[name] += 1
        if withdrawn:
            self.ended.update((name, it) for it in self.open.pop(name))
        else:
            told = self.open.setdefault(name, set())
            if severity not in told and "critical" not in told:
                told.add(severity)
                self.news[name, severity] += 1
        return apart(
            name,
            self.revision[name],
            severity=severity,
            state="withdrawn" if withdrawn else "firing",
            score=self.random.randrange(100),
            detected_at=rfc3339(time.time_ns() // 1000),
        )


@pytest.mark.parametrize("seed", range(WORLDS))
def test_each_is_news_once(
    redis_url: str, alertmanager: Alertmanager, pager: Pager, seed: int
) -> None:
    world = World(seed)

    def known() -> bool:
        is_open = {(name, it) for name, told in world.open.items() for it in told}
        return alertmanager.alerts().keys() == is_open

    def told(status: str = "firing") -> Counter[tuple[str, str]]:
        return Counter((name, it) for _, name, it in pager.told(status) if name != "marker")

    def settled() -> bool:
        # Until then, there is no one right number of news.
        return known() and told() >= world.news and told("resolved") >= world.ended

    async def work() -> None:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(Teller(redis_url, alertmanager.url).running())
            for _ in range(12):
                await deliver(redis_url, world.step())
                await until(settled)
                what = world.random.random()
                if what < 0.15:
                    alertmanager.stop()
                    alertmanager.start()
                    # What is new in the very moment may reach it before it is all there itself.
                    await until(known)
                elif what < 0.3:
                    await stack.aclose()
                    await stack.enter_async_context(Teller(redis_url, alertmanager.url).running())
                elif what < 0.4:
                    await stack.enter_async_context(Teller(redis_url, alertmanager.url).running())
            await marked(redis_url, pager)
        assert told() == world.news
        assert told("resolved") == world.ended

    run(work)


def test_a_case_pages_again_only_for_what_joins_it(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, alert("a"))
            await until(lambda: pager.pages() == 1)
            await deliver(redis_url, alert("a", 2, score=90), alert("b", detector="ghost-deal"))
            await until(lambda: ("fraud", "b", "critical") in pager.told())
            # Found to have begun before the first: the case keeps the name under which it is known.
            early = "2026-03-01T00:00:00Z"
            await deliver(redis_url, alert("c", detector="bulk-delete", detected_at=early))
            await until(lambda: ("fraud", "c", "critical") in pager.told())
            await deliver(redis_url, Logged(0, 0, action("acknowledge", alert_id="a")))
            await marked(redis_url, pager)
        assert {it["groupLabels"]["case_id"] for _, it in pager.posted} == {"a", "marker"}
        assert pager.pages() == 4
        assert pager.told("resolved") == []

    run(work)
