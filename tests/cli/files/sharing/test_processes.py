"""`--jobs`: the same bytes, the same status; none hangs by the end of another, or outlives it.

The commands are started as a shell starts them: what forks has one thread, which pytest has not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from offbook.cli.files.read_ahead import WORTH_A_PROCESS
from tests.cli.commands import REFERENCE, STORY, environment, peak
from tests.cli.files.test_in_time_order import LINES
from tests.cli.files.test_read_ahead import view
from tests.simulation.simulated import SMALL, lines
from tests.streams.settings.own_rules import write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

TUNE = ("tune", "bulk-delete", "threshold", "--values", "5,30,45", "--json")


def begun(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "offbook", *arguments],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def said(*arguments: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    with begun(*arguments) as process:
        out, err = process.communicate(stdin, timeout=120)
    return process.returncode, out, err


def hand_over(process: subprocess.Popen[bytes]) -> None:
    """The first of what it is to read: then it knows that there is something to share."""
    assert process.stdin is not None
    process.stdin.write(view(0) + b"\n")
    process.stdin.flush()


def children(process: subprocess.Popen[bytes], count: int) -> list[int]:
    """Those of a process, once it has so many."""
    found: list[int] = []
    deadline = time.monotonic() + 60
    while len(found) < count:
        assert time.monotonic() < deadline, "nobody shares the work"
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        found = [int(pid) for pid in listed.split()]
    return found


def ended_by(end: signal.Signals, process: subprocess.Popen[bytes]) -> int:
    """As a user ends it: again, if it did not mind. Python sees a signal that comes in the moment
    in which it begins to wait for a pipe only once there is something in that."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        process.send_signal(end)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(5)
    raise AssertionError("it does not end")


def are_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "it works on"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A simulated company in no order, with lines that are no events, and late ones."""
    text, _ = lines(SMALL)
    shuffled = [*text.splitlines(), *LINES]
    Random(7).shuffle(shuffled)
    file = tmp_path_factory.mktemp("company") / "events.ndjson"
    file.write_bytes(b"\n".join(shuffled))
    return str(file)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("settings")
    write(folder / "own")
    file = folder / "offbook.toml"
    file.write_text(
        f"detectors_path = '{folder / 'own'}'\n"
        "timezone = 'Europe/Berlin'\nphone_region = 'DE'\nlateness = '2d'\n"
        "[detectors.bulk-delete]\nthreshold = 5\nmode = 'shadow'\n"
        "[detectors.chat-burst]\nenabled = false\n[detectors.own-many-looks]\nthreshold = 60\n"
        "[[detectors.ghost-deal.allow]]\ncustomer = 'CU-1017'\nuntil = 2099-12-31\nreason = 'x'\n"
    )
    return str(file)


@pytest.mark.parametrize("how", ["as it is", "--until", "--config", "the story", "from a pipe"])
def test_a_replay_says_the_same_by_one_two_and_three(company: str, settings: str, how: str) -> None:
    stdin = b""
    arguments = {
        "as it is": (company,),
        "--until": (company, "--until", "2026-03-18T10:00:00Z"),
        "--config": (company, "--config", settings),
        "the story": (STORY, REFERENCE),
        "from a pipe": ("-",),
    }[how]
    if how == "from a pipe":
        stdin = Path(company).read_bytes()
    one = said("replay", "--jobs", "1", *arguments, stdin=stdin)
    assert one[0] == 0
    assert len(one[1].splitlines()) > 20
    for jobs in ("2", "3"):
        assert said("replay", "--jobs", jobs, *arguments, stdin=stdin) == one


def test_a_tuning_says_the_same_by_one_two_and_many(company: str) -> None:
    one = said(*TUNE, company, "--jobs", "1")
    assert one[0] == 0
    assert one[1].count(b'"value"') == 4
    for jobs in ("2", "3", "9"):
        assert said(*TUNE, company, "--jobs", jobs) == one


ASKS = '''"""Seen by whom.

Catches an employee who exports customers, and says whose one is.

Misses the rest.

