"""Which detectors stay silent: for want of what they go by, or because they cannot run at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contract.event import Event
from contract.types import CrmEdit
from detectors.facts.fact import Fact
from detectors.facts.reference import Reference
from detectors.language.detector import Detector


class Signs:
    """What the CRM has ever told of.

    A CRM that tells of orders and has never told of an activity, a quote, an opportunity or a
    contract keeps no record of them, or does not send it: of a deal without any, nothing follows.
    This is the one thing that entities have in common, beside reference
    data. It only ever grows, and so is there again soon after a start."""

    def __init__(self) -> None:
        self._orders = False
        self._told: set[str] = set()

    @property
    def version(self) -> int:
        """Another number once something is told for the first time."""
        return len(self._told)

    def hear(self, event: Event, facts: Iterable[Fact]) -> None:
        """An event says these facts of an entity."""
        edit = event.data
        if type(edit) is CrmEdit:
            self._orders = self._orders or edit.object.type == "order"
            self._told.update(fact.role for fact in facts)

    def lack(self, role: str) -> bool:
        """Whether the CRM tells of orders, and never of this."""
        return self._orders and role not in self._told

    def has(self, role: str) -> bool:
        """Whether it was ever told."""
        return role in self._told


class Silent:
    """Knows which of `detectors` lack reference data, or the signs of what they miss.

    `ids` may have some that lack nothing. Without `signs`, all are taken to be there.
    """

    def __init__(
        self,
        detectors: Mapping[str, Detector],
        broken: Mapping[str, Exception],
        reference: Reference,
        signs: Signs | None,
    ) -> None:
        self.reference = reference
        self.signs = signs
        self._detectors = detectors
        self._broken = broken
        self._missed = {it.misses.role for it in detectors.values() if it.misses is not None}
        self.ids = {
            detector.id
            for detector in detectors.values()
            if detector.needs or (detector.misses is not None and signs is not None)
        }

    @property
    def listening(self) -> Signs | None:
        """Who is to be told what is told of, while something is missed that never was."""
        return self.signs if self._missed else None

    def lacks(self, detector_id: str) -> bool:
        """Whether a detector of `ids` stays silent now."""
        return self.without_reference(detector_id) is not None or self._without_sign(detector_id)

    def without_reference(self, detector_id: str) -> str | None:
        """The kind of document of which a detector of `ids` needs one, and none has arrived."""
        for kind in self._detectors[detector_id].needs:
            if not self.reference.has(kind):
                return kind
        misses = self._detectors[detector_id].misses
        if misses is None or self.signs is None or self.signs.has(misses.role):
            self.ids.discard(detector_id)
            if misses is not None:
                self._missed.discard(misses.role)
        return None

    def _without_sign(self, detector_id: str) -> bool:
        misses = self._detectors[detector_id].misses
        return misses is not None and self.signs is not None and self.signs.lack(misses.role)

    def reasons(self) -> dict[str, str]:
        """Why detectors stay silent that somebody should do something about."""
        reasons = {
            detector_id: f"cannot run: its settings make it raise {type(error).__name__}"
            for detector_id, error in self._broken.items()
        }
        for detector_id in list(self.ids):
            missing = self.without_reference(detector_id)
            if missing is not None:
                reasons[detector_id] = f"no document on reference.{missing} has arrived yet"
        return reasons

    def signless(self) -> dict[str, str]:
        """Why others do, for which it is as it should be."""
        reasons = {}
        for detector_id in list(self.ids):
            misses = self._detectors[detector_id].misses
            if misses is not None and self._without_sign(detector_id):
                reasons[detector_id] = (
                    f"no {misses.what} has come yet: where there are none, none is missing"
                )
        return reasons
