from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contract.alert import Alert, Suppressed
from contract.times import parse_rfc3339
from detectors.rules.data import bulk_delete
from offbook.cli.files.ndjson import InputError
from offbook.cli.files.replay import Replayed, replay
from offbook.cli.files.sorter import LIMIT
from streams.settings.loading import configured_detectors
from streams.settings.settings import Settings
from tests.cli.commands import REFERENCE, STORY

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, *documents: dict[str, Any] | str) -> str:
        lines = [one if isinstance(one, str) else json.dumps(one) for one in documents]
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(tmp_path / name)

    return to_file


def document(id_: str, type_: str, time: str, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "//test.example",
        "type": type_,
        "time": time,
        "data": data,
    }


def deletion(id_: str, time: str, count: int) -> dict[str, Any]:
    return document(
        id_,
        "offbook.crm.edit.v1",
        time,
        actor="E-1",
        op="delete",
        object={"type": "customer", "id": "C-1"},
        count=count,
    )


def payment(id_: str, time: str, **more: Any) -> dict[str, Any]:
    return document(
        id_, "offbook.payment.v1", time, payment=id_, amount="10.00", payee_account="A-9", **more
    )


def account(id_: str) -> dict[str, Any]:
    time = "2026-03-01T00:00:00+08:00"
    return document(f"ref-{id_}", "offbook.reference.account.v1", time, account=id_)


def run(
    *files: str,
    only: tuple[str, ...] = (),
    until: str | None = None,
    wall: str | None = None,
    limit: int = LIMIT,
    settings: Settings = Settings(),  # noqa: B008 - frozen
) -> tuple[Replayed, list[Alert], list[str]]:
    emitted: list[Alert] = []
    said: list[str] = []
    detectors = [d for d in configured_detectors(settings) if not only or d.id in only]
    done = replay(
        *(files, settings, detectors, emitted.append, said.append),
        until=parse_rfc3339(until) if until else None,
        wall=parse_rfc3339(wall) if wall else None,
        limit=limit,
    )
    return done, emitted, said


def test_the_story_is_told_the_same_in_one_file_and_in_several(tmp_path: Path) -> None:
    _, apart, _ = run(STORY, REFERENCE)
    both = tmp_path / "both.ndjson"
    both.write_bytes(Path(STORY).read_bytes() + Path(REFERENCE).read_bytes())
    _, together, _ = run(str(both))
    assert together == apart
    assert len(apart) > 10


def test_reference_documents_count_wherever_they_stand(write: Write) -> None:
    event = payment("P-1", "2026-03-02T10:00:00+08:00")
    done, alerts, _ = run(write("a", event, account("A-9")), only=("offbook-payment",))
    assert (alerts, done.reference, done.silent) == ([], 1, {})
    done, alerts, _ = run(write("b", event, account("A-1")), only=("offbook-payment",))
    assert len(alerts) == 1


def test_a_detector_without_its_reference_data_is_silent_and_that_is_said(write: Write) -> None:
    events = write("a", payment("P-1", "2026-03-02T10:00:00+08:00"))
    done, alerts, _ = run(events, only=("offbook-payment",))
    assert alerts == []
    assert "offbook-payment" in done.silent
    assert any(line.startswith("silent: offbook-payment: ") for line in done.summary())


def test_text_that_reads_like_a_reference_type_is_an_event_still(write: Write) -> None:
    event = payment("P-1", "2026-03-02T10:00:00+08:00", payer_name="offbook.reference.account.v1")
    done, alerts, _ = run(write("a", event, account("A-1")), only=("offbook-payment",))
    assert (done.events, done.reference, len(alerts)) == (1, 1, 1)


def test_several_files_are_merged_by_event_time(write: Write) -> None:
    odd = write(
        "odd", *(deletion(f"o{n}", f"2026-03-02T10:{n:02}:00Z", 1) for n in range(1, 40, 2))
    )
    even = write(
        "even", *(deletion(f"e{n}", f"2026-03-02T10:{n:02}:00Z", 1) for n in range(0, 40, 2))
    )
    _, alerts, _ = run(odd, even, only=("bulk-delete",))
    times = [fact.time for fact in alerts[0].evidence]
    assert times == sorted(times)
    assert len(times) == 20, "the alert comes with the twentieth delete of both files together"


def test_lines_count_in_the_order_of_time_wherever_they_stand(write: Write) -> None:
    events = write(
        "a",
        deletion("b", "2026-03-02T10:30:00Z", 10),
        deletion("c", "2026-05-05T10:30:00Z", 1),
        deletion("a", "2026-03-02T10:00:00Z", 10),
    )
    done, alerts, _ = run(events, only=("bulk-delete",))
    assert (done.first, done.newest) == (
        parse_rfc3339("2026-03-02T10:00:00Z"),
        parse_rfc3339("2026-05-05T10:30:00Z"),
    )
    assert [alert.revision for alert in alerts] == [1]
    assert [(fact.id, fact.offset) for fact in alerts[0].evidence] == [("a", 3), ("b", 1)]


