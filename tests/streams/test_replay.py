from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from offbook.detectors import bulk_delete
from offbook.events.alert import Alert, Suppressed
from offbook.events.times import parse_rfc3339
from offbook.streams.ndjson import InputError
from offbook.streams.replay import Replayed, replay
from offbook.streams.settings import Settings, configured_detectors
from tests.streams.commands import REFERENCE, STORY

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
    *files: str, only: tuple[str, ...] = (), until: str | None = None
) -> tuple[Replayed, list[Alert], list[str]]:
    emitted: list[Alert] = []
    said: list[str] = []
    detectors = [d for d in configured_detectors(Settings()) if not only or d.id in only]
    end = parse_rfc3339(until) if until else None
    done = replay(files, Settings(), detectors, emitted.append, said.append, until=end)
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


def test_one_file_keeps_its_order_and_what_comes_out_of_turn_counts(write: Write) -> None:
    events = write(
        "a",
        deletion("b", "2026-03-02T10:30:00Z", 10),
        deletion("c", "2026-03-05T10:30:00Z", 1),
        deletion("a", "2026-03-02T10:00:00Z", 10),
    )
    done, alerts, _ = run(events, only=("bulk-delete",))
    assert (done.late, done.newest) == (0, parse_rfc3339("2026-03-05T10:30:00Z"))
    assert [fact.id for fact in alerts[-1].evidence] == ["a", "b"]


def test_what_comes_later_than_lateness_is_counted_as_late(write: Write) -> None:
    events = write(
        "a", deletion("c", "2026-03-20T10:30:00Z", 1), deletion("a", "2026-03-02T10:00:00Z", 1)
    )
    done, _, _ = run(events)
    assert (done.events, done.late) == (2, 1)


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


def test_nothing_lies_in_the_future_of_a_replay(write: Write) -> None:
    done, alerts, _ = run(write("a", deletion("a", "2099-03-02T10:00:00Z", 30)))
    assert done.bad == 0
    assert [alert.detector for alert in alerts] == ["bulk-delete"]


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
