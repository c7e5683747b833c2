"""Wording: what people read, in English and in the Chinese of the trade."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.alert import Bilingual
from contract.duration import Duration
from contract.times import DAY, HOUR, MINUTE, SECOND
from contract.types import ObjectType
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.facts.view import Common
from detectors.language.detector import Detector
from detectors.language.wording import (
    TERMS,
    CompanyWords,
    counted,
    floored,
    money,
    roughly,
    span,
    tenths,
    total,
)
from detectors.rules.catalogue import DETECTORS
from tests.detectors.timeline import at, company, employee


def words(*documents: object) -> CompanyWords:
    return CompanyWords(company(*documents))  # type: ignore[arg-type]


def test_an_employee_is_told_by_name_and_number() -> None:
    assert words(employee("E132", "唐静")).employee("E132") == Bilingual(
        "唐静 (E132)", "唐静（E132）"
    )


def test_one_without_a_name_on_file_by_the_number_alone() -> None:
    assert words().employee("E132") == Bilingual("E132", "员工E132")
    assert words(employee("E132")).employee("E132") == Bilingual("E132", "员工E132")


def test_nobody_known_is_said_to_be_unknown() -> None:
    assert words().employee(None) == Bilingual("an employee not yet known", "尚不明确的员工")


def test_every_record_and_every_way_to_reach_somebody_is_in_the_glossary() -> None:
    assert {*get_args(ObjectType), "phone", "email", "address"} == set(TERMS)
    assert all(term.en.isascii() and not term.zh.isascii() for term in TERMS.values())


def test_times_and_days_are_the_companys() -> None:
    moment = at("2026-03-02 00:05:59")
    assert (words().time(moment), words().day(moment)) == ("2026-03-02 00:05", "2026-03-02")
    abroad = CompanyWords(Reference("UTC"))
    assert (abroad.time(moment), abroad.day(moment)) == ("2026-03-01 16:05", "2026-03-01")


@pytest.mark.parametrize(
    "amount, currency, en, zh",
    [
        ("168000", "CNY", "168,000.00 CNY", "168,000.00 元"),
        ("0.5", "USD", "0.50 USD", "0.50 USD"),
        ("1300000+", "CNY", "1,300,000.00+ CNY", "1,300,000.00+ 元"),
        ("999999999999999999", "CNY", "999,999,999,999,999,999.00 CNY", None),
    ],
)
def test_money(amount: str, currency: str, en: str, zh: str | None) -> None:
    said = money(amount, currency)
    assert said.en == en
    assert zh is None or said.zh == zh


@pytest.mark.parametrize(
    "duration, en, zh",
    [
        ("7d", "7 days", "7 天"),
        ("72h", "3 days", "3 天"),
        ("24h", "1 day", "1 天"),
        ("36h", "1 day 12 hours", "1 天 12 小时"),
        ("60h", "2 days 12 hours", "2 天 12 小时"),
        ("1h", "1 hour", "1 小时"),
        ("90m", "1 hour 30 minutes", "1 小时 30 分钟"),
        ("90s", "1 minute 30 seconds", "1 分钟 30 秒"),
        ("20s", "20 seconds", "20 秒"),
        ("1s", "1 second", "1 秒"),
        ("0.5s", "0.5 seconds", "0.5 秒"),
        ("0.000001s", "0.000001 seconds", "0.000001 秒"),
        ("1.5s", "1 second", "1 秒"),
        ("0s", "0 seconds", "0 秒"),
        ("1445m", "1 day 5 minutes", "1 天 5 分钟"),
        ("15301s", "4 hours 15 minutes", "4 小时 15 分钟"),
        ("119s", "1 minute 59 seconds", "1 分钟 59 秒"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(duration: str, en: str, zh: str) -> None:
    assert span(Duration(duration)) == Bilingual(en, zh)


_UNITS = {"day": DAY, "hour": HOUR, "minute": MINUTE, "second": SECOND}


@given(st.integers(0, 1000 * DAY))
def test_a_span_says_what_it_is_told_up_to_its_second_unit(duration: int) -> None:
    told = span(duration)
    pairs = [tuple(pair.split(" ")) for pair in re.findall(r"[\d.]+ [a-z]+", told.en)]
    units = [_UNITS[name.removesuffix("s")] for _, name in pairs]
    said = sum(int(Decimal(count) * unit) for (count, _), unit in zip(pairs, units, strict=True))
    assert len(pairs) in (1, 2)
    assert all(count != "0" for count, _ in pairs) or duration == 0
    if duration < SECOND:
        assert said == duration
    else:
        # What is left out is less than one of the smaller unit, or than the smallest there is.
        assert 0 <= duration - said < (units[1] if len(units) == 2 else SECOND)
    assert re.sub(r"[^\d. ]", "", told.zh).split() == [count for count, _ in pairs]


def test_one_thing_is_singular_and_more_are_plural() -> None:
    assert counted("1", "customer") == "1 customer"
    assert counted("0", "customer") == "0 customers"
    assert counted("12", "record", "file") == "12 records or files"
    assert counted("1", "record", "file") == "1 record or file"
    assert counted("2100+", "chat hit") == "2100+ chat hits"


def _weighing(*weights: int) -> list[Fact]:
    return [
        Fact(n, "delete", "//test.example", str(n), 0, 0, 0, "", weight)
        for n, weight in enumerate(weights)
    ]


def test_totals_are_exact_as_long_as_all_the_evidence_is_listed() -> None:
    assert total(_weighing(1000, 234), Common(max_evidence=2)) == "1234"


def test_beyond_that_they_go_on_to_two_digits() -> None:
    assert total(_weighing(1000, 200, 34), Common(max_evidence=2)) == "1200+"
    assert total(_weighing(3, 2, 1), Common(max_evidence=2)) == "6+"


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_every_title_is_short_and_in_both_languages(detector: Detector) -> None:
    assert 5 < len(detector.title.en) <= 60
    assert re.fullmatch(r"[\u4e00-\u9fff]{2,16}", detector.title.zh)


@pytest.mark.parametrize(
    "length, said",
    [("50h", "2d"), ("47h", "47h"), ("119m", "119m"), ("121m", "2h"), ("59s", "59s"), ("0s", "0s")],
)
def test_a_length_is_told_in_whole_days_hours_minutes_or_seconds(length: str, said: str) -> None:
    assert roughly(Duration(length)) == said


def test_a_figure_is_floored_to_tenths() -> None:
    assert [tenths(Decimal(it)) for it in ("6", "6.09", "29.99", "0", "1E+40")] == [
        "6.0",
        "6.0",
        "29.9",
        "0.0",
        f"1{'0' * 40}.0",
    ]


def test_an_amount_is_told_exactly_up_to_a_bound_then_to_two_digits() -> None:
    order = Fact(0, "sale", "//test.example", "1", 0, 0, 0)
    few, many = [order] * 3, [order] * 4
    for exact, told in (("1399999.99", "1300000+"), ("6.18", "6.1+"), ("0", "0"), ("90", "90+")):
        assert floored(Decimal(exact), few, Common(max_evidence=3)) == exact
        assert floored(Decimal(exact), many, Common(max_evidence=3)) == told
