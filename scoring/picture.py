"""Recall and precision as bars with their intervals, in SVG.

Drawn here because it is only a few rectangles: a plotting library weighs a hundred megabytes and
shows Chinese as boxes unless it is given a font, while SVG uses the reader's.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from scoring.rates import Rate
from scoring.score import Recall
from scoring.words import NOTHING, WORDS, Language, percent

_FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
#: Colours of Okabe and Ito, which the colour-blind can tell apart.
_EASY, _DISGUISED, _PRECISION = "#0072B2", "#E69F00", "#009E73"
_INK, _FAINT, _STRIPE = "#222222", "#cccccc", "#f6f6f6"

_WIDTH, _LABEL, _PANEL, _COUNT, _GAP = 960, 220, 270, 75, 15
_TOP, _ROW, _BAR = 64, 30, 9


class Row(Struct, frozen=True):
    """One line of the picture."""

    label: str
    recall: Recall
    precision: Rate


def draw(rows: Sequence[Row], language: Language, about: str = "") -> str:
    """An SVG document: for each row recall of easy and disguised frauds, then precision."""
    words = WORDS[language]
    title = f"{words.recall}, {words.precision}" + (f": {about}" if about else "")
    height = _TOP + _ROW * len(rows) + 44
    root = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        width=str(_WIDTH),
        height=str(height),
        role="img",
    )
    root.set("font-family", _FONT)
    root.set("font-size", "12")
    SubElement(root, "title").text = title
    _box(root, 0, 0, _WIDTH, height, "white")
    left, right = _LABEL, _LABEL + _PANEL + _COUNT + _GAP
    _text(root, 10, 24, title, weight="bold")
    _legend(root, left, words.recall, ((words.easy, _EASY), (words.disguised, _DISGUISED)))
    _legend(root, right, "", ((words.precision, _PRECISION),))
    for number in range(1, len(rows), 2):
        _box(root, 0, _TOP + number * _ROW, _WIDTH, _ROW, _STRIPE)
    bottom = _TOP + _ROW * len(rows)
    for x in (left, right):
        _scale(root, x, bottom)
    for number, row in enumerate(rows):
        middle = _TOP + number * _ROW + _ROW / 2
        _text(root, _LABEL - 10, middle + 4, row.label, anchor="end")
        _bar(root, left, middle - _BAR - 1, row.recall.easy, _EASY)
        _bar(root, left, middle + 1, row.recall.disguised, _DISGUISED)
        _bar(root, right, middle - _BAR / 2, row.precision, _PRECISION)
    _text(root, 10, height - 10, words.intervals)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def _legend(root: Element, x: float, name: str, entries: Sequence[tuple[str, str]]) -> None:
    if name:
        _text(root, x, 48, name)
        x += 60
    for word, colour in entries:
        _box(root, x, 39, 10, 10, colour)
        _text(root, x + 15, 48, word)
        x += 90


def _scale(root: Element, x: float, bottom: float) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = x + share * _PANEL
        _line(root, at, _TOP, at, bottom, _FAINT)
        _text(root, at, bottom + 14, percent(share), anchor="middle", size="10")


def _bar(root: Element, x: float, y: float, rate: Rate, colour: str) -> None:
    """The bar, its interval as a whisker, and the counts behind it, so that few cases are seen to
    be few."""
    middle = y + _BAR / 2
    count = NOTHING
    if rate.rate is not None and rate.low is not None and rate.high is not None:
        _box(root, x, y, rate.rate * _PANEL, _BAR, colour)
        low, high = x + rate.low * _PANEL, x + rate.high * _PANEL
        _line(root, low, middle, high, middle, _INK)
        for end in (low, high):
            _line(root, end, middle - 3, end, middle + 3, _INK)
        count = f"{rate.hits}/{rate.of}"
    _text(root, x + _PANEL + 8, middle + 4, count, size="11")


def _box(root: Element, x: float, y: float, width: float, height: float, colour: str) -> None:
    place = {"x": x, "y": y, "width": width, "height": height}
    SubElement(root, "rect", _numbers(place), fill=colour)


def _line(root: Element, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
    SubElement(root, "line", _numbers({"x1": x1, "y1": y1, "x2": x2, "y2": y2}), stroke=colour)


def _text(
    root: Element,
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: str = "12",
    weight: str = "normal",
) -> None:
    made = SubElement(root, "text", _numbers({"x": x, "y": y}), fill=_INK)
    made.set("text-anchor", anchor)
    made.set("font-size", size)
    made.set("font-weight", weight)
    made.text = text


def _numbers(place: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:.1f}" for name, value in place.items()}
