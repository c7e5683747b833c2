"""Sends the results of records, then writes the new state of entities, and handles what is too
large for either."""

from __future__ import annotations

import asyncio

import structlog

from streams.monitor.changelog import Changelog
from streams.monitor.entity_partition import EntityPartition, Refusal
from streams.monitor.entity_work import Work
from streams.monitor.outbox import Outbox
from streams.monitor.report import MonitorReport
from streams.monitor.retrying import Retrying
from streams.settings.settings import Settings
from streams.wire.topics import message_limits

#: Bytes of a batch around a record, at most.
_OVERHEAD = 1024

_log = structlog.get_logger(__name__)


class Results:
    """Brings results to Kafka in such an order that a crash repeats work and loses none."""

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        changelog: Changelog,
        retrying: Retrying,
        report: MonitorReport,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._changelog = changelog
        self._until_done = retrying.until_done
        self._report = report

    async def send(self, partition: EntityPartition, work: Work, offset: int) -> None:
        """Send the results of the record at `offset`, then write the new state of the entities."""
        refused = await self._until_done(lambda: self._outbox.send_work(work))
        refused |= {it: self._changelog.refusal(left) for it, left in work.overgrown.items()}
        await self._set_aside(partition, work, refused, offset)
        if work.changed:
            refused = await self._until_done(
                lambda: self._changelog.write_entities(partition, work.changed, offset)
            )
            await self._set_aside(partition, work, refused, offset)
        if work.dropped:
            await self._until_done(lambda: self._outbox.send_letters(work))
            self._report.dropped(work)

    async def write_applied(self, partition: EntityPartition) -> None:
        """Write how far the partition was applied, after all results of the record."""
        await self._until_done(lambda: self._changelog.write_applied(partition))

    async def rewrite_outdated(self, partition: EntityPartition) -> None:
        """Write again what a paused worker has overwritten with something older."""
        refused = await self._until_done(lambda: self._changelog.rewrite_outdated(partition))
        await self._set_aside(partition, Work(), refused, partition.applied)

    async def take_back(self, partition: EntityPartition) -> None:
        """Let entities that were set aside continue if there is room for them by now."""
        topics = {why.topic for why in partition.aside.values()}
        limits = await asyncio.to_thread(message_limits, self._settings, topics) if topics else {}
        room = [
            key
            for key, why in partition.aside.items()
            if why.bytes + _OVERHEAD < limits.get(why.topic, 0)
        ]
        for key in room:
            partition.take_back(key)
        if room:
            _log.info(
                "entities go on that were set aside",
                partition=partition.number,
                entities=len(room),
            )
            await self._until_done(
                lambda: self._changelog.write_aside(partition, room, partition.applied)
            )

    async def _set_aside(
        self, partition: EntityPartition, work: Work, refused: dict[str, Refusal], offset: int
    ) -> None:
        """Leave entities of which something is too large in the state that was last written; no
        others are affected. This is recorded on the changelog, so that it outlasts a restart."""
        if not refused:
            return
        for key, why in refused.items():
            written = work.written.get(key, partition.values.get(key))
            partition.set_aside(key, written, why)
            work.changed.discard(key)
            work.drop(key)
            _log.error(
                "an entity is set aside: something of it is larger than a record may be",
                partition=partition.number,
                topic=why.topic,
                bytes=why.bytes,
            )
        await self._until_done(lambda: self._changelog.write_aside(partition, refused, offset))
        self._report.set_aside(partition)
