"""The attributes of a CloudEvent: those that are read, and what is wrong with those that are
refused."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract import checks
from contract.fields import NO_CONTROL
from contract.kinds import KIND_OF_TYPE
from contract.rejected import Rejected

#: The longest `id` and `source`, in bytes of UTF-8.
MAX_ATTRIBUTE = 1024
Attribute = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_ATTRIBUTE,
        description="a string of 1-1024 bytes without control characters",
        extra_json_schema={"pattern": NO_CONTROL},
    ),
]
_Time = Annotated[datetime, Meta(tz=True)]

#: How to mend what is not sent as JSON.
JSON_ONLY: Final = "Send `data` as JSON and `datacontenttype` as application/json, or leave it out."


class Attributes(Struct, gc=False):
    """The CloudEvents attributes we read; extensions are ignored."""

    specversion: str
    id: Attribute
    source: Attribute
    type: str
    time: _Time
    datacontenttype: str | None = None


def fault_of(attributes: Attributes) -> Rejected | None:
    """What is wrong with attributes that did not pass the quick check; None if nothing is."""
    if attributes.specversion != "1.0":
        return Rejected(
            "envelope",
            "specversion",
            "`specversion` is not 1.0.",
            'Send CloudEvents 1.0, `"specversion": "1.0"`.',
        )
    for field, text in (("id", attributes.id), ("source", attributes.source)):
        if len(text.encode("utf-8", "replace")) > MAX_ATTRIBUTE:
            return Rejected(
                "envelope",
                field,
                f"`{field}` is longer than {MAX_ATTRIBUTE} bytes.",
                "Send a shorter one, such as a hash of it.",
            )
        if checks.has_control(text):
            return Rejected(
                "envelope",
                field,
                f"`{field}` has a control character (a line break, a tab, a NUL …).",
                "Send it as it stands in the source system, trimmed.",
            )
    if attributes.type not in KIND_OF_TYPE:
        near = get_close_matches(attributes.type[:100], KIND_OF_TYPE, 1)
        known = f"Perhaps `{near[0]}`" if near else "One of " + ", ".join(KIND_OF_TYPE)
        return Rejected("type", "type", "`type` is none that Offbook knows.", known + " is meant.")
    if attributes.datacontenttype is not None and not _is_json(attributes.datacontenttype):
        return Rejected("envelope", "datacontenttype", "`datacontenttype` is not JSON.", JSON_ONLY)
    return None


def _is_json(content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    return media.endswith(("/json", "+json"))
