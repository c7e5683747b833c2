"""What a detector of any shape is put together from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Required, TypedDict

from contract.alert import Bilingual, Severity
from detectors.facts.reads import Dossier, Reads
from detectors.facts.reference import ReferenceKind
from detectors.language.detector import Detector, Missed, Words
from detectors.language.finding import Finding
from detectors.language.found import Find, Span, judged, length
from detectors.language.memory import Memory
from detectors.language.params import Params


class Declared(TypedDict, total=False):
    """What a detector of any shape may say of itself, as `Detector` explains it."""

    says: Required[Callable[[Finding, Any, Words], Bilingual]]
    notes: Required[Mapping[str, Bilingual]]
    reads: tuple[Reads, ...]
    dossier: Dossier
    needs: tuple[ReferenceKind, ...]
    misses: Missed
    watches: frozenset[str]
    judges_contacts: bool
    weighs_alerts: bool
    severities: tuple[Severity, ...]


def remembering(
    id: str,
    severity: Severity,
    title: Bilingual,
    params: Params,
    find: Find,
    *,
    looks_back: Span,
    open_for: Span,
    memory: Memory,
    **more: Any,
) -> Detector:
    """The detector of what `find` yields, open for so long; it keeps facts for as long as it looks
    back and that, and forgets by its memory. `more` is as `Detector` has it."""
    return Detector(
        id,
        severity,
        title,
        params,
        judged(find, open_for),
        keeps=lambda params: max(length(looks_back, params) + length(open_for, params), 1),
        prune=memory.prune,
        forget=memory.forget,
        holds_evidence=memory.holds_evidence,
        folds=memory.folds,
        **more,
    )
