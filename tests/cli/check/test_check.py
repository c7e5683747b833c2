"""`offbook detectors check`: what passes, and which check says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from offbook.cli.check.check import check_file
from offbook.cli.check.laws import ORDERS, World, in_time_order, orders
from streams.settings.own_detectors import loaded
from streams.settings.settings import Settings
from tests.cli.commands import ROOT, offbook
from tests.detectors.timeline import after, at, deletes
from tests.streams.settings.own_rules import RULE, write

EXAMPLE = ROOT / "examples" / "own_detector" / "quote_peeking.py"
NINE = "2026-03-02 09:00"

#: Judges by what it saw before, and not by the facts alone.
COUNTS = RULE.replace(
    '    enough=in_all("threshold"),',
    '    enough=in_all("threshold"),\n    values=lambda view, run, _: {"nth": str(_again())},',
).replace(
    "class Numbers",
    "SEEN: list[int] = []\n\n\ndef _again() -> int:\n    SEEN.append(1)\n    return len(SEEN)"
    "\n\n\nclass Numbers",
)
COUNTS = COUNTS.replace('{window}."', '{window}, {nth}."').replace("次。", "次，{nth}。")
COUNTS = COUNTS.replace(
    "        )\n    ),\n    notes", '        ),\n        given=("nth",),\n    ),\n    notes'
)

#: Passes over the first look where the second was told just before.
OF_ARRIVAL = RULE.replace(
    "DETECTOR = burst(",
    """BEFORE = [""]


def _drawn(edit: CrmEdit) -> Kept | None:
    before, BEFORE[0] = BEFORE[0], edit.object.id
    return None if (before, edit.object.id) == ("O-2", "O-1") else keep("look")


DETECTOR = burst(""",
).replace('lambda edit: keep("look")', "_drawn")


def wrong(tmp_path: Path, text: str) -> dict[str, str]:
    """By check what is wrong with a file that says `text`."""
    done = check_file(write(tmp_path, text=text), Settings())
    assert done.ok == (not any(check.wrong for check in done.checks))
    return {check.what.en: " / ".join(check.wrong) for check in done.checks if check.wrong}


def test_a_good_one_passes_all(tmp_path: Path) -> None:
    assert wrong(tmp_path, RULE) == {}


@pytest.mark.parametrize(
    ("text", "check", "says"),
    [
        ("x =", "loads", "many_looks.py:1: is not Python"),
        (RULE.replace("Misses", "Mistakes"), "says what it catches, mi", 'begins "Misses"'),
        (RULE.replace("频繁查看", "looks"), "title, numbers and notes", "the title has no Chinese"),
        (RULE.replace('"查看合计"', '"in all"'), "title, numbers and", "threshold has no Chinese"),
        (RULE.replace('"looked", "查看"', '"looked", ""'), "title, numbers", "the note of look is"),
        (RULE + "\nimport random\n", "reads no clock", "imports random"),
        (RULE.replace("EXAMPLES", "CASES"), "has examples", "there are no EXAMPLES"),
        (
            RULE.replace('"actor": "E-1", ', ""),
            "has examples",
            '"three": event 1: data: data.actor',
        ),
        (RULE.replace('"expect": 0', '"expect": "none"'), "has examples", "a number of alerts"),
        (RULE.replace('"expect": 0', '"expects": 0'), "has examples", "expects is none of name"),
        (RULE.replace('"anchor"', '"anker"'), "has examples", "anker is none of severity"),
        (RULE.replace('"expect": 0', '"expect": 1'), 'example "two"', "1 alerts expected, 0 fire"),
        (
            RULE.replace('"anchor": "look-1"', '"anchor": "look-2"'),
            'example "three"',
            "anchor look",
        ),
        (
            RULE.replace('[{"severity": "warning"', '[{"severity": "info"'),
            "example",
            "severity inf",
        ),
        (
            RULE.replace(', "expect": 0', ', "until": "soon", "expect": 0'),
            "has examples",
            "until: ",
        ),
        (RULE.replace('    {"name": "two"', '    # {"name": "two"'), "one example", "a near miss"),
        (RULE.replace("{window}内查看了", "{window}  查看了"), "every place", "'  ' left over"),
        (RULE.replace('次。"', '次"'), "every place", "summary.zh is no sentence"),
        (OF_ARRIVAL, "any order of arrival", "in the order"),
        (COUNTS, "a snapshot at any moment", "in the place of"),
    ],
)
def test_what_is_wrong_is_told_by_its_check(
    tmp_path: Path, text: str, check: str, says: str
) -> None:
    assert text != RULE
    found = wrong(tmp_path, text)
    [told] = [told for what, told in found.items() if what.startswith(check)]
    assert says in told


def test_one_that_looks_at_others_is_noticed(tmp_path: Path) -> None:
    """All employees in one count: who they are is read from no entity."""
    text = RULE.replace("class Numbers", "SEEN: set[str] = set()\n\n\nclass Numbers").replace(
        'lambda edit: keep("look")',
        'lambda edit: SEEN.add(edit.actor) or keep("look", weight=len(SEEN))',
    )
    found = wrong(tmp_path, text)
    assert any(it.startswith("events of other keys") for it in found)


def test_no_order_that_is_tried_brings_an_event_later_than_it_may_come() -> None:
    far = [deletes(at(NINE), "E-1", id="a"), deletes(after(NINE, "40d"), "E-1", id="b")]
    for order in orders(far, Settings().lateness):
        assert [event.id for event in order] == ["a", "b"]
    near = [deletes(after(NINE, f"{n}h"), "E-1", id=f"{n}") for n in range(4)]
    assert len({tuple(it.id for it in order) for order in orders(near, Settings().lateness)}) == 24
    many = [deletes(after(NINE, f"{n}h"), "E-1", id=f"{n:02}") for n in range(20)]
    tried = [tuple(it.id for it in order) for order in orders(many, Settings().lateness)]
    assert len(tried) == ORDERS
    assert tried == [tuple(it.id for it in order) for order in orders(many, Settings().lateness)]


def test_a_detector_can_be_played_by_itself(tmp_path: Path) -> None:
    detector, _ = loaded(write(tmp_path))
    assert World(detector).play(in_time_order([deletes(NINE, "E-1")])) == []


# The command.


def test_the_command_prints_a_line_a_check_and_ends_with_0() -> None:
    done = offbook("detectors", "check", str(EXAMPLE))
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert first == f"own-quote-peeking  {EXAMPLE}"
    assert all(line.startswith("    ok    ") for line in lines)
    assert "    ok    any order of arrival, the same alerts" in lines


def test_the_command_speaks_chinese() -> None:
    done = offbook("detectors", "check", "--lang", "zh", str(EXAMPLE))
    assert "    ok    任意到达顺序，告警相同" in done.stdout.splitlines()


def test_the_command_says_what_is_wrong_of_each_file_and_ends_with_1(tmp_path: Path) -> None:
    done = offbook("detectors", "check", str(write(tmp_path, text=OF_ARRIVAL)), str(EXAMPLE))
    assert done.returncode == 1
    assert "    FAIL  any order of arrival, the same alerts" in done.stdout
    assert f"own-quote-peeking  {EXAMPLE}" in done.stdout


def test_a_file_that_is_not_there_is_told() -> None:
    done = offbook("detectors", "check", "/nowhere.py")
    assert (done.returncode, done.stderr) == (2, "offbook: /nowhere.py: there is no such file\n")
