"""Runs `offbook` as a shell would: a process of its own, nothing of ours in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from detectors.rules.catalogue import BY_ID

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
REFERENCE = str(EXAMPLES / "reference.ndjson")
STORY = str(EXAMPLES / "story.ndjson")
BAD = str(EXAMPLES / "bad" / "bad.ndjson")


def environment(**variables: str) -> dict[str, str]:
    """Ours without settings, with `variables`, and with this code on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OFFBOOK_")}
    return {**clean, "PYTHONPATH": str(ROOT), **variables}


def offbook(
    *arguments: str, stdin: bytes | None = None, timeout: float = 60.0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`offbook ARGUMENTS…` with OFFBOOK_* `variables`, run to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "offbook", *arguments],
        input=stdin if stdin is not None else b"",
        capture_output=True,
        timeout=timeout,
        env=environment(**variables),
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )


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
