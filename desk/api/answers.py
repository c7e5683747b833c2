"""From what stands to what the API answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cases.grouping import Case
from cases.handling import Told
from cases.stats import DetectorStats
from cases.timeline import Moment
from contract.action import Action
from contract.times import rfc3339
from desk.api import types
from desk.rows import Row
from desk.stored import Standing
from scoring.rates import rate


def alert_row(row: Row) -> types.AlertRow:
    """A row of a list."""
    return types.AlertRow(
        alert_id=row.alert_id,
        revision=row.revision,
        detector=row.detector,
        severity=row.severity,
        score=row.score,
        title=row.title,
        shelf=row.shelf,
        state=row.state,
        verdict=row.verdict,
        withdrawn=row.withdrawn,
        assignee=row.assignee,
        proposed=row.proposed,
        reopened=row.reopened,
        seen=row.seen,
        employee=row.employee,
        customer=row.customer,
        order=row.order,
        account=row.account,
        account_holder=row.account_holder,
        first_event_at=rfc3339(row.first),
        last_event_at=rfc3339(row.last),
        detected_at=rfc3339(row.detected),
        acknowledged_at=_at(row.acknowledged),
        closed_at=_at(row.closed),
    )


def case_row(case: Case, rows: Sequence[Row]) -> types.CaseRow:
    """A case with its alerts."""
    return types.CaseRow(
        case_id=case.case_id,
        severity=case.severity,
        score=case.score,
        alerts=tuple(map(alert_row, rows)),
    )


def alert_whole(it: Standing) -> types.AlertWhole:
    """All of an alert."""
    handling = it.handling
    return types.AlertWhole(
        alert=it.alert,
        handling=types.HandlingNow(
            state=handling.state,
            verdict=handling.verdict,
            withdrawn=handling.withdrawn,
            assignee=handling.assignee,
            proposed=_action(handling.proposed) if handling.proposed else None,
            reopened=handling.reopened,
            seen=handling.seen,
        ),
        history=tuple(_told(told) for told in handling.history),
    )


def timeline(employee: str, moments: Iterable[Moment]) -> types.Timeline:
    """What is known of a person."""
    return types.Timeline(employee, tuple(map(_timeline_row, moments)))


def stats(detectors: Iterable[DetectorStats]) -> types.Stats:
    """The figures of all detectors."""
    return types.Stats(
        tuple(
            types.StatsRow(
                detector=it.detector,
                opened=it.opened,
                open=it.open,
                closed=it.closed,
                verdicts=it.verdicts,
                precision=rate(it.confirmed, it.judged),
                to_acknowledge=it.to_acknowledge,
                to_close=it.to_close,
            )
            for it in detectors
        )
    )


def _timeline_row(it: Moment) -> types.TimelineRow:
    alert = it.alert
    return types.TimelineRow(
        at=rfc3339(it.at),
        kind=it.kind,
        alert_ids=it.alert_ids,
        title=None if alert is None else alert.title,
        summary=None if alert is None else alert.summary,
        detector=None if alert is None else alert.detector,
        severity=None if alert is None else alert.severity,
        state=None if alert is None else alert.state,
        evidence=it.evidence,
        action=None if it.told is None else _told(it.told),
    )


def _told(told: Told) -> types.ActionRow:
    return _action(told.action, told.refused)


def _action(action: Action, refused: str | None = None) -> types.ActionRow:
    return types.ActionRow(
        step=action.step,
        by=action.by or None,
        at=action.at,
        revision=action.revision,
        severity=action.severity,
        verdict=action.verdict,
        assignee=action.assignee,
        note=action.note,
        refused=refused,
    )


def _at(time: int | None) -> str | None:
    return None if time is None else rfc3339(time)
