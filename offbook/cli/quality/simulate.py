"""`offbook simulate`: a simulated company's events to a stream, its labels to a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

from contract.label import encode_labels
from offbook.cli.files.ndjson import Advance
from simulation.plan import Plan
from simulation.simulate import Simulation


class LabelsError(OSError):
    """The labels cannot be written. One line that names the file."""

    retryable: ClassVar[bool] = False


def simulate(plan: Plan, out: IO[bytes], labels: Path, advance: Advance | None = None) -> list[str]:
    """Write the events of `plan` to `out` and then their labels to `labels`; lines for people.

    Raises `LabelsError` before the first event is written if `labels` cannot be. What was there
    stays until all events are written. `advance` is told of each simulated day.
    """
    simulation = Simulation(plan)
    with _whole(labels) as written:
        out.writelines(simulation.lines(advance))
        out.flush()
        written.write(encode_labels(simulation.labels()))
    return [*simulation.summary(), f"labels in {labels}"]


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that replaces `path` if everything went well, and otherwise leaves no trace."""
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "Is a directory")
        stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it outlives the block that opens it
            dir=path.parent, prefix=f".{path.name}.", delete=False
        )
    except OSError as error:
        raise LabelsError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        with stream:
            yield stream
        # As any new file: a temporary one is kept from others.
        umask = os.umask(0)
        os.umask(umask)
        Path(stream.name).chmod(0o666 & ~umask)
        Path(stream.name).replace(path)
    except BaseException:
        Path(stream.name).unlink(missing_ok=True)
        raise
