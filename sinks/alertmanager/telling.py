"""Tells Alertmanager of each open alert, again before it forgets it, and that it is over.

Nothing of this holds delivery back: what is to be told is read from Redis, where delivery has put
it. What it was told as is in Redis too (`told.py`), so any number of workers tell the same, and one
that starts goes on where another ended. What is closed while none of them runs is told by the
first one that starts; should none do so, Alertmanager takes it for over after `holds`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final, NamedTuple
from zlib import crc32

import structlog

from contract.alert import Alert
from sinks.alertmanager.belonging import CLOSED_TIES, Belonging
from sinks.alertmanager.client import AlertmanagerAwayError, Client
from sinks.alertmanager.notice import Notice, firing, resolved
from sinks.alertmanager.report import TellingReport
from sinks.alertmanager.settling import Settling, gravest
from sinks.alertmanager.teams import Teams
from sinks.alertmanager.told import Key, Told, ToldStore, parts
from sinks.alertmanager.words import Wording
from sinks.backoff import Backoff
from sinks.faults import account
from sinks.health import Health
from sinks.metrics.metrics import Metrics
from sinks.redis.keys import OPEN, sets_of
from sinks.sink import SinkError

#: Alerts in one request: some 600 kB at most.
BATCH: Final = 500
#: Alerts told in one round, and seconds between rounds: what Alertmanager has to take at most.
MOST: Final = 2000
_PAUSE: Final = 0.5
#: Seconds that a round waits for something to happen.
_WAIT: Final = 1.0
#: Seconds between looks at everything that is open, at most: what was missed is found by it.
_LOOK_EVERY: Final = 30.0
#: Seconds that the teams are waited for at the start: a label, once told, stays.
_TEAMS: Final = 10.0
#: One that is refused is tried again after so many times as long as another.
_LATER: Final = 10

_log = structlog.get_logger(__name__)


class _Sent(NamedTuple):
    """What was sent last of an alert, and when it is due again (monotonic seconds)."""

    key: Key
    told: Told
    says: int
    due: float


class Telling:
    """Keeps one Alertmanager told until stopped.

    `resend` is after how long it is told of an unchanged alert again, `holds` how long it holds one
    for firing that it is not told of again (s).
    """

    def __init__(
        self,
        store: ToldStore,
        client: Client,
        teams: Teams,
        metrics: Metrics,
        health: Health,
        *,
        wording: Wording,
        resend: float = 60.0,
        holds: float = 900.0,
    ) -> None:
        self._store = store
        self._client = client
        self._teams = teams
        self._report = TellingReport(metrics, health)
        self._wording = wording
        self._resend = resend
        self._holds = int(holds * 1_000_000)
        self._belonging = Belonging()
        self._settling = Settling(store, self._belonging, teams.of)
        self._sent: dict[str, _Sent] = {}
        #: Alerts to be looked at, in this order.
        self._urgent: dict[str, None] = {}
        self._look_at = 0.0
        self._answered_at = 0.0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """`run` returns soon; a round in hand is cut short."""
        self._stopping.set()

    async def run(self) -> None:
        """Tell until `stop`. Whatever fails is tried again: alerts reach Redis all the same."""
        teams = asyncio.create_task(self._teams.run())
        try:
            await self._unless_stopped(self._teams.read.wait(), _TEAMS)
            backoff = Backoff()
            while not self._stopping.is_set():
                pause = _PAUSE
                try:
                    await self._unless_stopped(self._round())
                except Exception as error:  # noqa: BLE001 - delivery goes on, whatever this is
                    self._failed(error)
                    pause = backoff.longer()
                else:
                    backoff.over()
                await self._unless_stopped(asyncio.sleep(pause))
        finally:
            teams.cancel()
            await asyncio.gather(teams, return_exceptions=True)
            await self._client.close()
            await self._store.close()
            self._report.over()

    async def _unless_stopped(
        self, work: Coroutine[Any, Any, Any], seconds: float | None = None
    ) -> None:
        """Wait for it, so long at most. What is cut short by a stop is done again by the next."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([task, stop], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
        finally:
            for it in (task, stop):
                it.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)

    def _failed(self, error: Exception) -> None:
        # Everything is told anew: Alertmanager may come back without anything, and Redis too.
        self._look_at = 0.0
        if isinstance(error, AlertmanagerAwayError):
            self._sent.clear()
            return
        if not isinstance(error, SinkError):
            _log.error("unexpected error: please report it", account=account(error))
        self._report.waiting(error)

    async def _round(self) -> None:
        if time.monotonic() >= self._look_at:
            await self._look()
        wait = 0.001 if self._urgent or self._due() else _WAIT
        changed = await self._store.changed(wait)
        # First: it may be a new one.
        self._urgent = {**dict.fromkeys(changed), **self._urgent}
        due = [it for it in self._due() if it not in self._urgent]
        turn = [*self._urgent, *due]
        for part in parts(turn[:MOST], BATCH):
            await self._tell(part)
            for it in part:
                self._urgent.pop(it, None)
        if len(turn) <= MOST:
            if time.monotonic() - self._answered_at >= self._resend:
                await self._probe()
            self._report.full()

    def _due(self) -> list[str]:
        now = time.monotonic()
        return [alert_id for alert_id, it in self._sent.items() if it.due <= now]

    async def _look(self) -> None:
        """Look at all that is open, and at all that Alertmanager takes for open."""
        is_open = await self._store.open_ids()
        told = {alert_id for alert_id, _ in await self._store.keys()}
        ties = [*is_open, *await self._store.closed_ids(int(time.time() * 1000) - CLOSED_TIES)]
        self._belonging.keep(ties)
        for part in parts([it for it in ties if it not in self._belonging], BATCH):
            for it in (await self._store.known(part)).values():
                if it.alert is not None:
                    self._belonging.put(it.alert, it.handling)
        over = (told | self._sent.keys()).difference(is_open)
        untold = (it for it in is_open if it not in self._sent)
        self._urgent |= dict.fromkeys([*untold, *sorted(over)])
        self._look_at = time.monotonic() + min(self._resend / 2, _LOOK_EVERY)

    async def _tell(self, alert_ids: Sequence[str]) -> None:
        """Look at these as they stand now, and tell what is to be told of them."""
        fires: dict[str, Alert] = {}
        for alert_id, known in (await self._store.known(alert_ids)).items():
            if known.alert is not None:
                self._belonging.put(known.alert, known.handling)
                if OPEN in sets_of(known.alert, known.handling):
                    fires[alert_id] = known.alert
        told = await self._settling.told(alert_ids, fires)
        # What we sent is ours to end, also where another worker has ended and forgotten it.
        sent = {it.key: it.told for id_ in alert_ids if (it := self._sent.get(id_)) is not None}
        await self._send(self._notices(fires, told, {**sent, **told}))
        for alert_id in alert_ids:
            if alert_id not in fires:
                self._sent.pop(alert_id, None)

    def _notices(
        self, fires: Mapping[str, Alert], told: Mapping[Key, Told], ever: Mapping[Key, Told]
    ) -> list[Notice]:
        """What is to be sent now of those that fire, then that the others are over."""
        now, soon = time.time_ns() // 1000, time.monotonic()
        worst = gravest(told)
        keys = {(alert_id, worst[alert_id]): alert for alert_id, alert in fires.items()}
        notices = []
        for key, alert in keys.items():
            notice = firing(alert, key, told[key], self._wording, now, now + self._holds)
            before = self._sent.get(key[0])
            if before is None or before.says != notice.says or before.due <= soon:
                notices.append(notice)
        # After them: by then Alertmanager knows what is worse, and keeps to itself that this ends.
        over = [it for it in ever if it not in keys]
        return notices + [resolved(key, ever[key], self._wording, now) for key in over]

    async def _send(self, notices: Sequence[Notice]) -> None:
        for part in parts(notices, BATCH):
            try:
                refused = await self._client.send(part)
            except AlertmanagerAwayError as error:
                self._report.away(error, len(part))
                raise
            self._answered_at = time.monotonic()
            bad = {it.key for it in refused}
            taken = [it for it in part if it.key not in bad]
            lasting = sum(it.firing for it in taken)
            self._report.sent(lasting, len(taken) - lasting)
            if bad:
                self._report.refused(sorted({alert_id for alert_id, _ in bad}))
            for it in part:
                if it.firing:
                    times = _LATER if it.key in bad else _spread(it.key[0])
                    due = self._answered_at + self._resend * times
                    self._sent[it.key[0]] = _Sent(it.key, it.told, it.says, due)
            # What is refused now was refused when it fired: there is nothing that is not over.
            await self._store.forget([it.key for it in part if not it.firing])

    async def _probe(self) -> None:
        try:
            await self._client.probe()
        except AlertmanagerAwayError as error:
            self._report.away(error, 0)
            raise
        self._answered_at = time.monotonic()
        self._report.up()


def _spread(alert_id: str) -> float:
    """0.8 to 1: what was told at once is not told again at once."""
    return 0.8 + 0.2 * (crc32(alert_id.encode()) & 0xFF) / 256
