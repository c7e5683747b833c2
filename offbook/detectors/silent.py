"""Which detectors stay silent: for want of reference data, or because they cannot run at all."""

from __future__ import annotations

from collections.abc import Mapping

from offbook.detectors.detector import Detector
from offbook.detectors.reference import Reference, ReferenceKind


class Silent:
    """Knows which of `detectors` wait for reference data. `ids` may have some that do no longer."""

    def __init__(
        self,
        detectors: Mapping[str, Detector],
        broken: Mapping[str, Exception],
        reference: Reference,
    ) -> None:
        self.reference = reference
        self._detectors = detectors
        self._broken = broken
        self.ids = {detector.id for detector in detectors.values() if detector.needs}

    def lacks(self, detector_id: str) -> ReferenceKind | None:
        """What a detector of `ids` waits for."""
        for kind in self._detectors[detector_id].needs:
            if not self.reference.has(kind):
                return kind
        self.ids.discard(detector_id)
        return None

    def reasons(self) -> dict[str, str]:
        """Why which detectors stay silent."""
        reasons = {
            detector_id: f"cannot run: its settings make it raise {type(error).__name__}"
            for detector_id, error in self._broken.items()
        }
        for detector_id in list(self.ids):
            missing = self.lacks(detector_id)
            if missing is not None:
                reasons[detector_id] = f"no document on reference.{missing} has arrived yet"
        return reasons
