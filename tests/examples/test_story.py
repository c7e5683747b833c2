from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import STREAM_TOPICS, topic_of_type
from tests.examples.nine_questions import ASKED, Company, Found, answers

EXAMPLES = Path(__file__).parents[2] / "examples"


def lines(name: str) -> list[str]:
    return (EXAMPLES / name).read_text("utf-8").splitlines()


def documents(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(name)]


def labels() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / "frauds.json").read_text("utf-8"))
    return loaded


def tales() -> list[dict[str, Any]]:
    return [*labels()["frauds"], *labels()["look_alikes"]]


def decoded(name: str) -> list[Event]:
    events = []
    for number, line in enumerate(lines(name), start=1):
        origin = Origin(topic_of_type(json.loads(line)["type"]), -1, number)
        event = decode_structured(line.encode("utf-8"), origin)
        assert isinstance(event, Event), f"{name}:{number}: {event}"
        events.append(event)
    return events


def test_the_files_are_what_the_generator_writes() -> None:
    checked = subprocess.run(
        [sys.executable, str(EXAMPLES / "story.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["reference.ndjson", "story.ndjson"])
def test_every_line_is_a_valid_event(name: str) -> None:
    assert decoded(name)


def test_the_story_is_several_hundred_events_of_every_kind() -> None:
    events = decoded("story.ndjson")
    assert 400 <= len(events) <= 800
    assert {event.kind.topic for event in events} == set(STREAM_TOPICS)


def test_an_id_comes_twice_only_where_a_sender_repeats_itself() -> None:
    counted = Counter(lines("story.ndjson"))
    ids = Counter((document["source"], document["id"]) for document in map(json.loads, counted))
    assert set(ids.values()) == {1}
    assert sum(counted.values()) - len(counted) == labels()["story"]["repeats"] > 0
    reference = [document["id"] for document in documents("reference.ndjson")]
    assert len(set(reference)) == len(reference)


def test_events_arrive_hours_late_but_never_a_day() -> None:
    newest, worst, late = datetime.min.replace(tzinfo=UTC), timedelta(0), 0
    for document in documents("story.ndjson"):
        time = datetime.fromisoformat(document["time"])
        newest = max(newest, time)
        worst = max(worst, newest - time)
        late += newest > time
    assert late >= 20
    assert timedelta(hours=6) < worst < timedelta(days=1)
    assert newest == time, "the last line must be the newest event: replay ends there"


def test_labels_name_events_that_exist() -> None:
    known = {document["id"] for document in documents("story.ndjson")}
    for tale in tales():
        assert set(tale["events"]) <= known
        for alert in tale["alerts"]:
            assert {alert["anchor"], *alert["events"]} <= known
            assert alert["anchor"] in alert["events"]


def test_labels_name_people_customers_and_accounts_that_exist() -> None:
    company = Company(documents("reference.ndjson"), documents("story.ndjson"))
    people = {row["data"].get("employee") for row in documents("reference.ndjson")}
    for tale in tales():
        for who in [tale["employee"], *(alert["employee"] for alert in tale["alerts"])]:
            assert who is None or who in people
        for alert in tale["alerts"]:
            assert alert["customer"] is None or alert["customer"] in company.owners


def test_every_fraud_raises_something_within_the_story() -> None:
    told = labels()
    assert len(told["frauds"]) >= 6
    end = datetime.fromisoformat(told["story"]["to"])
    for fraud in told["frauds"]:
        assert fraud["alerts"]
        assert all(datetime.fromisoformat(alert["at"]) < end for alert in fraud["alerts"])
    assert {alert["detector"] for tale in tales() for alert in tale["alerts"]} == {
        "offbook-payment",
        "account-ring",
        "unmatched-payment",
        "shipment-without-order",
        "deleted-before-resignation",
        "bulk-delete",
        "leak-then-lost",
        "chat-burst",
        "follow-up-lapsed",
        "callback-mismatch",
        "tip-corroborated",
        "employee-risk",
    }


def test_brute_force_finds_exactly_the_labelled_alerts() -> None:
    labelled = {
        Found(
            alert["detector"],
            alert["anchor"],
            alert["employee"],
            alert["customer"],
            alert["order"],
            alert["account"],
            alert["score"],
            tuple(alert["events"]),
            alert["state"],
        )
        for tale in tales()
        for alert in tale["alerts"]
        if alert["detector"] in ASKED
    }
    assert answers(documents("reference.ndjson"), documents("story.ndjson")) == labelled


def test_no_deadline_falls_within_a_day_of_the_end() -> None:
    """A service that plays the story and waits a few hours must show no more than a replay."""
    reference, stream = documents("reference.ndjson"), documents("story.ndjson")
    still = {
        "specversion": "1.0",
        "id": "a-day-later",
        "source": "//test.example",
        "type": "offbook.endpoint.file.v1",
        "time": (datetime.fromisoformat(stream[-1]["time"]) + timedelta(days=1)).isoformat(),
        "data": {"employee": "E501", "action": "print"},
    }
    assert answers(reference, [*stream, still]) == answers(reference, stream)


def test_the_story_tells_each_fraud_in_both_languages() -> None:
    for language, name in (("en", "README.md"), ("zh", "README.zh-CN.md")):
        text = (EXAMPLES / name).read_text("utf-8")
        for tale in tales():
            assert tale["title"][language] in text


def test_every_bad_line_is_refused() -> None:
    """Each by itself and for its own mistake: the reason names what is wrong."""
    seen = set()
    for number, line in enumerate(lines("bad/bad.ndjson"), start=1):
        rejected = decode_structured(line.encode("utf-8"), Origin("", -1, number))
        assert not isinstance(rejected, Event), f"line {number} passes: {line}"
        seen.add(str(rejected))
    assert len(seen) >= number - 2
