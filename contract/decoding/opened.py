"""A document of which `data` is still to be read, and the event that it becomes."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from contract.decoding import explain
from contract.decoding.data import DECODE_DATA, read_data
from contract.event import Event, Origin
from contract.kinds import KIND_OF_TYPE, Kind
from contract.rejected import Rejected
from contract.spelling.folding import REGION
from contract.types import Heartbeat


class Opened(Struct, order=True, array_like=True, gc=False):
    """A document that was read and found good, except for `data`, which is still its original JSON.

    Documents sort by time, then by type, source, id, then by their contents. Their position (`line`
    from 1 of `file` from 0) decides only between those that are equal to the byte.
    """

    time: int
    type: str
    source: str
    id: str
    data: bytes
    file: int = 0
    line: int = 0

    def read(self, region: str = REGION) -> Event | Rejected:
        """Read `data` as well. `region` is where phones without a country code belong.

        If it cannot be read, the position given is that of a byte within `data`, not within the
        document.
        """
        try:
            kind = KIND_OF_TYPE[self.type]
            return event_of(self, kind, Origin(kind.topic, -1, self.line), region)
        except Exception as error:  # noqa: BLE001 - whatever a producer sends, the stream goes on
            return replace(explain.unreadable(error, self.data), field="data")

    def is_plain(self, event: Event) -> bool:
        """Whether the `event` that `read` returned is `data` exactly as it was sent, with no
        spelling changed and nothing repaired."""
        return not event.sent and DECODE_DATA[self.type](self.data) == event.data

    def read_plain(self) -> Event:
        """`read` of a document that is known to be plain, at half the cost."""
        kind = KIND_OF_TYPE[self.type]
        origin = Origin(kind.topic, -1, self.line)
        return Event(self.source, self.id, self.time, DECODE_DATA[self.type](self.data), origin)


def event_of(opened: Opened, kind: Kind, origin: Origin, region: str) -> Event | Rejected:
    """Read `data` of a document whose kind and origin are known."""
    told = read_data(kind, opened.data, region)
    if isinstance(told, Rejected):
        return told
    data, sent = told
    if type(data) is Heartbeat and data.partition not in (None, origin.partition) and origin.topic:
        return _ANOTHER_PARTITION
    return Event(opened.source, opened.id, opened.time, data, origin, sent)


_ANOTHER_PARTITION = Rejected(
    "data",
    "data.partition",
    "`data.partition` is not the partition that the heartbeat stands on.",
    "Send a heartbeat to the partition it speaks for, behind the events of that partition.",
)
