"""Files in whatever state: long lines, endless ones, packed ones that burst, broken ones."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.rejected import MAX_BYTES
from offbook.cli.files import ndjson
from offbook.cli.files.ndjson import LONGEST, InputError, sources
from tests.cli.commands import STORY, environment, offbook, peak
from tests.parts.examples import examples

#: MiB that a command may hold: three times what it holds of an empty file.
ROOM = 200
EVENT = Path(STORY).read_bytes().splitlines()[0]


def read(*files: str, once: bool = False) -> list[list[tuple[int, bytes]]]:
    with sources(files, once=once) as inputs:
        return [list(source.lines()) for source in inputs]


@settings(max_examples=examples(60))
@given(
    content=st.lists(st.binary(max_size=40) | st.just(b"\n") | st.just(b"\r\n")).map(b"".join),
    packed=st.booleans(),
    once=st.booleans(),
)
def test_lines_are_those_of_the_file_without_blanks_around_and_between(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, packed: bool, once: bool
) -> None:
    if content.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(gzip.compress(content) if packed else content)
    lines = enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1)
    assert read(str(file), once=once) == [[(n, it.strip()) for n, it in lines if it.strip()]]


def test_a_source_is_read_again_from_its_start_pipe_or_not(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feed = threading.Thread(target=lambda: pipe.write_bytes(b"ab\ncd\n"))
    feed.start()
    with sources([str(pipe), STORY]) as inputs:
        for source in inputs:
            assert list(source.lines()) == list(source.lines())
        assert list(inputs[0].lines()) == [(1, b"ab"), (2, b"cd")]
    feed.join()


def test_progress_adds_up_to_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(Path(STORY).read_bytes() * 10))
    for file in (STORY, str(packed)):
        told: list[int] = []
        with sources([file]) as [source]:
            for _ in source.lines(told.append):
                pass
            assert sum(told) == source.size == Path(file).stat().st_size


def padded(size: int) -> bytes:
    """An event of so many bytes."""
    event = json.loads(EVENT) | {"extension": ""}
    return json.dumps(event | {"extension": "x" * (size - len(json.dumps(event)))}).encode()


def test_a_document_may_be_as_long_as_a_record_whatever_white_space_is_around_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "events"
    longest = padded(MAX_BYTES)
    file.write_bytes(b" " * 9999 + longest + b"\t\r\n" + EVENT + b"\n" + longest)
    done = offbook("validate", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("3 good, 0 bad")


@pytest.mark.parametrize("size", [MAX_BYTES + 1, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])
@pytest.mark.parametrize("packed", [False, True])
def test_a_longer_line_is_one_bad_line_and_the_next_is_read(
    tmp_path: Path, size: int, packed: bool
) -> None:
    file = tmp_path / "events"
    content = b"\n".join([EVENT, padded(size), EVENT, padded(size)])
    file.write_bytes(gzip.compress(content) if packed else content)
    done = offbook("validate", str(file))
    assert done.returncode == 1
    assert [line.split(": ", 1) for line in done.stdout.splitlines()] == [
        [
            f"{file}:{number}",
            "decode: The document is larger than 1024 KiB; send references to large contents, not"
            " the contents.",
        ]
        for number in (2, 4)
    ]
    assert done.stderr.startswith("2 good, 2 bad")


@pytest.fixture(scope="module")
def long_line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain file of 300 MiB without a line break but for its last line."""
    file = tmp_path_factory.mktemp("long") / "line"
    with file.open("wb") as stream:
        stream.truncate(300 << 20)
        stream.seek(0, os.SEEK_END)
        stream.write(b"\n" + EVENT + b"\n")
    return file


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["replay"],
        ["produce", "--dry-run"],
        ["produce", "--dry-run", "--rebase", "now"],
    ],
)
def test_a_line_of_hundreds_of_megabytes_is_one_bad_line_and_never_held(
    long_line: Path, command: list[str]
) -> None:
    done, held = peak(*command, str(long_line))
    assert held < ROOM
    assert f"{long_line}:1: decode: The document is larger than" in done.stdout + done.stderr
    assert done.returncode == (0 if command == ["replay"] else 1)
    assert "1 bad" in done.stderr


