"""`offbook detectors check`: one file held against all that is promised of a detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.alert import Bilingual
from detectors.engine.running import OwnDetector
from offbook.cli.check import promises
from offbook.cli.check.examples import Example, ExampleError, examples_of
from offbook.cli.check.laws import (
    FailedError,
    Law,
    World,
    any_order,
    other_keys,
    repeats,
    snapshots,
    sparse,
)
from offbook.cli.check.played import Played, unfilled
from offbook.cli.check.standing import badly_worded
from streams.settings.own_detectors import loaded
from streams.settings.rule_files import RefusedDetectorError
from streams.settings.settings import Settings

_LAWS: Final[tuple[tuple[Bilingual, Law], ...]] = (
    (Bilingual("any order of arrival, the same alerts", "任意到达顺序，告警相同"), any_order),
    (Bilingual("repeats change nothing", "重复事件不改变结果"), repeats),
    (Bilingual("a snapshot at any moment changes nothing", "随时存取状态不改变结果"), snapshots),
    (Bilingual("events of other keys change nothing", "其他对象的事件不改变结果"), other_keys),
    (Bilingual("what documents may leave out may be missing", "文档可省略的内容可以缺失"), sparse),
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
_NOTED: Final = Bilingual("every piece of evidence has its note", "每条证据都有注释")
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
    played: list[Played] = []
    for world, example in zip(worlds, examples, strict=True):
        what = Bilingual(f'example "{example.name}"', f"示例“{example.name}”")
        try:
            played.append(Played.of(world, example))
        except FailedError as error:
            yield Checked(what, (str(error),))
            return
        yield Checked(what, tuple(played[-1].unlike()))
    counts = [example.alerts for example in examples]
    missing = [] if any(counts) else ["none fires: the laws would hold of nothing"]
    missing += [] if 0 in counts else ["none stays silent: add a near miss"]
    yield Checked(_BOTH, tuple(missing))
    alerts = [alert for one in played for alert in one.alerts]
    badly = [f"{wrong}: {it.summary.en}" for it in alerts for wrong in badly_worded(it)]
    yield Checked(_WORDED, tuple(dict.fromkeys([*badly, *unfilled(alerts)])))
    roles = set().union(*(one.roles for one in played))
    yield Checked(_NOTED, tuple(promises.noted(detector, roles)))
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
