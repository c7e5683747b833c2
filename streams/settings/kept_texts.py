"""What a detector of the company's own gives to be kept, held to be what it must be.

Anything else would be written into the state of an entity, which all detectors share, and which
could not be read again. It raises where it is given instead, as this detector's own failure. Values
are not told, for they may be somebody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from msgspec import structs

from contract.alert import SEVERITIES
from contract.event import Event
from detectors.facts.fact import Fact
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference
from detectors.facts.view import View
from detectors.language.detector import Judge
from detectors.language.finding import Finding


class UnkeepableError(TypeError):
    """Something that is no such thing as can be kept, and the mend. It holds no value."""

    def __init__(self, why: str, mend: str) -> None:
        self.mend = mend
        super().__init__(why)


def keeping_texts(reads: Reads) -> Reads:
    """The same, but that it raises `UnkeepableError` for a fact that could not be kept."""
    draw = reads.fact

    def fact(event: Event, reference: Reference) -> Fact | None:
        drawn = draw(event, reference)
        if drawn is not None:
            _texts("keep(…)", {"role": drawn.role, "about": drawn.about, **drawn.fields})
            _whole("keep(…)", {"weight": drawn.weight})
        return drawn

    return replace(reads, fact=fact)


def finding_texts(judge: Judge) -> Judge:
    """The same, but that it raises `UnkeepableError` for a finding that could not be kept."""

    def judged(view: View, params: Any) -> Iterator[Finding]:
        for found in judge(view, params):
            about = structs.asdict(found.subject)
            _texts("Subject(…)", {name: it for name, it in about.items() if it is not None})
            _texts("named=", {"the name": found.anchor})
            _texts("values=", found.values)
            _texts("measured=", found.measured)
            _whole("a finding", {"until": found.until, "deadline": found.due or 0})
            if found.severity not in (None, *SEVERITIES):
                mend = f"use one of {', '.join(SEVERITIES)}"
                raise UnkeepableError("a finding: its severity is none", mend)
            yield found

    return judged


def _texts(what: str, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if not isinstance(value, str):
            why = f"{what}: {name} is of type {type(value).__name__}"
            raise UnkeepableError(why, "write str(…)")


def _whole(what: str, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if not isinstance(value, int):
            why = f"{what}: {name} is of type {type(value).__name__}"
            raise UnkeepableError(why, "write int(…)")
