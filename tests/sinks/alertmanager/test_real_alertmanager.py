"""A real Alertmanager is told of what is open: everything arrives, and nobody is paged twice.

"Nothing twice" is counted once a marker alert, raised last, has been paged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cases.handling import Logged
from contract.alert import Suppressed
from contract.times import rfc3339
from tests.cases.test_handling import action
from tests.sinks.alertmanager.conftest import Teller, deliver
from tests.sinks.alertmanager.real import Alertmanager, Pager
from tests.sinks.some_alerts import alert
from tests.sinks.test_delivery import until

pytestmark = pytest.mark.integration


def apart(alert_id: str, revision: int = 1, **changes: Any) -> Any:
    """An alert that is a case of its own."""
    return alert(alert_id, revision, **{"customer": None, **changes})


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 120))  # type: ignore[arg-type]


async def marked(url: str, pager: Pager, name: str = "marker") -> None:
    """Once this has been paged, so has whatever was told before."""
    await deliver(url, apart(name))
    await until(lambda: ("fraud", name, "critical") in pager.told())


def test_an_alert_is_paged_once_whatever_else_is_found_about_it(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url, resend=0.5).running() as teller:
            await deliver(redis_url, apart("a"))
            await until(lambda: pager.told() == [("fraud", "a", "critical")])
            found = alertmanager.alerts()["a", "critical"]
            assert found["labels"] == {
                "alertname": "OffbookPayment",
                "severity": "critical",
                "detector": "offbook-payment",
                "case_id": "a",
                "team": "East",
                "alert_id": "a",
                "category": "fraud",
            }
            assert found["startsAt"] == "2026-03-02T09:15:01.000Z"
            assert found["annotations"]["alert_url"] == "https://desk.example/alerts/a"
            # More evidence, later detected, and sent again several times.
            await deliver(redis_url, apart("a", 2, score=80, detected_at="2026-03-03T09:15:01Z"))

            def as_found() -> str:
                return str(alertmanager.alerts()["a", "critical"]["annotations"]["summary"])

            await until(lambda: "score 80" in as_found())
            sent = teller.figure("pushed_total", outcome="firing") or 0
            await until(lambda: (teller.figure("pushed_total", outcome="firing") or 0) > sent + 3)
            await marked(redis_url, pager)
        assert pager.told() == [("fraud", "a", "critical"), ("fraud", "marker", "critical")]
        assert pager.told("resolved") == []
        assert alertmanager.alerts()["a", "critical"]["startsAt"] == "2026-03-02T09:15:01.000Z"
        assert teller.figure("up") == 1
        assert teller.health.readiness().ok is True

    run(work)


def test_closing_withdrawing_and_suppressing_end_it(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    known = Suppressed("2026-12-31T15:59:59Z", "agreed")

    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, *map(apart, ("a", "b", "c", "d")))
            await until(lambda: len(pager.told()) == 4)
            closing = Logged(0, 0, action("close", alert_id="a", verdict="benign"))
            await deliver(redis_url, closing, apart("b", 2, state="withdrawn"))
            await deliver(redis_url, apart("c", 2, suppressed=known), apart("d", 2, mode="shadow"))
            await until(lambda: len(pager.told("resolved")) == 4)
            assert alertmanager.alerts() == {}
            # Opened again, it is looked at anew.
            await deliver(redis_url, Logged(0, 1, action("reopen", 1, alert_id="a")))
            await until(lambda: pager.told().count(("fraud", "a", "critical")) == 2)

    run(work)


def test_a_restart_of_the_worker_or_of_alertmanager_pages_nobody_again(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, apart("a"), apart("b", severity="warning", score=30))
            await until(lambda: len(pager.told()) == 2)
        async with Teller(redis_url, alertmanager.url).running():
            alertmanager.stop()
            alertmanager.start()
            await until(lambda: len(alertmanager.alerts()) == 2)
            await marked(redis_url, pager)
        assert sorted(pager.told()) == [
            ("fraud", "a", "critical"),
            ("fraud", "marker", "critical"),
            ("fraud-team", "b", "warning"),
        ]
        assert pager.told("resolved") == []

    run(work)


def test_what_was_closed_while_nobody_told_is_over_once_somebody_does(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, apart("a"))
            await until(lambda: len(pager.told()) == 1)
        await deliver(redis_url, apart("a", 2, state="withdrawn"))
        async with Teller(redis_url, alertmanager.url).running():
            await until(lambda: pager.told("resolved") == [("fraud", "a", "critical")])

    run(work)


def test_an_alertmanager_that_is_not_told_again_takes_it_for_over(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url, resend=0.5, holds=3).running():
            await deliver(redis_url, apart("a"))
            await until(lambda: len(pager.told()) == 1)
        await until(lambda: len(pager.told("resolved")) == 1)

    run(work)


def test_what_opens_while_alertmanager_is_down_arrives_and_nothing_twice(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running() as teller:
            await deliver(redis_url, apart("before"))
            await until(lambda: len(pager.told()) == 1)
            alertmanager.stop()
            await until(lambda: teller.figure("up") == 0)
            said = teller.health.readiness()
            assert said.ok
            assert "alerts still reach Redis" in said.checks["alertmanager"].reason
            await deliver(redis_url, *(apart(f"n{n}") for n in range(600)))
            alertmanager.start()
            await until(lambda: len(alertmanager.alerts()) == 601)
            await until(lambda: len(pager.told()) == 601)
            await marked(redis_url, pager)
            assert teller.figure("up") == 1
        assert len(pager.told()) == len(set(pager.told())) == 602
        assert pager.told("resolved") == []

    run(work)


def test_two_workers_tell_the_same(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        # Their reference data differ: whoever tells first decides.
        first = Teller(redis_url, alertmanager.url)
        second = Teller(redis_url, alertmanager.url, teams={"e-7": "West"})
        async with first.running(), second.running():
            for n in range(30):
                await deliver(redis_url, apart(f"n{n}"))
            await until(lambda: len(pager.told()) == 30)
            await deliver(redis_url, *(apart(f"n{n}", 2, state="withdrawn") for n in range(15)))
            await until(lambda: len(pager.told("resolved")) == 15)
            await marked(redis_url, pager)
            assert len(alertmanager.alerts()) == 16
        assert len(pager.told()) == len(set(pager.told())) == 31
        assert len(pager.told("resolved")) == 15

    run(work)


def test_a_warning_that_becomes_critical_pages_and_nobody_reads_that_it_is_over(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, apart("a", severity="warning"), apart("b", severity="warning"))
            await until(lambda: len(pager.told()) == 2)
            await deliver(redis_url, apart("a", 2))
            await until(lambda: ("fraud", "a", "critical") in pager.told())
            assert alertmanager.alerts()["a", "warning"]["status"]["state"] == "suppressed"
            # And back: it was critical, and nobody is told anew.
            await deliver(redis_url, apart("a", 3, severity="warning"))
            key = ("a", "critical")
            await until(
                lambda: "is warning now" in alertmanager.alerts()[key]["annotations"]["description"]
            )
            await marked(redis_url, pager)
            assert sorted(pager.told()) == [
                ("fraud", "a", "critical"),
                ("fraud", "marker", "critical"),
                ("fraud-team", "a", "warning"),
                ("fraud-team", "b", "warning"),
            ]
            assert pager.told("resolved") == []
            # Over at last, it is at both; and a warning of its name is news again.
            await deliver(redis_url, apart("a", 4, state="withdrawn"))
            await until(lambda: len(pager.told("resolved")) == 2)
            await deliver(redis_url, apart("a", 5, severity="warning"))
            await until(lambda: pager.told().count(("fraud-team", "a", "warning")) == 2)

    run(work)


def test_the_alerts_on_one_deal_are_one_page_also_when_what_ties_them_is_closed(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    # a ── order SO-1 ── bridge ── customer c-9 and e-7 ── b
    # Found just now: what is older than `group_wait` is told at once, and not together.
    began, found = (rfc3339(time.time_ns() // 1000 + it) for it in (-9, 0))
    first = apart("a", order="SO-1", employee=None, detected_at=began)
    bridge = alert("bridge", order="SO-1", detector="ghost-deal", detected_at=found)

    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, first, bridge)
            await until(lambda: len(pager.told()) == 2)
            assert pager.pages() == 1
            lately = rfc3339(time.time_ns() // 1000)
            closed = action("close", alert_id="bridge", verdict="duplicate", at=lately)
            await deliver(redis_url, Logged(0, 0, closed))
            await until(lambda: len(alertmanager.alerts()) == 1)
        async with Teller(redis_url, alertmanager.url).running():
            warning = alert("w", severity="warning", detector="chat-burst")
            await deliver(redis_url, alert("b", detector="bulk-delete"), warning)
            await until(lambda: ("fraud", "b", "critical") in pager.told())
            # What is inhibited is not told before what inhibits it has surely been read.
            await until(lambda: ("w", "warning") in alertmanager.alerts())
            cases = {it["labels"]["case_id"] for it in alertmanager.alerts().values()}
            assert cases == {"a"}
            await marked(redis_url, pager)
        assert ("fraud-team", "w", "warning") not in pager.told()
        assert alertmanager.alerts()["w", "warning"]["status"]["state"] == "suppressed"

    run(work)


def test_info_is_in_the_list_and_pages_nobody(
    redis_url: str, alertmanager: Alertmanager, pager: Pager
) -> None:
    async def work() -> None:
        async with Teller(redis_url, alertmanager.url).running():
            await deliver(redis_url, apart("i", severity="info", score=10))
            await until(lambda: ("i", "info") in alertmanager.alerts())
            await deliver(redis_url, apart("s", mode="shadow"))
            await marked(redis_url, pager)
        assert pager.told() == [("fraud", "marker", "critical")]
        assert ("s", "critical") not in alertmanager.alerts()

    run(work)
