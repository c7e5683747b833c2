from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition
from msgspec.structs import replace

from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS
from contract.record_key import record_key
from contract.times import HOUR, micros, moment, parse_rfc3339
from offbook.cli.demo.embedded import EmbeddedKafka
from offbook.cli.files.documents import Documents
from offbook.cli.files.ndjson import sources
from offbook.cli.files.produce import (
    ProduceError,
    RebaseError,
    age_warning,
    kafka_destination,
    produce,
)
from offbook.cli.files.replay import replay
from streams.settings.loading import configured_detectors, load
from streams.settings.settings import Settings
from streams.wire.topics import TopicsError, create_topics
from tests.cli.commands import BAD, REFERENCE, STORY
from tests.conftest import RunningKafka


class Kept:
    """A sink that keeps what it gets, and where it was told to flush."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []
        self.flushed: list[int] = []

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        self.sent.append((topic, key, value))

    def flush(self) -> None:
        self.flushed.append(len(self.sent))


def nothing(_: str) -> None:
    pass


def decoded(line: bytes) -> Event:
    event = decode_structured(line, Origin("", -1, 1))
    assert isinstance(event, Event)
    return event


def lines(*files: str) -> list[bytes]:
    return [line for file in files for line in Path(file).read_bytes().splitlines()]


def found(*files: str) -> set[tuple[Any, ...]]:
    """What a replay finds, but for its times."""
    standing: dict[str, Any] = {}
    detectors = configured_detectors(Settings())
    replay(files, Settings(), detectors, lambda a: standing.update({a.alert_id: a}), nothing)
    return {
        (
            *(a.detector, a.severity, a.score, a.state),
            *(a.employee, a.customer, a.order, a.account),
            *((fact.source, fact.id) for fact in a.evidence),
        )
        for a in standing.values()
    }


def test_every_good_line_is_sent_as_it_is_to_its_topic_references_first() -> None:
    sink = Kept()
    done = produce([STORY, REFERENCE], Settings(), sink, nothing)
    assert [value for _, _, value in sink.sent] == lines(REFERENCE, STORY)
    assert all(decoded(value).kind.topic == topic for topic, _, value in sink.sent)
    references = len(lines(REFERENCE))
    assert sink.flushed[0] == references, "references are there before the first event is sent"
    assert all(topic in REFERENCE_TOPICS for topic, _, _ in sink.sent[:references])
    assert (done.bad, done.sent.total()) == (0, len(sink.sent))


def test_several_files_are_merged_by_event_time(tmp_path: Path) -> None:
    files = [str(tmp_path / "odd"), str(tmp_path / "even")]
    events = sorted(lines(STORY), key=lambda line: decoded(line).time)
    for number, file in enumerate(files):
        Path(file).write_bytes(b"\n".join(events[number::2]))
    sink = Kept()
    produce(files, Settings(), sink, nothing)
    assert [decoded(value).time for _, _, value in sink.sent] == [
        decoded(line).time for line in events
    ]


def test_bad_lines_are_named_and_not_sent(tmp_path: Path) -> None:
    sink, said = Kept(), list[str]()
    done = produce([BAD, STORY], Settings(), sink, said.append)
    assert done.bad == len(said) == len(lines(BAD))
    assert len(sink.sent) == len(lines(STORY))
    assert {line.split(":")[1] for line in said} == {
        str(number) for number in range(1, len(said) + 1)
    }
    assert all(line.startswith(f"{BAD}:") for line in said)


def test_an_event_ahead_of_the_clock_is_not_sent(tmp_path: Path) -> None:
    document = json.loads(lines(STORY)[0])
    document["time"] = moment(time.time_ns() // 1000 + HOUR).isoformat()
    file = tmp_path / "ahead"
    file.write_text(json.dumps(document), encoding="utf-8")
    sink, said = Kept(), list[str]()
    assert produce([str(file)], Settings(), sink, said.append).bad == 1
    assert sink.sent == []
    assert "ahead of the clock" in said[0]


def test_a_heartbeat_of_a_file_is_for_no_topic_and_is_not_sent(tmp_path: Path) -> None:
    beat = json.loads(lines(STORY)[0]) | {"type": "offbook.heartbeat.v1", "data": {}}
    file = tmp_path / "beats"
    file.write_bytes(json.dumps(beat).encode() + b"\n" + lines(STORY)[1])
    for rebase in (None, "now"):
        sink, said = Kept(), list[str]()
        assert produce([str(file)], Settings(), sink, said.append, rebase=rebase).bad == 1
        assert len(sink.sent) == 1
        assert said == [
            f"{file}:1: type: A heartbeat in a file does not say which topic it is for; let the"
            " system that feeds a topic send it there, behind its events."
        ]


def test_a_mistyped_year_is_warned_of_before_it_moves_the_whole_file(tmp_path: Path) -> None:
    mistyped = json.loads(lines(STORY)[0]) | {"time": "2036-03-02T10:00:00Z", "id": "mistyped"}
    file = tmp_path / "mistyped"
    file.write_bytes(b"\n".join([json.dumps(mistyped).encode(), *lines(STORY)]))
    order: list[str] = []

    class Told(Kept):
        def send(self, topic: str, key: bytes, value: bytes) -> None:
            order.append("sent")

    produce([REFERENCE, str(file)], Settings(), Told(), order.append, rebase="now")
    assert [index for index, what in enumerate(order) if what != "sent"] == [0]
    assert order[0].startswith(f"{file}:")
    assert order[0].endswith(
        f" to {file}:1 (2036-03-02T10:00:00Z): nothing happens for 9 years: probably a year is"
        " mistyped"
    )


def test_phones_are_at_home_where_the_settings_say(tmp_path: Path) -> None:
    goods = json.loads(next(line for line in lines(STORY) if b"offbook.shipment.v1" in line))
    goods["data"]["phone"] = "030 901820"
    file = tmp_path / "goods"
    file.write_text(json.dumps(goods), encoding="utf-8")
    for region, phone in (("DE", "+4930901820"), ("CN", "+8630901820")):
        with sources([str(file)]) as inputs:
            documents = Documents(inputs, lambda *_: None, region=region)
            [(event, _, place)] = documents.others()
        assert (event.data, place) == (replace(event.data, phone=phone), (0, 1))


def test_an_employees_deeds_have_one_key_and_a_reference_document_has_its_id() -> None:
    keys = defaultdict(set)
    for line in lines(REFERENCE, STORY):
        event = decoded(line)
        keys[type(event.data).__name__].add(record_key(event.data).decode())
    assert "E101" in keys["CrmEdit"]
    assert all(key.startswith("E") for key in keys["ChatHit"] | keys["HrChange"])
    assert "CU-1049" in keys["Payment"]
    assert keys["ReferenceAccount"] == {f"000088000000000{n}" for n in (1, 2, 3)}


@pytest.mark.parametrize("hours", range(0, 24, 3))
def test_a_moved_story_is_the_same_story_whatever_the_time_of_day(
    tmp_path: Path, hours: int
) -> None:
    target = parse_rfc3339("2026-09-01T00:00:00+08:00") + hours * HOUR
    sink = Kept()
    target = min(target, time.time_ns() // 1000 - hours * HOUR)
    done = produce([REFERENCE, STORY], Settings(), sink, nothing, rebase=target)
    moved = tmp_path / "moved"
    moved.write_bytes(b"\n".join(value for _, _, value in sink.sent))
    assert found(str(moved)) == found(REFERENCE, STORY)
    assert (done.newest, done.misplaced) == (target, 0)


def test_all_times_move_alike_and_all_else_stays_as_it_was_written() -> None:
    sink = Kept()
    target = parse_rfc3339("2026-04-01T03:04:05.678Z")
    produce([REFERENCE, STORY], Settings(), sink, nothing, rebase=target)
    before = [json.loads(line, parse_float=str) for line in lines(REFERENCE, STORY)]
    after = [json.loads(value, parse_float=str) for _, _, value in sink.sent]
    shifts = {
        parse_rfc3339(new["time"]) - parse_rfc3339(old["time"])
        for old, new in zip(before, after, strict=True)
    }
    assert len(shifts) == 1
    dates = {"valid_from", "valid_to", "effective_on"}
    for old, new in zip(before, after, strict=True):
        assert new["time"].endswith("+08:00")
        assert {k: v for k, v in new["data"].items() if k not in dates} == {
            k: v for k, v in old["data"].items() if k not in dates
        }
        assert {**old, "time": 0, "data": 0} == {**new, "time": 0, "data": 0}
        assert old["data"].keys() == new["data"].keys()
    assert max(decoded(value).time for _, _, value in sink.sent) == target


def test_a_number_keeps_all_its_digits_when_it_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(
        '{"specversion": "1.0", "id": "1", "source": "//a", "type": "offbook.payment.v1",'
        ' "time": "2026-03-02T10:00:00Z", "extension": 1.10, "data": {"payment": "P-1",'
        ' "amount": 12345678901234567.8, "payee_account": "A-1"}}',
        encoding="utf-8",
    )
    sink = Kept()
    produce([str(file)], Settings(), sink, nothing, rebase="now")
    ((_, _, value),) = sink.sent
    assert b"12345678901234567.8" in value
    assert b"1.10" in value


def test_dates_that_cannot_keep_every_event_on_its_side_are_counted(tmp_path: Path) -> None:
    def line(number: int, type_: str, at: str, **data: str) -> str:
        return json.dumps(
            {
                "specversion": "1.0",
                "id": str(number),
                "source": "//a",
                "type": type_,
                "time": at,
                "data": data,
            }
        )

    paid = {"amount": "1", "payee_account": "A-1"}
    file = tmp_path / "a"
    file.write_text(
        "\n".join(
            [
                line(
                    1,
                    "offbook.reference.account.v1",
                    "2026-03-01T00:00:00+08:00",
                    account="A-1",
                    valid_to="2026-03-10",
                ),
                line(2, "offbook.payment.v1", "2026-03-10T23:00:00+08:00", payment="2", **paid),
                line(3, "offbook.payment.v1", "2026-03-11T01:00:00+08:00", payment="3", **paid),
            ]
        ),
        encoding="utf-8",
    )
    noon = produce(
        [str(file)],
        Settings(),
        Kept(),
        nothing,
        rebase=parse_rfc3339("2026-05-01T12:00:00+08:00"),
    )
    assert noon.misplaced == 1
    same_hour = produce(
        [str(file)],
        Settings(),
        Kept(),
        nothing,
        rebase=parse_rfc3339("2026-05-01T01:00:00+08:00"),
    )
    assert same_hour.misplaced == 0


def test_moving_ahead_of_the_clock_is_refused() -> None:
    with pytest.raises(RebaseError, match="ahead of the clock"):
        produce([STORY], Settings(), Kept(), nothing, rebase=time.time_ns() // 1000 + 2 * HOUR)


def test_old_events_are_warned_of_and_moved_ones_are_not() -> None:
    settings = Settings()
    old = produce([STORY], settings, Kept(), nothing)
    assert "--rebase now" in str(age_warning(old, settings))
    assert age_warning(produce([STORY], settings, Kept(), nothing, rebase="now"), settings) is None


def test_a_rate_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tmp_path / "few"
    few.write_bytes(b"\n".join(lines(STORY)[:41]))
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(time, "monotonic", lambda: sum(waited))
    produce([str(few)], Settings(), Kept(), nothing, rate=100)
    assert sum(waited) == pytest.approx(0.4)


@pytest.mark.integration
def test_kafka_has_each_document_once_under_its_key(kafka: RunningKafka, topic_prefix: str) -> None:
    settings = load(
        None,
        {"OFFBOOK_KAFKA_BOOTSTRAP": kafka.bootstrap, "OFFBOOK_TOPIC_PREFIX": topic_prefix},
    )
    with (
        pytest.raises(TopicsError, match="offbook topics create"),
        kafka_destination(settings, ["tips"]),
    ):
        pass
    create_topics(settings)
    with kafka_destination(settings, SOURCE_TOPICS) as sink:
        produce([REFERENCE, STORY], settings, sink, nothing)
    read = []
    for topic in SOURCE_TOPICS:
        partitions = [TopicPartition(f"{topic_prefix}{topic}", number) for number in range(4)]
        consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, consumer_timeout_ms=1000)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        for record in consumer:
            assert record.key == record_key(decoded(record.value).data)
            assert abs(record.timestamp * 1000 - micros(moment(time.time_ns() // 1000))) < HOUR
            read.append(record.value)
        consumer.close()
    assert sorted(read) == sorted(lines(REFERENCE, STORY))


@pytest.mark.integration
def test_a_broker_that_goes_away_is_one_line(fresh_kafka: EmbeddedKafka) -> None:
    settings = load(None, {"OFFBOOK_KAFKA_BOOTSTRAP": fresh_kafka.bootstrap})
    create_topics(settings)
    with kafka_destination(settings, SOURCE_TOPICS) as sink:
        fresh_kafka.kill()
        with pytest.raises(ProduceError, match="did not take everything") as caught:
            produce([STORY], settings, sink, nothing)
    assert "\n" not in str(caught.value)
    assert caught.value.retryable
