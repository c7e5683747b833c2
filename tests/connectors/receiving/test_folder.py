"""Files that come into a folder: each of their records is kept, whatever happens in between."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from offbook.cli.demo.embedded import EmbeddedKafka
from tests.connectors.receiving.running import (
    Running,
    events,
    header,
    letters,
    payments,
    running,
    until,
    variables,
)
from tests.parts.paused import paused

pytestmark = pytest.mark.integration

HEAD = "no,at,sum,to,kind\n"
RECEIVE = 'folder = { path = "in", pattern = "*.csv", still = "0.5s" }'


def watched(folder: Path, more: str = "") -> tuple[Path, Path]:
    inbox = folder / "in"
    inbox.mkdir()
    page = folder / "bank.toml"
    page.write_text(payments("csv", RECEIVE, more), "utf-8")
    return page, inbox


def row(no: object, to: str = "one", kind: str = "") -> str:
    return f"P-{no},2024-03-05 14:22:30,12.50,{to},{kind}\n"


def report(path: Path) -> dict[str, Any]:
    until(path.exists)
    return dict(json.loads(path.read_text("utf-8")))


def test_a_file_is_taken_when_it_stands_still_and_what_became_of_it_stands_beside_it(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page, inbox = watched(tmp_path)
    outside = tmp_path / "outside.csv"
    outside.write_text(HEAD + row("outside"))
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        (inbox / "link.csv").symlink_to(outside)
        (inbox / "half.csv.part").write_text(HEAD + row("part"))
        (inbox / ".hidden.csv").write_text(HEAD + row("hidden"))
        (inbox / "other.txt").write_text(HEAD + row("other"))
        (inbox / "one.csv").write_text(
            HEAD
            + "".join(map(row, range(20)))
            + row("no", to="nowhere")
            + row("note", kind="note")
            + "P-x,2024-03-05 14:22:30,,one,\n"
        )
        done = report(inbox / "done" / "one.csv.json")
        assert done["outcomes"] == {
            "mapped": 20, "skipped": 1, "unmatched": 1, "empty": 0, "dead_letter": 1
        }  # fmt: skip
        assert done["records"] == 23
        assert [it["line"] for it in done["first_dead_letters"]] == [22, 24]
        assert "nowhere" not in json.dumps(done)
        until((inbox / "done" / "one.csv").exists)
        assert not (inbox / "one.csv").exists()
        assert its.outcomes("bank")["mapped"] == 20
        until(lambda: ("lag_seconds", "bank") not in its.figures())
        names = {it.name for it in inbox.iterdir()}
        assert names == {
            "done", "failed", "link.csv", "half.csv.part", ".hidden.csv", "other.txt"
        }  # fmt: skip
    assert {it["id"] for it in events(kafka.bootstrap, topic_prefix)} == {
        f"P-{at}" for at in range(20)
    }
    bad, unmatched = letters(kafka.bootstrap, topic_prefix, "bank")
    assert header(bad, "offbook.connect.file") == "one.csv"
    assert header(bad, "__streams.errors.offset") == "22"
    assert json.loads(unmatched.value)["no"] == "P-x"


def test_the_same_content_is_taken_once_and_anew_by_a_page_that_was_mended(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page, inbox = watched(tmp_path)
    content = HEAD + row(1) + row(2, to="two")
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        (inbox / "one.csv").write_text(content)
        assert report(inbox / "done" / "one.csv.json")["outcomes"]["dead_letter"] == 1
        (inbox / "two.csv").write_text(content)
        assert "taken before" in report(inbox / "done" / "two.csv.json")["skipped"]
        # A name that is there already is no reason to lose the other.
        (inbox / "one.csv").write_text(HEAD + row(3))
        assert report(inbox / "done" / "one-2.csv.json")["records"] == 1
        assert its.outcomes("bank") == {"mapped": 2, "dead_letter": 1}
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        (inbox / "three.csv").write_text(content)
        assert "taken before" in report(inbox / "done" / "three.csv.json")["skipped"]
    page.write_text(
        page.read_text("utf-8").replace("[tables.accounts]", "[tables.accounts]\ntwo='2'")
    )
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        (inbox / "four.csv").write_text(content)
        assert report(inbox / "done" / "four.csv.json")["outcomes"]["mapped"] == 2
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    assert found == {"P-1": 2, "P-2": 1, "P-3": 1}


def test_a_file_that_is_no_table_is_put_aside_and_stops_no_other(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    page = tmp_path / "sheets.toml"
    receive = RECEIVE.replace("*.csv", "*.xlsx")
    page.write_text(payments("xlsx", receive), "utf-8")
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        (inbox / "a.xlsx").write_bytes(b"PK\x03\x04 no sheet" + os.urandom(2000))
        (inbox / "b.xlsx").write_bytes(b"")
        for name in ("a", "b"):
            until(lambda name=name: not (inbox / f"{name}.xlsx").exists(), its.said)
        assert report(inbox / "failed" / "a.xlsx.json")["failed"]
        assert (inbox / "failed" / "a.xlsx").exists()
        assert its.asked("/healthz")[0] == 200
    for it in letters(kafka.bootstrap, topic_prefix, "sheets"):
        assert header(it, "offbook.connect.content") == "absent"


def test_killed_in_the_middle_of_a_file_no_record_is_lost(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page, inbox = watched(tmp_path)
    page.write_text("number_equals = true\n" + page.read_text("utf-8"), "utf-8")
    rows = 20_000
    # Every tenth row is there twice, and both are payments.
    content = HEAD + "".join(row(at - (at % 10 == 9)) for at in range(rows))
    (inbox / "big.csv").write_text(content)
    env = variables(kafka.bootstrap, topic_prefix)
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        until(lambda: its.figures().get(("records_total", "bank", "mapped"), 0) > 1000, its.said)
        os.kill(its.process.pid, signal.SIGKILL)
        its.process.wait(30)
        assert (inbox / "big.csv").exists()
        assert not (inbox / "done" / "big.csv").exists()
    before = len(events(kafka.bootstrap, topic_prefix))
    assert 1000 < before < rows
    again = Running(env, [page], tmp_path / "log").listening()
    try:
        done = report(inbox / "done" / "big.csv.json")
        assert done["outcomes"]["mapped"] == done["records"] == rows
        assert again.end() == 0
    finally:
        again.process.kill()
    found = Counter(it["id"] for it in events(kafka.bootstrap, topic_prefix))
    # Each row has an id of its own, and the same one both times.
    assert len(found) == rows
    assert set(found) == {f"P-{at}" for at in range(rows) if at % 10 != 9} | {
        f"P-{at - 1}#2" for at in range(rows) if at % 10 == 9
    }
    assert max(found.values()) == 2


def test_asked_to_end_in_the_middle_of_a_file_it_ends_and_goes_through_it_again(
    kafka: Any, topic_prefix: str, tmp_path: Path
) -> None:
    page, inbox = watched(tmp_path)
    rows = 20_000
    (inbox / "big.csv").write_text(HEAD + "".join(map(row, range(rows))))
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        until(lambda: its.figures().get(("records_total", "bank", "mapped"), 0) > 500, its.said)
        assert its.end() == 0
        assert (inbox / "big.csv").exists()
    with running(kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        assert report(inbox / "done" / "big.csv.json")["records"] == rows
    assert len({it["id"] for it in events(kafka.bootstrap, topic_prefix)}) == rows


def test_while_kafka_is_away_a_file_waits_and_then_all_of_it_is_kept(
    fresh_kafka: EmbeddedKafka, topic_prefix: str, tmp_path: Path
) -> None:
    page, inbox = watched(tmp_path)
    with running(fresh_kafka.bootstrap, topic_prefix, [page], tmp_path / "log") as its:
        its.ready()
        with paused(fresh_kafka):
            (inbox / "one.csv").write_text(HEAD + "".join(map(row, range(2000))))
            until(lambda: its.asked("/readyz")[0] == 503, its.said)
            assert (inbox / "one.csv").exists()
            assert its.asked("/healthz")[0] == 200
        assert report(inbox / "done" / "one.csv.json")["outcomes"]["mapped"] == 2000
        found = {it["id"] for it in events(fresh_kafka.bootstrap, topic_prefix)}
        assert len(found) == 2000
