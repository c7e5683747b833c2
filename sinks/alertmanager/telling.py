"""Tells Alertmanager of each open alert, again before it forgets it, and that it is over.

Nothing of this holds delivery back: what is to be told is read from Redis, where delivery has put
it. What it was told as is in Redis too (`told.py`), so any number of workers tell the same, and one
that starts goes on where another ended. What is closed while none of them runs is told by the
first one that starts; should none do so, Alertmanager takes it for over after `holds`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from zlib import crc32

import structlog

from contract.alert import SEVERITIES, Alert
from sinks.alertmanager.belonging import CLOSED_TIES, Belonging
from sinks.alertmanager.client import AlertmanagerAwayError, Client
from sinks.alertmanager.notice import Notice, firing, resolved
from sinks.alertmanager.report import TellingReport
from sinks.alertmanager.settling import Settling
from sinks.alertmanager.teams import Teams
from sinks.alertmanager.told import Key, Told, ToldStore, parts
from sinks.alertmanager.words import Wording
from sinks.backoff import Backoff
from sinks.ending import ended
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
#: Seconds after which it is asked for if there was nothing to tell.
_PROBE_EVERY: Final = 10.0
#: Seconds that the teams are waited for at the start: a label, once told, stays.
_TEAMS: Final = 10.0
#: One that is refused is tried again after so many times as long as another.
_LATER: Final = 10

_log = structlog.get_logger(__name__)


class _Sent(NamedTuple):
    """What was sent last of an alert, and when it is due again (monotonic seconds)."""

    told: Told
    says: int
    due: float


class Telling:
    """Keeps one Alertmanager told until stopped.

    `resend` is after how long it is told of an unchanged alert again, `holds` how long it holds one
    for firing that it is not told of again, `calm` how long after it may have forgotten all it is
    told of nothing that a critical alert inhibits (s). It reads what inhibits beside everything
    else: of what it was told too soon after that it would notify somebody, once more.
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
        calm: float = 10.0,
    ) -> None:
        self._store = store
        self._client = client
        self._teams = teams
        self._report = TellingReport(metrics, health)
        self._wording = wording
        self._resend = resend
        self._holds = int(holds * 1_000_000)
        self._calm, self._calm_at = calm, 0.0
        self._belonging = Belonging()
        self._settling = Settling(store, self._belonging, teams.of)
        self._sent: dict[Key, _Sent] = {}
        #: Alerts that Alertmanager was told of and may have forgotten. They have rounds of their
        #: own, before all that is new: of a group of which it knew only what is new it would tell
        #: the rest as news.
        self._again: dict[str, None] = {}
        #: Then these, in their order.
        self._urgent: dict[str, None] = {}
        self._look_at = 0.0
        self._answered_at = self._again_at = 0.0
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
            await ended([teams])
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
            await ended([task, stop])

    def _failed(self, error: Exception) -> None:
        if isinstance(error, AlertmanagerAwayError):
            self._answered_at = 0.0
            return
        self._look_at = 0.0
        if not isinstance(error, SinkError):
            _log.error("unexpected error: please report it", account=account(error))
        self._report.waiting(error)

    async def _round(self) -> None:
        if time.monotonic() >= self._look_at:
            await self._look()
        wait = 0.001 if self._again or self._urgent or self._due() else _WAIT
        changed = await self._store.changed(wait)
        # First: it may be a new one.
        self._urgent = {**dict.fromkeys(changed), **self._urgent}
        if self._urgent or time.monotonic() - self._answered_at >= _PROBE_EVERY:
            await self._probe()
        turn = list(self._again or (self._urgent | self._due()))
        for part in parts(turn[:MOST], BATCH):
            await self._tell(part)
            for it in part:
                self._again.pop(it, None)
                self._urgent.pop(it, None)
        if not self._again and not self._urgent and len(turn) <= MOST:
            self._report.full()

    def _due(self) -> dict[str, None]:
        now = time.monotonic()
        return {alert_id: None for (alert_id, _), it in self._sent.items() if it.due <= now}

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
        sent = {alert_id for alert_id, _ in self._sent}
        # Not sent by this worker: at its start all of them, which others have told of.
        new = [it for it in is_open if it not in sent]
        self._tell_again(it for it in new if it in told)
        over = (told | sent).difference(is_open)
        self._urgent |= dict.fromkeys([*new, *sorted(over)])
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
        ids = set(alert_ids)
        ever = {key: it.told for key, it in self._sent.items() if key[0] in ids} | told
        notices = self._notices(fires, ever)
        # The critical ones in a request of their own: what they inhibit is not to be there first.
        critical = [it for it in notices if it.firing and it.key[1] == "critical"]
        await self._send(critical)
        rest = [it for it in notices if not it.firing or it.key[1] != "critical"]
        await self._send(rest if time.monotonic() >= self._calm_at else self._uninhibited(rest))

    def _uninhibited(self, notices: Sequence[Notice]) -> list[Notice]:
        """Without those that fire and are inhibited: they are due once it has calmed down."""
        inhibiting = {it.told.case_id for key, it in self._sent.items() if key[1] == "critical"}
        left = []
        for it in notices:
            if it.firing and it.told.case_id in inhibiting:
                self._sent[it.key] = _Sent(it.told, 0, self._calm_at)
            else:
                left.append(it)
        return left

    def _tell_again(self, alert_ids: Iterable[str]) -> None:
        """Of these it was told, and may have forgotten them."""
        if again := dict.fromkeys(alert_ids):
            self._again |= again
            self._calm_at = time.monotonic() + self._calm

    def _notices(self, fires: Mapping[str, Alert], told: Mapping[Key, Told]) -> list[Notice]:
        """What is to be sent now: those that fire, then that the others are over.

        An alert that has become graver fires at both severities until it is over, and the milder
        one is inhibited. Ended at once, it would be told to be resolved, or not be told again."""
        now, soon = time.time_ns() // 1000, time.monotonic()
        notices, over = [], []
        # In the order of the alerts, for what Alertmanager knows has to come first.
        order = {alert_id: number for number, alert_id in enumerate(fires)}
        for key in sorted(told, key=lambda it: order.get(it[0], len(order))):
            alert = fires.get(key[0])
            if alert is None:
                over.append(resolved(key, told[key], self._wording, now))
                continue
            notice = firing(alert, key, told[key], self._wording, now, now + self._holds)
            before = self._sent.get(key)
            if before is None or before.says != notice.says or before.due <= soon:
                notices.append(notice)
        return notices + over

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
                    self._sent[it.key] = _Sent(it.told, it.says, due)
                else:
                    self._sent.pop(it.key, None)
            # What is refused now was refused when it fired: there is nothing that is not over.
            await self._store.forget([it.key for it in part if not it.firing])

    async def _probe(self) -> None:
        """Ask for Alertmanager. If it may have been started anew, tell it everything again: at most
        every `resend`, for what is between may end connections for reasons of its own."""
        try:
            is_new = await self._client.probe()
        except AlertmanagerAwayError as error:
            self._report.away(error, 0)
            raise
        self._answered_at = now = time.monotonic()
        self._report.up()
        if is_new and self._sent and now - self._again_at >= self._resend:
            self._again_at = now
            self._again = {}
            self._tell_again(
                alert_id for severity in SEVERITIES for alert_id, it in self._sent if it == severity
            )
            self._sent = {key: it._replace(due=0.0) for key, it in self._sent.items()}


def _spread(alert_id: str) -> float:
    """0.8 to 1: what was told at once is not told again at once."""
    return 0.8 + 0.2 * (crc32(alert_id.encode()) & 0xFF) / 256
