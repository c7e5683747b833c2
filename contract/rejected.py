"""Why a record is not an event, in words for the people who run the sending system."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

#: The largest value of a record, in bytes: Kafka's own default for a message.
MAX_BYTES = 1024 * 1024

#: `decode`: the bytes are no single JSON object. `envelope`: a CloudEvents attribute or a header.
#: `type`: unknown, or on the wrong topic. `data`: a field of `data`. `privacy`: names who told.
#: `time`: when it happened cannot be. `conflict`: another event has its identity.
Stage = Literal["decode", "envelope", "type", "data", "privacy", "time", "conflict"]


class Rejected(Struct, frozen=True):
    """What is wrong with one record, and what its producer must change.

    `field` is a path such as `data.amount` or `data.object.id`, a header such as `ce_id`, or "" for
    the whole document. `reason` and `mend` name fields, types and limits but never a value of the
    event, so they may be logged and put in headers. With `withhold` the record's value, key and
    headers must not be stored anywhere, dead letters included.

    Sending the same record again never helps.
    """

    stage: Stage
    field: str
    reason: str
    mend: str
    withhold: bool = False

    def line(self) -> str:
        """One line for a person: where, what is wrong, what to do."""
        where = f"{self.stage}: {self.field}" if self.field else self.stage
        return f"{where}: {self.reason} {self.mend}"
