"""A trial as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.mapping.connector import Told
from connectors.outcome import Empty, Mapped, Rejected, Skipped
from contract.kinds import KIND_OF_TYPE
from detectors.rules.catalogue import DETECTORS
from offbook.cli.connect.trial import Trial

#: Rows of a list; of what comes behind it is told how many they are.
_ROWS: Final = 20
_OUTCOMES: Final = ("mapped", "good", "skipped", "unmatched", "empty", "dead letter")


def explained(place: str, told: Told) -> str:
    """What became of one record, in a line."""
    outcome = told.outcome
    if isinstance(outcome, Mapped):
        said = f"rule {outcome.rule}: {outcome.document['type']} {outcome.document['id']}"
    elif isinstance(outcome, Skipped):
        said = f"rule {outcome.rule}: skipped: {outcome.why}"
    elif isinstance(outcome, Empty):
        said = f"empty: there is not {outcome.what}"
    elif isinstance(outcome, Rejected):
        said = fault(outcome.stage, outcome.field, outcome.reason, outcome.mend)
        said += f" ({outcome.word!r})" if outcome.word else ""
        said += f" [{outcome.path}]" if outcome.path else ""
    else:
        said = "unmatched: no rule is for it"
    return f"{place}: {said}"


def fault(stage: str, field: str, reason: str, mend: str) -> str:
    """One fault: where, what is wrong, what to do."""
    return f"{stage}: {field}: {reason} {mend}" if field else f"{stage}: {reason} {mend}"


def report(trial: Trial) -> Iterator[str]:
    """The whole trial, in lines."""
    yield f"{trial.outcomes.total()} records: " + ", ".join(
        f"{trial.outcomes[it]} {it}" for it in _OUTCOMES if trial.outcomes[it]
    )
    if trial.repeats:
        yield f"  {trial.repeats} are told before, and change nothing"
    if trial.conflicts:
        yield (
            f"  {trial.conflicts} have the type, source and id of another and say something else:"
            " the service takes the first, and these are lost; make the id of what tells them apart"
        )
    for (rule, why), count in trial.skipped.most_common(_ROWS):
        yield f"  skipped by rule {rule}: {why}: {count}"
    if trial.faults:
        yield ""
        yield "What is wrong:"
        rows = trial.faults.most_common(_ROWS)
        for its, count in rows:
            yield f"  {count} × {fault(*its)} (first: {trial.first[its]})"
        yield from _more(len(trial.faults))
    if trial.words:
        yield ""
        yield "Words that stand in no table:"
        for (field, table, word), count in trial.words.most_common(_ROWS):
            yield f"  {count} × {word!r} for {field}: add it to [tables.{table}]"
        yield from _more(len(trial.words))
    yield from _filled(trial)
    yield from _met(trial)
    yield from _detectors(trial)


def _more(rows: int) -> Iterator[str]:
    if rows > _ROWS:
        yield f"  and {rows - _ROWS} more"


def _filled(trial: Trial) -> Iterator[str]:
    for type_, count in trial.types.most_common():
        yield ""
        yield f"{type_}: {count}. How often each field is filled:"
        its = [(name, n) for (of, name), n in trial.filled.items() if of == type_]
        for name, n in its:
            yield f"  {name:24} {n:>9} {n / count:>5.0%}"


def _met(trial: Trial) -> Iterator[str]:
    named = {*trial.joins.met, *(kind for kind, _ in trial.joins.unknown)}
    kinds = [it for it in trial.joins.known if it in named]
    if not kinds:
        return
    yield ""
    yield "Whom they name:"
    for kind in kinds:
        unknown = {id_: n for (of, id_), n in trial.joins.unknown.items() if of == kind}
        yield f"  {kind}: {trial.joins.met[kind]} known, {sum(unknown.values())} unknown"
        for id_, n in sorted(unknown.items(), key=lambda it: -it[1])[:_ROWS]:
            yield f"    {n} × {id_}"
        if len(unknown) > _ROWS:
            yield f"    and {len(unknown) - _ROWS} more"


def _detectors(trial: Trial) -> Iterator[str]:
    given = {KIND_OF_TYPE[type_].topic.removeprefix("reference.") for type_ in trial.types}
    for kind in sorted(given):
        needing = [it.id for it in DETECTORS if kind in it.needs]
        if needing:
            yield ""
            yield f"Detectors that need reference.{kind}: {', '.join(needing)}"
    if not trial.drawn:
        return
    yield ""
    yield "Detectors that have something of it, of how many events, and what else they need:"
    for it in DETECTORS:
        if trial.drawn[it.id]:
            needs = ", ".join(f"reference.{kind}" for kind in it.needs if kind not in given)
            yield f"  {it.id:28} {trial.drawn[it.id]:>9}" + (f"  {needs}" if needs else "")
    resting = [it.id for it in DETECTORS if not trial.drawn[it.id]]
    if resting:
        yield "They rest, as far as these records go: " + ", ".join(resting)
