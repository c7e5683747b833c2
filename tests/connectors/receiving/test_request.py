"""What a poll asks for, and how far it has read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.receiving.cursor import Cursor, load, save
from connectors.receiving.secret_files import headers_of
from connectors.receiving.template import filled, filled_url
from tests.parts.examples import examples

VALUES = {"cursor": "1700000000000", "id": "a&b", "uuid": "u-1"}
FIRST = {**VALUES, "id": ""}


def test_texts_are_filled_in_at_every_depth() -> None:
    template = {
        "a": ["{cursor}", {"b": "<{id}>"}],
        "n": "{cursor:number}",
        "c": 1,
        "other": "{nothing} {} {cursor.x}",
    }
    assert filled(template, VALUES) == {
        "a": ["1700000000000", {"b": "<a&b>"}],
        "n": 1_700_000_000_000,
        "c": 1,
        "other": "{nothing} {} {cursor.x}",
    }


def test_the_first_page_asks_for_no_id() -> None:
    template = {"filters": [{"at": "{cursor}"}, {"values": ["{id}"]}], "limit": 10}
    assert filled(template, FIRST) == {"filters": [{"at": "1700000000000"}], "limit": 10}
    url = "https://a.test/l?after={cursor}&from={id}"
    assert filled_url(url, FIRST) == "https://a.test/l?after=1700000000000"
    assert filled_url(url, VALUES) == "https://a.test/l?after=1700000000000&from=a%26b"
    assert filled_url("https://a.test/l?from={id}", FIRST) == "https://a.test/l"


@settings(max_examples=examples(60))
@given(
    st.integers(0, 100),
    st.integers(0, 50),
    st.lists(st.tuples(st.integers(0, 200), st.lists(st.integers(0, 200), max_size=4)), max_size=6),
)
def test_a_cursor_never_goes_back_nor_past_what_may_still_come(
    after: int, overlap: int, rounds: list[tuple[int, list[int]]]
) -> None:
    cursor, now = Cursor(after=after), after
    for waited, pages in rounds:
        now += waited + 1
        before = cursor.after
        cursor = cursor.begun(now)
        # Killed and started again it is the round that had begun.
        assert cursor.begun(now + 99) == cursor
        for number, newest in enumerate(pages):
            cursor = cursor.read(newest, str(number))
        cursor = cursor.ended(0, overlap)
        assert cursor == Cursor(after=cursor.after)
        assert before <= cursor.after <= max(before, now - overlap)
        assert cursor.after <= max([before, *pages])


def test_a_cursor_is_kept_and_one_that_is_lost_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "crm.cursor"
    assert load(path, 7) == Cursor(after=7)
    its = Cursor(after=9, began=10, id="x", seen=11)
    save(path, its)
    assert load(path, 7) == its
    assert [it.name for it in tmp_path.iterdir()] == ["crm.cursor"]
    for broken in (b"", b"{", b'{"after": "x"}', b"[]", b'{"after": 1, "more": 2}'):
        path.write_bytes(broken)
        with pytest.raises(ValueError):
            load(path, 7)


def test_headers_that_are_secret_are_read_where_they_are() -> None:
    secrets = {"env:TOKEN": "Bearer x", "file:t": "y"}
    table = {"x-ea": "1", "authorization_env": "TOKEN", "x-key_file": "t"}
    found = headers_of(table, secrets.__getitem__)
    assert found == {"x-ea": "1", "authorization": "Bearer x", "x-key": "y"}
    with pytest.raises(ValueError):
        headers_of({"a": "b\r\nc: d"}, secrets.__getitem__)
    with pytest.raises(LookupError):
        headers_of({"a_env": "NONE"}, secrets.__getitem__)
