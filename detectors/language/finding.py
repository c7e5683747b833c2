"""What a detector holds to be so, and of whom."""

from __future__ import annotations

from msgspec import Struct

from contract.alert import Bilingual, Severity
from detectors.facts.fact import Fact


class Subject(Struct, frozen=True, array_like=True, gc=False):
    """Whom and what an alert is about; what is not known is `None`.

    Whose account it is, `account_holder`, is put in by the engine.
    """

    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None
    account_holder: str | None = None


class Finding(Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One thing a detector holds to be so, given the facts it has.

    `anchor` names it for good: with the detector and its subject it makes the alert's id.
    `until` is the event time after which only late events can still change it.
    `due` is the deadline of something missing: the finding holds once stream time has passed it.
    `settled` says why a finding does not hold (any more), None if it holds; the facts then include
    the one that settles it. With a `due`, what came in time was never an alert, unless time had
    passed; without one, it is an alert in state `withdrawn`, whatever came first.
    `more` is when more of it is told (µs of stream time), if something was held back.
    `values` is what the wording needs. `measured` says by parameter what was held against it, in
    the parameter's unit.
    """

    anchor: str
    facts: tuple[Fact, ...]
    until: int
    subject: Subject = Subject()
    due: int | None = None
    more: int | None = None
    settled: Bilingual | None = None
    severity: Severity | None = None
    corroborated: bool = False
    values: dict[str, str] = {}
    measured: dict[str, str] = {}
