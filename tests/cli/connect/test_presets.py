from __future__ import annotations

import io
from pathlib import Path

import pytest

from connectors.loading import load_connector, preset_names
from connectors.mapping.connector import Connector
from connectors.mapping.page import read_page
from connectors.outcome import Mapped, Rejected
from offbook.cli.connect.page_tests import failures
from offbook.cli.connect.preset_pages import fills, pages, rendered
from offbook.cli.connect.preset_pages import users as users_of
from tests.connectors.mapping.pages import HEAD, RULE
from tests.connectors.presets.fixture import COMPANY


@pytest.mark.parametrize("name", preset_names())
def test_the_cases_in_a_preset_hold(name: str) -> None:
    connector = load_connector(name, tested=True)
    assert connector.page.tests, "a preset has a [[test]]"
    assert [it for case in connector.page.tests for it in failures(connector, case)] == []


@pytest.mark.parametrize("name", preset_names())
def test_a_case_in_a_preset_says_what_becomes_of_each_record(name: str) -> None:
    connector = load_connector(name, tested=True)
    for case in connector.page.tests:
        records = list(connector.read(io.BytesIO(case.in_.encode())))
        assert len(records) == len(case.out) + sum(case.outcomes.values())


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_says_what_it_is_in_two_languages_and_whose_it_is_in_none(name: str) -> None:
    page = load_connector(name, COMPANY).page
    assert page.title
    assert page.title_zh
    assert "example.com" in str(page.source)


@pytest.mark.parametrize("name", preset_names())
def test_rubbish_is_a_dead_letter_and_no_fault_of_ours(name: str) -> None:
    connector = load_connector(name, COMPANY)
    for rubbish in (b"\xff\xfe\x00", b"{", b"[[[[", b"<a", b"\x00" * 99, b"PK\x03\x04", b"1,2\n3"):
        for it in connector.read(io.BytesIO(rubbish)):
            assert not isinstance(it.outcome, Mapped)
            assert not isinstance(it.outcome, Rejected) or it.outcome.mend


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_preset_has_a_page_that_says_what_its_rules_fill(page: Path) -> None:
    assert page.is_file(), "write it"
    text = page.read_text("utf-8")
    assert "<!-- fills -->" in text
    assert rendered(page) == text, "make docs"


def test_what_a_preset_fills_is_what_its_rules_do() -> None:
    (its,) = fills("hr-csv")
    assert its.kind.topic == "hr.changes"
    assert set(its.filled) == {"employee", "kind", "effective_on"}
    assert "deleted-before-resignation" in [it.id for it in users_of([its])]
    assert "offbook-payment" not in [it.id for it in users_of([its])]


CASE = """
[[test]]
in = '{"no": "P-1", "at": "2026-03-05 14:22:30", "sum": "12", "to": "6222"}'
out = [{ id = "P-1", data = { payment = "P-1", amount = "12", payee_account = "6222" } }]
outcomes = { mapped = 1 }
"""


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (CASE, []),
        (CASE.replace('"12"', '"13"', 1), ["event 1: data is "]),
        (
            CASE.replace('id = "P-1", data', 'id = "P-2", data'),
            ['event 1: id is "P-1", and should'],
        ),
        (CASE.replace("mapped = 1", "mapped = 2"), ["1 are mapped, and 2 should be"]),
        (
            CASE.replace('"to": "6222"', '"to": ""'),
            ["in: contract: data", "there are 0 events"],
        ),
        (CASE.replace("out =", "# out ="), ["there are 1 events, and there should be 0"]),
    ],
)
def test_what_is_otherwise_than_a_case_says_is_told(case: str, told: list[str]) -> None:
    page = read_page("mine", HEAD + RULE + case, lambda name: name)
    found = list(failures(Connector(page), page.tests[0]))
    assert bool(found) == bool(told)
    for it in told:
        assert any(line.startswith(it) for line in found), found
