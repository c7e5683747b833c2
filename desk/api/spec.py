"""What the API has: each address with its parameters, its body and its answer. The routes are made
of it and so is the document, so that they say the same."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from contract.action import LONGEST_NOTE, VERDICTS
from desk.api import asked, types
from desk.api.asked import Parameter

#: What each field of a body must be, for whoever sent another.
FIELDS: Final = {
    "verdict": " or ".join(VERDICTS),
    "assignee": "the name of a reader who is oncall or lead",
    "note": f"text of 1 to {LONGEST_NOTE} characters, not only spaces",
    "seen": "a whole number from 0 to 10000, `seen` of the last answer",
}


class InPath(NamedTuple):
    """What stands in braces in an address."""

    name: str
    pattern: str
    meaning: str


class Operation(NamedTuple):
    """One address with one method. `statuses` are those of problems beside the ones that any may
    have; `may_be_empty` says that the body may be left out."""

    name: str
    method: str
    path: str
    summary: str
    answer: type[Any]
    query: tuple[Parameter, ...] = ()
    in_path: InPath | None = None
    body: type[Any] | None = None
    may_be_empty: bool = False
    statuses: tuple[int, ...] = ()


_ALERT: Final = InPath("id", asked.ALERT_ID, "the id of an alert, as a list has it")
_EMPLOYEE: Final = InPath("id", asked.ENTITY_ID, "the id of an employee; for viewers, a pseudonym")

_STEPS: Final = {
    "acknowledge": "Take an alert: somebody works on it",
    "ack": "The same, shorter",
    "assign": "Give an alert to somebody",
    "note": "Write down what was found",
    "close": "Close an alert as what it turned out to be",
    "reopen": "Take an alert up again",
    "propose": "Propose a verdict, where a second person has to agree",
}

OPERATIONS: Final = (
    Operation(
        "alerts",
        "GET",
        "/api/alerts",
        "Alerts, the worst first",
        types.AlertPage,
        query=(
            asked.SEVERITY,
            asked.DETECTOR,
            asked.STATE,
            asked.EMPLOYEE,
            asked.CUSTOMER,
            asked.SINCE,
            asked.SHELF,
            asked.LIMIT,
            asked.AFTER,
        ),
        statuses=(403,),
    ),
    Operation(
        "cases",
        "GET",
        "/api/cases",
        "Alerts that are one deal, together, if one of them is asked for; the worst first",
        types.CasePage,
        query=(
            asked.SEVERITY,
            asked.DETECTOR,
            asked.EMPLOYEE,
            asked.CUSTOMER,
            asked.SINCE,
            asked.SHELF,
            asked.LIMIT,
            asked.AFTER,
        ),
        statuses=(403,),
    ),
    Operation(
        "alert",
        "GET",
        "/api/alerts/{id}",
        "An alert with evidence, handling and history",
        types.AlertWhole,
        in_path=_ALERT,
        statuses=(404,),
    ),
    *(
        Operation(
            step,
            "POST",
            f"/api/alerts/{{id}}/{step}",
            summary,
            types.AlertWhole,
            in_path=_ALERT,
            body=types.BODIES[step][1],
            may_be_empty=step in ("acknowledge", "ack", "reopen"),
            statuses=(202, 403, 404, 409, 413, 415),
        )
        for step, summary in _STEPS.items()
    ),
    Operation(
        "timeline",
        "GET",
        "/api/employees/{id}/timeline",
        "All that is known of a person, of the last 30 days, in order; each look is recorded",
        types.Timeline,
        in_path=_EMPLOYEE,
        statuses=(403, 404),
    ),
    Operation(
        "detectors",
        "GET",
        "/api/detectors",
        "The detectors, whether they run, for whom, and their numbers",
        types.DetectorList,
    ),
    Operation(
        "stats",
        "GET",
        "/api/stats",
        "How the alerts of each detector were worked",
        types.Stats,
        query=(asked.SINCE,),
    ),
)
