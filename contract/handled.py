"""What was done about dead letters: a record of its own, since the letters stay as they came."""

from __future__ import annotations

from typing import Final, Literal

import msgspec
from msgspec import Struct

#: Characters of a reason.
LONGEST_REASON: Final = 1000

#: Sent to its source topic again, perhaps after a mend; of a connector, mapped again: there is an
#: event now, or a letter anew; or nothing more is to be done about it.
How = Literal["replayed", "retried", "dropped"]


class HandledLetters(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Letters of one partition that were dealt with. Field for field the JSON on
    `offbook.dlq-handled`.

    `topic` is the dead letter topic without the installation's prefix. `letters` are their
    [offset, timestamp in milliseconds]: of a topic that was made anew the offsets begin again, and
    what stands there then is another letter. `by` dealt with them at `at` (RFC 3339), `how` and
    for what `reason`.
    """

    topic: str
    partition: int
    letters: tuple[tuple[int, int], ...]
    how: How
    by: str
    at: str
    reason: str | None = None

    @staticmethod
    def decoded(value: bytes) -> HandledLetters:
        """Of a record's value. Raises `ValueError` for what is none."""
        return _decoder.decode(value)


_decoder: Final = msgspec.json.Decoder(HandledLetters)
