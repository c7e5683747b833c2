"""How an alert is worked: new, acknowledged, closed.

    new ──acknowledge──► acknowledged ──close──► closed
     ▲ └───────────────close────────────────────► │ │
     └──────reopen, or a revision that is worse────┘ └─ withdrawn: closed as that

A pure function of an alert's newest revision and of the actions on it, whatever the order in which
they were read. Actions count in the order of the log, and each as of the revision that whoever
acted had seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, structs

from contract.action import Action, Verdict
from contract.alert import SEVERITIES, Alert, Severity

State = Literal["new", "acknowledged", "closed"]


class Logged(Struct, frozen=True):
    """An action, and where it stands on its topic."""

    partition: int
    offset: int
    action: Action

    @property
    def place(self) -> tuple[int, int]:
        """By it actions are in order: all on one alert are in one partition."""
        return (self.partition, self.offset)


class Told(Struct, frozen=True):
    """An action, and why it changed nothing; None if it took effect."""

    action: Action
    refused: str | None = None


class Handling(Struct, frozen=True, kw_only=True):
    """How an alert stands.

    `verdict` is what it was closed as, `withdrawn` if the alert was while nobody had closed it.
    `withdrawn` says so whoever closed it. `proposed` is the action that waits for a second person.
    `reopened` says that it was closed and is open again. `seen` is how many actions have taken
    effect, which the next one must have seen. `history` has all, oldest first.
    """

    state: State = "new"
    verdict: Verdict | Literal["withdrawn"] | None = None
    withdrawn: bool = False
    assignee: str | None = None
    acknowledged: Action | None = None
    proposed: Action | None = None
    closed: Action | None = None
    reopened: bool = False
    seen: int = 0
    history: tuple[Told, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody has work with it."""
        return self.state != "closed"


def handling_of(newest: Alert | None, logged: Iterable[Logged]) -> Handling:
    """How an alert stands by its newest revision and the actions on it.

    `newest` is None while only actions were read."""
    handling, known = Handling(), set[str]()
    for it in sorted(logged, key=lambda it: it.place):
        if it.action.action_id not in known:
            known.add(it.action.action_id)
            handling = _after(handling, it.action)
    if newest is None:
        return handling
    if newest.state == "withdrawn":
        verdict = handling.verdict if handling.state == "closed" else "withdrawn"
        return structs.replace(handling, state="closed", verdict=verdict, withdrawn=True)
    return _reopened_by(handling, newest.severity)


def refusal(handling: Handling, action: Action) -> str | None:
    """Why an action would change nothing; None if it would take effect.

    Notes are never refused: what somebody saw is worth keeping whoever else acted.
    """
    if action.step == "note":
        return None
    if action.seen != handling.seen:
        return "somebody else has acted on it meanwhile"
    state = handling.state
    if action.step == "reopen":
        return None if state == "closed" else "it is not closed"
    if state == "closed":
        return f"it is closed ({handling.verdict})"
    if action.step == "acknowledge" and state == "acknowledged":
        return "it is acknowledged already"
    if action.step in ("close", "propose") and action.verdict is None:
        return "it needs a verdict"
    if action.step == "assign" and not action.assignee:
        return "it needs somebody to be assigned to"
    return None


def _after(handling: Handling, action: Action) -> Handling:
    """How it stands after the next action of the log."""
    handling = _reopened_by(handling, action.severity)
    refused = refusal(handling, action)
    history = (*handling.history, Told(action, refused))
    if refused is not None or action.step == "note":
        return structs.replace(handling, history=history)
    handling = structs.replace(handling, history=history, seen=handling.seen + 1)
    match action.step:
        case "acknowledge":
            assignee = action.assignee or handling.assignee or action.by
            return structs.replace(
                handling, state="acknowledged", assignee=assignee, acknowledged=action
            )
        case "assign":
            return structs.replace(handling, assignee=action.assignee)
        case "propose":
            return structs.replace(handling, proposed=action)
        case "close":
            return structs.replace(
                handling, state="closed", verdict=action.verdict, closed=action, proposed=None
            )
        case _:
            return _open_again(handling)


def _reopened_by(handling: Handling, severity: Severity) -> Handling:
    """Open again, if a revision is worse than what was closed: nobody has judged that."""
    closed = handling.closed
    if closed is None or SEVERITIES.index(severity) >= SEVERITIES.index(closed.severity):
        return handling
    return _open_again(handling)


def _open_again(handling: Handling) -> Handling:
    """Who had it keeps it; it is to be looked at anew."""
    return structs.replace(
        handling,
        state="new",
        verdict=None,
        acknowledged=None,
        closed=None,
        proposed=None,
        reopened=True,
    )
