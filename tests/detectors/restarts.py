"""Ways in which a history may come that no sender means: time goes back, or all is sent again."""

from __future__ import annotations

from collections.abc import Sequence

from contract.alert import Alert
from contract.event import Event
from contract.times import DAY, HOUR
from detectors.engine.in_memory import InMemoryRun
from detectors.engine.messages import Input
from detectors.engine.state import decode_state, encode_state
from detectors.facts.roles import REGISTER_KEPT
from tests.detectors.random_company import END

#: How far time goes back: by what a sender explains, and by weeks, where whoever takes a partition
#: over knows less than whoever had it.
BACKS = (0, HOUR, 2 * DAY, 6 * DAY, 21 * DAY, 63 * DAY)
#: How long after its newest event a history is sent again: while what was told again is remembered.
AGAIN_AFTER = (0, 10 * DAY, 25 * DAY)
#: A history that is no longer than this can come in any order.
SHORT = 14 * DAY


class Backwards(InMemoryRun):
    """Stream time goes back for a while: a partition moved to a worker that knows less."""

    back = 0

    def _step(self, key: str, inputs: list[Input]) -> list[Alert]:
        now, self.now = self.now, None if self.now is None else self.now - self.back
        try:
            return super()._step(key, inputs)
        finally:
            self.now = now

    def look_at_all(self) -> list[Alert]:
        """As after a restart, when every entity is due."""
        return [alert for key in list(self.states) for alert in self._step(key, [])]


def with_time_back(run: Backwards, came: Sequence[Event], backs: Sequence[int]) -> list[Alert]:
    """Before each event, and while it is taken in, time is back by one of `backs` (µs)."""
    alerts: list[Alert] = []
    for turn, one in enumerate(came):
        alerts += run.advance(one.time)
        run.back = backs[turn % len(backs)]
        alerts += run.look_at_all() + run.feed(one)
        run.back = 0
    return alerts


def all_again(run: InMemoryRun, came: Sequence[Event], later: int) -> list[Alert]:
    """A restart `later` than the newest event (µs); then the whole history is sent again."""
    alerts = run.run(came)
    if run.now is not None:
        alerts += run.advance(min(run.now + later, END))
    restart(run)
    again = run.run(came)
    if came and (run.now or 0) - min(one.time for one in came) > REGISTER_KEPT:
        # Of what was over a year ago nothing is known any more: it is found as it was.
        assert all(alert in alerts for alert in again), "a repeat says nothing else"
    else:
        assert again == [], "a repeat says nothing"
    return alerts


def half_known(run: InMemoryRun, came: Sequence[Event]) -> list[Alert]:
    """Only what came last was seen, then there is a restart, and the whole history is sent."""
    alerts = run.run(came[len(came) // 2 :])
    restart(run)
    return alerts + run.run(came)


def is_short(came: Sequence[Event]) -> bool:
    """Whether none of it is later than an event may be, whichever comes first."""
    times = [one.time for one in came]
    return not times or max(times) - min(times) <= SHORT


def restart(run: InMemoryRun) -> None:
    """All states are written down and read again."""
    run.states = {key: decode_state(encode_state(it)) for key, it in run.states.items()}
