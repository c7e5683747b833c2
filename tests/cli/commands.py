"""Runs `offbook` as a shell would: a process of its own, nothing of ours in its environment."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from detectors.rules.catalogue import BY_ID
from offbook.cli.app import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
REFERENCE = str(EXAMPLES / "reference.ndjson")
STORY = str(EXAMPLES / "story.ndjson")
BAD = str(EXAMPLES / "bad" / "bad.ndjson")


def environment(**variables: str) -> dict[str, str]:
    """Ours without settings, with `variables`, and with this code on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OFFBOOK_")}
    return {**clean, "PYTHONPATH": str(ROOT), **variables}


#: Where commands are forked from, with what they import already there: most of the second that a
#: command takes is imports.
_PREPARED = multiprocessing.get_context("forkserver")
_PREPARED.set_forkserver_preload(
    [
        "__main__",
        "offbook.cli.app",
        "offbook.cli.explain.explanation_text",
        "offbook.cli.files.produce",
        "offbook.cli.files.replay",
        "offbook.cli.quality.scoring",
        "offbook.cli.quality.tune",
    ]
)


def offbook(
    *arguments: str, stdin: bytes = b"", timeout: float = 60.0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`offbook ARGUMENTS…` with OFFBOOK_* `variables`, run to its end."""
    standard_input, feed = _PREPARED.Pipe(duplex=False)
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        command = _PREPARED.Process(
            target=_run,
            args=(arguments, environment(**variables), standard_input, out.name, err.name),
        )
        command.start()
        standard_input.close()
        feeding = threading.Thread(target=_feed, args=(feed, stdin))
        feeding.start()
        command.join(timeout)
        if command.exitcode is None:
            command.kill()
            command.join()
            raise subprocess.TimeoutExpired(["offbook", *arguments], timeout)
        feeding.join()
        said, told = out.read().decode("utf-8"), err.read().decode("utf-8")
    return subprocess.CompletedProcess(["offbook", *arguments], command.exitcode, said, told)


@cache
def story_replayed() -> str:
    """What a replay of the bundled story writes, for those that ask for nothing else of it: they
    are a score, and it is the same each time."""
    done = offbook("replay", REFERENCE, STORY)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _feed(feed: Connection, content: bytes) -> None:
    with (
        feed,
        contextlib.suppress(BrokenPipeError),
        open(feed.fileno(), "wb", closefd=False) as stream,
    ):
        stream.write(content)


def _run(
    arguments: Sequence[str],
    variables: dict[str, str],
    standard_input: Connection,
    out: str,
    err: str,
) -> None:
    """Become the command: its environment, its arguments, its streams."""
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = ["offbook", *arguments]
    os.dup2(standard_input.fileno(), 0)
    standard_input.close()
    for number, name in ((1, out), (2, err)):
        with Path(name).open("ab") as file:
            os.dup2(file.fileno(), number)
    with (
        open(0, encoding="utf-8") as sys.stdin,
        open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
        open(2, "w", encoding="utf-8", closefd=False, buffering=1) as sys.stderr,
    ):
        main()


#: Runs a command, gives its status and passes on what it says, and at the end its peak in KiB. A
#: small process of its own: the peak of what this one has held would count for its children.
_MEASURE = """
import resource, subprocess, sys
status = subprocess.run([sys.executable, "-m", "offbook", *sys.argv[1:]]).returncode
unit = 1024 if sys.platform == "darwin" else 1
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // unit, file=sys.stderr)
sys.exit(status)
"""


def peak(
    *arguments: str, stdin: IO[bytes] | None = None, timeout: float = 60.0
) -> tuple[subprocess.CompletedProcess[str], float]:
    """`offbook ARGUMENTS…` run to its end, and the most memory it ever held, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *arguments],
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment(),
        check=False,
    )
    *said, held = done.stderr.splitlines()
    done.stderr = "".join(f"{line}\n" for line in said)
    return done, int(held) / 1024


def alerts(output: str) -> list[dict[str, Any]]:
    """The alert revisions of a replay's standard output."""
    return [json.loads(line) for line in output.splitlines()]


def depends_on_arrival(detector: str, state: str) -> bool:
    """Whether an alert may be there after one order of arrival and not after another.

    What is summed up of other alerts can begin with the wrong one for a moment, when partitions run
    ahead of each other. It is withdrawn then; what fires in the end is the same.
    """
    return state == "withdrawn" and BY_ID[detector].weighs_alerts


def standing(output: str) -> dict[str, tuple[Any, ...]]:
    """What the newest revision of each alert says, without its times."""
    newest = {alert["alert_id"]: alert for alert in alerts(output)}
    return {
        alert["alert_id"]: (
            alert["state"],
            alert["severity"],
            alert["score"],
            sorted((fact["source"], fact["id"]) for fact in alert["evidence"]),
        )
        for alert in newest.values()
        if not depends_on_arrival(alert["detector"], alert["state"])
    }


def firing(output: str) -> dict[str, tuple[Any, ...]]:
    """The part of `standing` that fires. What was settled before it was noticed was never raised,
    so what is withdrawn depends on which of two events was read first."""
    return {id_: said for id_, said in standing(output).items() if said[0] == "firing"}
