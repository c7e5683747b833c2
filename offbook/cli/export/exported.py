"""What an exported case is made of."""

from __future__ import annotations

from msgspec import Struct

from cases.handling import Handling
from contract.alert import Alert
from desk.explain.explanation import Explanation
from offbook.cli.export.records import Record


class Exported(Struct, frozen=True, kw_only=True):
    """One alert of a case with all that belongs to it."""

    alert: Alert
    handling: Handling
    explanation: Explanation
    records: tuple[Record, ...]


class About(Struct, frozen=True, kw_only=True):
    """Which case, exported by whom, when (RFC 3339), by which version."""

    case_id: str
    by: str
    at: str
    version: str
