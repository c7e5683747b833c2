"""A batch on its way into Redis: what of it is written, and what has to be worked out anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec

from cases.handling import Logged
from sinks.redis.handled import Known, alert_told, handling_told, with_actions
from sinks.redis.script import Entry
from sinks.sink import Outcome, Revision

_encode = msgspec.json.Encoder().encode


class Work:
    """Revisions and actions, of which some may be written and some not yet.

    Of an alert that is not asked for it is taken that nothing was done about it. `kept` is for how
    long what is closed stays (s).
    """

    def __init__(self, revisions: Sequence[Revision], actions: Sequence[Logged], kept: int) -> None:
        self._revisions = revisions
        self._actions = actions
        self._kept = kept
        self._known: dict[str, Known] = {}
        self._done: dict[int, Outcome] = {}
        #: Of the entries handed out last, which revision or which alert's actions each is.
        self._of_entries: tuple[list[int], list[str]] = ([], [])

    @property
    def acted_on(self) -> set[str]:
        """The alerts that there are actions on."""
        return {it.action.alert_id for it in self._actions}

    @property
    def is_done(self) -> bool:
        """Whether everything is written."""
        return len(self._done) == len(self._revisions) + len(self._actions)

    @property
    def outcomes(self) -> list[Outcome]:
        """Of the revisions, then of the actions."""
        return [self._done[place] for place in range(len(self._done))]

    async def learn(
        self, ask: Callable[[Sequence[str]], Awaitable[list[Known]]], alert_ids: Iterable[str]
    ) -> None:
        """Ask what Redis has of these alerts now."""
        wanted = sorted(alert_ids)
        self._known |= zip(wanted, await ask(wanted), strict=True)

    def entries(self) -> tuple[list[Entry], list[Entry]]:
        """What the script is to write now: revisions, and what was done about alerts."""
        waiting = [n for n in range(len(self._revisions)) if n not in self._done]
        alerts = []
        for place in waiting:
            alert = self._revisions[place].alert
            known = self._known.get(alert.alert_id, Known())
            told = alert_told(alert, known, self._kept)
            alerts.append(Entry(told, self._revisions[place].data))
        revised = {self._revisions[place].alert.alert_id for place in waiting}
        handlings, of_handlings = [], []
        # Of an alert whose revision is on its way, once that is there.
        for alert_id, places in self._waiting_actions().items():
            if alert_id in revised:
                continue
            known, new = self._known[alert_id], [self._logged(place) for place in places]
            handled = with_actions(known, new)
            if handled is None:
                self._done |= dict.fromkeys(places, "repeat")
                continue
            before = {it.action.action_id for it in known.handled.actions}
            fresh = [it for it in handled.actions if it.action.action_id not in before]
            told = handling_told(alert_id, known, handled, fresh, self._kept)
            handlings.append(Entry(told, _encode(handled)))
            of_handlings.append(alert_id)
        self._of_entries = (waiting, of_handlings)
        return alerts, handlings

    def settle(self, outcomes: Sequence[Outcome | str]) -> set[str]:
        """Take what became of the entries; the alerts that have to be asked for anew."""
        waiting, of_handlings = self._of_entries
        anew = set[str]()
        for place, outcome in zip(waiting, outcomes, strict=False):
            alert_id = self._revisions[place].alert.alert_id
            if outcome == "changed":
                anew.add(alert_id)
            else:
                self._done[place] = outcome  # type: ignore[assignment]
        of_alerts = self._waiting_actions()
        for alert_id, outcome in zip(of_handlings, outcomes[len(waiting) :], strict=True):
            if outcome == "changed":
                anew.add(alert_id)
            else:
                self._done |= dict.fromkeys(of_alerts[alert_id], "written")
        # What has actions that wait for its revision is known only once that is there.
        return anew | self._waiting_actions().keys()

    def _waiting_actions(self) -> dict[str, list[int]]:
        """By alert the places of its actions that are not written yet."""
        waiting: dict[str, list[int]] = {}
        for n, it in enumerate(self._actions, len(self._revisions)):
            if n not in self._done:
                waiting.setdefault(it.action.alert_id, []).append(n)
        return waiting

    def _logged(self, place: int) -> Logged:
        return self._actions[place - len(self._revisions)]