def test_a_repeat_counts_once(write: Write) -> None:
    same = deletion("a", "2026-03-02T10:00:00Z", 10)
    done, alerts, _ = run(write("a", same, same, same), only=("bulk-delete",))
    assert (done.events, done.repeats, alerts) == (1, 2, [])


def test_what_is_missing_is_found_only_once_time_has_passed(write: Write) -> None:
    events = write("a", payment("P-1", "2026-03-02T10:00:00Z", order="O-1"))
    only = ("unmatched-payment",)
    assert run(events, only=only)[1] == []
    assert run(events, only=only, until="2026-03-05T10:59:00Z")[1] == []
    (alert,) = run(events, only=only, until="2026-03-05T11:01:00Z")[1]
    assert (alert.mode, alert.order, alert.state) == ("replay", "O-1", "firing")


def test_events_after_until_are_left_out_and_counted(write: Write) -> None:
    events = write(
        "a", deletion("a", "2026-03-02T10:00:00Z", 10), deletion("b", "2026-03-02T10:30:00Z", 10)
    )
    done, alerts, _ = run(events, only=("bulk-delete",), until="2026-03-02T10:20:00Z")
    assert (done.events, done.beyond, alerts) == (1, 1, [])


def test_evidence_names_topic_and_line(write: Write) -> None:
    events = write("a", "", "not json", deletion("a", "2026-03-02T10:00:00Z", 30))
    done, (alert,), said = run(events, only=("bulk-delete",))
    (fact,) = alert.evidence
    assert (fact.topic, fact.partition, fact.offset) == ("crm.edits", -1, 3)
    assert done.bad == 1
    assert said[0].startswith(f"{events}:2: ")


def test_of_many_bad_lines_the_first_are_shown_and_all_are_counted(write: Write) -> None:
    done, _, said = run(write("a", *(["{"] * 500)))
    assert done.bad == 500
    assert len(said) == 21
    assert "offbook validate" in said[-1]


def test_a_detector_that_fails_is_told_and_never_reads_as_nothing_found(write: Write) -> None:
    def judge(*_: object) -> Any:
        raise ZeroDivisionError("E-1")

    broken = replace(bulk_delete.DETECTOR, judge=judge)
    events = write("a", deletion("a", "2026-03-02T10:00:00Z", 30))
    done = replay([events], Settings(), [broken], lambda _: None, lambda _: None)
    assert done.failures == {"bulk-delete": (1, "ZeroDivisionError")}
    (line,) = [line for line in done.summary() if "FAILED" in line]
    assert "E-1" not in line


def test_gzip_is_read_as_it_is_and_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    packed, marked = tmp_path / "story.ndjson.gz", tmp_path / "marked.ndjson"
    packed.write_bytes(gzip.compress(Path(STORY).read_bytes()))
    marked.write_bytes(b"\xef\xbb\xbf" + Path(REFERENCE).read_bytes().replace(b"\n", b"\r\n"))
    done, alerts, _ = run(str(packed), str(marked))
    assert done.bad == 0
    assert alerts == run(STORY, REFERENCE)[1]


def test_a_packed_file_cut_short_cannot_be_read(tmp_path: Path) -> None:
    packed = tmp_path / "story.ndjson.gz"
    packed.write_bytes(gzip.compress(Path(STORY).read_bytes())[:-5000])
    with pytest.raises(InputError, match="cannot be read"):
        run(str(packed))


@pytest.mark.parametrize("what", ["missing", "folder", "zstd"])
def test_what_cannot_be_read_is_named(tmp_path: Path, what: str) -> None:
    file = tmp_path / what
    if what == "folder":
        file.mkdir()
    elif what == "zstd":
        file.write_bytes(b"\x28\xb5\x2f\xfd....")
    with pytest.raises(InputError, match=str(file)):
        run(str(file))


