"""Which words may be labels: Offbook's own and those of whoever writes its settings, and one for
everything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

OTHER: Final = "other"
#: What fails and gives way besides detectors: the profile that all share, and the engine itself.
PARTS: Final = ("profile", "engine")


class DetectorLabels:
    """The detectors that may be named."""

    def __init__(self) -> None:
        self._known = set(PARTS)

    def know(self, detectors: Iterable[str]) -> None:
        """There are these detectors, too."""
        self._known |= {*detectors}

    def of(self, detector: str) -> str:
        """The label of a detector; `other` for one that nobody announced."""
        return detector if detector in self._known else OTHER
