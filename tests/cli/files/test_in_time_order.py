"""The order in which a replay reads: a function of the documents, not of lines, files or memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.event import Event
from contract.rejected import Rejected
from contract.times import parse_rfc3339, rfc3339
from detectors.rules.catalogue import DETECTORS
from offbook.cli.files.in_time_order import InTimeOrder
from offbook.cli.files.ndjson import Place, sources
from offbook.cli.files.replay import Replayed, replay
from streams.settings.settings import Settings
from tests.cli.commands import REFERENCE, STORY, environment
from tests.parts.examples import examples

WALL = parse_rfc3339("2026-11-01T00:00:00Z")
Document = dict[str, Any]


def oddities() -> list[bytes]:
    """Beside the story: what is no event, what comes twice, what contradicts, what happens at one
    moment."""
    story = [json.loads(line) for line in Path(STORY).read_bytes().splitlines()]
    one, two, three = story[10], story[20], story[30]
    odd: list[Document] = [
        one,
        {**one, "extension": "of whoever sent it again"},
        {**two, "time": "2026-03-21T10:00:00+08:00"},
        {**two, "time": "2026-03-01T10:00:00+08:00"},
        {**three, "data": {**three["data"], "unknown": 1}},
        {**three, "data": {}},
        {**story[40], "time": story[41]["time"], "id": "at the same moment"},
        {**story[50], "time": "2016-03-05T10:00:00+08:00", "id": "long ago"},
        {**story[60], "time": "2062-03-05T10:00:00+08:00", "id": "far ahead"},
        {**story[70], "time": "2016-12-31T23:59:60Z", "id": "in a leap second"},
        {**story[80], "id": "a NUL \0 in it"},
        {**story[90], "id": "beat", "type": "offbook.heartbeat.v1", "data": {}},
    ]
    return [*(json.dumps(document).encode() for document in odd), b"{", b"[]", b"\xff", b"null"]


LINES = [
    *Path(REFERENCE).read_bytes().splitlines(),
    *Path(STORY).read_bytes().splitlines(),
    *oddities(),
]


def replayed(
    files: Sequence[Sequence[bytes]], limit: int
) -> tuple[list[bytes], Replayed, Counter[str]]:
    """Alerts but for their offsets, counts, and what was said but for its places."""
    emitted: list[bytes] = []
    said: Counter[str] = Counter()

    def emit(alert: Any) -> None:
        plain = msgspec.to_builtins(alert)
        for fact in plain["evidence"]:
            fact["offset"] = 0
        emitted.append(msgspec.json.encode(plain))

    def say(line: str) -> None:
        said[line.partition(": ")[2] if "same `type`" not in line else "conflict"] += 1

    with TemporaryDirectory() as folder:
        names = []
        for number, lines in enumerate(files):
            file = Path(folder) / str(number)
            file.write_bytes(b"\n".join(lines) + b"\n" * (number % 2))
            names.append(str(file))
        done = replay(names, Settings(), DETECTORS, emit, say, wall=WALL, limit=limit)
    return emitted, done, said


@cache
def as_it_stands() -> tuple[list[bytes], Replayed, Counter[str]]:
    return replayed([LINES], 1 << 30)


def test_the_story_with_oddities_has_something_of_everything() -> None:
    alerts, done, said = as_it_stands()
    assert len(alerts) > 20
    assert (done.bad, done.heartbeats, done.conflicts) == (7, 1, 2)
    assert done.repeats >= 8
    assert sum("nothing happens for" in line for line in said) == 1


@settings(max_examples=examples(25))
@given(seed=st.integers(0, 2**32), files=st.integers(1, 5), limit=st.sampled_from([1, 300, 20_000]))
def test_any_permutation_over_any_files_gives_the_same_with_next_to_no_memory(
    seed: int, files: int, limit: int
) -> None:
    random = Random(seed)
    lines = random.sample(LINES, len(LINES))
    parts: list[list[bytes]] = [[] for _ in range(files)]
    for line in lines:
        parts[random.randrange(files)].append(line)
    alerts, done, said = replayed(parts, limit)
    expected, first, told = as_it_stands()
    assert alerts == expected
    assert done.counts() == first.counts()
    assert (done.first, done.newest) == (first.first, first.newest)
    assert {line for line in said if "nothing happens" not in line} == {
        line for line in told if "nothing happens" not in line
    }


MOMENTS = st.integers(0, 3).map(lambda hour: f"2026-03-02T1{hour}:00:00Z")


def edit(moment: str, id_: str, source: str, actor: str) -> bytes:
    about = {"type": "customer", "id": "C-1"}
    data = {"actor": actor, "op": "view", "object": about}
    head = {"specversion": "1.0", "id": id_, "source": source, "time": moment}
    return json.dumps({**head, "type": "offbook.crm.edit.v1", "data": data}).encode()


def read(files: list[str], limit: int) -> list[tuple[Event, Place, bool | None]]:
    def none(_: Place, rejected: Rejected) -> None:
        raise AssertionError(rejected.line())

    with sources(files, once=True) as inputs, InTimeOrder(inputs, none, limit=limit) as documents:
        documents.read()
        return [
            (event, place, None if double is None else double.same)
            for event, place, double, _ in documents.others()
        ]


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.builds(
            edit,
            *(MOMENTS, st.sampled_from(["a", "b", "é"]), st.sampled_from(["//s", "//s/t"])),
            st.sampled_from(["E-1", "E-2"]),
        ),
        max_size=25,
    ),
    st.integers(1, 2000),
)
def test_the_order_is_by_time_then_source_id_and_bytes_and_the_first_of_each_stays(
    lines: list[bytes], limit: int
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a"
        file.write_bytes(b"\n".join(lines))
        found = read([str(file)], limit)
    documents = [(json.loads(line), line) for line in lines]
    expected = sorted(
        (parse_rfc3339(it["time"]), it["source"], it["id"], line, number)
        for number, (it, line) in enumerate(documents, start=1)
    )
    assert [(e.time, e.source, e.id, n) for e, (_, n), _ in found] == [
        (time, source, id_, number) for time, source, id_, _, number in expected
    ]
    firsts: dict[tuple[str, str], tuple[int, str]] = {}
    for event, _, same in found:
        said = (event.time, event.data.actor)  # type: ignore[union-attr]
        before = firsts.setdefault((event.source, event.id), said)
        assert same is None or same == (before == said)
        assert (same is None) == (before is said)


def test_of_a_tip_that_names_who_told_it_nothing_is_kept(tmp_path: Path) -> None:
    head = {"specversion": "1.0", "id": "1", "source": "//s", "time": "2026-03-02T10:00:00Z"}
    tips: list[Document] = [{"tip": "T-1"}, {"tip": "T-2", "deep": {"Reporter_Name": "Zhang San"}}]
    lines = [json.dumps({**head, "type": "offbook.tip.v1", "data": tip}) for tip in tips]
    file = tmp_path / "tips"
    file.write_text("\n".join(lines), encoding="utf-8")
    bad: list[Place] = []
    with (
        sources([str(file)], once=True) as inputs,
        InTimeOrder(inputs, lambda place, _: bad.append(place), limit=1) as documents,
    ):
        documents.read()
        assert bad == [(0, 2)]
        [record] = documents._others.drain()
    assert b"T-1" in record.data


WAITS = """
import sys
from offbook.cli import app as cli
from offbook.cli.files.replay import replay
from streams.settings.settings import Settings

