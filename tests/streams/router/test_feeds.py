"""How the feeds stand, as it is written down and shown."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.duration import Duration
from contract.times import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from detectors.rules.catalogue import BY_ID
from streams.router.feeds import (
    Feeds,
    Standing,
    decode_entry,
    encode_entry,
    entry_key,
    partition_of_key,
    span,
)
from streams.router.known_feeds import Known, Partition
from streams.router.rhythm import Rhythm
from streams.settings.feeds import FeedSettings
from streams.settings.settings import Settings

NOON = parse_rfc3339("2026-03-02T12:00:00Z")
CRM, CRM_1, TIPS = ("crm.edits", 0), ("crm.edits", 1), ("tips", 0)


def feeds(**of_crm: Any) -> Feeds:
    return Feeds(Settings(feeds={"crm.edits": FeedSettings(**of_crm)}))


def silent(known: Known, *, after: int, other: Known | None = None, **of_crm: Any) -> str | None:
    """Why the first partition of crm.edits is silent so long after noon."""
    of_topic = {0: Standing(known, None)} | ({} if other is None else {1: Standing(other, None)})
    return feeds(**of_crm).silent("crm.edits", 0, of_topic, NOON + after)


# On the topic.

_times = st.none() | st.integers(0, NOON)


@given(
    st.builds(
        Known,
        _times,
        _times,
        st.none() | st.integers(1, DAY // SECOND).map(lambda s: s * SECOND),
        st.booleans(),
    ),
    _times,
)
def test_an_entry_comes_out_as_it_went_in(known: Known, complete_to: int | None) -> None:
    entry = decode_entry(encode_entry(Standing(known, complete_to), NOON))
    assert entry.known == known


def test_an_entry_can_be_read_by_people() -> None:
    known = Known(NOON, NOON - SECOND, 60 * SECOND)
    assert json.loads(encode_entry(Standing(known, NOON), NOON + 3 * SECOND)) == {
        "told_at": "2026-03-02T12:00:03Z",
        "complete_to": "2026-03-02T12:00:00Z",
        "last_event": "2026-03-02T12:00:00Z",
        "last_heartbeat": "2026-03-02T11:59:59Z",
        "heartbeat_every": 60.0,
    }


def test_nothing_in_an_entry_is_after_it_was_told() -> None:
    entry = decode_entry(encode_entry(Standing(Known(NOON + DAY, NOON + DAY), None), NOON))
    assert (entry.known.event, entry.known.heartbeat) == (NOON, NOON)


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b'{"told_at": "2026-03-02T12:00:00"}'])
def test_what_is_no_entry_is_refused(value: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_entry(value)


def test_a_key_names_a_partition() -> None:
    assert partition_of_key(entry_key(CRM_1)) == CRM_1
    for key in (
        b"",
        b"crm.edits",
        b"crm.edits/",
        b"crm.edits/x",
        b"reference.accounts/0",
        b"\xff/0",
    ):
        with pytest.raises(ValueError, match=r"not the key|utf-8"):
            partition_of_key(key)


# How often.


def test_an_outage_among_heartbeats_does_not_make_them_rare() -> None:
    rhythm = Rhythm()
    assert rhythm.usual is None
    for at in (0, 60, 120, 3600, 3660, 3720, 3720, 60):
        rhythm.beat(at)
    assert rhythm.usual == 60


def test_heartbeats_that_become_rare_for_good_are_expected_so() -> None:
    rhythm = Rhythm(60)
    for at in range(0, 6000, 600):
        rhythm.beat(at)
    assert rhythm.usual == 600


# What is silent.


def test_a_topic_of_which_nothing_is_expected_is_never_silent() -> None:
    assert silent(Known(event=NOON), after=90 * DAY) is None
    assert feeds().silences() == {}


def test_a_heartbeat_is_overdue_after_three_times_what_is_usual() -> None:
    known = Known(None, NOON, 5 * MINUTE)
    assert silent(known, after=15 * MINUTE) is None
    assert silent(known, after=15 * MINUTE + 1) == "no heartbeat for 15m"


def test_a_heartbeat_a_second_is_waited_for_a_minute() -> None:
    known = Known(None, NOON, SECOND)
    assert silent(known, after=MINUTE) is None
    assert silent(known, after=MINUTE + SECOND) == "no heartbeat for 1m1s"


def test_one_heartbeat_is_no_rhythm_but_another_partition_may_have_one() -> None:
    assert silent(Known(None, NOON), after=90 * DAY) is None
    other = Known(None, NOON + HOUR, 5 * MINUTE)
    assert silent(Known(None, NOON), after=HOUR, other=other) == "no heartbeat for 1h"


def test_how_often_heartbeats_should_come_can_be_said() -> None:
    every = Duration("1h")
    known = Known(None, NOON, 5 * MINUTE)
    assert silent(known, after=HOUR, heartbeat_every=every) is None
    assert silent(known, after=HOUR + 1, heartbeat_every=every) == "no heartbeat for 1h"
    nights_off = "Mon-Fri 08:30-20:30"
    # Noon in Greenwich is 20:00 in Shanghai.
    late = {"heartbeat_every": every, "working_hours": nights_off}
    assert silent(known, after=12 * HOUR, **late) is None
    assert silent(known, after=14 * HOUR, **late) == "no heartbeat for 14h"


def test_a_partition_without_heartbeats_where_others_have_some_is_silent() -> None:
    why = silent(Known(event=NOON), after=1, other=Known(None, NOON, MINUTE))
    assert why == "it never had a heartbeat, and other partitions of its topic had"


def test_a_topic_that_says_less_than_expected_is_silent_with_all_its_partitions() -> None:
    every = Duration("30m")
    known, other = Known(event=NOON - DAY), Known(event=NOON)
    assert silent(known, after=30 * MINUTE, other=other, expected_every=every) is None
    why = silent(known, after=73 * HOUR, other=other, expected_every=every)
    assert why == "no event for 3d1h"
    assert silent(Known(), after=1, expected_every=every) == "no event ever came"


def test_heartbeats_that_are_not_minded_make_nobody_silent() -> None:
    ignoring = feeds(heartbeats=False)
    entry = decode_entry(encode_entry(Standing(Known(NOON, NOON, MINUTE), None), NOON))
    assert ignoring.heard("crm.edits", entry) == Known(event=NOON)
    assert feeds().heard("crm.edits", entry) == Known(NOON, NOON, MINUTE)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (59, "59s"), (125, "2m5s"), (3600, "1h"), (64_680, "17h58m"), (262_900, "3d1h")],
)
def test_a_span_is_said_in_its_two_greatest_units(seconds: int, said: str) -> None:
    assert span(seconds * SECOND) == said


# What is shown.


def standings(*of: tuple[Partition, Known, int | None]) -> dict[Partition, Standing]:
    return {partition: Standing(known, complete_to) for partition, known, complete_to in of}


def test_a_topic_is_shown_by_its_slowest_partition_and_its_newest_word() -> None:
    shown = feeds().shown(
        standings(
            (TIPS, Known(event=NOON - DAY), NOON),
            (CRM_1, Known(NOON - HOUR, NOON, MINUTE), NOON),
            (CRM, Known(NOON - 2 * HOUR, NOON - HOUR, MINUTE), NOON - HOUR),
        ),
        NOON + SECOND,
    )
    assert list(shown) == ["crm.edits", "tips"]
    crm = msgspec.to_builtins(shown["crm.edits"])
    assert crm.pop("partitions").keys() == {"0", "1"}
    assert crm == {
        "moves_by": "heartbeats",
        "last_event": "2026-03-02T11:00:00Z",
        "last_heartbeat": "2026-03-02T12:00:00Z",
        "complete_to": "2026-03-02T11:00:00Z",
        "silent": "no heartbeat for 1h",
        "holds_back": [],
    }
    assert shown["tips"].moves_by == "clock"
    assert shown["tips"].silent is None


def test_what_a_silent_topic_holds_back_is_shown() -> None:
    shower = feeds(expected_every=Duration("30m"))
    # Both of the first wait for an order's edit, one for a refund too; the third for nothing.
    shower.use([BY_ID[it] for it in ("unmatched-payment", "shipment-without-order", "bulk-delete")])
    both = ["shipment-without-order", "unmatched-payment"]
    bank = ("payments", 0)
    held = standings((CRM, Known(event=NOON), NOON), (TIPS, Known(), None), (bank, Known(), None))
    shown = shower.shown(held, NOON + DAY)
    assert shown["crm.edits"].holds_back == both
    assert shown["payments"].holds_back == ["unmatched-payment"]
    assert shown["tips"].holds_back == []
    fresh = standings((CRM, Known(event=NOON), NOON))
    assert shower.shown(fresh, NOON + SECOND)["crm.edits"].holds_back == []
    unknown = standings((CRM, Known(event=NOON), None))
    assert shower.shown(unknown, NOON + SECOND)["crm.edits"].holds_back == both


def test_a_company_without_a_chat_feed_reads_which_detectors_rest() -> None:
    shower = feeds()
    shower.use([BY_ID[it] for it in ("chat-burst", "bulk-delete", "sales-slump")])
    nothing = Standing(Known(), None)
    chat, crm, files = ("chat.keyword-hits", 0), ("crm.edits", 0), ("endpoint.files", 0)
    some = Standing(Known(NOON), None)
    assert shower.unfed({chat: nothing, crm: some, files: nothing}) == {
        "chat-burst": "nothing has come on chat.keyword-hits yet"
    }
    # Of one partition is enough, and a heartbeat is no event.
    beats = Standing(Known(None, NOON), None)
    assert "chat-burst" in shower.unfed({chat: beats, crm: some})
    assert shower.unfed({chat: nothing, ("chat.keyword-hits", 1): some, crm: some}) == {}
