"""What is remembered of one entity, and its encoding for the changelog."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NoReturn, TypeVar

import msgspec
from cramjam import lz4
from msgspec import Struct, structs

from detectors.engine.stream_time import Topics
from detectors.facts.fact import Fact, by_time
from detectors.facts.thinning import Feed
from detectors.language.allowance import Marks
from detectors.language.finding import Finding

#: Facts are sealed once there are so many: fewer would pack badly.
SEALED_TOGETHER = 16
#: Of about 32 facts one begins another chunk, by bits of its own time: so chunks of which nothing
#: goes are the same whenever they are sealed, and are not written again (`streams.monitor.segments`
#: cuts before such a time too).
_BEGINS = 0xF8 << 16
#: An encoded state is packed if it is so long. What is shorter is not worth it; what is longer is
#: of somebody about whom there is something at every moment, and would be packed as often.
_WORTH_PACKING = range(256, 8192)
#: Before a packed state. No MessagePack begins with it.
_PACKED = b"\xc1"


_K = TypeVar("_K")
_V = TypeVar("_V")


class _Nothing(dict[Any, Any]):
    """What most states have in most of their places, once for all: empty, and nobody's to fill.

    A dict of one's own in each place made a replay a twelfth larger in memory.
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("it is shared: fill what `writable` gives instead")

    __setitem__ = __delitem__ = setdefault = update = pop = __ior__ = _refuse


_NOTHING: Any = _Nothing()


def writable(mapping: dict[_K, _V]) -> dict[_K, _V]:
    """`mapping`, or one to put in its place if it is the empty one that all share."""
    return {} if mapping is _NOTHING else mapping


class Raised(Struct, array_like=True):
    """An alert that was sent and can still change: its newest revision, what that said to whom.

    `digest` tells whether the same is found again. Of the facts of its `finding` only some are
    kept, where there are many alerts.
    """

    revision: int
    firing: bool
    finding: Finding
    digest: bytes
    marks: Marks = Marks()


class Past(Struct, array_like=True):
    """An alert that was sent and is over. What is found under its anchor once more goes on after
    its `revision`, or whoever has that would take the new one for a repeat of the old.

    `until` is as its finding had it, `digest` tells whether the same is found again.
    """

    revision: int
    until: int
    digest: bytes


class Sealed(Struct, array_like=True):
    """Facts that are kept encoded, oldest first: `count` of them, the newest of `until`."""

    until: int
    count: int
    chunks: list[bytes]


class Left(Struct, array_like=True):
    """How much weight may still come before the detector, in the form that said so, is asked what a
    fact concerns: less than this."""

    weight: int
    fingerprint: int


class Notebook(Struct, array_like=True, gc=False):
    """What one detector keeps of one entity: facts by time, and its alerts by anchor.

    `waiting` are the facts that no completed judgement has seen yet, `judged` is the stream time of
    the last one, by the detector's clock: what is found of old facts alone was found before, and
    perhaps forgotten. `due` is the earliest deadline of something missing, by that clock too,
    `expires` the time of the clock of forgetting after which all of it may have lost its meaning.
    `floor` is the time of the newest fact that gave way to the bound, if any did: what was raised
    on facts that old can no longer be judged, and stands.
    `left` is what may come of what is like the newest fact before it is to be looked at.
    `form` is the fingerprint of the detector that judged all of them last, None if it must again.
    `sealed` are the facts before `facts`, where there are many and a look at a new one needs none.
    `folded` are the `furthest` offsets when facts were last folded.

    What an event changes stands together at the end, the newest facts among it: it is written anew
    each time, and of a large state hardly more than that.
    """

    raised: dict[str, Raised] = _NOTHING
    sealed: Sealed | None = None
    facts: list[Fact] = []
    waiting: tuple[Fact, ...] = ()
    due: int | None = None
    judged: int | None = None
    floor: int | None = None
    expires: int | None = None
    left: Left | None = None
    form: int | None = None
    folded: dict[Feed, int] = _NOTHING

    def size(self) -> int:
        """How many facts there are."""
        return len(self.facts) + (0 if self.sealed is None else self.sealed.count)

    def seal(self, reach: int) -> None:
        """Keep encoded what lies more than two `reach` before the newest fact, once it is much.

        What is held against the facts at most one `reach` before it, and is no later than that,
        then needs no decoding: of a week of views that was most of what a further view cost.
        """
        facts = self.facts
        if len(facts) <= SEALED_TOGETHER:
            return
        old = bisect_left(facts, facts[-1].at - 2 * reach, key=by_time)
        if old < SEALED_TOGETHER:
            return
        sealed = self.sealed or Sealed(0, 0, [])
        chunks = [_pack(_encoder.encode(chunk)) for chunk in _chunks(facts[:old])]
        until, count = facts[old - 1].at, sealed.count + old
        self.sealed = Sealed(until, count, [*sealed.chunks, *chunks])
        del facts[:old]

    def unseal(self, since: int | None = None) -> None:
        """Have all facts in `facts`; with `since`, only if one of so late a time is sealed."""
        sealed = self.sealed
        if sealed is None or (since is not None and sealed.until < since):
            return
        self.sealed = None
        self.facts[:0] = [
            fact for chunk in sealed.chunks for fact in _facts_decoder.decode(_unpack(chunk))
        ]


