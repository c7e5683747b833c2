"""What one router knows of the feeds: its own partitions from reading them, those of others from
the feed log. It informs monitors, other routers, Prometheus and readiness."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from aiokafka.errors import KafkaError

from contract.kinds import STREAM_TOPICS
from contract.times import SECOND, micros
from sinks.health import Health
from sinks.metrics.feeds import FeedFigure
from sinks.metrics.metrics import Metrics
from streams.router.feed_log import FeedLog
from streams.router.feeds import Entry, Feeds, FeedShown, Standing, by_topic
from streams.router.known_feeds import Partition
from streams.router.source_time import SourceTime
from streams.settings.settings import Settings
from streams.wire.keyed_records import Mark, mark

#: Seconds that writing to the feed log may take.
_PATIENCE: Final = 5.0

_log = structlog.get_logger(__name__)


class FeedKeeper:
    """Keeps `source_time` in step with what other routers know, and reports how it stands."""

    def __init__(
        self,
        settings: Settings,
        feeds: Feeds,
        source_time: SourceTime,
        metrics: Metrics,
        producer: Any,
    ) -> None:
        self._feeds = feeds
        self._time = source_time
        self._metrics = metrics
        self._log = FeedLog(settings, producer, self._heard)
        #: Partitions that are ours, but whose state others may know and we have not read yet.
        self._given: set[Partition] = set()
        self._entries: dict[Partition, Entry] = {}
        #: Partitions that no longer exist and must be removed from the feed log.
        self._gone: list[Partition] = []
        self._of: dict[str, int] = {}

    async def start(self) -> None:
        """Connect. Raises `KafkaError`."""
        await self._log.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._log.stop()

    # Which partitions.

    def count(self, counts: Mapping[str, int]) -> None:
        """The topics now have this many partitions: forget those that no longer exist. A topic
        without partitions is being created again."""
        for topic, count in counts.items():
            if topic not in STREAM_TOPICS or not count or count == self._of.get(topic):
                continue
            self._of[topic] = count
            self._gone += self._time.partitions(topic, count)
            for partition, entry in self._entries.items():
                if partition[0] == topic:
                    self._learn(partition, entry)

    def give(self, partitions: Iterable[Partition]) -> None:
        """These partitions are ours from now on."""
        self._given.update(it for it in partitions if it[0] in STREAM_TOPICS)

    def take_away(self, partitions: Iterable[Partition]) -> None:
        """These partitions may belong to others from now on."""
        self._given.clear()
        for partition in partitions:
            self._time.forget(partition)

    async def begin(self) -> None:
        """Start with the partitions we were given, once we know what their last router knew. Raises
        `KafkaError`."""
        while self._given:
            given = set(self._given)
            await self._log.catch_up()
            # A rebalance may have taken some away meanwhile, or brought others.
            for partition in given & self._given:
                self._given.remove(partition)
                self._time.watch(partition, time.time_ns() // 1000)

    # What others say.

    def _heard(self, partition: Partition, entry: Entry | None) -> None:
        if entry is None:
            self._entries.pop(partition, None)
        else:
            self._entries[partition] = entry
            self._learn(partition, entry)

    def _learn(self, partition: Partition, entry: Entry) -> None:
        topic, number = partition
        if number < self._of.get(topic, 0) and not self._time.watches(partition):
            self._time.hear(partition, self._feeds.heard(topic, entry))

    # What is said.

    def marks(self) -> list[Mark]:
        """How far our partitions are, for the monitors."""
        return [
            mark(topic, number, self._of[topic], at) for (topic, number), at in self._time.marks()
        ]

    async def tell(self, *, all_: bool = False) -> bool:
        """Read what other routers wrote about their partitions, and write about ours. Returns
        whether that worked.

        Done before every commit: if a first heartbeat were committed and nobody knew of it any
        more, the topic's time would move with the clock.
        """
        gone, self._gone = self._gone, []
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._log.take_back(gone)
                await self._log.follow()
                await self._log.write(self._ours(), all_=all_)
        except (KafkaError, TimeoutError) as error:
            self._gone += gone
            _log.warning(
                "cannot tell how far the feeds are yet", error=str(error) or type(error).__name__
            )
            return False
        return True

    def show(self) -> None:
        """Tell Prometheus how our partitions stand."""
        grouped = by_topic(self._all())
        now = time.time_ns() // 1000
        figures = {}
        for (topic, number), ended in self._time.ended().items():
            of_topic = grouped.get(topic, {})
            standing = of_topic.get(number)
            if standing is None:
                continue  # We were given it before we heard that the topic has so many.
            figures[topic, number] = FeedFigure(
                _seconds(standing.known.event),
                _seconds(standing.known.heartbeat),
                _seconds(standing.complete_to),
                _seconds(ended),
                int(self._feeds.silent(topic, number, of_topic, now) is not None),
            )
        self._metrics.feeds.show(figures)

    def shown(self) -> dict[str, FeedShown]:
        """All feeds as they stand, whoever reads them."""
        return self._feeds.shown(self._all(), time.time_ns() // 1000)

    def show_in(self, health: Health) -> None:
        """Have readiness report the feeds, and the detectors that rest because nothing ever came;
        neither makes a router unready: a company may have no such feed."""
        health.show("feeds", self.shown)
        health.show("unfed", lambda: self._feeds.unfed(self._all()))

    def hide_in(self, health: Health) -> None:
        """The router ends: it has nothing to report."""
        for name in ("feeds", "unfed"):
            health.show(name, None)

    def _ours(self) -> dict[Partition, Standing]:
        return {it: Standing(self._time.known(it), at) for it, at in self._time.marks()}

    def _all(self) -> dict[Partition, Standing]:
        """Of a partition of which nobody has said anything, nothing is known."""
        ours = self._ours()
        standings: dict[Partition, Standing] = {}
        for topic, count in self._of.items():
            for partition in ((topic, number) for number in range(count)):
                entry = self._entries.get(partition)
                complete_to = None if entry is None else entry.complete_to
                standings[partition] = ours.get(partition) or Standing(
                    self._time.known(partition),
                    None if complete_to is None else micros(complete_to),
                )
        return standings


def _seconds(at: int | None) -> float | None:
    return None if at is None else at / SECOND
