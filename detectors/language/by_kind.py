"""One detector of two shapes: what it finds of one kind of entity, and what of another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from msgspec import structs

from contract.alert import Bilingual
from detectors.facts.entity import EntityKind
from detectors.facts.fact import Fact, by_time
from detectors.facts.view import View
from detectors.language.detector import Detector, Spare, Words
from detectors.language.finding import Finding


def by_kind(parts: dict[EntityKind, Detector]) -> Detector:
    """The detector whose `parts` judge one kind of entity each, under one id and with one set of
    parameters. Each reads for its kind alone, has its own severity, and words of its own; no role
    is common to two. What one of them needs, watches, waits for or folds goes for all.

    Raises `TypeError` for a part that judges by a profile alone, or forgets by more than its facts:
    which part a fact belongs to is told by its role."""
    first, *_ = whole = [*parts.values()]
    for part in whole:
        if part.dossier or part.forget or part.misses:
            raise TypeError(
                f"{part.id}: a part with a dossier, or that forgets by a view, or misses"
            )
    severities = tuple(dict.fromkeys(part.severity for part in whole))

    def judge(view: View, params: Any) -> Iterator[Finding]:
        part = parts[view.entity_kind]
        for finding in part.judge(view, params):
            anchor = f"{view.entity_kind}\n{finding.anchor}"
            yield structs.replace(finding, anchor=anchor, severity=part.severity)

    def told(finding: Finding, params: Any, words: Words) -> Bilingual:
        kind = finding.anchor.partition("\n")[0]
        return parts[kind].says(finding, params, words)  # type: ignore[index]

    def prune(facts: list[Fact], params: Any, limit: int) -> list[Fact]:
        # A fact that is no evidence, such as that somebody was hired, does not tell whose it is.
        part = next((it for fact in facts for it in whole if fact.role in it.notes), first)
        if part.prune is not None:
            return part.prune(facts, params, limit)
        return facts[bisect_left(facts, limit - part.keeps(params), key=by_time) :]

    def concerns(view: View, fact: Fact, params: Any) -> bool:
        look = parts[view.entity_kind].concerns
        return look is None or look(view, fact, params)

    def left(view: View, params: Any) -> int:
        spare = parts[view.entity_kind].spare
        return 0 if spare is None else spare.left(view, params)

    spared = frozenset(role for part in whole if part.spare for role in part.spare.roles)
    reaches = [part.reach for part in whole]
    return replace(
        first,
        judge=judge,
        says=told,
        notes={role: note for part in whole for role, note in part.notes.items()},
        keeps=lambda params: max(part.keeps(params) for part in whole),
        reads=tuple(read for part in whole for read in part.reads),
        needs=tuple(dict.fromkeys(need for part in whole for need in part.needs)),
        judges_contacts=any(part.judges_contacts for part in whole),
        prune=prune,
        folds=next((part.folds for part in whole if part.folds), None),
        concerns=concerns if any(part.concerns for part in whole) else None,
        severities=severities if len(severities) > 1 else (),
        watches=frozenset(role for part in whole for role in part.watches),
        holds_evidence=any(part.holds_evidence for part in whole),
        waits=any(part.waits for part in whole),
        spare=Spare(spared, left) if spared else None,
        reach=None
        if None in reaches
        else lambda params: max(reach(params) for reach in reaches if reach is not None),
    )
