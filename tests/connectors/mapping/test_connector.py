from __future__ import annotations

import io
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mapping.connector import Connector
from connectors.mapping.steps import as_text
from connectors.mapping.wrong import WrongValueError
from connectors.outcome import Empty, Mapped, Rejected, Skipped, Unmatched
from contract.decoding.decode import NOWHERE, decode_structured
from contract.event import Event
from tests.connectors.mapping.pages import HEAD, RECORD, RULE, event, page, rejected, told
from tests.parts.examples import examples

LOOKED_UP = (
    HEAD
    + '[tables.method]\n"网银" = "transfer"\n'
    + RULE
    + ('method = { path = "how", as = "lookup", table = "method" }\n')
)
SPLIT = HEAD.replace("decode", 'split = [{ path = "rows", as = "it" }]\ndecode') + RULE.replace(
    'path = "', 'path = "it.'
)


def test_a_word_in_no_table_is_a_dead_letter_that_names_field_value_and_table() -> None:
    wrong = rejected({**RECORD, "how": "现金"}, LOOKED_UP)
    assert (wrong.stage, wrong.field, wrong.word, wrong.table, wrong.path) == (
        "map", "data.method", "现金", "method", "how",
    )  # fmt: skip
    assert "[tables.method]" in wrong.mend
    assert event({**RECORD, "how": "网银"}, LOOKED_UP)["data"]["method"] == "transfer"
    assert event({**RECORD, "how": " 网银"}, LOOKED_UP)["data"]["method"] == "transfer"
    assert "method" not in event(RECORD, LOOKED_UP)["data"]


def test_a_word_that_may_be_missing_is_nothing_if_the_page_says_so() -> None:
    text = LOOKED_UP.replace('table = "method" }', 'table = "method", else = "" }')
    assert "method" not in event({**RECORD, "how": "现金"}, text)["data"]


@pytest.mark.parametrize("number", ["6.22E+18", "6.222E18", "1e5"])
def test_what_a_spreadsheet_has_cut_off_is_no_id(number: str) -> None:
    text = HEAD + RULE.replace('"to" }', '"to", as = "text" }').replace(
        'id = { path = "no" }', 'id = { template = "{no}" }'
    )
    assert rejected({**RECORD, "to": number}, text).field == "data.payee_account"
    assert rejected({**RECORD, "no": number}, text).field == "id"


def test_nor_is_it_where_it_came_as_a_number() -> None:
    number = Decimal("6.22202001122334E+18")
    with pytest.raises(WrongValueError, match="rounded"):
        as_text(number)
    assert as_text(Decimal("12.50")) == "12.50"


def test_what_the_contract_refuses_is_a_dead_letter_in_its_words() -> None:
    wrong = rejected({**RECORD, "to": "6222****1111"})
    assert (wrong.stage, wrong.field) == ("contract", "data.payee_account")
    assert "masked" in wrong.reason


@pytest.mark.parametrize("field", ["no", "at"])
def test_without_an_id_or_a_time_there_is_no_event(field: str) -> None:
    wrong = rejected({**RECORD, field: ""})
    assert wrong.stage == "map"
    assert wrong.field == {"no": "id", "at": "time"}[field]


def test_a_template_with_a_hole_is_none_lest_it_be_anothers() -> None:
    text = HEAD + RULE.replace('id = { path = "no" }', 'id = { template = "{no}/{line}" }')
    assert rejected(RECORD, text).field == "id"
    assert event({**RECORD, "line": 3}, text)["id"] == "P-1/3"
    assert event(RECORD, text.replace("{line}", "{line?}"))["id"] == "P-1/"


def test_the_first_rule_that_is_for_it_counts() -> None:
    skip = '[[rule]]\nwhen = { state = ["draft", "void"] }\nskip = "not yet paid"\n'
    where = '[[rule]]\nwhere = "starts_with(no, \'T-\')"\nskip = "a test"\n'
    text = HEAD + skip + where + RULE.replace("type =", 'when = { sum = "present" }\ntype =')
    assert told({**RECORD, "state": "void"}, text)[0].outcome == Skipped("not yet paid", 1)
    assert told({**RECORD, "no": "T-1"}, text)[0].outcome == Skipped("a test", 2)
    assert told({**RECORD, "sum": None}, text)[0].outcome == Unmatched()
    assert event(RECORD, text)["id"] == "P-1"


def test_a_record_of_which_a_condition_cannot_be_asked_is_not_for_the_rule() -> None:
    text = HEAD + '[[rule]]\nwhere = "starts_with(no, \'T-\')"\nskip = "a test"\n'
    assert told({"no": 7}, text)[0].outcome == Unmatched()


def test_each_item_of_a_list_is_a_record_and_an_empty_list_is_told() -> None:
    made = told({"rows": [RECORD, {**RECORD, "no": "P-2"}]}, SPLIT)
    assert [it.outcome.document["id"] for it in made if isinstance(it.outcome, Mapped)] == [
        "P-1", "P-2",
    ]  # fmt: skip
    for nothing in ({"rows": []}, {}):
        assert [type(it.outcome) for it in told(nothing, SPLIT)] == [Empty]


def test_equal_rows_without_an_id_are_told_apart_and_another_export_has_the_same() -> None:
    text = HEAD.replace('"json"', '"ndjson"') + RULE + "\n"
    text = "number_equals = true\n" + text
    lines = [RECORD, {**RECORD, "no": "P-2"}, RECORD, RECORD]
    stream = "\n".join(json.dumps(it) for it in lines).encode()
    connector = Connector(page(text))
    ids = [
        [
            it.outcome.document["id"]
            for it in connector.read(io.BytesIO(stream))
            if isinstance(it.outcome, Mapped)
        ]
        for _ in range(2)
    ]
    assert ids == [["P-1", "P-2", "P-1#2", "P-1#3"]] * 2


def test_a_number_of_nineteen_digits_stays_as_it_is() -> None:
    text = HEAD + RULE.replace('"to" }', '"to", as = "text" }')
    made = event({**RECORD, "to": 6222020011223344556}, text)
    assert made["data"]["payee_account"] == "6222020011223344556"


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(list(RECORD.values())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RECORD, "how", "rows", "it"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=examples(200))
@given(
    record=st.dictionaries(st.sampled_from([*RECORD, "how", "rows"]), ANYTHING),
    text=st.sampled_from([HEAD + RULE, LOOKED_UP, SPLIT]),
)
def test_whatever_a_record_holds_it_has_outcomes_and_an_event_is_one_of_the_contract(
    record: dict[str, Any], text: str
) -> None:
    found = told(record, text)
    assert found
    kinds = Counter(type(it.outcome) for it in found)
    assert kinds.keys() <= {Mapped, Skipped, Unmatched, Empty, Rejected}
    for it in found:
        if isinstance(it.outcome, Mapped):
            line = json.dumps(it.outcome.document, default=str).encode()
            assert isinstance(decode_structured(line, NOWHERE), Event)
