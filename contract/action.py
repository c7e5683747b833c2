"""What somebody did about an alert: a record of its own, for the log is the truth of that too."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

from contract.alert import Severity

#: `propose` is to close it as what `verdict` says, where a second person has to agree.
Step = Literal["acknowledge", "assign", "note", "propose", "close", "reopen"]
STEPS: tuple[Step, ...] = get_args(Step)

#: What it turned out to be: fraud; no fraud and nothing that should have been alerted; what the
#: alert says, and allowed; seen in another alert already.
Verdict = Literal["confirmed", "false_positive", "benign", "duplicate"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

#: Characters of a note.
LONGEST_NOTE = 4000


class Action(Struct, frozen=True, kw_only=True):
    """One action on one alert. Field for field the JSON on `offbook.actions`, keyed by `alert_id`.

    `action_id` is chosen by who acts: told again, it is the same action. `by` is the reader who
    acted, `at` when (RFC 3339). `revision` and `severity` are the alert's as they saw it, `seen`
    how many actions on it had taken effect then: if another has since, this one is a conflict and
    changes nothing.
    """

    action_id: str
    alert_id: str
    step: Step
    by: str
    at: str
    revision: int
    severity: Severity
    seen: int = 0
    verdict: Verdict | None = None
    assignee: str | None = None
    note: str | None = None