class Retained(Struct, array_like=True):
    """What was `Retold` of a word of the time `at`, and the facts of it that are `held` back: each
    with its place, the id of a detector, "" for the profile."""

    at: int
    since: int | None
    by: Fact
    known: int
    held: list[tuple[str, Fact]] = []


class Aside(Struct, array_like=True):
    """A detector that was set aside at a time (µs), in the form that had failed."""

    at: int
    fingerprint: int


class EntityState(Struct, array_like=True, gc=False):
    """All that is kept of one entity.

    `profile` is the entity's own. `asked` names the entities whose profiles it subscribed to and
    until which event time, `known` what they have told. `subscribers` has subscribed to this one
    likewise. `due` are the times at which it wants to be looked at though no event comes, by clock,
    none of them before the `soonest`. `forgot` is the latest time of the clock of forgetting at
    which it was looked at. `past` are the alerts that are over, by detector and anchor, as they
    ended. `retold` is what has become of words that were told again, by the profile that told them
    and the word. `failing` says how often in a row a detector has failed, `aside` are those that
    were set aside. `withheld` are the detectors whose facts have never been judged, for want of
    reference data. `closed` says by detector and role of its facts up to when what it added up is
    over, and gone.
    """

    profile: list[Fact] = []
    notebooks: dict[str, Notebook] = {}
    asked: dict[str, int] = _NOTHING
    known: dict[str, list[Fact]] = _NOTHING
    subscribers: dict[str, int] = _NOTHING
    due: dict[Topics, int] = _NOTHING
    past: dict[str, dict[str, Past]] = _NOTHING
    retold: dict[str, Retained] = _NOTHING
    forgot: int | None = None
    failing: dict[str, int] = _NOTHING
    aside: dict[str, Aside] = _NOTHING
    withheld: frozenset[str] = frozenset()
    closed: dict[str, dict[str, int]] = _NOTHING
    soonest: int | None = None

    def let_go(self, detector_id: str, anchor: str) -> None:
        """What was raised is over: of it only the revision is remembered."""
        raised = self.notebooks[detector_id].raised.pop(anchor)
        over = Past(raised.revision, raised.finding.until, raised.digest)
        self.past = writable(self.past)
        self.past.setdefault(detector_id, {})[anchor] = over

    def recall(self, detector_id: str, anchor: str) -> Past | None:
        """An alert that was over and is to be raised once more; it is past no longer."""
        alerts = self.past.get(detector_id)
        past = alerts.pop(anchor, None) if alerts is not None else None
        if alerts is not None and not alerts:
            del self.past[detector_id]
        return past

    def set_aside(self, detector_id: str, at: int, fingerprint: int) -> None:
        """What a detector has is let go; what it raised stands as it is."""
        notebook = self.notebooks.get(detector_id)
        for anchor in list(notebook.raised) if notebook is not None else ():
            self.let_go(detector_id, anchor)
        self.notebooks.pop(detector_id, None)
        self.failing = {it: count for it, count in self.failing.items() if it != detector_id}
        self.aside = {**self.aside, detector_id: Aside(at, fingerprint)}

    def has_alerts(self) -> bool:
        """Whether any alert was raised that can still change."""
        return any(notebook.raised for notebook in self.notebooks.values())

    def answered(self) -> bool:
        """Every entity that was asked has told."""
        return not self.asked or len(self.known) == len(self.asked)

    def is_empty(self) -> bool:
        """Nothing worth keeping."""
        kept = self.profile or self.notebooks or self.subscribers or self.past or self.retold
        return not (kept or self.aside)


def digest(finding: Finding, firing: bool) -> bytes:
    """Tells two states of an alert apart, by all that they say: 8 bytes."""
    facts = [(*fact.order, fact.weight, fact.fields) for fact in finding.facts]
    said = (firing, facts, structs.replace(finding, facts=()))
    return blake2b(_encoder.encode(said), digest_size=8).digest()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EntityState)
_facts_decoder = msgspec.msgpack.Decoder(list[Fact])


def _chunks(facts: list[Fact]) -> Iterator[list[Fact]]:
    start = 0
    for place, fact in enumerate(facts):
        if place - start >= SEALED_TOGETHER and not fact.at & _BEGINS:
            yield facts[start:place]
            start = place
    yield facts[start:]


def _pack(data: bytes) -> bytes:
    """An LZ4 block with its length: facts repeat their source, their roles and their days.

    Of a state of 2 KB a third is left, for 4 µs to pack it and 3 µs to unpack it; decoding it
    takes 20."""
    return bytes(lz4.compress_block(data))


def _unpack(packed: bytes) -> bytes:
    """What `_pack` was given. Raises `cramjam.DecompressionError` for anything else."""
    return bytes(lz4.decompress_block(packed))


def encode_state(state: EntityState) -> bytes:
    """MessagePack, arrays only; packed where that is worth it."""
    value = _encoder.encode(state)
    # Where facts are sealed most is packed already: to look for more costs as much as to find it.
    if len(value) not in _WORTH_PACKING or any(it.sealed for it in state.notebooks.values()):
        return value
    return _PACKED + _pack(value)


def decode_state(value: bytes) -> EntityState:
    """Raises `msgspec.DecodeError` or `cramjam.DecompressionError` for anything `encode_state` did
    not write."""
    return _decoder.decode(_unpack(value[1:]) if value.startswith(_PACKED) else value)
