"""Every detector there is. A new one is added here and nowhere else."""

from __future__ import annotations

from offbook.detectors import bulk_delete
from offbook.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (bulk_delete.DETECTOR,)
BY_ID: dict[str, Detector] = {detector.id: detector for detector in DETECTORS}
