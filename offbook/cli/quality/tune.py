"""`offbook tune`: one detector over the same events, by each value of a parameter."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import Struct, structs

from contract.alert import Severity
from contract.label import Labels
from contract.spelling.nearest import nearest
from detectors.language.detector import Detector
from offbook.cli.files.ndjson import Progress, Source, sources, unseen
from offbook.cli.files.played import Counts, Say, few_collections, play
from offbook.cli.files.read_ahead import worth_it
from offbook.cli.files.sharing.forked import can_fork
from offbook.cli.files.sharing.judge import Rules
from offbook.cli.quality.trials import trials
from scoring.score import DetectorScore
from streams.settings.loading import configured_detectors
from streams.settings.own_detectors import Known, known_detectors
from streams.settings.settings import Settings, SettingsError
from streams.settings.values import as_in_file, convert


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
    jobs: int | None = None,
) -> Tuned:
    """Replay `files` by each of `values` (separated by commas) and by the current value.

    `wall` is the wall clock (µs), and `jobs` how many processes share the work, as for `replay`.
    Raises `SettingsError` for an unknown detector or parameter or an impossible value, and
    `InputError` for a file that cannot be read.
    """
    known = known_detectors(settings.detectors_path)
    wanted = needed(id_, known.by_id)
    running = [one for one in configured_detectors(settings, known) if one.id in wanted]
    detector = _detector(id_, running, known)
    tried = _values(detector, param, values)
    rules = [
        Rules(
            settings,
            [_changed(one, {param: value}) if one.id == id_ else one for one in running],
        )
        for value in tried
    ]
    done = Counts()
    with (
        sources(files, once=True) as inputs,
        few_collections(),
        trials(id_, rules, labels, _processes(jobs, inputs, len(rules))) as judge,
    ):
        found = play(
            *(inputs, judge, done, say),
            region=settings.phone_region,
            wall=wall,
            progress=progress,
        )
    say(done.counts())
    for silent, why in sorted(found[0].silent.items()):
        say(f"silent: {silent}: {why}")
    tuned = Tuned(id_, param, found[0].rep_weeks)
    for value, it in zip(tried, found, strict=True):
        told = as_in_file(value)
        in_force = value == getattr(detector.params, param)
        tuned.trials.append(Trial(told, in_force, it.firing, it.withdrawn, it.suppressed, it.score))
        tuned.failures += [
            f"{param} = {told}: FAILED: {failed} raised {error} on {count} events"
            for failed, (count, error) in sorted(it.failed.items())
        ]
    return tuned


def _processes(jobs: int | None, inputs: Sequence[Source], trials: int) -> int:
    if not can_fork():
        return 1
    if jobs is None:
        jobs = len(os.sched_getaffinity(0)) if worth_it(inputs) else 1
    # One may do nothing but read.
    return min(jobs, trials + 1)


def _changed(detector: Detector, params: Mapping[str, Any]) -> Detector:
    return replace(detector, params=structs.replace(detector.params, **params))


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
