"""`offbook score`: reads alerts and labels, and compares them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import msgspec

from contract.alert import Alert
from contract.decoding.explain import shape_of
from contract.label import Labels, decode_labels
from contract.spelling.nearest import nearest
from detectors.rules.catalogue import BY_ID
from offbook.cli.files.ndjson import LONGEST, Advance, InputError, Source, sources
from offbook.cli.files.revisions import Revisions
from scoring.outcomes import LabelsError, Outcomes, Tally

#: Bad lines that are shown one by one.
_SHOWN = 20


@dataclass
class Scored:
    """The result; how many revisions were read, and how many lines were not alerts.

    `strange` lists lines that contradict another line about the same revision, and says for each
    kind of fraud that is not the id of a detector what may have been meant.
    """

    outcomes: Outcomes
    labels: Labels
    revisions: int = 0
    bad: int = 0
    strange: list[str] = field(default_factory=list)


def read_and_score(
    alerts: str,
    labels: str,
    say: Callable[[str], None],
    advance: Advance | None = None,
    *,
    on_trial: Collection[str] = (),
    known_ids: Collection[str] = BY_ID.keys(),
) -> Scored:
    """Compare the alert revisions of file `alerts` with the file `labels`; `-` is standard input.

    `on_trial` names the detectors whose replayed alerts would have alerted nobody, `known_ids` all
    there are. `say` is called for lines that are not alerts; they are skipped. Raises `InputError`
    for a file that cannot be read and for labels that are unusable.
    """
    revisions = bad = 0
    decode = msgspec.json.Decoder(Alert).decode
    strange: list[str] = []
    otherwise = 0
    # Standard input is read to its end before the labels are opened: who simulates into this
    # pipe writes them while we wait.
    with sources([alerts, labels]) as (alert_file, label_file):
        known = _labels(label_file)
        tally = _tally(known, label_file.name, on_trial)
        told = Revisions(alert_file.name)
        for number, line in alert_file.lines(advance):
            try:
                alert = decode(line)
                tally.take(alert)
            except ValueError as error:
                bad += 1
                if bad <= _SHOWN:
                    say(f"{alert_file.name}:{number}: {_wrong(line, error)}")
                elif bad == _SHOWN + 1:
                    say(f"{alert_file.name}: more lines follow that are no alerts")
                continue
            revisions += 1
            if (other := told.strange(alert, number)) is not None:
                otherwise += 1
                if otherwise <= _SHOWN:
                    strange.append(other)
    if otherwise > _SHOWN:
        strange.append(f"{alert_file.name}: {otherwise} lines in all tell a revision otherwise")
    strange += [
        f"{label_file.name}: kind: no detector is called {kind}{nearest(kind, known_ids)}"
        for kind in sorted({fraud.kind for fraud in known.frauds} - set(known_ids))
    ]
    return Scored(tally.outcomes(), known, revisions, bad, strange)


def read_labels(name: str) -> Labels:
    """The labels of file `name`. Raises `InputError`, also for labels that cannot be used for
    scoring."""
    with sources([name]) as (source,):
        labels = _labels(source)
        _tally(labels, source.name)
        return labels


def _labels(source: Source) -> Labels:
    try:
        return decode_labels(source.whole())
    except msgspec.ValidationError as error:
        text, where = _place(error)
        raise InputError(f"{source.name}: {where}: {text}; docs/scoring.md shows labels") from error
    except msgspec.DecodeError as error:
        raise InputError(
            f"{source.name}: {shape_of(error)}; labels are one JSON document, docs/scoring.md shows"
            " one"
        ) from error


def _tally(labels: Labels, name: str, on_trial: Collection[str] = ()) -> Tally:
    try:
        return Tally(labels, on_trial)
    except LabelsError as error:
        raise InputError(f"{name}: {error}") from error


def _wrong(line: bytes, error: ValueError) -> str:
    """`field: reason; mend` of a line that is no alert revision."""
    if len(line) >= LONGEST:
        return f"json: the line is longer than {LONGEST >> 10} KiB; give one alert a line"
    if b'"specversion"' in line:
        return "type: this is an event; run `offbook replay` over it and give what that writes"
    if isinstance(error, msgspec.ValidationError):
        text, where = _place(error)
        return f"{where}: {text}; give the lines as `offbook replay` writes them"
    if isinstance(error, msgspec.DecodeError):
        return f"json: {shape_of(error)}; give one alert a line, as `offbook replay` writes them"
    return "detected_at: no time; give RFC 3339 such as 2026-03-22T20:00:00+08:00"


def _place(error: msgspec.ValidationError) -> tuple[str, str]:
    """(what is wrong, where) of msgspec's message."""
    text, _, path = shape_of(error).partition(" - at `$")
    missing = re.search(r"missing required field `(.+)`", text)
    where = path.rstrip("`").lstrip(".")
    if missing is not None:
        where = f"{where}.{missing[1]}".lstrip(".")
    return text, where or "document"
