"""What a judge is given, and what it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from contract.alert import Alert
from contract.decoding.opened import Opened
from contract.event import Event
from contract.spelling.shown import shown
from detectors.engine.engine import Engine
from detectors.engine.look import Failure
from detectors.engine.running import OwnDetector
from detectors.engine.silent import Signs
from detectors.facts.reference import Reference
from detectors.language.allowance import Agreements
from detectors.language.detector import Detector
from streams.settings.mends import line_in
from streams.settings.settings import Settings

Tell = Callable[[Alert], None]


@dataclass(frozen=True)
class Rules:
    """By what is judged."""

    settings: Settings
    detectors: Sequence[Detector]
    agreements: Agreements = field(default_factory=Agreements)

    def engine(self, reference: Reference) -> Engine:
        """An engine that judges by them, with the reference data as they are."""
        return Engine(
            *(self.detectors, reference, self.settings.common, "replay", Signs()),
            agreements=self.agreements,
        )

    def failed(self, failure: Failure) -> Failed:
        """What is told of a detector that raised: the class of the error, never its text, for that
        may hold what an event says; and where in the file of a detector of the company's own."""
        named = type(failure.error).__name__
        detector = next((it for it in self.detectors if it.id == failure.detector), None)
        if isinstance(detector, OwnDetector):
            line = line_in(detector.file, failure.error)
            named += f" at {shown(detector.file)}" + ("" if line is None else f":{line}")
        return Failed(failure.detector, max(len(failure.events), 1), named)


class Failed(NamedTuple):
    """A detector that raised, on so many events."""

    detector: str
    events: int
    error: str


@dataclass
class Ended:
    """What a judge knows in the end beside the alerts that it told: which detectors had no data to
    judge by, and why; how many facts gave way, by detector; and what failed, in its order."""

    silent: dict[str, str]
    evicted: Counter[str]
    failures: Sequence[Failed]

    def failed(self) -> dict[str, tuple[int, str]]:
        """By detector, on how many events it failed, and the first error."""
        failed: dict[str, tuple[int, str]] = {}
        for detector, events, error in self.failures:
            before, first = failed.get(detector, (0, error))
            failed[detector] = (before + events, first)
        return failed


_EndT_co = TypeVar("_EndT_co", covariant=True)


class Judge(Protocol[_EndT_co]):
    """Is given what was read, in its order: all reference documents, and then each event once."""

    def know(self, event: Event, document: Opened) -> None:
        """A reference document, and how it was read."""

    def take(self, event: Event, document: Opened) -> None:
        """An event, and the document that it was read from."""

    def end(self, until: int | None) -> _EndT_co:
        """That was all; stream time goes on to `until`."""
