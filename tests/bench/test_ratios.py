"""Ratios are kept between the marks of a page, and one that falls behind is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from bench import ratios
from bench.ratios import README, Ratio, between, held, keeping, kept, replaced

PAGE = """\
Words before.

<!-- bench.ratios -->
| ratio | kept | better | events | of what | spread | measured |
| --- | --- | --- | --- | --- | --- | --- |
| `replay-mix` | 20.00 | lower | 300 000 | ours ÷ theirs | 19 – 21 | a Tuesday |
| `end-to-end` | 8.00 | higher | 1 000 | theirs ÷ ours | one run | a Monday |
<!-- /bench.ratios -->

Words after.
"""
MIX = Ratio("replay-mix", 20.0, "lower", 300_000, "ours ÷ theirs", "19 – 21", "a Tuesday")
END = Ratio("end-to-end", 8.0, "higher", 1_000, "theirs ÷ ours", "one run", "a Monday")


def test_a_page_is_read() -> None:
    assert kept(PAGE) == {"replay-mix": MIX, "end-to-end": END}


def test_what_is_kept_is_read_again_and_the_rest_of_the_page_stays() -> None:
    now = structs.replace(END, value=9.126, measured="")
    page = keeping(PAGE, [now], "today")
    assert kept(page) == {
        "replay-mix": MIX,
        "end-to-end": structs.replace(now, value=9.13, measured="today"),
    }
    assert page.startswith("Words before.\n")
    assert page.endswith("\nWords after.\n")
    assert keeping(page, [], "") == page


@pytest.mark.parametrize(
    ("ratio", "value", "well"),
    [
        (MIX, 22.9, True),
        (MIX, 23.1, False),
        (MIX, 10.0, True),
        (END, 7.0, True),
        (END, 6.9, False),
        (END, 16.0, True),
    ],
)
def test_one_that_is_more_than_the_tolerance_worse_is_behind(
    ratio: Ratio, value: float, well: bool
) -> None:
    [line], found = held(PAGE, [structs.replace(ratio, value=value)])
    assert found is well
    assert ("BEHIND" in line) is not well


def test_one_of_another_number_of_events_is_not_held() -> None:
    [line], well = held(PAGE, [structs.replace(MIX, value=99.0, events=1)])
    assert well
    assert "not held against 20.00, which is of 300 000 events" in line


def test_a_new_one_has_nothing_to_be_held_against() -> None:
    [line], well = held(PAGE, [structs.replace(MIX, name="new", value=99.0)])
    assert well
    assert "nothing is kept" in line


def test_settling_fails_when_one_is_behind_and_keeps_it_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, "utf-8")
    monkeypatch.setattr(ratios, "README", page)
    worse = structs.replace(MIX, value=40.0)
    assert ratios.settle([worse], [1.0, 2.5], keep=False) == 1
    assert "load average 1.0 to 2.5" in capsys.readouterr().out
    assert page.read_text("utf-8") == PAGE
    assert ratios.settle([worse], [1.0], keep=True) == 0
    assert kept(page.read_text("utf-8"))["replay-mix"].value == 40.0
    assert ratios.settle([worse], [1.0], keep=False) == 0


def test_marks_that_are_not_there_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"no marks of bench\.peers"):
        between(PAGE, "bench.peers")


def test_what_stands_between_marks_is_replaced() -> None:
    assert between(replaced(PAGE, "bench.ratios", "new\n"), "bench.ratios") == "new\n"


def test_our_own_page_can_be_read() -> None:
    page = README.read_text("utf-8")
    assert all(it.value > 0 for it in kept(page).values())
    assert between(page, "bench.peers")
