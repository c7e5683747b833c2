from __future__ import annotations

import pytest

from tests.connectors.mapping.pages import HEAD, RECORD, RULE, event, page, problems


def test_the_least_page_makes_an_event() -> None:
    assert event(RECORD) == {
        "specversion": "1.0",
        "id": "P-1",
        "source": "//crm.acme.test",
        "type": "offbook.payment.v1",
        "time": "2026-03-05T14:22:30+08:00",
        "data": {"payment": "P-1", "amount": "1280.00", "payee_account": "6222 0000 1111"},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source = ", "mine: is not TOML: "),
        (HEAD, "mine: there is no rule: write [[rule]]"),
        (HEAD + RULE + "[[ruel]]", "mine: there is no `ruel` in a page; did you mean rule?"),
        (HEAD.replace("source", "# source") + RULE, "mine: `source` says which system it is"),
        (HEAD.replace("decode", "# decode") + RULE, "mine: `decode` says what is sent"),
        (HEAD.replace("json", "jsno") + RULE, "mine: decode: Invalid enum value 'jsno'"),
        (HEAD.replace("Shanghai", "Shanghia") + RULE, "mine: zone: there is no time zone"),
        (HEAD + RULE.replace("payment.v1", "paymnt.v1"), "did you mean offbook.payment.v1?"),
        (HEAD + RULE.replace("payee_account", "payee_acount"), "did you mean payee_account?"),
        (HEAD + RULE.replace("payee_account", "order"), "needs `payee_account`"),
        (HEAD + RULE.replace('id = { path = "no" }', ""), "mine: rule 1: `id` is missing"),
        (HEAD + RULE.replace('"decimal"', '"decmal"'), "no step 'decmal'; did you mean decimal?"),
        (HEAD + RULE.replace('as = "decimal"', "divid = 100"), "there is no `divid` here"),
        (HEAD + RULE.replace('as = "decimal"', 'as = "decimal", divide = "x"'), "a whole number"),
        (HEAD + RULE.replace('path = "sum"', 'path = "sum[?"'), "`sum[?` is no JMESPath"),
        (HEAD + RULE.replace('{ path = "to" }', '{ paht = "to" }'), "did you mean path?"),
        (HEAD + RULE.replace('path = "to"', 'path = "to", as = "lookup", table = "x"'), "no table"),
        (HEAD + RULE.replace('path = "to"', 'path = "to", as = "find", pattern = "("'), "pattern"),
        (HEAD + RULE + "[[rule]]\nskip = ''", "mine: rule 2: `skip` says why"),
        (HEAD + RULE + "[[rule]]\nskip = 'x'\nid = '1'", "what is skipped has no type"),
        (HEAD + RULE + "[[rule]]\nwhen = 7\nskip = 'x'", "rule 2.when: is to be a table"),
        (HEAD + RULE + "[tables]\nstage = { a = 1 }", "mine: tables.stage: is to have rows"),
        ('preset = "debezum"', "there is no preset 'debezum'; did you mean debezium?"),
    ],
)
def test_what_is_wrong_with_a_page_is_said_with_its_place_and_the_mend(
    text: str, told: str
) -> None:
    assert any(told in it for it in problems(text)), problems(text)


def test_a_time_without_a_zone_does_not_start() -> None:
    without = HEAD.replace('zone = "Asia/Shanghai"', "") + RULE
    assert any("rule 1.time" in it and "zone" in it for it in problems(without))
    page(without.replace('"at", as = "time"', '"at", as = "time", zone = "Asia/Shanghai"'))
    page(without.replace('"at", as = "time"', '"at", as = "time", unit = "ms"'))
    page(without.replace('"at", as = "time"', '"at", as = "time", offset = true'))
    page(without.replace('"at", as = "time"', '"at", as = "time", format = "%Y-%m-%d %z"'))
    wall = without.replace('"at", as = "time"', '"at", as = "time", unit = "ms", wall = true')
    assert any("zone" in it for it in problems(wall))


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = HEAD.replace("Shanghai", "X") + RULE.replace('"decimal"', '"x"').replace('"to"', '"["')
    assert len(problems(text)) >= 3


def test_what_all_pages_share_stands_in_the_companys_tables_and_a_page_goes_over_it() -> None:
    look = RULE.replace('path = "to"', 'path = "to", as = "lookup", table = "accounts"')
    company = {"tables": {"accounts": {"main": "6222", "other": "6223"}}}
    assert page(HEAD + look, company)
    assert problems(HEAD + look) != ()
    own = HEAD + '[tables.accounts]\nmain = "6299"\n' + look
    assert (
        page(own, company)
        .rules[0]
        .outcome({**RECORD, "to": "main"})
        .document["data"]["payee_account"]
        == "6299"
    )  # type: ignore[union-attr]


def test_a_page_that_rests_on_a_preset_says_only_what_is_its_own() -> None:
    mine = """
preset = "hr-csv"
source = "//hr.acme.test"
[[rule]]
when = { "备注" = "测试" }
skip = "a test"
"""
    made = page(mine)
    assert made.source == "//hr.acme.test"
    assert made.rules[0].skip == "a test"
    assert len(made.rules) > 1
    assert made.tests == ()