def test_suppressed_alerts_are_told_with_their_reason_and_counted_by_allowance(
    write: Write,
) -> None:
    rows = [
        {"employee": "E-9", "until": date(2026, 3, 3), "reason": "nobody here"},
        {"employee": "E-1", "until": date(2026, 3, 3), "reason": "clean-up, ticket 12"},
    ]
    table = {"mode": "shadow", "allow": rows}
    settings = Settings(detectors={"bulk-delete": table})
    [detector] = [it for it in configured_detectors(settings) if it.id == "bulk-delete"]
    events = write(
        "a",
        deletion("known", "2026-03-03T15:00:00Z", 30),
        deletion("a day later", "2026-03-03T17:00:00Z", 30),
    )
    emitted: list[Alert] = []
    done = replay([events], settings, [detector], emitted.append, lambda line: None)
    assert [alert.mode for alert in emitted] == ["replay", "replay"]
    assert [alert.suppressed for alert in emitted] == [
        Suppressed("2026-03-03T15:59:59.999999Z", "clean-up, ticket 12"),
        None,
    ]
    summary = done.summary()
    assert "  bulk-delete: 2 firing" in summary
    assert "    1 of them suppressed by allowance 2" in summary
    assert not [line for line in summary if "E-1" in line or "ticket" in line]


def test_a_conflict_changes_nothing_and_is_told_with_the_place_of_the_first(write: Write) -> None:
    first, second = (
        write("a", deletion("x", "2026-03-02T10:00:00Z", 5)),
        write(
            "b",
            deletion("other", "2026-03-02T09:00:00Z", 1),
            deletion("x", "2026-03-09T10:00:00Z", 30),
        ),
    )
    for files in ((first, second), (second, first)):
        done, alerts, said = run(*files, only=("bulk-delete",))
        assert alerts == []
        assert (done.events, done.repeats, done.conflicts, done.bad) == (2, 0, 1, 0)
        assert said == [
            f"{second}:2: id: {first}:1 has the same `type`, `source` and `id`, and other content:"
            " only one of them counts, and the other is lost; give each event an id of its own"
        ]
        assert "1 conflicts" in done.summary()[0]


def test_of_a_conflict_at_one_moment_the_bytes_decide_which_stays(write: Write) -> None:
    few, many = (deletion("x", "2026-03-02T10:00:00Z", count) for count in (29, 31))
    for lines in ((few, many), (many, few)):
        done, (alert,), _ = run(write("a", *lines), only=("bulk-delete",))
        assert done.conflicts == 1
        assert alert.evidence[0].note == "deleted (29 records)"


def test_the_same_id_of_another_type_is_another_event(write: Write) -> None:
    time = "2026-03-02T10:00:00Z"
    done, _, _ = run(write("a", deletion("x", time, 1), payment("x", time)))
    assert (done.events, done.repeats, done.conflicts) == (2, 0, 0)


def test_a_repeat_may_be_written_otherwise(write: Write) -> None:
    one = deletion("x", "2026-03-02T10:00:00Z", 30)
    zone = {**one, "time": "2026-03-02T18:00:00+08:00"}
    more = {**one, "sent_at": "2026-03-02T10:00:07Z"}
    spaced = json.dumps(one, separators=(" ,  ", " :  "))
    blank = {**one, "data": {**one["data"], "actor": " E-1 "}}
    done, alerts, said = run(write("a", one, zone, more, spaced, blank), only=("bulk-delete",))
    assert (done.events, done.repeats, done.conflicts, said) == (1, 4, 0, [])
    assert len(alerts) == 1


def test_reference_documents_may_say_something_new_under_their_old_id(write: Write) -> None:
    later = {**account("A-9"), "time": "2026-03-05T00:00:00Z"}
    done, _, said = run(write("a", account("A-9"), later, payment("P", "2026-03-06T00:00:00Z")))
    assert (done.reference, done.conflicts, said) == (2, 0, [])


def test_heartbeats_are_passed_over_and_counted(write: Write) -> None:
    beats = [
        document(f"beat-{n}", "offbook.heartbeat.v1", f"2026-03-{n:02}T10:00:00Z") for n in (3, 9)
    ]
    due = payment("P-1", "2026-03-02T10:00:00Z", order="O-1")
    done, alerts, _ = run(write("a", *beats, due), only=("unmatched-payment",))
    assert (done.events, done.heartbeats, alerts) == (1, 2, [])
    assert done.newest == parse_rfc3339("2026-03-02T10:00:00Z")
    assert "2 heartbeats" in done.summary()[0]


WALL = "2026-06-01T00:00:00Z"


