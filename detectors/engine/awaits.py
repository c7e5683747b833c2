"""Which source topics could bring what a detector waits for: its deadlines wait for those alone."""

from __future__ import annotations

from contract.kinds import KIND_OF_DATA
from detectors.engine.stream_time import FORGETTING, Topics, topics
from detectors.facts.drawing import PROFILES
from detectors.language.detector import Detector


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
