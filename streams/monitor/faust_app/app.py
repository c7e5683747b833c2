"""The monitor's Faust app, limited to what Faust does well: workers, the assignment of partitions,
and a table that moves with its partitions."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from streams.monitor.entity_partition import EntityPartition
from streams.monitor.faust_app.connection import faust_connection
from streams.monitor.faust_app.overrides import SteeredApp, SteeredConsumer
from streams.monitor.faust_app.table import EntityTable
from streams.settings.settings import Settings
from streams.wire.kafka import CHANGELOG_TOPIC, MAX_REQUEST, group, topic_name
from streams.wire.keyed_records import KEYED_TOPIC

_SECOND = 1_000_000
#: Bytes of one produce batch. A state that is larger goes alone.
_BATCH_BYTES = 512 * 1024
#: Bytes of one partition in one answer; a larger record comes alone.
_FETCH_BYTES = 2 * 1024 * 1024

_RAW = {
    "key_type": bytes,
    "value_type": bytes,
    "key_serializer": "raw",
    "value_serializer": "raw",
}


class MonitorApp:
    """A Faust app with one agent, which hands each message of `offbook.keyed` to `take`.

    `take` must not raise. `drain` is awaited before the worker takes part in a rebalance, so that
    no record is processed here and by the next owner of its partition at the same time.

    Raw bytes everywhere, because a typed topic acknowledges a malformed message early and stalls;
    concurrency 1, because with 2 Faust commits past a message that is still being processed.
    """

    def __init__(
        self,
        settings: Settings,
        take: Callable[[Any], Awaitable[None]],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        self._app = app = SteeredApp(
            group(settings, "monitor"),
            **faust_connection(settings),
            autodiscover=False,
            # Two workers on one machine must not seem to be one.
            canonical_url=f"http://{uuid.uuid4().hex}",
            key_serializer="raw",
            value_serializer="raw",
            processing_guarantee="at_least_once",
            store="memory://",
            stream_wait_empty=True,
            stream_recovery_delay=0.0,
            recovery_consistency_check=False,
            stream_buffer_maxsize=64,
            broker_client_id="offbook-monitor",
            broker_commit_interval=1.0,
            broker_session_timeout=settings.session_timeout / _SECOND,
            broker_heartbeat_interval=settings.heartbeat_interval / _SECOND,
            broker_rebalance_timeout=settings.rebalance_timeout / _SECOND,
            broker_request_timeout=30.0,
            broker_max_poll_records=1000,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=_FETCH_BYTES,
            producer_acks=-1,
            producer_linger=0.0,
            producer_request_timeout=30.0,
            producer_max_request_size=MAX_REQUEST,
            producer_max_batch_size=_BATCH_BYTES,
            producer_threaded=False,
            table_standby_replicas=0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
        )
        app.finalize()
        app.transport.Consumer = SteeredConsumer
        keyed = topic_name(settings, KEYED_TOPIC)
        self.keyed_name = keyed
        self.changelog_name = topic_name(settings, CHANGELOG_TOPIC)
        self._table = EntityTable(
            app,
            name="entities",
            partitions=settings.keyed_partitions,
            changelog_topic=app.topic(
                self.changelog_name, partitions=settings.keyed_partitions, acks=False, **_RAW
            ),
            key_type=bytes,
            value_type=bytes,
        )
        app.tables.add(self._table)
        topic = app.topic(keyed, partitions=settings.keyed_partitions, **_RAW)

        async def keyed_records(stream: Any) -> None:
            async for event in stream.events():
                await take(event.message)

        async def on_revoked(_: Any, revoked: Any, **__: Any) -> None:
            await drain()

        # A strong reference: signals keep weak ones by default, and nothing else holds this
        # closure.
        app.on_partitions_revoked.connect(on_revoked, weak=False)
        app.agent(topic, concurrency=1, name="offbook.monitor")(keyed_records)

    @property
    def partitions(self) -> dict[int, EntityPartition]:
        """The partitions whose state is loaded; Faust drops those it revokes."""
        return self._table.data.data  # type: ignore[no-any-return]

    @property
    def is_rebalancing(self) -> bool:
        """Whether partitions are on the move."""
        return bool(self._app.rebalancing)

    @property
    def is_assigned(self) -> bool:
        """Whether a rebalance was ever completed."""
        return self._app._assignment is not None  # noqa: SLF001 - Faust has no public name for it

    @property
    def crashed(self) -> bool:
        """Whether Faust has given up."""
        return bool(self._app.crashed)

    @property
    def crash_reason(self) -> BaseException | None:
        """Why it has."""
        return self._app.crash_reason  # type: ignore[no-any-return]

    def assigned(self) -> set[int]:
        """The partitions of `offbook.keyed` that are this worker's."""
        assignment = self._app._assignment or ()  # noqa: SLF001
        return {tp.partition for tp in assignment if tp.topic == self.keyed_name}

    def kafka_producer(self) -> Any:
        """The aiokafka producer inside Faust's, whose batches and acknowledgements we need."""
        return self._app.producer._ensure_producer()  # noqa: SLF001

    async def start(self) -> None:
        """Join the group. Returns once partitions were assigned."""
        await self._app.start()

    async def stop(self) -> None:
        """Leave it."""
        await self._app.stop()