@pytest.mark.parametrize("command", [["validate"], ["replay"], ["produce", "--dry-run"]])
@pytest.mark.parametrize("how", ["file", "stdin"])
def test_what_never_ends_is_refused(command: list[str], how: str, tmp_path: Path) -> None:
    file = "/dev/zero" if how == "file" else "-"
    # The whole way in one of them; in the others a quarter of it, which is more than may be held.
    whole = (command, how) == (["validate"], "file")
    soon = "" if whole else f"import {ndjson.__name__} as it; it._ENDLESS >>= 2;"
    with Path("/dev/zero").open("rb") as zeros:
        done, held = peak(*command, file, stdin=zeros, first=soon)
    assert held < ROOM
    assert done.returncode == 2
    assert done.stderr.startswith(f"offbook: {'/dev/zero' if how == 'file' else '<stdin>'}: ")
    assert f"has no end within {int(whole)} GiB" in done.stderr


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4 GiB of zeros in 4 MiB."""
    file = tmp_path_factory.mktemp("bomb") / "bomb.gz"
    file.write_bytes(gzip.compress(bytes(64 << 20)) * 64)
    return file


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["replay"],
        ["produce", "--dry-run"],
        ["tune", "bulk-delete", "threshold", "--values", "30"],
        ["explain", "bulk-delete-272e4432bfe33432", "--from"],
        ["score", STORY],
    ],
)
def test_a_file_that_is_made_to_burst_is_refused_with_the_way_out(
    bomb: Path, command: list[str]
) -> None:
    done, held = peak(*command, str(bomb))
    assert held < ROOM + (100 if command[0] == "score" else 0)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"offbook: {bomb}: unpacks to more than 300 times its size, as no documents do: if it is"
        f" meant to, unpack it first (gzip -dc {bomb} > …)\n"
    )


def test_blank_lines_burst_too(tmp_path: Path) -> None:
    blank = tmp_path / "blank.gz"
    blank.write_bytes(gzip.compress((b" " * 7 + b"\n") * (8 << 20)) * 8)
    done, held = peak("validate", str(blank))
    assert held < ROOM
    assert done.returncode == 2
    assert "300 times its size" in done.stderr


def test_documents_that_are_all_the_same_are_no_bomb(tmp_path: Path) -> None:
    """The most that documents can be packed: the shortest there are, all alike."""
    shortest = (
        b'{"specversion":"1.0","id":"1","source":"s","type":"offbook.tip.v1",'
        b'"time":"2026-03-02T10:00:00Z","data":{"tip":"1"}}\n'
    )
    count = 700_000
    assert count * len(shortest) > ndjson._UNSUSPECTED
    alike = tmp_path / "alike.gz"
    alike.write_bytes(gzip.compress(shortest * count))
    with sources([str(alike)]) as [source]:
        assert sum(1 for _ in source.lines()) == count


@pytest.mark.parametrize("fault", ["cut", "rubbish behind", "a bit"])
def test_a_packed_file_that_is_broken_cannot_be_read(tmp_path: Path, fault: str) -> None:
    whole = gzip.compress(b"\n".join(EVENT + b"%d" % n for n in range(5000)))
    file = tmp_path / "broken.gz"
    file.write_bytes(
        {
            "cut": whole[:-2000],
            "rubbish behind": whole + b"rubbish",
            "a bit": whole[:900] + bytes([whole[900] ^ 4]) + whole[901:],
        }[fault]
    )
    for once in (False, True):
        with pytest.raises(InputError, match=f"^{file}: cannot be read: "):
            read(str(file), once=once)


def test_several_packed_files_in_one_are_read_on(tmp_path: Path) -> None:
    file = tmp_path / "two.gz"
    file.write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n") + bytes(100))
    assert read(str(file)) == [[(1, b"a"), (2, b"b")]]


@pytest.mark.parametrize(
    "command", [["replay", "-"], ["validate", "-"], ["produce", "-", "--dry-run"]]
)
def test_a_disk_that_is_full_is_one_line_that_says_where_else(
    tmp_path: Path, command: list[str]
) -> None:
    """A limit on what a process may write stands for the disk."""
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "import offbook.cli.files.sorter as s; s.Sorter.__init__.__defaults__ = (50_000,);"
        "import offbook.cli.files.replay as r; r.replay.__kwdefaults__['limit'] = 50_000;"
        "from offbook.cli.app import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *command],
        input=Path(STORY).read_bytes() * 5,
        capture_output=True,
        env=environment(TMPDIR=str(tmp_path)),
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"offbook: temporary files in {tmp_path} cannot be written: File too large"
        " (TMPDIR says where else)\n"
    )


def test_replay_copies_nothing_aside_that_fits_into_memory(tmp_path: Path) -> None:
    nowhere = environment(TMPDIR=str(tmp_path / "nowhere"), HOME="/nowhere")
    command = [sys.executable, "-m", "offbook", "replay", "-", "--detector", "bulk-delete"]
    story = gzip.compress(Path(STORY).read_bytes())
    done = subprocess.run(command, input=story, capture_output=True, env=nowhere, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_standard_input_that_is_closed_is_one_line() -> None:
    command = f"exec {sys.executable} -m offbook replay - <&-"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=environment(), check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "offbook: <stdin>: is closed\n"


def test_random_bytes_are_bad_lines(tmp_path: Path) -> None:
    file = tmp_path / "random"
    file.write_bytes(b"\x00" + random.Random(1).randbytes(3_000_000))
    done, held = peak("validate", str(file))
    assert (done.returncode, held < ROOM) == (1, True)
    assert done.stderr.startswith("0 good, ")
