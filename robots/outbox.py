"""What waits for one robot, and goes to it no faster than it takes.

Each robot has an outbox of its own: one that hangs, refuses or must be left alone keeps nobody else
waiting. What waits together is sent together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from robots.answer import Answer
from robots.figures import Figures, Outcome
from robots.fitting import Fitted
from robots.notification import Key, Notification
from robots.pace import Pace
from sinks.backoff import Backoff

#: Seconds between attempts. Each attempt may count against the robot's limit, so the first pause is
#: longer than elsewhere: within a deadline of 75 s there are eight of them.
_FIRST, _LAST = 1.0, 15.0
#: Notifications in one message; more are no longer read.
_MOST: Final = 30

_log = structlog.get_logger(__name__)

#: Makes a message of notifications.
Compose = Callable[[Sequence[Notification]], Fitted]
#: Sends one.
Send = Callable[[Mapping[str, Any]], Awaitable[Answer]]


class _Item:
    """A notification that waits, for as long as somebody waits for its outcome."""

    def __init__(self, notification: Notification) -> None:
        self.notification = notification
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.waiters = 0
        self.sending = False
        self.alone = False


class Outbox:
    """Delivers to one robot. `deadline`, `window` and `hold` are in seconds.

    `window` is how long a repeat of what was accepted is known as one; `hold` how long a robot that
    was sent too much is left alone if it does not say.
    """

    def __init__(
        self,
        name: str,
        compose: Compose,
        send: Send,
        pace: Pace,
        figures: Figures,
        *,
        deadline: float,
        window: float,
        hold: float,
    ) -> None:
        self._name = name
        self._compose = compose
        self._send = send
        self._pace = pace
        self._figures = figures
        self._deadline = deadline
        self._window = window
        self._hold = hold
        self._backoff = Backoff(_FIRST, _LAST)
        self._items: dict[Key, _Item] = {}
        #: When each was accepted, the oldest first.
        self._accepted: dict[Key, float] = {}
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to work, in a task of the running loop."""
        self._task = asyncio.create_task(self._run(), name=f"robot {self._name}")

    @property
    def alive(self) -> bool:
        """Whether it works."""
        return self._task is not None and not self._task.done()

    async def deliver(self, notification: Notification) -> Outcome:
        """What became of it, within the deadline."""
        outcome = await self._deliver(notification)
        self._figures.told(self._name, outcome)
        return outcome

    async def close(self, patience: float) -> None:
        """Take nothing more; send what is in hand for at most `patience` seconds, and tell of the
        rest that it was not sent."""
        self._closing = True
        try:
            async with asyncio.timeout(patience):
                await self._empty.wait()
        except TimeoutError:
            _log.warning("ends with notifications unsent", robot=self._name, count=len(self._items))
        for key in list(self._items):
            self._settle(key, "closing")
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _deliver(self, notification: Notification) -> Outcome:
        if self._closing:
            return "closing"
        key, now = notification.key, self._now()
        self._forget(now)
        if key in self._accepted:
            return "repeat"
        item = self._items.get(key)
        if item is None:
            if self._pace.wait(now) > self._deadline:
                return "held"
            item = self._items[key] = _Item(notification)
            self._changed()
        item.waiters += 1
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.shield(item.outcome)
        except TimeoutError:
            _log.warning("a notification is late", robot=self._name, seconds=self._deadline)
            return "late"
        finally:
            item.waiters -= 1
            self._drop_unwanted()

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            if pause := self._pace.wait(self._now()):
                await asyncio.sleep(pause)
                continue
            batch: list[Key] = []
            try:
                batch, message = self._batch()
                await self._attempt(batch, message)
            except Exception:  # noqa: BLE001 - whatever it is, the next notification must not wait
                _log.exception("cannot make a message", robot=self._name)
                for key in batch or list(self._items)[:1]:
                    self._settle(key, "failed")

    def _batch(self) -> tuple[list[Key], Fitted]:
        """What goes into the next message: as many as it can show all of, at least one."""
        first, *others = self._items
        batch = [first]
        message = self._compose([self._items[first].notification])
        if self._items[first].alone or message.hidden:
            return batch, message
        for key in others:
            if len(batch) == _MOST or self._items[key].alone:
                break
            try:
                more = self._compose([self._items[it].notification for it in (*batch, key)])
            except Exception:  # noqa: BLE001 - it is told when its own turn comes
                break
            if more.hidden:
                break
            batch, message = [*batch, key], more
        return batch, message

    async def _attempt(self, batch: list[Key], message: Fitted) -> None:
        items = [self._items[key] for key in batch]
        for item in items:
            item.sending = True
        began = self._now()
        answer = await self._send(message.body)
        now = self._now()
        self._pace.sent(now)
        self._figures.posted(self._name, answer.verdict, now - began)
        for item in items:
            item.sending = False
        if answer.verdict == "accepted":
            self._take_down(batch, message, now)
        elif answer.verdict == "unfit" and len(batch) > 1:
            # One of them it is; the others are not to suffer for it.
            for item in items:
                item.alone = True
        elif answer.verdict in ("refused", "unfit"):
            self._tell(_log.error, "a robot refuses a message", answer, len(batch))
            for key in batch:
                self._settle(key, "refused")
        else:
            self._try_later(answer, now, len(batch))
        self._drop_unwanted()

    def _take_down(self, batch: list[Key], message: Fitted, now: float) -> None:
        self._backoff.over()
        alerts = sum(len(self._items[key].notification.alerts) for key in batch)
        self._figures.accepted(self._name, alerts - message.hidden, message.hidden)
        for key in batch:
            self._accepted[key] = now
            self._settle(key, "delivered")

    def _try_later(self, answer: Answer, now: float, count: int) -> None:
        pause = self._backoff.longer()
        if answer.verdict == "throttled":
            pause = max(pause, self._hold if answer.after is None else answer.after)
        self._pace.hold(now + pause)
        self._tell(_log.warning, "a robot is tried again", answer, count, seconds=pause)
        if self._pace.wait(now) > self._deadline:
            for key in list(self._items):
                self._settle(key, "held")

    def _tell(
        self, log: Callable[..., Any], what: str, answer: Answer, count: int, **more: Any
    ) -> None:
        log(what, robot=self._name, why=answer.why, code=answer.code, notifications=count, **more)

    def _settle(self, key: Key, outcome: Outcome) -> None:
        item = self._items.pop(key, None)
        if item is not None and not item.outcome.done():
            item.outcome.set_result(outcome)
        self._changed()

    def _drop_unwanted(self) -> None:
        """Of what nobody waits for any longer, Alertmanager was told that it is late: it comes
        again. What is being sent stays: if it arrives after all, its repeat is known."""
        for key in [key for key, it in self._items.items() if not it.waiters and not it.sending]:
            self._settle(key, "late")

    def _forget(self, now: float) -> None:
        for key, at in list(self._accepted.items()):
            if now - at < self._window:
                break
            del self._accepted[key]

    def _changed(self) -> None:
        self._figures.waiting(self._name, len(self._items))
        for event, true in ((self._arrived, bool(self._items)), (self._empty, not self._items)):
            if true:
                event.set()
            else:
                event.clear()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
