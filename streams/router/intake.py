"""What becomes of a source record: an event under each entity it is about, or a dead letter."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import structlog

from contract.canary import SOURCE as CANARY
from contract.canary import is_canary
from contract.decoding import privacy
from contract.decoding.decode import decode_record
from contract.event import Event, Origin
from contract.kinds import REFERENCE_TOPICS, SOURCE_TOPICS, STREAM_TOPICS
from contract.rejected import Rejected
from contract.types import Heartbeat
from detectors.engine.engine import Engine
from detectors.facts.reference import Reference
from detectors.language.detector import Detector
from sinks.dead_letters import DeadLetter, failed_letter, is_replayed, rejected_letter
from sinks.faults import told
from sinks.metrics.metrics import Metrics
from streams.router.alignment import Turn
from streams.router.dead_letter_outbox import DeadLetterOutbox
from streams.router.feeds import Feeds
from streams.router.keyed_outbox import KeyedOutbox, too_large_letter
from streams.router.repeats import First, Repeats, conflict
from streams.router.source_reader import SourceReader
from streams.router.source_time import SourceTime
from streams.settings.settings import Settings
from streams.wire.kafka import topic_name, written_at
from streams.wire.keyed_records import WireEvent, partition_of, wire

_NO_KEY: Final = Rejected(
    "decode",
    "",
    "A null value on a reference topic removes the entry of its key, and this one has no key.",
    "Send the id of what is to be removed as the record's key.",
)

_log = structlog.get_logger(__name__)


class Intake:
    """Decodes, counts and routes records of the source topics into the outboxes, and tells
    `source_time` how far they go. Nothing here awaits anything."""

    def __init__(
        self,
        settings: Settings,
        detectors: Sequence[Detector],
        metrics: Metrics,
        source_time: SourceTime,
        feeds: Feeds,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._time = source_time
        self._feeds = feeds
        self._repeats = Repeats()
        self._plain = {topic_name(settings, topic): topic for topic in SOURCE_TOPICS}
        self._keyed: list[KeyedOutbox] = []
        self._letters: DeadLetterOutbox
        self.use(detectors)

    def use(self, detectors: Sequence[Detector]) -> None:
        """Route to the readers of these from the next records on."""
        self._route = Engine(detectors, Reference(self._settings.timezone)).route

    def into(self, keyed: list[KeyedOutbox], letters: DeadLetterOutbox) -> None:
        """Set the outboxes that everything goes to."""
        self._keyed, self._letters = keyed, letters

    def take(self, turn: Turn, reader: SourceReader, most: int) -> tuple[int, int | None]:
        """Take at most `most` records of one partition, as long as they are not ahead of the
        others. Returns how many were taken and the offset of the next, None if none was taken."""
        partition, records, is_ahead = turn.partition, turn.records, turn.is_ahead
        topic, number = self._plain[partition.topic], partition.partition
        met, pass_on = self._repeats.met, self._pass_on
        wall = time.time_ns() // 1000
        region = self._settings.phone_region
        feed = self._settings.feeds.get(topic)
        takes = feed.takes if feed is not None and feed.sources else None
        timed = topic in STREAM_TOPICS
        too_old = self._too_old() if timed else -1
        rests_at = self._rests_at(topic, number)
        came = reader.came(partition)
        more = reader.has_more(partition) or len(records) > most
        newest, heartbeat, head = -1, -1, None
        taken = bad = repeated = conflicting = late = sung = 0
        while records and taken < most:
            record = records.popleft()
            taken += 1
            try:
                written = written_at(record.timestamp, wall)
                event = decode_record(
                    record.value,
                    record.headers,
                    Origin(topic, number, record.offset),
                    wall=written,
                    region=region,
                )
                if type(event) is Rejected:
                    if record.value is None and topic in REFERENCE_TOPICS:
                        if _names_an_entry(record.key):
                            continue
                        event = _NO_KEY
                    self._letters.add(
                        rejected_letter(record, event, prefix=self._settings.topic_prefix)
                    )
                    bad += 1
                    continue
                assert not isinstance(event, Rejected)
                if event.source == CANARY and is_canary(event):
                    # It is none of its feed's: no sign of life of it, no progress, no count.
                    pass_on(event, record)
                    sung += 1
                    continue
                if takes is not None and not takes(event.source):
                    self._letters.add(self._of_a_stranger(record, topic))
                    bad += 1
                    continue
                at = min(event.time, written)
                if is_ahead(at):
                    head = at
                    records.appendleft(record)
                    taken -= 1
                    break
                if type(event.data) is Heartbeat:
                    heartbeat = max(heartbeat, at)
                    continue
                first = met(event)
                if first is not None and not first.same and timed:
                    # For reference documents the newest counts, and compaction drops the older
                    # ones.
                    self._letters.add(self._conflict(record, event, first))
                    conflicting += 1
                    continue
                if at > newest:
                    newest = at
                if at < rests_at:
                    # Before it is routed: a batch that is closed with it must not claim a later
                    # time.
                    self._time.came((topic, number), came, event=at, more=more)
                    rests_at, too_old = self._rests_at(topic, number), self._too_old()
                if first is not None and first.same:
                    repeated += 1
                    if is_replayed(record.headers):
                        # Somebody whom it is about may have failed on it, and lacks it still; for
                        # all others it changes nothing.
                        pass_on(event, record)
                    continue
                if at < too_old:
                    late += 1
                pass_on(event, record)
            except Exception as error:  # noqa: BLE001 - one event must not stop the others
                self._letters.add(self._failed(record, error))
                bad += 1
        latest = max(newest, heartbeat)
        reader.took(turn, latest if latest >= 0 else None, head)
        minded = heartbeat >= 0 and timed and self._feeds.minds_heartbeats(topic)
        if not taken or sung < taken:
            self._time.came(
                (topic, number),
                came,
                event=newest if newest >= 0 else None,
                heartbeat=heartbeat if minded else None,
                # Everything on the partition before the event that waits has been read.
                reached=None if head is None else head - 1,
                more=more or bool(records),
            )
        if not taken:
            return 0, None
        count = self._metrics.events.count
        count(topic, "accepted", taken - bad - repeated - conflicting - late - sung)
        if late:
            count(topic, "late", late)
        if repeated:
            count(topic, "duplicate", repeated)
        if conflicting:
            count(topic, "conflict", conflicting)
            _log.warning(
                "events have the identity of others and say something else; the first of each"
                " stays, the others are in the dead letters",
                topic=topic,
                partition=number,
                events=conflicting,
                up_to_offset=record.offset,
            )
        if bad:
            count(topic, "dead_letter", bad)
        return taken, record.offset if head is not None else record.offset + 1

    def _pass_on(self, event: Event, record: Any) -> None:
        keys = self._route(event)
        if keys:
            wired, keyed = wire(event, record.timestamp), self._keyed
            for key in keys:
                keyed[partition_of(key, len(keyed))].add(key, wired)

    def refused(self, event: WireEvent) -> None:
        """The broker found an event too large for the keyed topic."""
        settings = self._settings
        plain = SOURCE_TOPICS[event.kind]
        letter = too_large_letter(event, topic_name(settings, plain), settings.topic_prefix)
        self._letters.add(letter)
        self._metrics.events.count(plain, "dead_letter")
        _log.error(
            "an event is larger than the keyed topic takes; sent to the dead letters without value",
            topic=plain,
            partition=event.partition,
            offset=event.offset,
        )

    def _too_old(self) -> int:
        """Events before this time are late; -1 while none is."""
        now = self._time.now()
        return -1 if now is None else now - self._settings.lateness

    def _rests_at(self, topic: str, number: int) -> int:
        """Up to when a partition at rest is known to be complete; -1 if it is not at rest."""
        mark = self._time.rests_at((topic, number))
        return -1 if mark is None else mark

    def _conflict(self, record: Any, event: Event, first: First) -> DeadLetter:
        """The dead letter of an event whose identity another event had first."""
        topic = record.topic
        rejected = conflict(
            f"{topic}[{first.partition}] at offset {first.offset}",
            f"{topic}[{record.partition}] at offset {record.offset}",
        )
        return self._letter(record, rejected, event.kind.topic)

    def _of_a_stranger(self, record: Any, topic: str) -> DeadLetter:
        """The dead letter of an event whose source may not send to its topic."""
        rejected = Rejected(
            "envelope",
            "source",
            f"Topic `{topic}` takes no events of this `source`.",
            f'Send it under a `source` that is named in `sources` of [feeds."{topic}"], or have it'
            " named there.",
        )
        return self._letter(record, rejected, topic)

    def _letter(self, record: Any, rejected: Rejected, topic: str) -> DeadLetter:
        if topic == "tips":
            rejected = privacy.guard(rejected, record.value, record.headers)
        return rejected_letter(record, rejected, prefix=self._settings.topic_prefix)

    def _failed(self, record: Any, error: Exception) -> DeadLetter:
        _log.error(
            "could not route an event; sent to the dead letters",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            error=told(error),
        )
        return failed_letter(
            record,
            error,
            stage="route",
            message="Offbook failed on this event. It is Offbook's own fault: please report it.",
            prefix=self._settings.topic_prefix,
        )


def _names_an_entry(key: bytes | None) -> bool:
    try:
        return bool(key and key.decode())
    except UnicodeDecodeError:
        return False
