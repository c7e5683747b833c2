"""The story that the demo plays: its files, moved to end now, and what replay finds in them."""

from __future__ import annotations

from pathlib import Path
from typing import IO, ClassVar, NamedTuple

import offbook
from contract.alert import Alert
from contract.kinds import REFERENCE_TOPICS, STREAM_TOPICS
from offbook.cli.files.produce import produce
from offbook.cli.files.replay import replay
from streams.settings.loading import configured_detectors
from streams.settings.settings import Settings


class DemoError(RuntimeError):
    """The demo cannot run. One line."""

    retryable: ClassVar[bool] = True


def story() -> list[Path]:
    """The files of the bundled story: reference documents, then events."""
    package = Path(offbook.__file__).parent
    for folder in (package / "examples", package.parent / "examples"):
        files = [folder / "reference.ndjson", folder / "story.ndjson"]
        if all(file.is_file() for file in files):
            return files
    raise DemoError("the bundled story is not there: examples/story.ndjson")


class Rebased(NamedTuple):
    """The story moved so that it ends now: its files, how many events are in them, and by id what
    `offbook replay` finds in them."""

    reference: Path
    events: Path
    total: int
    expected: dict[str, Alert]


def rebased(settings: Settings, directory: Path) -> Rebased:
    """Write the story into `directory`, moved so that it ends now."""
    files = [str(file) for file in story()]
    reference, events = (directory / file.name for file in story())
    with reference.open("wb") as one, events.open("wb") as other:
        done = produce(files, settings, _Apart(one, other), lambda _: None, rebase="now")
    expected: dict[str, Alert] = {}
    replay(
        [str(reference), str(events)],
        settings,
        configured_detectors(settings),
        lambda alert: expected.__setitem__(alert.alert_id, alert),
        lambda _: None,
    )
    total = sum(done.sent[topic] for topic in STREAM_TOPICS)
    return Rebased(reference, events, total, expected)


class _Apart:
    """A destination that writes reference documents to one file and events to another."""

    def __init__(self, reference: IO[bytes], events: IO[bytes]) -> None:
        self._reference = reference
        self._events = events

    def send(self, topic: str, key: bytes, value: bytes) -> None:
        stream = self._reference if topic in REFERENCE_TOPICS else self._events
        stream.write(value + b"\n")

    def flush(self) -> None:
        pass
