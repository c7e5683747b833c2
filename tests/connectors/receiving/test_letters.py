"""What is sent for a record, and that a retry finds in a letter what it was written for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mapping.connector import Connector, Told
from connectors.mapping.page import Page, read_page
from connectors.outcome import Rejected
from connectors.receiving.jobs import Job
from connectors.receiving.letters import (
    CONTENT,
    FILE,
    SPLIT,
    Arrived,
    Draft,
    Whence,
    drafted,
    letter_topic,
    without_content,
)
from connectors.receiving.retry import again
from connectors.record import Record
from contract.publishing.asyncapi import CONNECTOR_HEADERS
from tests.connectors.receiving.running import payment, payments
from tests.parts.examples import examples

WALL = 1_760_000_000_000_000
EACH_ROW = '\n[[split]]\npath = "rows"\nas = "d"\n'


def page(text: str = payments("json", "")) -> Page:
    return read_page("bank", text, lambda name: "")


def drafts(its: Page, record: dict[str, Any]) -> list[Draft]:
    told = Connector(its).outcomes(Record(record, 3))
    return [drafted(Arrived(it, Whence()), its, WALL) for it in told]


def retried(its: Page, draft: Draft) -> Iterator[Draft]:
    kept = SimpleNamespace(
        headers=draft.headers, value=draft.value, key=draft.key, partition=0, offset=9
    )
    job = Job(its.name, Connector(its), None, Path())
    for it in again(job, kept):
        yield drafted(it, its, WALL)


def said(draft: Draft, name: str) -> str:
    return (dict(draft.headers)[name] or b"").decode()


AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=2)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | AMOUNTS,
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=4), it, max_size=3),
    max_leaves=8,
)


@settings(max_examples=examples(150))
@given(st.dictionaries(st.sampled_from(["no", "at", "sum", "to", "kind", "x"]), VALUES))
def test_each_record_is_one_draft_and_a_retry_by_the_same_page_says_the_same(
    record: dict[str, Any],
) -> None:
    its = page()
    (draft,) = drafts(its, record)
    assert (draft.topic == "") == (draft.result in ("skipped", "empty"))
    if draft.rejected is None:
        return
    assert draft.topic == letter_topic("bank") == "dlq.connect.bank"
    if said(draft, CONTENT) == "record":
        (once_more,) = retried(its, draft)
        assert once_more.value == draft.value
        assert (once_more.result, once_more.rejected) == (draft.result, draft.rejected)
        assert once_more.headers == draft.headers


def test_numbers_are_kept_as_they_are() -> None:
    record = payment("P-1", to=10**30, sum=Decimal("0.10"))
    (draft,) = drafts(page(), record)
    assert b"1000000000000000000000000000000" in (draft.value or b"")
    assert b"0.10" in (draft.value or b"")


def test_an_item_is_kept_without_the_list_that_it_is_of() -> None:
    its = page(payments("json", "") + EACH_ROW.replace("rows", "data.rows"))
    rows = [payment(f"P-{at}", to="nowhere") for at in range(100)]
    found = drafts(its, {"data": {"rows": rows, "of": "us"}, "id": 1})
    assert len(found) == 100
    for draft, row in zip(found, rows, strict=True):
        assert json.loads(draft.value or b"") == {"data": {"of": "us"}, "id": 1, "d": row}
        assert [it.value for it in retried(its, draft)] == [draft.value]


def test_an_event_too_far_ahead_is_no_event() -> None:
    (draft,) = drafts(page(), payment("P-1", at="2026-03-05 14:22:30"))
    assert draft.rejected is not None
    assert (draft.result, draft.rejected.stage) == ("dead_letter", "contract")


def test_what_may_be_a_tip_is_kept_of_no_page() -> None:
    record = payment("P-1", to="nowhere", type="offbook.tip.v1", reporter="zhang")
    (draft,) = drafts(page(), record)
    assert said(draft, CONTENT) == "withheld"
    assert b"zhang" not in (draft.value or b"")
    raw = Whence(raw=b"offbook.tip by zhang", key=b"zhang", topic="t", partition=0, offset=1)
    its = drafted(Arrived(Told(Rejected("decode", "", "No.", "Mend.")), raw), page(), WALL)
    assert b"zhang" not in (its.value or b"") + (its.key or b"")


def test_what_is_too_large_is_told_of_without_it() -> None:
    (draft,) = drafts(page(), payment("P-1", to="nowhere", x="x" * (1 << 20)))
    assert said(draft, CONTENT) == "absent"
    small = without_content(draft)
    assert (said(small, CONTENT), small.key) == ("absent", None)


def test_a_letter_that_another_program_wrote_is_bad_and_nothing_more() -> None:
    kept = SimpleNamespace(
        headers=((CONTENT, b"record"),), value=b"[1]", key=None, partition=0, offset=1
    )
    job = Job("bank", Connector(page()), None, Path())
    (it,) = again(job, kept)
    assert isinstance(it.told.outcome, Rejected)


def test_what_is_published_of_a_letter_names_the_headers_that_it_has() -> None:
    assert {CONTENT, FILE, SPLIT} == set(CONNECTOR_HEADERS)
