"""Headers of the records that Offbook writes for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

#: When Kafka stamped the record that caused the revision of an alert, milliseconds since 1970 as
#: ASCII digits. Absent where no record did (an absence) or long ago (a replay).
EVENT_TIMESTAMP: Final = "offbook.event-timestamp"

Headers = Iterable[tuple[str, bytes | None]] | Mapping[str, bytes | None] | None


def event_timestamp(headers: Headers) -> int | None:
    """The value of `EVENT_TIMESTAMP` in milliseconds; None if it is absent or cannot be read.

    aiokafka gives headers as pairs, Faust as a mapping.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    for name, value in pairs:
        if name == EVENT_TIMESTAMP and value is not None and value.isdigit():
            return int(value)
    return None
