"""What the monitor keeps of one partition, and its form on the changelog.

The changelog holds one record an entity, the segments of those that are large, and one record that
says how far the partition was applied. Every value but a segment's begins with the offset of
`offbook.keyed` it was computed at: whatever the order in which two workers wrote, the larger is the
newer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from struct import Struct as Layout
from typing import Any, Final, NamedTuple

import msgspec

from detectors.engine.state import EntityState, decode_state, encode_state
from detectors.engine.stream_time import Topics
from detectors.engine.timers import Clocks
from streams.monitor.segments import LARGE, Entry, Segments, is_segment, listed
from streams.wire.keyed_records import Mark, StreamTime

#: Key of the entry "applied up to offset N". No entity's key is this: theirs have a colon.
APPLIED: Final = "applied"
#: Prefix for the key of an entity that is set aside. No kind of entity has this name.
ASIDE: Final = "aside/"
#: Header of a tombstone, which has no value to carry the offset in: decimal digits.
KEYED_OFFSET: Final = "offbook.keyed-offset"

#: Before each value: the keyed offset, flags that can be read without decoding the state, and how
#: many deadlines follow, each with its clock.
_PREFIX = Layout(">qBB")
_DUE = Layout(">Hq")
#: Position of the flags in the prefix.
_FLAGS = 8
#: Flag: something depends on reference data, either alerts that can still change or events that
#: wait for such data.
_RESTS = 1
#: Flag: of the state the names of its segments follow.
_CUT = 2


class Refusal(NamedTuple):
    """What the broker found too large: the topic, with prefix, and how many bytes it was."""

    topic: str
    bytes: int


_marks_encoder = msgspec.msgpack.Encoder()
_marks_decoder = msgspec.msgpack.Decoder(list[Mark])
_refusal_decoder = msgspec.msgpack.Decoder(Refusal)


class EntityPartition:
    """The entities of one partition of `offbook.keyed`, as bytes, and how far they have come.

    `applied` is the offset of the last record taken in, -1 before the first. `tail` is the offset
    on the changelog after the last record known here. `fresh` means that the changelog was empty.
    Records up to `in_doubt` may have been processed and their results sent by a worker that ended
    before it could say so. `broken` are entities whose state on the changelog lacks something.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: dict[str, bytes] = {}
        self.timers = Clocks()
        self.stream_time = StreamTime()
        self.applied = -1
        self.in_doubt = -1
        self.tail = 0
        self.fresh = True
        #: One worker at a time: the agent, or the watch that heals what Faust failed to deliver.
        self.lock = asyncio.Lock()
        self._buried: dict[str, int] = {}
        #: Keys whose last record on the changelog is not the newest.
        self.outdated: set[str] = set()
        #: Entities that take in nothing more, and why: something of theirs was too large to write.
        self.aside: dict[str, Refusal] = {}
        self.broken: set[str] = set()
        self.segments = Segments()

    def __len__(self) -> int:
        return len(self.values)

    def state(self, key: str) -> EntityState | None:
        """The state of an entity, decoded anew."""
        value = self.values.get(key)
        return None if value is None else decode_state(value[_begins(value) :])

    def put(self, key: str, state: EntityState, offset: int) -> None:
        """Keep a state that the record at `offset` brought about; an empty one is dropped."""
        if state.is_empty():
            self.values.pop(key, None)
            self.timers.set(key, {})
        else:
            due = b"".join(_DUE.pack(clock, at) for clock, at in state.due.items())
            rests = _RESTS if state.has_alerts() or state.withheld else 0
            head = _PREFIX.pack(offset, rests, len(state.due)) + due
            self.values[key] = head + encode_state(state)
            self.timers.set(key, state.due)

    def due(self, key: str) -> dict[Topics, int]:
        """The times at which an entity, as it was written last, is to be looked at, by clock."""
        value = self.values.get(key)
        return {} if value is None else _due(value)

    def resting(self) -> set[str]:
        """The entities of which something rests on reference data."""
        return {key for key, value in self.values.items() if value[_FLAGS] & _RESTS}

    def set_aside(self, key: str, written: bytes | None, why: Refusal) -> None:
        """Leave an entity as it was last `written` (see `values`); it takes in nothing more."""
        if written is None:
            self.values.pop(key, None)
        else:
            self.values[key] = written
        self.timers.set(key, {})
        self.aside[key] = why

    def take_back(self, key: str) -> None:
        """Let an entity that was set aside continue from where it was left."""
        del self.aside[key]
        self.timers.set(key, self.due(key))

    def aside_entry(self, key: str, offset: int) -> Entry:
        """The changelog record that says whether an entity is set aside."""
        why, name = self.aside.get(key), f"{ASIDE}{key}".encode()
        if why is None:
            return name, None, [(KEYED_OFFSET, str(offset).encode())]
        return name, _PREFIX.pack(offset, 0, 0) + _marks_encoder.encode(why), []

    def entries(self, key: str, offset: int) -> list[Entry]:
        """The changelog records of an entity as it is now, as far as they do not stand there;
        `offset` is a tombstone's."""
        value = self.values.get(key)
        if value is None:
            self.segments.none_of(key)
            return [(key.encode(), None, [(KEYED_OFFSET, str(offset).encode())])]
        if len(value) <= LARGE:
            self.segments.none_of(key)
            return [(key.encode(), value, [])]
        begins = _begins(value)
        names, new = self.segments.of(key, value[begins:])
        return [*new, (key.encode(), _cut(value[:begins]) + names, [])]

    def applied_entry(self) -> Entry:
        """The changelog record that says how far this partition was applied."""
        marks = _marks_encoder.encode(self.stream_time.marks)
        return APPLIED.encode(), _PREFIX.pack(self.applied, 0, 0) + marks, []

    def restore(self, records: Iterable[Any]) -> None:
        """Take in changelog records, in order, while loading: the larger keyed offset wins.

        An older record behind a newer one was written by a worker that was paused and had lost the
        partition. Compaction would keep it and drop the newer one, so it is remembered in
        `outdated`.
        """
        for record in records:
            self.tail = record.offset + 1
            self.fresh = False
            key = record.key.decode()
            if key.startswith(ASIDE):
                self._restore_aside(key.removeprefix(ASIDE), record.value)
                continue
            if is_segment(key):
                self.segments.restore(key, record.value, self.values)
                continue
            offset = keyed_offset(record)
            if key == APPLIED:
                if offset >= self.applied:
                    self.applied = offset
                    marks = _marks_decoder.decode(memoryview(record.value)[_PREFIX.size :])
                    self.stream_time = StreamTime(marks)
                continue
            known = self.values.get(key)
            known_offset = (
                self._buried.get(key, -1) if known is None else _PREFIX.unpack_from(known)[0]
            )
            if offset < known_offset:
                self.outdated.add(key)
                continue
            self.outdated.discard(key)
            if record.value is None:
                self.values.pop(key, None)
                self._buried[key] = offset
            else:
                self.values[key] = record.value

    def restored(self) -> None:
        """All records of the changelog were taken in."""
        self._buried.clear()
        for key, value in list(self.values.items()):
            if value[_FLAGS] & _CUT:
                self._join(key, value)
        self.outdated |= self.segments.restored()
        for key, value in self.values.items():
            if key not in self.aside and (due := _due(value)):
                self.timers.set(key, due)

    def _join(self, key: str, value: bytes) -> None:
        begins = _begins(value)
        try:
            state = self.segments.joined(key, value[begins:])
        except KeyError:
            del self.values[key]
            self.broken.add(key)
        else:
            self.values[key] = _whole(value[:begins]) + state

    def _restore_aside(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.aside.pop(key, None)
        else:
            self.aside[key] = _refusal_decoder.decode(memoryview(value)[_PREFIX.size :])

    def overwritten(self, record: Any) -> str | None:
        """The entity that has to be written again because of a record that another worker wrote."""
        key = record.key.decode()
        if key.startswith(ASIDE):
            return None
        if is_segment(key):
            return self.segments.lost(key, record.value)
        return key if self._written(key) != record.value else None

    def _written(self, key: str) -> bytes | None:
        value = self.values.get(key)
        if value is None or len(value) <= LARGE:
            return value
        begins = _begins(value)
        return _cut(value[:begins]) + listed(value[begins:])


def _cut(head: bytes) -> bytes:
    return head[:_FLAGS] + bytes((head[_FLAGS] | _CUT,)) + head[_FLAGS + 1 :]


def _whole(head: bytes) -> bytes:
    return head[:_FLAGS] + bytes((head[_FLAGS] & ~_CUT,)) + head[_FLAGS + 1 :]


def _begins(value: bytes) -> int:
    """Where the state begins."""
    return int(_PREFIX.size + _DUE.size * _PREFIX.unpack_from(value)[2])


def _due(value: bytes) -> dict[Topics, int]:
    return dict(_DUE.iter_unpack(value[_PREFIX.size : _begins(value)]))


def keyed_offset(record: Any) -> int:
    """The offset of `offbook.keyed` at which a changelog record was computed."""
    if record.value is not None:
        return int(_PREFIX.unpack_from(record.value)[0])
    for name, value in record.headers:
        if name == KEYED_OFFSET and value is not None:
            return int(value)
    raise ValueError("a tombstone on the changelog that is not ours")
