"""A robot as its outbox sees it, and the outbox, in a time of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from contract.secret import Secret
from robots.answer import ACCEPTED, Answer
from robots.figures import Figures, Outcome
from robots.kinds.catalogue import KINDS
from robots.notification import Notification
from robots.outbox import Outbox
from robots.pace import Pace
from robots.service import composing
from robots.settings import Robot
from tests.robots.notifications import alert, notification
from tests.robots.virtual_time import in_virtual_time

AGAIN = Answer("again", "answered HTTP 502")
FAST = Answer("throttled", "was sent more than it takes", 130101)
REFUSED = Answer("refused", "knows no such token", 300001)
UNFIT = Answer("unfit", "its filter refuses what is in the message", 430101)


class Robo:
    """A robot that answers as `answers` say, in order, and then accepts; each takes `seconds`."""

    def __init__(
        self, *answers: Answer, seconds: float = 0.1, refuses: str | None = None, **options: Any
    ) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.refuses = refuses
        self.sent: list[tuple[float, str]] = []
        self.accepted: list[str] = []
        robot = Robot(
            name="it", kind="dingtalk", url=Secret("https://a.example"), secret=None, language="en"
        )
        self.figures = Figures(["it"])
        defaults = {"deadline": 75.0, "window": 240.0, "hold": KINDS["dingtalk"].hold}
        self.outbox = Outbox(
            "it",
            composing(robot, "Asia/Shanghai"),
            self.send,
            Pace(20),
            self.figures,
            **{**defaults, **options},
        )

    async def send(self, body: Mapping[str, Any]) -> Answer:
        text = body["markdown"]["text"]
        self.sent.append((asyncio.get_running_loop().time() - 1000.0, text))
        await asyncio.sleep(self.seconds)
        if self.refuses is not None and self.refuses in text:
            return UNFIT
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer is ACCEPTED:
            self.accepted.append(text)
        return answer

    def figure(self, name: str, **labels: str) -> float | None:
        return self.figures.registry.get_sample_value(name, {"robot": "it", **labels})


def one(number: int, text: str | None = None) -> Notification:
    summary = text or f"Sum{number:03}."
    return notification(alert(number, annotations={"summary": summary}), group=str(number))


def during(robo: Robo, work: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        robo.outbox.start()
        try:
            return await work()
        finally:
            await robo.outbox.close(0.0)

    return in_virtual_time(run())


def delivered(robo: Robo, *notifications: Notification) -> list[Outcome]:
    async def work() -> list[Outcome]:
        return list(await asyncio.gather(*map(robo.outbox.deliver, notifications)))

    return list(during(robo, work))
