"""What waits for a robot, in a time of our own: limits, pauses and deadline are the real ones."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from robots.answer import Answer
from robots.figures import Outcome
from tests.robots.notifications import alert, notification
from tests.robots.robo import AGAIN, FAST, REFUSED, Robo, delivered, during, one
from tests.robots.virtual_time import in_virtual_time


def test_what_is_accepted_is_delivered() -> None:
    robo = Robo()
    assert delivered(robo, one(1)) == ["delivered"]
    assert len(robo.accepted) == 1
    assert robo.figure("offbook_robot_messages_total", outcome="accepted") == 1
    assert robo.figure("offbook_robot_notifications_total", outcome="delivered") == 1
    assert robo.figure("offbook_robot_alerts_total", shown="yes") == 1
    assert robo.figure("offbook_robot_waiting") == 0


def test_what_waits_together_is_sent_together_and_all_of_it_is_told() -> None:
    robo = Robo()
    assert delivered(robo, *map(one, range(100))) == ["delivered"] * 100
    assert len(robo.accepted) < 10
    for number in range(100):
        assert sum(f"Sum{number:03}." in text for text in robo.accepted) == 1
    assert robo.figure("offbook_robot_alerts_total", shown="yes") == 100
    assert robo.figure("offbook_robot_alerts_total", shown="no") == 0


def test_no_minute_has_more_messages_than_the_robot_takes() -> None:
    robo = Robo()

    async def work() -> list[Outcome]:
        deliveries = []
        for number in range(200):
            deliveries.append(asyncio.create_task(robo.outbox.deliver(one(number))))
            await asyncio.sleep(0.5)
        return list(await asyncio.gather(*deliveries))

    assert during(robo, work) == ["delivered"] * 200
    times = [at for at, _ in robo.sent]
    for at in times:
        assert sum(at <= it < at + 60 for it in times) <= 20
    told = "".join(robo.accepted)
    assert all(told.count(f"· Sum{number:03}.") >= 1 for number in range(200))


def test_a_robot_that_is_busy_is_tried_again_after_longer_and_longer_pauses() -> None:
    robo = Robo(AGAIN, AGAIN, AGAIN, AGAIN)
    assert delivered(robo, one(1)) == ["delivered"]
    times = [at for at, _ in robo.sent]
    pauses = [round(later - earlier - 0.1, 3) for earlier, later in pairwise(times)]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert robo.figure("offbook_robot_messages_total", outcome="again") == 4


def test_what_cannot_be_delivered_is_late_at_the_deadline_and_not_sent_any_more() -> None:
    robo = Robo(*[AGAIN] * 50)

    async def work() -> tuple[Outcome, float]:
        outcome = await robo.outbox.deliver(one(1))
        at, count = asyncio.get_running_loop().time() - 1000.0, len(robo.sent)
        await asyncio.sleep(600)
        assert len(robo.sent) == count <= 9
        return outcome, at

    assert during(robo, work) == ("late", 75.0)


def test_a_refusal_is_not_tried_again() -> None:
    robo = Robo(REFUSED)
    assert delivered(robo, one(1)) == ["refused"]
    assert len(robo.sent) == 1
    assert robo.figure("offbook_robot_notifications_total", outcome="refused") == 1


def test_what_was_refused_may_come_again() -> None:
    robo = Robo(REFUSED)

    async def work() -> list[Outcome]:
        return [await robo.outbox.deliver(one(1)), await robo.outbox.deliver(one(1))]

    assert during(robo, work) == ["refused", "delivered"]


def test_a_muted_robot_is_left_alone_for_ten_minutes_and_alertmanager_told_at_once() -> None:
    robo = Robo(FAST)

    async def work() -> list[tuple[Outcome, float]]:
        told = []
        for number in range(3):
            outcome = await robo.outbox.deliver(one(number))
            told.append((outcome, round(asyncio.get_running_loop().time() - 1000.0, 1)))
        await asyncio.sleep(540)
        outcome = await robo.outbox.deliver(one(1))
        told.append((outcome, round(asyncio.get_running_loop().time() - 1000.0, 1)))
        return told

    assert during(robo, work) == [
        ("held", 0.1),
        ("held", 0.1),
        ("held", 0.1),
        ("delivered", 600.2),
    ]


def test_a_robot_that_says_how_long_is_left_alone_for_so_long() -> None:
    robo = Robo(Answer("throttled", "answered HTTP 429", after=7.0))
    assert delivered(robo, one(1)) == ["delivered"]
    assert robo.sent[1][0] == pytest.approx(7.1)


def test_a_robot_that_says_at_once_is_not_taken_at_its_word() -> None:
    robo = Robo(*[Answer("throttled", "answered HTTP 429", after=0.0)] * 3)
    assert delivered(robo, one(1)) == ["delivered"]
    assert [round(at, 1) for at, _ in robo.sent] == [0.0, 1.1, 3.2, 7.3]


def test_one_that_the_robots_filter_refuses_costs_the_others_nothing() -> None:
    robo = Robo(refuses="forbidden")

    async def work() -> list[Outcome]:
        waiting = [one(1), one(2), one(3), one(4, "forbidden")]
        deliveries = [asyncio.create_task(robo.outbox.deliver(it)) for it in waiting]
        await asyncio.sleep(0.15)
        # While the three that wait are refused together.
        return [await robo.outbox.deliver(one(5)), *await asyncio.gather(*deliveries)]

    assert during(robo, work) == ["delivered"] * 4 + ["refused"]
    # The first; the three; each of them; the last, which is not mixed with what is suspected.
    assert len(robo.sent) == 6


def test_alerts_that_are_only_counted_are_told_of() -> None:
    robo = Robo()
    many = notification(
        *[alert(number, annotations={"summary": "S" * 199}) for number in range(500)]
    )
    assert delivered(robo, many) == ["delivered"]
    shown = robo.figure("offbook_robot_alerts_total", shown="yes")
    hidden = robo.figure("offbook_robot_alerts_total", shown="no")
    assert shown
    assert hidden
    assert shown + hidden == 500
    assert f"and {hidden:.0f} more alerts, not shown here" in robo.accepted[0]


def test_at_the_end_what_is_in_hand_is_finished_and_nothing_new_taken() -> None:
    robo = Robo(seconds=5.0)

    async def work() -> list[Outcome]:
        robo.outbox.start()
        first = asyncio.create_task(robo.outbox.deliver(one(1)))
        await asyncio.sleep(1)
        second = asyncio.create_task(robo.outbox.deliver(one(2)))
        closing = asyncio.create_task(robo.outbox.close(20.0))
        await asyncio.sleep(0)
        third = await robo.outbox.deliver(one(3))
        await closing
        return [await first, await second, third]

    assert in_virtual_time(work()) == ["delivered", "delivered", "closing"]
    assert not robo.outbox.alive


def test_at_the_end_what_cannot_be_sent_in_time_is_told_so() -> None:
    robo = Robo(*[AGAIN] * 50)

    async def work() -> tuple[Outcome, float]:
        robo.outbox.start()
        delivery = asyncio.create_task(robo.outbox.deliver(one(1)))
        await asyncio.sleep(1)
        await robo.outbox.close(20.0)
        return await delivery, asyncio.get_running_loop().time() - 1000.0

    assert in_virtual_time(work()) == ("closing", 21.0)


def test_a_fault_of_ours_costs_one_notification_and_not_the_next() -> None:
    robo = Robo()
    compose = robo.outbox._compose

    def broken(notifications: Any) -> Any:
        if any("Sum001" in it.alerts[0].annotations["summary"] for it in notifications):
            raise KeyError("E112")
        return compose(notifications)

    robo.outbox._compose = broken

    async def work() -> list[Outcome]:
        # The first goes out by itself at once; the others wait together.
        return list(await asyncio.gather(*(robo.outbox.deliver(one(it)) for it in (0, 2, 1, 3))))

    assert during(robo, work) == ["delivered", "delivered", "failed", "delivered"]
