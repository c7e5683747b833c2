from __future__ import annotations

import pytest

from scoring.rates import rate


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(hits: int, of: int, low: float, high: float) -> None:
    found = rate(hits, of)
    assert found.rate == hits / of
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_four_of_four_is_less_sure_than_four_hundred_of_four_hundred() -> None:
    few, many = rate(4, 4), rate(400, 400)
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.52 < 0.98 < many.low
    assert few.high == many.high == 1.0


def test_of_no_case_nothing_is_known() -> None:
    assert (rate(0, 0).rate, rate(0, 0).low, rate(0, 0).high) == (None, None, None)
