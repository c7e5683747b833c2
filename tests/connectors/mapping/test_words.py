from __future__ import annotations

import pytest

from connectors.outcome import Mapped, Skipped
from tests.connectors.mapping.pages import HEAD, RECORD, RULE, event, problems, rejected, told

TABLE = """
[tables.people]
lisi = "E-107"
[tables.kinds]
"采购" = "other"
"Ａ" = "sale"
"""


def skipping(want: str) -> str:
    return HEAD + TABLE + f'[[rule]]\nwhen = {{ kind = {want} }}\nskip = "of no interest"\n' + RULE


@pytest.mark.parametrize(
    ("want", "kind", "skipped"),
    [
        ('{ table = "kinds" }', "采购", True),
        ('{ table = "kinds" }', " A ", True),
        ('{ table = "kinds" }', "new", False),
        ('{ table = "kinds" }', None, False),
        ('{ table = "kinds", is = "other" }', "采购", True),
        ('{ table = "kinds", is = "other" }', "A", False),
        ('{ table = "kinds", is = "sale" }', ["new", "A"], True),
        ('{ table = "kinds", is = "sale" }', [], False),
        ('{ table = "kinds" }', {"a": 1}, False),
    ],
)
def test_a_rule_is_for_what_has_a_row_in_a_table(want: str, kind: object, skipped: bool) -> None:
    (only,) = told({**RECORD, "kind": kind}, skipping(want))
    assert isinstance(only.outcome, Skipped if skipped else Mapped)


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ('{ table = "kind" }', "rule 1.when.kind: there is no table 'kind'; did you mean kinds?"),
        ('{ table = "kinds", was = "x" }', "rule 1.when.kind: is to be { table = "),
        ('{ table = "kinds", is = 1 }', "rule 1.when.kind: is to be { table = "),
    ],
)
def test_a_table_that_is_not_there_is_told_when_the_page_is_read(want: str, said: str) -> None:
    assert said in problems(skipping(want))[0]


def defaulting(default: str) -> str:
    return HEAD + TABLE + RULE + f'recorded_by = {{ path = "number", default = {default} }}\n'


@pytest.mark.parametrize(
    ("record", "its"),
    [
        ({"number": "E-200", "login": "lisi"}, "E-200"),
        ({"login": "lisi"}, "E-107"),
        ({"number": "", "login": "lisi"}, "E-107"),
    ],
)
def test_what_stands_in_a_fields_stead_takes_steps_of_its_own(
    record: dict[str, str], its: str
) -> None:
    text = defaulting('{ path = "login", as = "lookup", table = "people" }')
    assert event({**RECORD, **record}, text)["data"]["recorded_by"] == its


def test_a_word_in_no_table_is_told_with_the_path_that_it_came_from() -> None:
    text = defaulting('{ path = "login", as = "lookup", table = "people" }')
    dead = rejected({**RECORD, "login": "sunqi"}, text)
    assert (dead.field, dead.path, dead.word) == ("data.recorded_by", "login", "sunqi")


def test_a_default_that_is_no_field_is_told_when_the_page_is_read() -> None:
    (said,) = problems(defaulting('{ pfad = "login" }'))[:1]
    assert "recorded_by.default" in said
