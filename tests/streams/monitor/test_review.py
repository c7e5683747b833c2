"""Reference data that change while the monitor runs, or while it does not: what rests on them is
judged anew."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.alert import Alert
from detectors.facts.reference import Reference
from streams.monitor import reviews
from tests.detectors import timeline as tell
from tests.detectors.timeline import account, owner, payment
from tests.streams.monitor.monitoring import Bench, applied, until

pytestmark = pytest.mark.integration

NINE = "2026-03-02 09:00"
DEAL = (owner("2026-03-01 09:00", "C-1", "E-9"), payment(NINE, "P-1", "X", customer="C-1"))


@pytest.fixture
def bench(kafka: Any, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(reviews, "_REVIEW_EVERY", 0.5)
    return Bench(kafka.bootstrap, topic_prefix)


async def newest(bench: Bench, state: str) -> Alert:
    """The alert on the payment, once it is so."""
    for _ in range(200):
        found = [it for it in await bench.alerts() if it.detector == "offbook-payment"]
        if found and (last := max(found, key=lambda it: it.revision)).state == state:
            return last
        await asyncio.sleep(0.2)
    raise AssertionError(f"no alert is {state}")


def unjudged(bench: Bench) -> float | None:
    return bench.metrics.registry.get_sample_value(
        "offbook_events_without_reference_total", {"detector": "offbook-payment"}
    )


def test_events_before_the_reference_data_are_counted_and_judged_when_these_come(
    bench: Bench,
) -> None:
    bench.reference = Reference()

    async def run() -> None:
        async with bench.open(), bench.running() as monitor:
            last = await bench.key(*DEAL)
            await until(lambda: applied(monitor, last))
            await until(lambda: unjudged(bench) == 1)

            def said() -> str:
                check = bench.health.readiness().checks.get("reference")
                return "" if check is None else check.reason

            await until(lambda: "offbook-payment rests: no document" in said())
            await until(lambda: "(taken in without, to be judged when one does: 1)" in said())
            bench.reference.put(account("6222OURS"))
            found = await newest(bench, "firing")
            assert (found.employee, found.account) == ("E-9", "X")
            await until(lambda: "offbook-payment" not in said())

    asyncio.run(run())


def test_an_account_that_is_filed_late_takes_back_what_rests_on_it(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open(), bench.running():
            await bench.key(*DEAL)
            await newest(bench, "firing")
            bench.reference.put(account("X"))
            assert (await newest(bench, "withdrawn")).revision == 2

    asyncio.run(run())


def test_what_was_filed_while_no_monitor_ran_counts_once_one_does(bench: Bench) -> None:
    async def run() -> None:
        async with bench.open():
            async with bench.running():
                await bench.key(*DEAL)
                await newest(bench, "firing")
            bench.reference = tell.company(account("X"))
            async with bench.running() as monitor:
                assert (await newest(bench, "withdrawn")).revision == 2
                last = await bench.key(payment("2026-03-02 10:00", "P-2", "X", customer="C-1"))
                await until(lambda: applied(monitor, last))
            assert len([it for it in await bench.alerts() if it.detector == "offbook-payment"]) == 2

    asyncio.run(run())
