from __future__ import annotations

import pytest

from tests.connectors.decoding.reading import fault, read_fixture, values


def test_alipay_has_a_field_for_each_name() -> None:
    (value,) = read_fixture("bank/alipay_notify.form.txt")
    assert value["gmt_payment"] == "2026-03-05 14:22:30"
    assert value["subject"] == "货款"
    assert value["buyer_logon_id"] == "138****0001"


def test_kuaidi100_has_json_in_a_field() -> None:
    (value,) = read_fixture("shipping/kuaidi100_push.form.txt")
    assert value["param"]["lastResult"]["nu"] == "SF0000000000412"


def test_a_name_that_is_repeated_has_a_list() -> None:
    assert values("a=1&b=&a=2&a=3", format="form") == [{"a": ["1", "2", "3"], "b": ""}]


def test_names_are_ours_where_an_alias_says_so() -> None:
    assert values("user=x", format="form", aliases={"person": ["u", "user"]}) == [{"person": "x"}]


def test_values_may_be_gb18030() -> None:
    assert values("a=%C0%EE%CB%C4", format="form") == [{"a": "李四"}]
    assert values("a=%C0%EE%CB%C4", format="form", encoding="gbk") == [{"a": "李四"}]


@pytest.mark.parametrize("text", ["", "x", "a=1&&b", "a=%FF%FF", "&".join(["a=1"] * 1001)])
def test_what_is_no_form_is_refused(text: str) -> None:
    assert fault(text, format="form").last
