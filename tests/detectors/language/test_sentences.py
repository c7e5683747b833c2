"""Sentences: what fills their places, and which of them are said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.alert import Bilingual
from contract.duration import Duration
from contract.times import DAY, HOUR, MINUTE, SECOND
from detectors.facts.fact import Fact
from detectors.language.finding import Finding, Subject
from detectors.language.params import Params
from detectors.language.sentences import Listing, Part, Sentence, says
from detectors.language.wording import CompanyWords, elapsed
from detectors.rules.data.bulk_delete import DETECTOR as BULK_DELETE
from tests.detectors.timeline import at, company, employee

NINE = at("2026-03-02 09:00")


class SomeParams(Params):
    threshold: int = 20
    window: Duration = Duration("36h")


def finding(subject: Subject = Subject(), **values: str) -> Finding:  # noqa: B008 - frozen
    facts = [Fact(at, "delete", "//x", str(at), 0, 0, 0) for at in (NINE, NINE + 3 * DAY)]
    return Finding(anchor="a", facts=tuple(facts), until=0, subject=subject, values=values)


def said(found: Finding, *sentences: Sentence, **parts: Part) -> Bilingual:
    words = CompanyWords(company(employee("E-1", "唐静")))
    return says(*sentences, **parts)(found, SomeParams(), words)


def both(text: str, found: Finding, **parts: Part) -> tuple[str, str]:
    told = said(found, Sentence(text, text), **parts)
    return told.en, told.zh


def test_a_place_is_filled_by_value_parameter_or_subject() -> None:
    found = finding(Subject(customer="C-1"), total="43")
    assert both("{total} {threshold} {customer}", found) == ("43 20 C-1", "43 20 C-1")


def test_a_value_goes_before_the_parameter_of_its_name() -> None:
    assert both("{threshold}", finding(threshold="43"))[0] == "43"


def test_what_is_not_known_of_the_subject_is_said_to_be_unknown() -> None:
    assert both("{customer}", finding()) == ("unknown", "未知")
    assert both("{employee}", finding()) == ("an employee not yet known", "尚不明确的员工")


def test_a_parameter_that_is_a_duration_is_told_in_words() -> None:
    assert both("{window}", finding()) == ("1 day 12 hours", "1 天 12 小时")


def test_a_value_can_read_otherwise_in_chinese() -> None:
    found = finding(**{"differs": "nothing", "differs.zh": "无"})
    assert both("{differs}", found) == ("nothing", "无")


@pytest.mark.parametrize(
    "place, en, zh",
    [
        ("{first:time}", "2026-03-02 09:00", "2026-03-02 09:00"),
        ("{last:day}", "2026-03-05", "2026-03-05"),
        ("{since:time}", "2026-03-02 09:00", "2026-03-02 09:00"),
        ("{amount:money}", "800.00 CNY", "800.00 元"),
        ("{who:employee}", "唐静 (E-1)", "唐静（E-1）"),
        ("{one:record,file}", "1 record or file", "1"),
        ("{soon:span}", "4 hours", "4 小时"),
        ("{sooner:span}", "15 minutes", "15 分钟"),
        ("{soonest:span}", "20 seconds", "20 秒"),
        ("{later:span}", "2 days 5 hours", "2 天 5 小时"),
    ],
)
def test_after_a_colon_stands_how_it_is_told(place: str, en: str, zh: str) -> None:
    found = finding(
        since=str(NINE),
        amount="800",
        currency="CNY",
        who="E-1",
        one="1",
        soon="255m",
        sooner="15m",
        soonest="20s",
        later="3215m",
    )
    assert both(place, found) == (en, zh)


@pytest.mark.parametrize(
    "when, holds",
    [
        ("", True),
        ("duty", True),
        ("duty=payment", True),
        ("duty=shipment", False),
        ("holder", False),
        ("!holder", True),
        ("!duty=shipment", True),
        ("customer", True),
        ("order", False),
        ("duty & customer", True),
        ("duty & !customer", False),
    ],
)
def test_a_sentence_is_said_when_its_conditions_hold(when: str, holds: bool) -> None:
    found = finding(Subject(customer="C-1"), duty="payment")
    assert (said(found, Sentence("Yes.", "是。", when=when)).en == "Yes.") is holds


def test_sentences_follow_each_other_with_a_space_in_english_and_none_in_chinese() -> None:
    told = said(finding(), Sentence("One.", "一。"), Sentence("Two.", "二。"))
    assert told == Bilingual("One. Two.", "一。二。")


def test_a_part_fills_the_place_of_its_name_or_leaves_nothing() -> None:
    sentence = Sentence("Lost{why}.", "丢单{why}。")
    why = Sentence(" to {rival}", "给{rival}", when="rival")
    assert said(finding(rival="X"), sentence, why=why) == Bilingual("Lost to X.", "丢单给X。")
    assert said(finding(), sentence, why=why) == Bilingual("Lost.", "丢单。")


def test_of_alternatives_the_one_that_holds_is_said() -> None:
    kinds = (Sentence("won", "赢单", when="kind=won"), Sentence("lost", "丢单", when="kind=lost"))
    assert both("It {how}.", finding(kind="lost"), how=kinds) == ("It lost.", "It 丢单.")


def test_a_listing_has_its_sign_between_what_holds() -> None:
    fields = ("phone", "email", "address")
    listing = Listing(tuple(Sentence(name, name, when=name) for name in fields), " and ", "、")
    found = finding(phone="1", address="2")
    assert both("{what}", found, what=listing) == ("phone and address", "phone、address")
    assert both("{what}", finding(phone="1"), what=listing) == ("phone", "phone")


def test_braces_in_what_people_typed_are_no_places() -> None:
    assert both("{name}", finding(name="{employee}"))[0] == "{employee}"


def test_a_place_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(AttributeError):
        both("{nonsense}", finding())


def test_elapsed_is_in_whole_minutes_and_reads_as_the_settings_do() -> None:
    for span in (0, 59 * SECOND, MINUTE, 4 * HOUR + 15 * MINUTE, 14 * DAY, 13 * DAY + 59):
        text = elapsed(NINE, NINE + span)
        assert span - MINUTE < Duration(text) <= span
    assert elapsed(NINE, NINE + 20 * SECOND + 7) == "20s"
    assert elapsed(NINE, NINE + 4 * HOUR + 15 * MINUTE) == "255m"


def test_a_long_duration_of_odd_seconds_is_written_so_that_it_can_be_read_again() -> None:
    for seconds in ("1234567s", "0.5s", "0.000001s"):
        assert Duration(str(Duration(seconds))) == Duration(seconds)


# What is wrong with sentences is told when the rule is loaded.


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (
            Sentence("{totl} within {window}", "{window}"),
            "'{totl} within {window}' has a place {totl}, which nothing fills; did you mean total?",
        ),
        (
            Sentence("{window}", "{windows} 内"),
            "'{windows} 内' has a place {windows}, which nothing fills; did you mean window?",
        ),
        (
            Sentence("so", "是", when="!totel & employee"),
            "when='!totel & employee' asks for totel, which nothing gives; did you mean total?",
        ),
        (
            Sentence("{total:money}", "{total:money}"),
            "'{total:money}' tells of money, and no currency is given",
        ),
    ],
)
def test_a_place_or_a_condition_that_names_nothing_is_told_with_the_nearest(
    sentence: Sentence, fault: str
) -> None:
    assert fault in list(says(sentence, given=("total",)).faults(SomeParams()))


def test_what_is_given_and_known_of_every_finding_is_no_fault() -> None:
    text = "{total} {part} {threshold} {employee} {first:time} {last:day} {at:time} {sum:money}"
    told = says(
        Sentence(text, text, when="total=3 & !customer"),
        part=Sentence("{window}", "{window}"),
        given=("total", "sum", "currency"),
    )
    assert list(told.faults(SomeParams())) == []


def test_a_detector_whose_sentences_name_nothing_is_refused() -> None:
    wrong = says(Sentence("{employee} did {something}.", "{employee}。"))
    with pytest.raises(TypeError, match=r"^bulk-delete: .* has a place {something}, which nothing"):
        replace(BULK_DELETE, says=wrong)


def test_a_detector_that_watches_what_no_profile_has_is_refused() -> None:
    with pytest.raises(TypeError, match=r"facts of role stats; did you mean status\?"):
        replace(BULK_DELETE, watches=frozenset({"stats"}))