Looks the same: anything.
"""

from detectors.language import *


class Numbers(Params):
    """None that counts."""

    after: Duration = number("1h", "after it", "之后")


def find(view: View, params: Numbers) -> Iterable[Found]:
    for fact in view.facts:
        owner = view.profile("customer", fact.about).owner_word(fact.at)
        found = Found(by=fact, named=fact.anchor, about=Subject(employee=view.entity_id))
        yield structs.replace(found, values={"whose": "nobody" if owner is None else owner.about})


DETECTOR = edge(
    "seen-by-whom",
    "info",
    Bilingual("Seen by whom", "谁看的"),
    Numbers(),
    reads=(read("employee", CrmEdit, lambda it: keep("look", it.customer), where=edits("delete")),),
    find=find,
    open_for="after",
    says=says(Sentence("{employee} looked: {whose}.", "{employee}：{whose}。"), given=("whose",)),
    notes={"look": Bilingual("looked", "查看")},
)
'''


def test_a_detector_of_ones_own_that_asks_otherwise_is_judged_by_one_process(
    company: str, tmp_path: Path
) -> None:
    write(tmp_path / "own", "seen_by_whom.py", ASKS)
    config = tmp_path / "offbook.toml"
    config.write_text(f"detectors_path = '{tmp_path / 'own'}'\n")
    arguments = ("replay", company, "--config", str(config), "--jobs")
    one = said(*arguments, "1")
    assert b'"own-seen-by-whom"' in one[1]
    assert said(*arguments, "2") == one
    assert said(*arguments, "3") == one


@pytest.mark.parametrize(
    ("command", "does"),
    [
        (("replay", "-", "--jobs", "2"), "judges half of it"),
        ((*TUNE, "-", "--jobs", "2"), "tries other values"),
    ],
)
def test_who_shares_the_work_is_killed_and_that_is_said(
    company: str, command: tuple[str, ...], does: str
) -> None:
    with begun(*command) as process:
        hand_over(process)
        [child] = children(process, 1)
        os.kill(child, signal.SIGKILL)
        out, err = process.communicate(Path(company).read_bytes(), timeout=60)
    assert process.returncode == 2
    assert err.decode() == f"offbook: the process that {does} was ended by signal 9\n"
    assert out == b""


def test_what_was_told_before_the_end_of_one_is_not_all_and_does_not_look_so(company: str) -> None:
    """It is killed when the first alert is there."""
    script = """
import os, signal, sys
from multiprocessing import active_children
from detectors.rules.catalogue import DETECTORS
from offbook.cli.files.ndjson import InputError
from offbook.cli.files.replay import replay
from streams.settings.settings import Settings
count = 0
def emit(alert):
    global count
    count += 1
    for child in active_children():
        os.kill(child.pid, signal.SIGKILL)
try:
    replay(sys.argv[1:], Settings(), DETECTORS, emit, print, jobs=2)
except InputError as error:
    print(count > 0, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, company],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    how = "the process that judges half of it was ended by signal 9"
    assert (done.stdout, done.stderr) == (f"True {how}\n", "")


@pytest.mark.parametrize("command", [("replay",), TUNE], ids=["replay", "tune"])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_who_is_waited_for_is_ended_and_nobody_works_on(
    command: tuple[str, ...], end: signal.Signals
) -> None:
    with begun(*command, "-", "--jobs", "3") as process:
        hand_over(process)
        # A pipe is read by whom it was given to.
        others = children(process, 1 if command == ("replay",) else 2)
        assert ended_by(end, process) in (128 + end, -end)
        are_gone(others)
        assert process.stdout is not None
        assert process.stdout.read() == b""


@pytest.fixture
def large(tmp_path: Path) -> str:
    """Twice as much as is worth a process."""
    file = tmp_path / "large.ndjson"
    with file.open("wb") as out:
        number = 0
        while out.tell() < 2 * WORTH_A_PROCESS:
            out.write(view(number) + b"\n")
            number += 1
    return str(file)


def test_no_process_holds_more_than_one_that_does_everything(large: str) -> None:
    one, held = peak("replay", "--jobs", "1", large)
    two, held_by_the_larger = peak("replay", "--jobs", "2", large)
    assert two.stderr == one.stderr
    assert held_by_the_larger < held + 16


def test_who_judges_more_slowly_is_waited_for(large: str) -> None:
    """What is stopped takes nothing in; the other holds what it has read and no more."""
    with begun("replay", large, "--jobs", "2") as process:
        [child] = children(process, 1)
        os.kill(child, signal.SIGSTOP)
        for resident in settled(process.pid):
            assert resident < 400 << 20
        os.kill(child, signal.SIGCONT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert (out, err) == said("replay", large, "--jobs", "1")[1:]


def settled(pid: int) -> Iterator[int]:
    """What a process holds, until it has used no processor time for a while."""
    used, still = -1, 0
    while still < 10:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        now = int(fields[11]) + int(fields[12])
        used, still = now, still + 1 if now == used else 0
        yield int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        time.sleep(0.05)
