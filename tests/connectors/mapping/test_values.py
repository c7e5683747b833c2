from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mapping.page import read_page
from connectors.outcome import Mapped
from tests.connectors.mapping.pages import HEAD, RECORD, RULE, event, problems, rejected
from tests.parts.examples import examples

ORDER = """
[tables.patterns]
order = 'SO-\\d+'
[values.order]
template = "{remark?} {use?}"
as = "find"
named = "order"
"""


def rule(*fields: str) -> str:
    return "\n".join((RULE, *fields))


def preset(_: str) -> str:
    return HEAD + ORDER + rule('order = { path = "order" }')


def made(own: str, company: dict[str, Any] | None = None, **record: Any) -> dict[str, Any]:
    page = read_page("mine", 'preset = "theirs"\n' + own, preset, company)
    outcome = page.rules[0].outcome({**RECORD, **record})
    assert isinstance(outcome, Mapped)
    data: dict[str, Any] = outcome.document["data"]
    return data


def test_a_value_stands_for_a_path_and_in_a_template() -> None:
    text = HEAD + ORDER + rule('order = { path = ["own", "order"] }')
    assert event({**RECORD, "use": "for SO-7"}, text)["data"]["order"] == "SO-7"
    text = HEAD + ORDER + rule('order = { template = "x/{order}" }')
    assert event({**RECORD, "use": "for SO-7"}, text)["data"]["order"] == "x/SO-7"


def test_a_value_may_rest_on_an_earlier_one() -> None:
    later = '[values]\nday = { path = "at", as = "date" }\nref = { template = "{day}/{no}" }\n'
    text = HEAD + later + rule('order = { path = "ref" }')
    assert event(RECORD, text)["data"]["order"] == "2026-03-05/P-1"


def test_what_is_wrong_with_a_value_is_said_of_the_field_that_takes_it() -> None:
    text = (
        HEAD
        + "[tables.people]\n[values]\nwho = { path = 'by', as = 'lookup', table = 'people' }\n"
        + rule("recorded_by = { path = 'who' }")
    )
    dead = rejected({**RECORD, "by": "sunqi"}, text)
    assert (dead.field, dead.path, dead.word) == ("data.recorded_by", "by", "sunqi")


def test_a_page_says_one_value_of_its_preset_otherwise() -> None:
    assert made("", use="SO-7")["order"] == "SO-7"
    assert made("[values.order]\npath = 'bill'\n", use="SO-7", bill="B-1")["order"] == "B-1"


def test_a_pattern_is_the_presets_the_companys_or_the_pages_own() -> None:
    company = {"tables": {"patterns": {"order": "B-\\d+"}}}
    own = "[tables.patterns]\norder = 'C-\\d+'\n"
    words = "SO-1 B-2 C-3"
    assert made("", use=words)["order"] == "SO-1"
    assert made("", company, use=words)["order"] == "B-2"
    assert made(own, company, use=words)["order"] == "C-3"


def test_a_page_adds_to_the_other_names_of_columns() -> None:
    def with_aliases(_: str) -> str:
        return (
            HEAD.replace('"json" }', '"csv", aliases = { no = ["number"], sum = ["amount"] } }')
            + rule()
        )

    own = 'preset = "theirs"\ndecode = { aliases = { sum = ["gross"], to = ["account"] } }\n'
    aliases = read_page("mine", own, with_aliases).decoding.aliases
    assert aliases == {"no": ["number"], "sum": ["gross"], "to": ["account"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("values = 1\n" + HEAD + RULE, "`values` is to be a table"),
        (HEAD + "[values]\na = { pfad = 'x' }\n" + RULE, "values.a: there is no `pfad`"),
        (
            HEAD + rule("order = { path = 'no', as = 'find', named = 'x' }"),
            "rule 1.data.order: there is no pattern 'x': write it in [tables.patterns]",
        ),
        (
            HEAD + rule("order = { path = 'no', with = { a = { path = 'b' } } }"),
            "rule 1.data.order: `with` is for a template",
        ),
        (
            HEAD + rule("order = { template = '{a}', with = 'b' }"),
            "rule 1.data.order: `with` is to be a table of fields",
        ),
    ],
)
def test_what_is_wrong_is_said_when_the_page_is_read(text: str, said: str) -> None:
    assert any(said in it for it in problems(text))


def test_what_a_template_names_of_its_own_takes_steps() -> None:
    text = HEAD + rule(
        "order = { template = '{no}/{sums}', with = { sums = { path = 'sum', as = 'decimal' } } }"
    )
    for written in ("1,280.00", "1280.00", "¥1280.00"):
        assert event({**RECORD, "sum": written}, text)["data"]["order"] == "P-1/1280.00"


DISCOUNT = RULE.replace('path = "sum", as = "decimal"', 'path = "[off, list]", as = "percent"')


@pytest.mark.parametrize(
    ("off", "of", "share"),
    [
        (32000, 160000, "20"),
        ("1,280.50", "25610", "5"),
        (1, 3, "33.3333"),
        (0, 160000, "0"),
    ],
)
def test_a_share_is_told_in_per_cent(off: Any, of: Any, share: str) -> None:
    document = event({**RECORD, "off": off, "list": of}, HEAD + DISCOUNT)
    assert document["data"]["amount"] == share


@pytest.mark.parametrize(("off", "of"), [(None, 160000), (32000, ""), (0, 0)])
def test_there_is_no_share_of_nothing(off: Any, of: Any) -> None:
    dead = rejected({**RECORD, "off": off, "list": of}, HEAD + DISCOUNT)
    assert (dead.stage, dead.field) == ("contract", "data.amount")


@pytest.mark.parametrize(("off", "of"), [("a fifth", 160000), (10**38, 1), ("1", "1e9")])
def test_what_is_no_share_is_a_dead_letter(off: Any, of: Any) -> None:
    dead = rejected({**RECORD, "off": off, "list": of}, HEAD + DISCOUNT)
    assert (dead.stage, dead.field) == ("map", "data.amount")


def test_a_share_takes_two_numbers() -> None:
    one = HEAD + RULE.replace('as = "decimal"', 'as = "percent"')
    assert "not two numbers" in rejected(RECORD, one).reason


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=20))
@settings(max_examples=examples(60))
def test_a_sum_is_exact(amounts: list[Decimal]) -> None:
    text = HEAD + RULE.replace('"sum", as = "decimal"', '"lines[].sum", as = "sum"')
    lines = [{"sum": str(it)} for it in amounts]
    document = event({**RECORD, "lines": lines}, text)
    assert Decimal(document["data"]["amount"]) == sum(amounts)
