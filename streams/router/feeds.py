"""The feeds: what is known of the sender of each source topic, how it is stored on `offbook.feeds`,
and how it is shown. Pure.

`offbook.feeds` has a record for each partition of a stream topic, `<topic>/<number>`, written by
the router that reads the partition. From it routers know of each other, and of the time before they
started: that a topic has ever had a heartbeat is recorded nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from contract.kinds import KIND_OF_DATA, STREAM_TOPICS
from contract.times import DAY, HOUR, MINUTE, SECOND, micros, moment, rfc3339
from detectors.engine.running import awaited
from detectors.language.detector import Detector
from streams.router.known_feeds import Known, MovesBy, Partition
from streams.settings.feeds import FeedSettings
from streams.settings.settings import Settings
from streams.settings.silence import Silence, WorkingHours

#: The shortest time after which a heartbeat is reported as overdue, unless `heartbeat_every` is
#: set.
_SHORTEST: Final = MINUTE
#: A topic that is so far behind the clock holds back the deadlines that wait for it.
_BEHIND: Final = 15 * MINUTE

_Time = Annotated[datetime, Meta(tz=True)]


class Entry(Struct, frozen=True, omit_defaults=True):
    """One record of `offbook.feeds`, JSON. `heartbeat_every` is how often heartbeats have come, in
    seconds; `complete_to` as of `told_at`."""

    told_at: _Time
    complete_to: _Time | None = None
    last_event: _Time | None = None
    last_heartbeat: _Time | None = None
    heartbeat_every: float | None = None
    history: bool = False

    @property
    def known(self) -> Known:
        """What it says about the partition; none of its times is later than when it was written."""
        told = micros(self.told_at)
        every = self.heartbeat_every
        return Known(
            _until(told, self.last_event),
            _until(told, self.last_heartbeat),
            None if every is None else round(every * SECOND),
            self.history,
        )


class Standing(NamedTuple):
    """The state of a partition: what is known of it, and up to when it is complete (µs)."""

    known: Known
    complete_to: int | None


class PartitionShown(Struct, frozen=True):
    """A partition as shown to people and machines; times are RFC 3339. `silent` says why it is too
    silent, or is null."""

    last_event: str | None
    last_heartbeat: str | None
    complete_to: str | None
    silent: str | None


class FeedShown(Struct, frozen=True):
    """A topic, shown likewise. `complete_to` is that of its slowest partition, null while one has
    none. `holds_back` are the detectors whose deadlines wait for it now."""

    moves_by: MovesBy
    last_event: str | None
    last_heartbeat: str | None
    complete_to: str | None
    silent: str | None
    holds_back: list[str]
    partitions: dict[str, PartitionShown]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


def entry_key(partition: Partition) -> bytes:
    """The record key of a partition."""
    return f"{partition[0]}/{partition[1]}".encode()


def partition_of_key(key: bytes) -> Partition:
    """Raises `ValueError` for a key that is not of a stream topic's partition."""
    topic, _, number = key.decode().rpartition("/")
    if topic not in STREAM_TOPICS or not number.isdecimal():
        raise ValueError("not the key of a partition")
    return topic, int(number)


def encode_entry(standing: Standing, told_at: int) -> bytes:
    """The record value that says how a partition stands at `told_at` (µs)."""
    known = standing.known
    return _encoder.encode(
        Entry(
            told_at=moment(told_at),
            complete_to=_moment(standing.complete_to),
            last_event=_moment(known.event),
            last_heartbeat=_moment(known.heartbeat),
            heartbeat_every=None if known.every is None else known.every / SECOND,
            history=known.history,
        )
    )


def decode_entry(value: bytes) -> Entry:
    """Raises `msgspec.DecodeError` for what `encode_entry` did not write."""
    return _decoder.decode(value)


class _Rule:
    """What is expected of one topic."""

    def __init__(self, feed: FeedSettings, zone: ZoneInfo) -> None:
        hours = feed.working_hours
        self._hours = None if hours is None else WorkingHours(hours, zone, feed.holidays)
        self._heartbeat_every = feed.heartbeat_every
        every = feed.expected_every
        self.silence = None if every is None else Silence(every, self._hours)
        self.minds_heartbeats = feed.heartbeats

    def heartbeat_within(self, usual: int | None) -> Silence | None:
        """How long a partition may be without a heartbeat; None while nobody knows."""
        if self._heartbeat_every is not None:
            return Silence(self._heartbeat_every, self._hours)
        return None if usual is None else Silence(max(3 * usual, _SHORTEST), self._hours)