@pytest.mark.parametrize(
    ("time", "until", "outcome"),
    [
        ("2026-06-01T00:05:00Z", None, "event"),
        ("2026-06-01T00:05:01Z", None, "bad"),
        ("2036-03-02T10:00:00Z", None, "bad"),
        ("2026-05-30T00:00:00Z", "2026-05-01T00:00:00Z", "beyond"),
        ("2026-06-01T00:05:01Z", "2026-05-01T00:00:00Z", "bad"),
        ("2026-06-20T00:00:00Z", "2026-07-01T00:00:00Z", "event"),
        ("2026-07-01T00:00:01Z", "2026-07-01T00:00:00Z", "bad"),
    ],
)
def test_what_lies_ahead_of_the_clock_and_of_until_is_no_event(
    write: Write, time: str, until: str | None, outcome: str
) -> None:
    events = write("a", deletion("a", "2026-04-02T10:00:00Z", 1), deletion("b", time, 30))
    done, _, said = run(events, until=until, wall=WALL)
    assert (done.events - 1, done.beyond, done.bad) == (
        outcome == "event",
        outcome == "beyond",
        outcome == "bad",
    )
    if outcome == "bad":
        assert said == [
            f"{events}:2: time: `time` is more than 5 minutes ahead of the clock; check clock and"
            " offset: local time sent as `Z` is 8 hours ahead in China."
        ]


def test_a_reference_document_ahead_of_the_clock_is_none(write: Write) -> None:
    ahead = {**account("A-9"), "time": "2062-03-05T00:00:00Z"}
    done, _, said = run(write("a", ahead), wall=WALL)
    assert (done.reference, done.bad, len(said)) == (0, 1, 1)


def test_years_in_which_nothing_happens_are_warned_of(write: Write) -> None:
    one = write("one", deletion("b", "2026-03-02T10:00:00Z", 1), deletion("c", WALL, 1))
    two = write("two", account("A"), deletion("a", "2016-03-02T10:00:00Z", 1))
    done, _, said = run(one, two, wall=WALL)
    assert said == [
        f"{two}:2 (2016-03-02T10:00:00Z) to {one}:1 (2026-03-02T10:00:00Z): nothing happens for 10"
        " years: probably a year is mistyped"
    ]
    assert done.events == 3
    two_years = write(
        "a", deletion("a", "2024-02-01T00:00:00Z", 1), deletion("b", "2026-02-01T00:00:00Z", 1)
    )
    assert run(two_years)[2] == []


def test_bad_lines_are_told_by_file_and_line_whenever_they_are_found_to_be_bad(
    write: Write,
) -> None:
    late, early = (
        {**deletion(id_, time, 1), "data": {}}
        for id_, time in (("late", "2026-03-09T10:00:00Z"), ("early", "2026-03-02T10:00:00Z"))
    )
    good = [deletion("same", f"2026-03-0{day}T10:00:00Z", 1) for day in (4, 5)]
    one, two = write("one", late, "{", *good, early), write("two", "[]", late, early)
    done, _, said = run(one, two)
    assert (done.bad, done.conflicts) == (6, 1)
    assert [":".join(line.split(":")[:2]) for line in said] == [
        *(f"{one}:{line}" for line in (1, 2, 4, 5)),
        *(f"{two}:{line}" for line in (1, 2, 3)),
    ]


def test_of_many_bad_lines_the_first_are_told_in_whatever_order_they_are_met(write: Write) -> None:
    lines = [{**deletion(f"{n}", f"2026-03-02T10:{59 - n}:00Z", 1), "data": {}} for n in range(40)]
    file = write("a", *lines)
    done, _, said = run(file)
    assert done.bad == 40
    assert [int(line.split(":")[1]) for line in said[:-1]] == list(range(1, 21))


def test_progress_is_shown_of_reading_and_of_replaying(write: Write) -> None:
    shown: dict[str, list[int]] = {}
    totals: dict[str, int | None] = {}

    @contextmanager
    def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        totals[what] = total
        yield shown.setdefault(what, []).append

    file = write("a", *(deletion(f"{n}", "2026-03-02T10:00:00Z", 1) for n in range(3500)))
    replay([file], Settings(), [], lambda _: None, lambda _: None, progress=progress)
    assert list(totals) == ["reading", "replaying"]
    assert totals["reading"] == sum(shown["reading"]) == Path(file).stat().st_size
    assert (totals["replaying"], shown["replaying"]) == (3500, [512] * 6 + [428])


def test_phones_are_at_home_where_the_settings_say(write: Write) -> None:
    """An employee's own phone as consignee's, once with and once without the country code."""
    staff = document(
        "ref", "offbook.reference.employee.v1", "2026-03-01T00:00:00Z",
        employee="E-1", phones=["030 901820"],
    )  # fmt: skip
    goods = document(
        "ship", "offbook.shipment.v1", "2026-03-02T00:00:00Z",
        shipment="S-1", status="dispatched", customer="C-1", phone="+49 30 901820",
    )  # fmt: skip
    file = write("a", staff, goods)
    for region, found in (("DE", 1), ("CN", 0)):
        settings = Settings(phone_region=region)
        _, alerts, _ = run(file, only=("diverted-consignee",), settings=settings)
        assert len(alerts) == found, region
