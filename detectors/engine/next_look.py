"""When an entity wants to be looked at though nothing comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from contract.times import DAY, NEVER
from detectors.engine.look import Step
from detectors.engine.running import Running
from detectors.engine.stream_time import FORGETTING, Topics
from detectors.facts.roles import KEPT, REGISTER_KEPT

#: What may be forgotten waits so long, for what else may be forgotten of the entity: every look at
#: it costs the same, and it would be looked at for each of its notebooks. In a week most have
#: been looked at for another reason; what is kept meanwhile makes the state a fiftieth larger.
_TOGETHER = 7 * DAY


def set_due(
    step: Step, running: Mapping[str, Running], touched: Collection[str], wait: int
) -> None:
    """Work out when the entity wants to be looked at next: a deadline, or to be forgotten, which is
    once nothing that comes within `wait` (µs) can count.

    Only the notebooks of `touched` detectors can want it at another time than before.

    Never a time that has passed: what outlives its time, such as an opportunity left open or a
    profile while an answer is outstanding, would ask to be looked at without end. A notebook whose
    detector is stopped keeps the deadline it has and asks for no other; what passes meanwhile is
    found at the first look once it runs again.
    """
    state, forgets = step.state, step.now.forgets
    due: dict[Topics, int] = {}
    # To forget something: each of it is forgotten by itself, the first of it says when to look.
    forgotten = NEVER
    idle: list[str] = []
    for detector_id, notebook in state.notebooks.items():
        ran = running.get(detector_id)
        if ran is not None and ran.detector.dossier is not None:
            if not state.profile:
                idle.append(detector_id)
                continue
        elif ran is not None and detector_id in touched:
            last = notebook.facts[-1].at if notebook.facts else 0
            for raised in notebook.raised.values():
                last = max(last, raised.finding.until)
            expiry = last + ran.keeps + wait
            notebook.expires = expiry if forgets is None or expiry >= forgets else None
        if notebook.due is not None:
            clock = FORGETTING if ran is None else ran.clock
            now = step.now.of(clock)
            if ran is not None or now is None or notebook.due >= now:
                due[clock] = min(notebook.due, due.get(clock, notebook.due))
        if notebook.expires is not None:
            at = notebook.expires + _TOGETHER
            if at < forgotten and (ran is not None or forgets is None or at >= forgets):
                forgotten = at
    for detector_id in idle:
        del state.notebooks[detector_id]
    if state.profile:
        newest = state.profile[-1]
        at = newest.at + KEPT.get(newest.role, REGISTER_KEPT) + wait
        # Passed, it waits for the answer to a judgement, which is a look of its own.
        if at < forgotten and (forgets is None or at >= forgets):
            forgotten = at
    if state.past or state.retold or state.aside:
        registers = [next(iter(alerts.values())).until for alerts in state.past.values()]
        registers += [retained.at for retained in state.retold.values()]
        registers += [aside.at for aside in state.aside.values()]
        forgotten = min(forgotten, min(registers) + REGISTER_KEPT + wait)
    if state.subscribers:
        forgotten = min(forgotten, max(state.subscribers.values()) + wait)
    if forgotten < due.get(FORGETTING, NEVER):
        due[FORGETTING] = forgotten
    state.due = due
    state.soonest = min(due.values()) if due else None
