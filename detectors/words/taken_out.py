"""Data that is taken out, as the detectors that count it read it: of the CRM and of endpoints."""

from __future__ import annotations

from contract.alert import Bilingual
from contract.types import CrmEdit, EndpointFile
from detectors.facts.event_filter import edits
from detectors.facts.reads import keep, read

#: By role, which is the operation or action, what the evidence says of it.
TAKEN_OUT_NOTES = {
    "view": Bilingual("viewed", "查看"),
    "export": Bilingual("exported", "导出"),
    "copy_external": Bilingual("copied to an external device", "复制到外接设备"),
    "upload": Bilingual("uploaded", "上传"),
    "print": Bilingual("printed", "打印"),
    "send": Bilingual("sent", "外发"),
}

TAKEN_OUT = (
    read(
        "employee",
        CrmEdit,
        lambda edit: keep(edit.op, weight=edit.count),
        where=edits("view", "export"),
    ),
    read(
        "employee",
        EndpointFile,
        lambda file: keep(file.action, weight=file.count),
        where=lambda file: file.action in TAKEN_OUT_NOTES,
    ),
)
