"""A detector as the engine runs it: what follows from its settings, asked once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from contract import __version__
from contract.kinds import KIND_OF_DATA
from detectors.engine.stream_time import FORGETTING, Topics, topics
from detectors.facts.drawing import PROFILES
from detectors.facts.roles import CORRECTED, CORRECTED_WITHIN
from detectors.language.detector import Detector


@dataclass(frozen=True, slots=True)
class OwnDetector(Detector):
    """A detector of the company's own. `file` is where it stands; `digest` is another one for other
    code, of which Offbook's version says nothing."""

    file: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """`keeps` and `reach` are the detector's, in µs. Where it drops facts itself, they are kept
    for `stays` longer: payments and shipments may be told again with other content, and what was
    found of them with them; `keeps` counts it in. `window` is that within which its facts may be
    folded, None if they may not. `clock` is what its deadlines go by. `fingerprint` is another one
    for another version of Offbook, other settings, or other code of the company's own."""

    detector: Detector
    keeps: int
    reach: int | None
    window: int | None
    stays: int
    clock: Topics
    fingerprint: int

    @classmethod
    def of(cls, detector: Detector) -> Running:
        """Raises what the detector does."""
        params = detector.params
        again = detector.prune and any(it.data in CORRECTED for it in detector.reads)
        stays = CORRECTED_WITHIN if again else 0
        return cls(
            detector,
            detector.keeps(params) + stays,
            None if detector.reach is None else detector.reach(params),
            None if detector.folds is None else detector.folds.within(params),
            stays,
            clock_of(detector),
            crc32(f"{__version__} {params!r}{_own_code(detector)}".encode()),
        )


def _own_code(detector: Detector) -> str:
    return f" {detector.digest}" if isinstance(detector, OwnDetector) else ""


def awaited(detector: Detector) -> frozenset[str]:
    """The topics of all that it reads, and of all that the roles it judges by are drawn from.

    None if nothing that it judges has a deadline.
    """
    if not detector.waits:
        return frozenset()
    roles = detector.watches
    if detector.dossier is not None:
        roles |= detector.dossier.roles
    types = {reads.data for reads in detector.reads}
    types |= {type_ for (_, type_), drawn in PROFILES.items() if not roles.isdisjoint(drawn.roles)}
    return frozenset(KIND_OF_DATA[type_].topic for type_ in types)


def clock_of(detector: Detector) -> Topics:
    """The clock that a detector judges by."""
    return topics(awaited(detector)) if detector.waits else FORGETTING


def started(detectors: Iterable[Detector]) -> tuple[dict[str, Running], dict[str, Exception]]:
    """Those that can run, by id, and why others cannot."""
    running: dict[str, Running] = {}
    broken: dict[str, Exception] = {}
    for detector in detectors:
        try:
            running[detector.id] = Running.of(detector)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other detectors run
            broken[detector.id] = error
    return running, broken
