"""Deletes, as the detectors that count them read them: in the CRM and on endpoints alike."""

from __future__ import annotations

from offbook.detectors.detector import Reads
from offbook.detectors.fact import Fact, fact_of
from offbook.detectors.reference import Reference
from offbook.detectors.where import edits
from offbook.events.alert import Bilingual
from offbook.events.event import Event
from offbook.events.types import CrmEdit, EndpointFile

#: What a delete adds to an alert.
DELETED = Bilingual("deleted", "删除")


def _deletion(event: Event, _: Reference) -> Fact:
    data = event.data
    assert isinstance(data, CrmEdit | EndpointFile)
    return fact_of(event, "delete", weight=data.count)


DELETIONS = (
    Reads("employee", CrmEdit, _deletion, where=edits("delete")),
    Reads("employee", EndpointFile, _deletion, where=lambda file: file.action == "delete"),
)
