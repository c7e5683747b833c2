"""`offbook detectors check`: one file held against all that is promised of a detector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contract.alert import Alert, Bilingual
from detectors.engine.alert_writer import alert_id
from detectors.engine.running import OwnDetector
from detectors.facts.view import View
from detectors.language.finding import Finding
from offbook.cli.check import promises
from offbook.cli.check.examples import Example, ExampleError, examples_of
from offbook.cli.check.laws import (
    FailedError,
    Law,
    World,
    any_order,
    in_time_order,
    other_keys,
    repeats,
    snapshots,
)
from offbook.cli.check.standing import badly_worded, firing
from streams.settings.own_detectors import loaded
from streams.settings.rule_files import RefusedDetectorError
from streams.settings.settings import Settings

_LAWS: Final[tuple[tuple[Bilingual, Law], ...]] = (
    (Bilingual("any order of arrival, the same alerts", "任意到达顺序，告警相同"), any_order),
    (Bilingual("repeats change nothing", "重复事件不改变结果"), repeats),
    (Bilingual("a snapshot at any moment changes nothing", "随时存取状态不改变结果"), snapshots),
    (Bilingual("events of other keys change nothing", "其他对象的事件不改变结果"), other_keys),
)
_LOADS: Final = Bilingual("loads", "可以加载")
_REASONS: Final = Bilingual(
    "says what it catches, misses and what looks the same", "写明抓什么、漏什么、什么情形看似相同"
)
_LANGUAGES: Final = Bilingual(
    "title, numbers and notes in both languages", "标题、参数、注释双语齐全"
)
_PURE: Final = Bilingual("reads no clock, does no input or output", "不读时钟，不做输入输出")
_EXAMPLES: Final = Bilingual("has examples", "带有示例")
_BOTH: Final = Bilingual(
    "one example fires and one stays silent", "至少一个示例告警、一个示例不告警"
)
_WORDED: Final = Bilingual("every place in its sentences is filled", "句中每一处都有内容")


@dataclass(frozen=True)
class Checked:
    """One check, and what is wrong; nothing if it holds."""

    what: Bilingual
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedFile:
    """All checks of one file. `id` is None where it does not load."""

    file: str
    id: str | None
    checks: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether all hold."""
        return not any(check.wrong for check in self.checks)


def check_file(file: Path, settings: Settings) -> CheckedFile:
    """Load a file as the folder of the settings would have it, and hold it to everything."""
    try:
        detector, module = loaded(file)
    except RefusedDetectorError as error:
        return CheckedFile(str(file), None, (Checked(_LOADS, (str(error),)),))
    found = [
        Checked(_LOADS),
        Checked(_REASONS, tuple(promises.reasons(detector.told))),
        Checked(
            _LANGUAGES,
            (
                *promises.title(detector),
                *promises.numbers(detector),
                *promises.notes(detector),
            ),
        ),
        Checked(_PURE, tuple(promises.purity(file.read_text("utf-8")))),
    ]
    try:
        examples = examples_of(module, settings.phone_region)
    except ExampleError as error:
        found.append(Checked(_EXAMPLES, (str(error),)))
    else:
        found += _played(detector, examples, settings)
    return CheckedFile(str(file), detector.id, tuple(found))


def _played(
    detector: OwnDetector, examples: Sequence[Example], settings: Settings
) -> Iterator[Checked]:
    worlds = [
        World(detector, example.reference, settings.timezone, settings.common)
        for example in examples
    ]
    badly: list[str] = []
    for world, example in zip(worlds, examples, strict=True):
        what = Bilingual(f'example "{example.name}"', f"示例“{example.name}”")
        try:
            alerts, anchors = _with_anchors(world, example)
        except FailedError as error:
            yield Checked(what, (str(error),))
            return
        badly += [f"{wrong}: {it.summary.en}" for it in alerts for wrong in badly_worded(it)]
        yield Checked(what, tuple(_unlike(firing(alerts), anchors, example)))
    counts = [example.alerts for example in examples]
    missing = [] if any(counts) else ["none fires: the laws would hold of nothing"]
    missing += [] if 0 in counts else ["none stays silent: add a near miss"]
    yield Checked(_BOTH, tuple(missing))
    yield Checked(_WORDED, tuple(dict.fromkeys(badly)))
    for what, law in _LAWS:
        yield Checked(what, tuple(_broken(law, worlds, examples)))


def _broken(law: Law, worlds: Sequence[World], examples: Sequence[Example]) -> Iterator[str]:
    for world, example in zip(worlds, examples, strict=True):
        try:
            wrong = law(world, example.events)
        except (FailedError, AssertionError) as error:
            wrong = str(error)
        if wrong is not None:
            yield f'"{example.name}": {wrong}'


def _with_anchors(world: World, example: Example) -> tuple[list[Alert], Mapping[str, str]]:
    """The revisions of an example, and by alert what its finding is named by."""
    detector = world.detector
    anchors: dict[str, str] = {}

    def noted(view: View, params: Any) -> Iterable[Finding]:
        for finding in detector.judge(view, params):
            anchors[alert_id(detector.id, finding.anchor)] = finding.anchor
            yield finding

    watched = replace(world, detector=replace(detector, judge=noted))
    return watched.play(in_time_order(example.events), example.until), anchors


def _unlike(alerts: Sequence[Alert], anchors: Mapping[str, str], example: Example) -> Iterator[str]:
    """In what the alerts are not as expected; they are told in the order of their events."""
    if len(alerts) != example.alerts:
        said = "; ".join(it.summary.en for it in alerts)
        yield f"{example.alerts} alerts expected, {len(alerts)} fire{': ' if said else ''}{said}"
        return
    wanted = () if isinstance(example.expect, int) else example.expect
    for alert, expected in zip(alerts, wanted, strict=False):
        for name, value in expected.items():
            if name == "anchor":
                # An anchor has the ids of events in lines of their own.
                named = anchors[alert.alert_id].split("\n")
                if str(value) not in named:
                    yield f"anchor {value} expected, found {' '.join(named)}"
                continue
            found: Any = getattr(alert, name)
            if name == "evidence":
                found, value = sorted(piece.id for piece in alert.evidence), sorted(value)
            if found != value:
                yield f"{name} {value} expected, found {found}"