class Feeds:
    """What is expected of each feed, and what follows from how it stands."""

    def __init__(self, settings: Settings) -> None:
        zone = ZoneInfo(settings.timezone)
        self._rules = {
            topic: _Rule(settings.feeds.get(topic, FeedSettings()), zone) for topic in STREAM_TOPICS
        }
        self._detectors: Collection[Detector] = ()

    def use(self, detectors: Collection[Detector]) -> None:
        """Show which of these detectors are held back."""
        self._detectors = detectors

    def silences(self) -> dict[str, Silence]:
        """For the topics with such a setting: how long they may be silent."""
        return {
            topic: rule.silence for topic, rule in self._rules.items() if rule.silence is not None
        }

    def minds_heartbeats(self, topic: str) -> bool:
        """Whether the topic's time moves by heartbeats once there was one."""
        return self._rules[topic].minds_heartbeats

    def heard(self, topic: str, entry: Entry) -> Known:
        """What an entry says, as far as it counts."""
        if self.minds_heartbeats(topic):
            return entry.known
        return entry.known._replace(heartbeat=None, every=None)

    def moves_by(self, topic: str, of_topic: Iterable[Standing]) -> MovesBy:
        """How the topic's time moves while nothing comes."""
        if any(it.known.heartbeat is not None for it in of_topic):
            return "heartbeats"
        return "clock" if self._rules[topic].silence is None else "expected"

    def silent(
        self, topic: str, number: int, of_topic: Mapping[int, Standing], now: int
    ) -> str | None:
        """Why a partition is more silent than it should be, None if it is not."""
        rule, moves_by = self._rules[topic], self.moves_by(topic, of_topic.values())
        known = of_topic[number].known
        if moves_by == "heartbeats":
            if known.heartbeat is None:
                return "it never had a heartbeat, and other partitions of its topic had"
            usual = known.every or _latest(it.known.every for it in of_topic.values())
            within = rule.heartbeat_within(usual)
            if within is not None and within.exceeded(known.heartbeat, now):
                return f"no heartbeat for {span(now - known.heartbeat)}"
        elif rule.silence is not None:
            events = [it.known.event for it in of_topic.values() if it.known.event is not None]
            if not events:
                return "no event ever came"
            if rule.silence.exceeded(max(events), now):
                return f"no event for {span(now - max(events))}"
        return None

    def shown(self, standings: Mapping[Partition, Standing], now: int) -> dict[str, FeedShown]:
        """All topics of which something is known, in the order of the contract."""
        grouped = by_topic(standings)
        return {
            topic: self._shown(topic, grouped[topic], now)
            for topic in STREAM_TOPICS
            if topic in grouped
        }

    def unfed(self, standings: Mapping[Partition, Standing]) -> dict[str, str]:
        """The detectors to which nothing has ever come, and what they read."""
        never = {
            topic
            for topic, of_topic in by_topic(standings).items()
            if all(standing.known.event is None for standing in of_topic.values())
        }
        read = {it.id: {KIND_OF_DATA[one.data].topic for one in it.reads} for it in self._detectors}
        return {
            it: f"nothing has come on {', '.join(sorted(topics))} yet"
            for it, topics in sorted(read.items())
            if topics and topics <= never
        }

    def _shown(self, topic: str, of_topic: Mapping[int, Standing], now: int) -> FeedShown:
        partitions = {
            str(number): PartitionShown(
                _text(standing.known.event),
                _text(standing.known.heartbeat),
                _text(standing.complete_to),
                self.silent(topic, number, of_topic, now),
            )
            for number, standing in of_topic.items()
        }
        times = [it.complete_to for it in of_topic.values()]
        slowest = None if None in times else min(at for at in times if at is not None)
        silent = next((it.silent for it in partitions.values() if it.silent is not None), None)
        holds = silent is not None or slowest is None or now - slowest > _BEHIND
        return FeedShown(
            self.moves_by(topic, of_topic.values()),
            _text(_latest(it.known.event for it in of_topic.values())),
            _text(_latest(it.known.heartbeat for it in of_topic.values())),
            _text(slowest),
            silent,
            self._waiting_for(topic) if holds else [],
            partitions,
        )

    def _waiting_for(self, topic: str) -> list[str]:
        return sorted(it.id for it in self._detectors if topic in awaited(it))


def by_topic(standings: Mapping[Partition, Standing]) -> dict[str, dict[int, Standing]]:
    """Partitions by number, for each topic that has some."""
    grouped: dict[str, dict[int, Standing]] = {}
    for (topic, number), standing in sorted(standings.items()):
        grouped.setdefault(topic, {})[number] = standing
    return grouped


def _latest(times: Iterable[int | None]) -> int | None:
    return max((at for at in times if at is not None), default=None)


def _until(told: int, at: datetime | None) -> int | None:
    return None if at is None else min(micros(at), told)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _text(at: int | None) -> str | None:
    return None if at is None else rfc3339(at // SECOND * SECOND)


def span(length: int) -> str:
    """A length of time (µs) for people, in its two greatest units: `3d1h`, `17h58m`, `2m5s`."""
    for unit, smaller, names in ((DAY, HOUR, "dh"), (HOUR, MINUTE, "hm"), (MINUTE, SECOND, "ms")):
        if length >= unit:
            rest = length % unit // smaller
            return f"{length // unit}{names[0]}" + (f"{rest}{names[1]}" if rest else "")
    return f"{length // SECOND}s"
