"""The dead letter keeps the record and tells why, and nothing of a record that must be withheld."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from contract.rejected import Rejected
from sinks.dead_letters import dead_letter_topic, failed_letter, rejected_letter, without_value


@dataclass(frozen=True)
class Source:
    """A consumed record."""

    topic: str = "payments"
    partition: int = 3
    offset: int = 41
    timestamp: int = 1_772_442_900_123
    key: bytes | None = b"\xffkey"
    value: bytes | None = b"\x00 not JSON \xff"
    headers: tuple[tuple[str, bytes | None], ...] = field(
        default=(("ce_id", b"p-1"), ("ce_id", None), ("ce_source", b"\xff"))
    )


WRONG = Rejected("data", "data.amount", "`data.amount` is below 0.", "Send 0 or more.")


def test_key_value_headers_and_time_stay_as_they_were() -> None:
    source = Source()
    letter = rejected_letter(source, WRONG)
    assert (letter.key, letter.value, letter.timestamp) == (
        source.key,
        source.value,
        source.timestamp,
    )
    assert letter.headers[:3] == source.headers
    assert letter.topic == "dlq.payments"


def test_the_headers_are_those_of_kip_1034_and_the_stage() -> None:
    assert rejected_letter(Source(headers=()), WRONG).headers == (
        ("__streams.errors.exception", b"contract.rejected.Rejected"),
        ("__streams.errors.message", b"data.amount: `data.amount` is below 0. Send 0 or more."),
        ("__streams.errors.stacktrace", b""),
        ("__streams.errors.topic", b"payments"),
        ("__streams.errors.partition", b"3"),
        ("__streams.errors.offset", b"41"),
        ("offbook.errors.stage", b"data"),
    )


def test_a_record_with_neither_key_nor_value_has_a_letter_that_can_be_sent() -> None:
    letter = rejected_letter(Source(key=None, value=None), WRONG)
    assert (letter.key, letter.value) == (b"", None)
    assert rejected_letter(Source(value=None), WRONG).key == b"\xffkey"
    assert rejected_letter(Source(key=None), WRONG).key is None


def test_where_a_producer_sent_such_a_header_ours_is_the_last() -> None:
    source = Source(headers=(("__streams.errors.topic", b"lies"),))
    assert dict(rejected_letter(source, WRONG).headers)["__streams.errors.topic"] == b"payments"


@pytest.mark.parametrize("value", [None, b"", b"x" * 5_000_000])
def test_tombstones_empty_and_huge_values_are_kept(value: bytes | None) -> None:
    assert rejected_letter(Source(value=value), WRONG).value == value


def test_of_a_withheld_record_nothing_is_left_but_where_it_was_and_why() -> None:
    named = Rejected("privacy", "", "It names who told.", "Leave that out.", withhold=True)
    source = Source(
        key=b"Wang Wei",
        value=b'{"reporter": "Wang Wei"}',
        headers=(("ce_reporter", b"Wang Wei"), ("Wang Wei", b"x")),
    )
    letter = rejected_letter(source, named)
    assert b"Wang Wei" not in msgspec.json.encode(letter)
    assert b"Wang Wei" not in b"".join(value or b"" for _, value in letter.headers)
    assert letter.key is None
    assert letter.value is not None
    assert msgspec.json.decode(letter.value)["withheld"] is True
    assert dict(letter.headers)["__streams.errors.offset"] == b"41"


def test_a_failure_of_our_own_tells_where_and_quotes_nothing() -> None:
    try:
        raise KeyError("e-7 Wang Wei")
    except KeyError as error:
        letter = failed_letter(Source(), error, stage="detector", message="It failed.")
    headers = dict(letter.headers)
    assert headers["__streams.errors.exception"] == b"builtins.KeyError"
    trace = headers["__streams.errors.stacktrace"]
    assert trace is not None
    assert b"test_dead_letters.py" in trace
    # The source line is ours and is in the trace; what was raised is data and is not.
    assert b"e-7 Wang Wei" not in trace.replace(b'raise KeyError("e-7 Wang Wei")', b"")
    assert headers["offbook.errors.stage"] == b"detector"
    assert letter.value == Source().value


def test_a_letter_too_large_goes_without_its_value() -> None:
    letter = rejected_letter(Source(value=b"x" * 1000), WRONG)
    smaller = without_value(letter, "too large")
    assert smaller.value is not None
    assert b"too large" in smaller.value
    assert (smaller.key, smaller.headers) == (letter.key, letter.headers)


def test_the_prefix_of_an_installation_stays_in_front() -> None:
    assert dead_letter_topic("acme.payments", "acme.") == "acme.dlq.payments"
    assert dead_letter_topic("payments") == "dlq.payments"
