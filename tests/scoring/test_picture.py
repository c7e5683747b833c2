from __future__ import annotations

from xml.etree import ElementTree

from scoring.picture import Row, draw
from scoring.rates import rate
from scoring.score import Recall
from scoring.words import counted, lasting, per_week, percent

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*rows: Row, language: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(draw(rows, language))  # type: ignore[arg-type]


def row(label: str, hits: int, of: int) -> Row:
    one = rate(hits, of)
    return Row(label, Recall(one, one, one), one)


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def whiskers(root: ElementTree.Element) -> list[float]:
    """Widths of what lies level."""
    lines = [
        {k: float(v) for k, v in line.items() if k != "stroke"} for line in root.iter(f"{SVG}line")
    ]
    return [line["x2"] - line["x1"] for line in lines if line["y1"] == line["y2"]]


def test_few_cases_have_long_whiskers_and_say_that_they_are_few() -> None:
    few, many = drawn(row("few", 4, 4)), drawn(row("many", 400, 400))
    assert min(whiskers(few)) > 20 * max(whiskers(many))
    assert texts(few).count("4/4") == 3


def test_of_no_case_there_is_a_dash_and_no_bar() -> None:
    none, some = drawn(row("none", 0, 0)), drawn(row("some", 1, 2))
    assert texts(none).count("–") == 3
    assert len(list(some.iter(f"{SVG}rect"))) == len(list(none.iter(f"{SVG}rect"))) + 3
    assert whiskers(none) == []


def test_labels_are_text_and_never_markup() -> None:
    assert "a < b & c" in texts(drawn(row("a < b & c", 1, 2)))


def test_it_speaks_chinese() -> None:
    assert {"明显", "伪装", "准确率"} <= set(texts(drawn(row("bulk-delete", 1, 2), language="zh")))


def test_only_all_is_a_hundred_percent_and_only_none_is_zero() -> None:
    assert [percent(share) for share in (1.0, 0.999, 0.5, 0.001, 0.0, None)] == [
        "100 %", "99 %", "50 %", "1 %", "0 %", "–",
    ]  # fmt: skip
    assert (counted(rate(57, 60)), counted(rate(0, 0))) == ("95 % 57/60", "–")


def test_delays_and_frequencies_are_told_as_people_tell_them() -> None:
    assert [lasting(seconds, "en") for seconds in (0, 59, 600, 5400, 200_000, None)] == [
        "0 s", "59 s", "10 min", "1.5 h", "2.3 d", "–",
    ]  # fmt: skip
    assert lasting(5400, "zh") == "1.5 小时"
    assert [per_week(figure) for figure in (0.0, 4.994, 12.34, None)] == [
        "0.00",
        "4.99",
        "12.3",
        "–",
    ]
