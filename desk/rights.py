"""Who may do what. Pure: each answer is why not, or None."""

from __future__ import annotations

from cases.handling import Handling
from contract.action import Action
from contract.alert import Alert
from desk.readers import Reader

_MAY_ACT = frozenset({"oncall", "lead"})


def sees_names(reader: Reader) -> bool:
    """Whether they see who it is, or a pseudonym."""
    return reader.role != "viewer"


def may_act(reader: Reader) -> bool:
    """Whether they may do anything at all."""
    return reader.role in _MAY_ACT


def denial_to_allow(reader: Reader, employee: str | None) -> str | None:
    """Why a reader may not put, or end, an allowance about `employee`, or about anybody."""
    if reader.role != "lead":
        return "it needs a lead to say what is allowed"
    if reader.employee is not None and employee in (None, reader.employee):
        return "it could cover whoever asks: name another employee, or have somebody else do it"
    return None


def denial(
    reader: Reader, action: Action, alert: Alert, handling: Handling, *, four_eyes: bool
) -> str | None:
    """Why a reader may not take an action. With `four_eyes` a critical alert is closed as false
    only by a lead, on the proposal of somebody else."""
    if not may_act(reader):
        return f"a {reader.role} may look and not act"
    if action.step == "note":
        return None
    if reader.employee is not None and reader.employee in (alert.employee, alert.account_holder):
        return "it is about whoever asks: somebody else has to"
    closes_as_false = action.step == "close" and action.verdict == "false_positive"
    if not (four_eyes and closes_as_false and alert.severity == "critical"):
        return None
    if handling.proposed is None or handling.proposed.verdict != "false_positive":
        return "it needs two: propose it first, then a lead closes it"
    if reader.role != "lead":
        return "it needs a lead to close it as false"
    if handling.proposed.by == reader.name:
        return "whoever proposed it may not close it as false"
    return None