cli.app.registered_commands.clear()

@cli.app.command()
def go(file: str) -> None:
    replay([file], Settings(), [], lambda _: None, print, limit=1000)

@cli.app.command()
def other() -> None:
    pass

cli.main()
"""


def _opened(pipe: Path, reader: subprocess.Popen[bytes]) -> BinaryIO:
    """The pipe to write into, once `reader` reads it."""
    deadline = time.monotonic() + 30
    while True:
        # Opened in the common way it would wait for a reader that has died.
        with suppress(OSError):
            file = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            os.set_blocking(file, True)
            return os.fdopen(file, "wb")
        assert reader.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="shows open files on Linux only")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_temporary_file_is_left_however_it_ends(tmp_path: Path, end: signal.Signals) -> None:
    aside, pipe = tmp_path / "aside", tmp_path / "pipe"
    aside.mkdir()
    os.mkfifo(pipe)
    lines = [edit(rfc3339(WALL + n), f"{n}", "//s", "E-1") + b"\n" for n in range(5000)]
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS, "go", str(pipe)],
        env=environment(TMPDIR=str(aside)),
        stderr=subprocess.PIPE,
    )
    with process, _opened(pipe, process) as feed:
        feed.writelines(lines)
        feed.flush()
        deadline = time.monotonic() + 30
        while not _has_spilled(process.pid, aside):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert list(aside.iterdir()) == [], "it has no name even while it is there"
        process.send_signal(end)
        process.wait(30)
        assert (
            process.returncode
            == {
                signal.SIGTERM: 128 + signal.SIGTERM,
                signal.SIGINT: 130,
                signal.SIGKILL: -signal.SIGKILL,
            }[end]
        )
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert list(aside.iterdir()) == []


def _has_spilled(pid: int, folder: Path) -> bool:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(str(folder)):
            return descriptor.stat().st_size > 0
    return False
