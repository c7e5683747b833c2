"""What a mend does to a document, and what it leaves as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offbook.cli.dead_letters.mending import Mend, MendError, UnmendedError, load, mended
from tests.parts.examples import examples

STRUCTURED = b'{"id": "1", "data": {"orderId": "O-1", "amount": 12345678901234567.80, "x": [1e2]}}'


def after(mend: Mend, value: bytes | None = STRUCTURED, *headers: tuple[str, bytes]) -> Any:
    return json.loads(mended(mend, value, headers).value or b"", parse_float=str)


def test_a_field_is_renamed_and_all_else_keeps_its_digits() -> None:
    done = mended(Mend(rename={"data.orderId": "data.order"}), STRUCTURED, ()).value
    assert done is not None
    assert json.loads(done)["data"]["order"] == "O-1"
    assert b"orderId" not in done
    assert b"12345678901234567.80" in done
    assert b"1e2" in done


def test_renaming_may_go_up_and_down_and_makes_what_lies_between() -> None:
    up = after(Mend(rename={"data.orderId": "subject", "data.x": "data.a.b"}))
    assert up == {
        "id": "1",
        "data": {"amount": "12345678901234567.80", "a": {"b": ["1e2"]}},
        "subject": "O-1",
    }


def test_what_is_there_already_is_not_written_over() -> None:
    both = b'{"data": {"orderId": "O-1", "order": "O-2"}}'
    with pytest.raises(UnmendedError, match=r"`data\.order` is there beside `data\.orderId`"):
        mended(Mend(rename={"data.orderId": "data.order"}), both, ())
    null = b'{"data": {"orderId": "O-1", "order": null}}'
    assert after(Mend(rename={"data.orderId": "data.order"}), null) == {"data": {"order": "O-1"}}


@pytest.mark.parametrize(
    ("value", "becomes"),
    [('"RMB"', "CNY"), ('"\\u0052MB"', "CNY"), ('"USD"', "USD"), ("156", "CNY"), ("true", "EUR")],
)
def test_a_value_is_replaced_however_it_is_written(value: str, becomes: str) -> None:
    mend = Mend(replace={"data.currency": {"RMB": "CNY", "156": "CNY", "true": "EUR"}})
    document = f'{{"data": {{"currency": {value}}}}}'.encode()
    assert after(mend, document) == {"data": {"currency": becomes}}


def test_fields_are_set_and_dropped_last() -> None:
    mend = Mend(
        rename={"data.orderId": "data.order"},
        set={"source": "//crm", "data.order": "O-9", "data.deep.er": 1},
        drop=("data.x", "data.not.there", "data.amount"),
    )
    assert after(mend) == {
        "id": "1",
        "data": {"order": "O-9", "deep": {"er": 1}},
        "source": "//crm",
    }


def test_a_record_in_binary_mode_becomes_one_in_structured_mode() -> None:
    done = mended(
        Mend(set={"source": "//bank"}, rename={"data.sum": "data.amount"}),
        b'{"sum": "1.10"}',
        (
            ("ce_id", b"1"),
            ("ce_source", b"//b"),
            ("Content-Type", b"application/json"),
            ("x", b"y"),
        ),
    )
    assert done.headers == (("x", b"y"),)
    assert json.loads(done.value or b"") == {
        "id": "1",
        "source": "//bank",
        "data": {"amount": "1.10"},
    }


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[1]", b'"x"', b"{", b"[" * 100_000])
def test_what_is_no_document_cannot_be_mended(value: bytes | None) -> None:
    with pytest.raises(UnmendedError, match="no JSON object"):
        mended(Mend(drop=("data.x",)), value, ())


def test_nothing_can_be_put_inside_of_what_is_no_object() -> None:
    with pytest.raises(UnmendedError, match="inside of something that is no object"):
        mended(Mend(set={"data.amount.value": 1}), STRUCTURED, ())


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('renam = {"a" = "b"}', "renam"),
        ("rename = 1", "Expected `object`"),
        ('rename = {"data.a" = "data.a"}', "hold, each other"),
        ('rename = {"data.a" = "data.a.b"}', "hold, each other"),
        ('drop = ["data..x"]', "is no path"),
        ('set = {"id" = "1"}', "every event has its own `id`"),
        ('set = {"time" = "2026-01-01T00:00:00Z"}', "every event has its own `time`"),
        ('set = {"data.on" = 2026-01-01}', "with texts"),
        ('set = {"data.amount" = nan}', "no values of JSON"),
        ("set = {", "is no TOML"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_one_line(
    tmp_path: Path, toml: str, says: str
) -> None:
    file = tmp_path / "mend.toml"
    file.write_text(toml, "utf-8")
    with pytest.raises(MendError, match=says) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_a_file_of_all_four_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mend.toml"
    file.write_text(
        'rename = { "data.orderId" = "data.order" }\n'
        'set = { "data.kind" = "refund" }\n'
        'replace = { "data.currency" = { RMB = "CNY" } }\n'
        'drop = ["data.x"]\n',
        "utf-8",
    )
    assert load(file) == Mend(
        rename={"data.orderId": "data.order"},
        replace={"data.currency": {"RMB": "CNY"}},
        set={"data.kind": "refund"},
        drop=("data.x",),
    )
    with pytest.raises(MendError, match="cannot be read"):
        load(tmp_path / "none")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner),
    max_leaves=12,
)


@settings(max_examples=examples(100))
@given(
    st.dictionaries(st.sampled_from(["data", "id", "a"]), _JSON),
    st.lists(st.sampled_from(["data.a", "data.b.c", "data.e.f", "a", "g"]), min_size=2, max_size=2),
)
def test_what_is_renamed_back_and_forth_is_as_before(document: Any, paths: list[str]) -> None:
    old, new = paths
    value = json.dumps(document).encode()
    if f"{old}.".startswith(f"{new}.") or f"{new}.".startswith(f"{old}."):
        return
    try:
        there = mended(Mend(rename={old: new}), value, ()).value or b""
    except UnmendedError:
        return
    if json.loads(there) != document:
        back = mended(Mend(rename={new: old}), there, ()).value or b""
        assert _pruned(json.loads(back)) == _pruned(document)


def _pruned(it: Any) -> Any:
    """Without what is null or has nothing in it: what lies between is made, and left."""
    if not isinstance(it, dict):
        return it
    kept = {key: _pruned(value) for key, value in it.items()}
    return {key: value for key, value in kept.items() if value not in (None, {})}
