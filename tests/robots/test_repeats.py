"""What comes again, because an answer was lost or late, is no second page."""

from __future__ import annotations

import asyncio

from robots.figures import Outcome
from tests.robots.notifications import alert, notification
from tests.robots.robo import AGAIN, Robo, delivered, during, one


def test_a_repeat_is_no_second_page_for_as_long_as_it_is_known() -> None:
    robo = Robo()

    async def work() -> list[Outcome]:
        outcomes = [await robo.outbox.deliver(one(1)), await robo.outbox.deliver(one(1))]
        await asyncio.sleep(241)
        return [*outcomes, await robo.outbox.deliver(one(1))]

    assert during(robo, work) == ["delivered", "repeat", "delivered"]
    assert len(robo.accepted) == 2


def test_two_that_ask_for_the_same_at_once_are_one_page() -> None:
    robo = Robo()
    assert delivered(robo, one(1), one(1), one(1)) == ["delivered"] * 3
    assert len(robo.sent) == 1


def test_what_was_accepted_after_the_deadline_is_known_when_it_comes_again() -> None:
    robo = Robo(seconds=80.0)

    async def work() -> list[Outcome]:
        late = await robo.outbox.deliver(one(1))
        await asyncio.sleep(10)
        return [late, await robo.outbox.deliver(one(1))]

    assert during(robo, work) == ["late", "repeat"]
    assert len(robo.sent) == 1


def test_what_failed_after_the_deadline_is_not_sent_again_unless_it_comes_again() -> None:
    robo = Robo(AGAIN, seconds=80.0)

    async def work() -> Outcome:
        late = await robo.outbox.deliver(one(1))
        await asyncio.sleep(600)
        return late

    assert during(robo, work) == "late"
    assert len(robo.sent) == 1
    assert robo.figure("offbook_robot_waiting") == 0


def test_what_is_over_is_no_repeat_of_what_fired_nor_one_that_fires_anew() -> None:
    first, over = alert(1), alert(1, status="resolved")
    anew = {**alert(1), "startsAt": "2026-11-30T11:00:00+08:00"}
    other_figures = {**alert(1), "annotations": {"summary": "81 open"}}
    keys = [notification(it).key for it in (first, over, anew)]
    assert len(set(keys)) == 3
    assert notification(other_figures).key == notification(first).key
    # Of what fires, some versions say when it would end if nobody spoke of it again.
    later = {**alert(1), "endsAt": "2026-11-30T09:09:00+08:00"}
    assert notification(later).key == notification(first).key
    endless = [{**it, "endsAt": None} for it in (first, over)]
    assert notification(endless[0]).key != notification(endless[1]).key
    two, turned = notification(first, over), notification(over, first)
    assert two.key == turned.key
