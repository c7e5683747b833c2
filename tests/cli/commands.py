"""Runs `offbook` as a shell would: a process of its own, nothing of ours in its environment."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from detectors.rules.catalogue import BY_ID
from tests.parts.prepared import ROOT, Prepared, pipe

EXAMPLES = ROOT / "examples"
REFERENCE = str(EXAMPLES / "reference.ndjson")
STORY = str(EXAMPLES / "story.ndjson")
BAD = str(EXAMPLES / "bad" / "bad.ndjson")


def environment(**variables: str) -> dict[str, str]:
    """Ours without settings, with `variables`, and with this code on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OFFBOOK_")}
    return {**clean, "PYTHONPATH": str(ROOT), **variables}


def offbook(
    *arguments: str, stdin: bytes = b"", timeout: float = 60.0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`offbook ARGUMENTS…` with OFFBOOK_* `variables`, run to its end."""
    return ran("offbook", *arguments, stdin=stdin, timeout=timeout, **variables)


def ran(
    module: str, *arguments: str, stdin: bytes = b"", timeout: float = 60.0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE ARGUMENTS…`, likewise."""
    standard_input, feed = pipe()
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        command = Prepared(
            module,
            arguments,
            environment=environment(**variables),
            out=out,
            err=err,
            input_=standard_input,
            cwd=Path.cwd(),
        )
        feeding = threading.Thread(target=_feed, args=(feed, stdin))
        feeding.start()
        try:
            status = command.wait(timeout)
        finally:
            command.kill()
        feeding.join()
        said, told = out.read_text("utf-8"), err.read_text("utf-8")
    return subprocess.CompletedProcess([module, *arguments], status, said, told)


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


#: Runs a command, gives its status and passes on what it says, and at the end its peak in KiB. A
#: small process of its own: the peak of what this one has held would count for its children.
_MEASURE = """
import resource, subprocess, sys
command = sys.argv[1] + "from offbook.cli.app import main; main()"
status = subprocess.run([sys.executable, "-c", command, *sys.argv[2:]]).returncode
unit = 1024 if sys.platform == "darwin" else 1
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // unit, file=sys.stderr)
sys.exit(status)
"""


def peak(
    *arguments: str, stdin: IO[bytes] | None = None, timeout: float = 60.0, first: str = ""
) -> tuple[subprocess.CompletedProcess[str], float]:
    """`offbook ARGUMENTS…` run to its end, and the most memory it ever held, in MiB. `first` is
    Python that is run before it."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, first, *arguments],
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
