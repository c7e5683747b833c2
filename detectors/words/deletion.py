"""Deletes, as the detectors that count them read them: in the CRM and on endpoints alike."""

from __future__ import annotations

from contract.alert import Bilingual
from contract.event import Event
from contract.types import CrmEdit, EndpointFile
from detectors.facts.event_filter import edits
from detectors.facts.fact import Fact, fact_of
from detectors.facts.reads import Reads
from detectors.facts.reference import Reference

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
