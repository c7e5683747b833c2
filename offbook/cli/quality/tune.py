"""`offbook tune`: one detector over the same events, once for each value of a parameter."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct, structs

from contract.alert import Alert, Severity
from contract.label import Labels
from contract.spelling.nearest import nearest
from detectors.language.detector import Detector
from offbook.cli.files.ndjson import STDIN, InputError, Progress, unseen
from offbook.cli.files.replay import Replayed, replay
from scoring.outcomes import Tally
from scoring.score import DetectorScore, score
from streams.settings.loading import configured_detectors
from streams.settings.own_detectors import Known, known_detectors
from streams.settings.settings import Settings, SettingsError
from streams.settings.values import as_in_file, convert

Say = Callable[[str], None]


class Trial(Struct, frozen=True):
    """The result of one value. `value` is written as in the settings; `in_force` if it is the
    current one.

    `firing` counts the alerts that fire at the end, `suppressed` those that an allowance covers;
    `score` is None without labels.
    """

    value: str
    in_force: bool
    firing: dict[Severity, int]
    withdrawn: int
    suppressed: int
    score: DetectorScore | None


@dataclass
class Tuned:
    """All trials, in the order of the values. `failures` are those of a replay."""

    detector: str
    param: str
    rep_weeks: float | None = None
    trials: list[Trial] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def needed(id_: str, known: Mapping[str, Detector]) -> frozenset[str]:
    """The detectors that must run so that `id_` gets everything it reads."""
    detector = known.get(id_)
    weighs = detector is not None and detector.weighs_alerts
    return frozenset(known) if weighs else frozenset({id_})


def tune(
    id_: str,
    param: str,
    values: str,
    files: Sequence[str],
    settings: Settings,
    labels: Labels | None,
    say: Say,
    progress: Progress = unseen,
    *,
    wall: int | None = None,
) -> Tuned:
    """Replay `files` once for each of `values` (separated by commas) and for the current value.

    `wall` is the wall clock (µs), as for `replay`. Raises `SettingsError` for an unknown detector
    or parameter or an impossible value, and `InputError` for a file that cannot be read, or only
    once.
    """
    known = known_detectors(settings.detectors_path)
    wanted = needed(id_, known.by_id)
    running = [one for one in configured_detectors(settings, known) if one.id in wanted]
    detector = _detector(id_, running, known)
    trials = _values(detector, param, values)
    for name in files:
        if name == STDIN or (Path(name).exists() and not Path(name).is_file()):
            raise InputError(
                f"{name}: can be read only once, and every value reads it anew: save it to a file"
                " first (… > events.ndjson)"
            )
    tuned = Tuned(id_, param)
    for number, value in enumerate(trials):
        changed = replace(detector, params=structs.replace(detector.params, **{param: value}))
        tally = Tally(labels) if labels is not None else None
        done = replay(
            files,
            settings,
            [changed if one.id == id_ else one for one in running],
            _taker(id_, tally),
            say if number == 0 else _nobody,
            wall=wall,
            progress=_of(f"{param} = {as_in_file(value)}", progress),
        )
        if number == 0:
            for line in _remarks(done):
                say(line)
        tuned.failures += [
            f"{param} = {as_in_file(value)}: FAILED: {failed} raised {error} on {count} events"
            for failed, (count, error) in sorted(done.failures.items())
        ]
        in_force = value == getattr(detector.params, param)
        trial, rep_weeks = _trial(id_, as_in_file(value), in_force, done, tally)
        tuned.trials.append(trial)
        tuned.rep_weeks = rep_weeks
    return tuned


def _of(trial: str, progress: Progress) -> Progress:
    """`progress` that says of which trial it is."""
    return lambda what, total: progress(f"{trial}: {what}", total)


def _trial(
    id_: str, value: str, in_force: bool, done: Replayed, tally: Tally | None
) -> tuple[Trial, float | None]:
    standing = [alert for alert in done.standing.values() if alert.detector == id_]
    told = [alert for alert in standing if alert.suppressed is None]
    firing = Counter(alert.severity for alert in told if alert.state == "firing")
    scored = rep_weeks = None
    if tally is not None:
        outcomes = tally.outcomes()
        rep_weeks = outcomes.rep_weeks
        scored = next((row for row in score(outcomes).detectors if row.detector == id_), None)
    trial = Trial(
        value=value,
        in_force=in_force,
        firing={severity: firing[severity] for severity in get_args(Severity)},
        withdrawn=len(told) - firing.total(),
        suppressed=len(standing) - len(told),
        score=scored,
    )
    return trial, rep_weeks


def _taker(id_: str, tally: Tally | None) -> Callable[[Alert], None]:
    def take(alert: Alert) -> None:
        if tally is not None and alert.detector == id_:
            tally.take(alert)

    return take


def _nobody(_: str) -> None:
    """Ignores messages: bad lines are the same in every replay, and are reported once."""


def _remarks(done: Replayed) -> list[str]:
    silent = [f"silent: {detector}: {why}" for detector, why in sorted(done.silent.items())]
    return [done.counts(), *silent]


def _detector(id_: str, running: Sequence[Detector], known: Known) -> Detector:
    if id_ in known.refused:
        raise SettingsError(str(known.refused[id_]))
    if id_ not in known.by_id:
        raise SettingsError(f"there is no detector {id_}{nearest(id_, known.by_id)}")
    for detector in running:
        if detector.id == id_:
            return detector
    raise SettingsError(f"{id_} is stopped by the settings (enabled = false)")


def _values(detector: Detector, param: str, texts: str) -> list[Any]:
    """The values to try, each once, as the parameter's type; the one in force is among them."""
    types = {field.name: field.type for field in structs.fields(detector.params)}
    if param not in types:
        known = ", ".join(types) or "it has none"
        raise SettingsError(
            f"{detector.id} has no parameter {param}{nearest(param, types)} (known: {known})"
        )
    now = getattr(detector.params, param)
    found: list[Any] = []
    problems = []
    # A comma within brackets belongs to a list.
    for text in re.split(r",(?![^\[]*\])", texts):
        try:
            value = _value(text.strip(), types[param])
        except ValueError as error:
            problems.append(f"--values: {text.strip()}: {error}; now it is {as_in_file(now)}")
        else:
            found += [value] if value not in found else []
    if problems:
        raise SettingsError(*problems)
    return found if now in found else [now, *found]


def _value(text: str, type_: Any) -> Any:
    """`text` as the settings file would have it, where quotes may be left out."""
    try:
        return convert(tomllib.loads(f"value = {text}")["value"], type_)
    except tomllib.TOMLDecodeError:
        return convert(text, type_)
