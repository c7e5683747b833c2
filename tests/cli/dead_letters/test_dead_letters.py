"""`offbook dlq list`, `show` and `drop`, on a real broker."""

from __future__ import annotations

import json

import msgspec
import pytest
from kafka import KafkaProducer

from contract.handled import HandledLetters
from contract.rejected import Rejected
from offbook.cli.dead_letters.kinds import SHOWN
from sinks.dead_letters import (
    WrittenAnew,
    rejected_letter,
)
from tests.cli.dead_letters.installation import Installation, document, payment

pytestmark = pytest.mark.integration

#: A colour, a turned direction, a line break.
ACTS = "\x1b[31m\u202e\n"


def test_letters_are_counted_by_topic_stage_field_and_message_without_a_value(
    installation: Installation,
) -> None:
    it = installation
    it.set_aside("payments", payment("SECRET-1", amount=None), payment("SECRET-2", amount=None))
    it.set_aside("payments", b"SECRET\xff", b"SECRETS\xff")
    it.set_aside("tips", document("tips", "SECRET-3", tip="T-1", reporter_name="SECRET"))
    found = it.listed()
    assert (found["letters"], found["withheld"], found["handled"]) == (5, 1, 0)
    kinds = {(one["topic"], one["stage"], one["field"]): one for one in found["shown"]}
    # Letters that differ in the byte that is wrong are of one kind.
    assert {place: one["count"] for place, one in kinds.items()} == {
        ("dlq.payments", "data", "data.amount"): 2,
        ("dlq.payments", "decode", ""): 2,
        ("dlq.tips", "privacy", ""): 1,
    }
    amounts = kinds["dlq.payments", "data", "data.amount"]
    assert amounts["newest"] == "dlq.payments:0:1"
    assert amounts["first"] <= amounts["last"]
    assert found["shown"][0]["topic"] == "dlq.tips"
    people = it.run("list")
    assert "      2  dlq.payments  data  data.amount  " in people.stdout
    assert "WITHHELD 1" in people.stdout
    assert people.stderr == (
        "5 dead letters of 3 kinds; 1 of them without their value: only their source has it\n"
    )
    assert "SECRET" not in people.stdout + json.dumps(found)
    for words, count in (
        (("--topic", "payments"), 4),
        (("--topic", "dlq.tips"), 1),
        (("--reason", "data"), 2),
        (("--stage", "privacy"), 1),
        (("--field", "data.amount"), 2),
        (("--since", "1h"), 5),
        (("--since", "0s"), 0),
    ):
        assert it.listed(*words)["letters"] == count, words


def test_how_many_kinds_are_shown_is_bounded_and_said(installation: Installation) -> None:
    record = WrittenAnew(f"{installation.prefix}payments", 0, 1, 1, value=b"{}")
    wrong = (
        Rejected("data", f"data.x{number}", "Wrong.", "Mend it.") for number in range(SHOWN + 3)
    )
    installation.put(*(rejected_letter(record, it, prefix=installation.prefix) for it in wrong))
    done = installation.run("list")
    assert len(done.stdout.splitlines()) == 3 * SHOWN
    assert f"{SHOWN + 3} dead letters of {SHOWN + 3} kinds" in done.stderr
    assert f"the newest {SHOWN} kinds are shown" in done.stderr
    assert len(installation.listed()["shown"]) == SHOWN


def test_a_letter_is_shown_as_it_came_and_nothing_of_it_acts(installation: Installation) -> None:
    it = installation
    value = payment("P-1", amount="x", payer_name=f"唐静{ACTS}")
    it.set_aside("payments", value, key=f"k{ACTS}".encode(), headers=(("h", ACTS.encode()),))
    done = it.run("show", "payments:0:0")
    assert (done.returncode, done.stderr) == (0, "")
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    assert "why        data.amount: `data.amount` is no decimal number" in done.stdout
    assert f"record     {it.prefix}payments:0:0\n" in done.stdout
    assert "header     h: \\x1b[31m\\u202e\\n\n" in done.stdout
    assert '    "amount": "x"' in done.stdout
    shown = json.loads(it.run("show", "dlq.payments:0:0", "--json").stdout)
    assert (shown["value"], shown["key"]) == (value.decode(), f"k{ACTS}")
    assert shown["field"] == "data.amount"
    it.set_aside("payments", b"\xff\x1b", None, key=None)
    assert "not UTF-8, 2 bytes: b'\\xff\\x1b'" in it.run("show", "payments:0:1").stdout
    assert it.run("show", "payments:0:2").stdout.endswith("value\nnone\n")
    for place, says in (
        ("payments:0:99", "there is no letter at dlq.payments:0:99"),
        ("payments:7:0", "there is no letter at dlq.payments:7:0"),
        ("payments:0", "expected TOPIC:PARTITION:OFFSET"),
        ("paymets:0:0", "no dead letters of a topic paymets; did you mean payments?"),
    ):
        done = it.run("show", place)
        assert done.returncode == 1
        assert says in done.stderr
        assert done.stderr.count("\n") == 1


def test_what_is_dropped_is_kept_with_who_when_and_why(installation: Installation) -> None:
    it = installation
    it.set_aside("payments", *(payment(f"{n}", amount="x") for n in range(3)))
    it.set_aside("tips", b"{}")
    none = it.run("drop", "--reason", "tests")
    assert (none.returncode, none.stderr.count("\n")) == (2, 1)
    assert "which? Name letters" in none.stderr
    assert it.run("drop", "--reason", " ", "--all").returncode == 1
    one = it.run("drop", "payments:0:1", "-m", "a test of theirs")
    assert (one.returncode, one.stderr) == (0, "1 dropped\n")
    assert it.listed()["letters"] == 3
    assert it.run("drop", "payments:0:1", "payments:0:9", "-m", "again").stderr == (
        "0 dropped\n2 of those named are not there, or were dealt with before\n"
    )
    assert it.run("drop", "--topic", "payments", "--dry-run", "-m", "x").stderr == (
        "2 would be dropped\n"
    )
    assert it.run("drop", "--field", "data.amount", "-m", "mended at the bank").stderr == (
        "2 dropped\n"
    )
    assert "1 dead letters of 1 kinds; 3 more were dealt with" in it.run("list").stderr
    shown = json.loads(it.run("show", "payments:0:1", "--json").stdout)
    assert shown["handled"]["how"] == "dropped"
    assert shown["handled"]["reason"] == "a test of theirs"
    assert shown["handled"]["by"]
    assert len(it.all_of("dlq.payments")) == 3


def test_of_a_topic_made_anew_no_letter_is_taken_for_an_old_one(
    installation: Installation,
) -> None:
    it = installation
    it.set_aside("payments", b"{}")
    old = HandledLetters(
        topic="dlq.payments", partition=0, letters=((0, 1),), how="dropped", by="x", at="y"
    )
    producer = KafkaProducer(bootstrap_servers=it.bootstrap)
    for value in (b"{}", b"no record", None, msgspec.json.encode(old)):
        producer.send(f"{it.prefix}offbook.dlq-handled", value, key=b"k").get(30)
    producer.close()
    assert it.listed()["letters"] == 1


def test_a_viewer_sees_how_many_and_no_letter(installation: Installation) -> None:
    it = installation
    it.set_aside("payments", b"{}")
    assert it.run("list", **it.viewer()).returncode == 0
    for words in (["show", "payments:0:0"], ["replay"], ["drop", "--all", "-m", "x"]):
        done = it.run(*words, **it.viewer())
        assert (done.returncode, done.stdout) == (1, "")
        assert "a viewer does not see" in done.stderr
