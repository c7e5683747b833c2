"""What is agreed on while the service runs: the allowance goes to the log, where workers and
replays find it.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

import msgspec
from msgspec import Struct, structs

from contract.allowance import LONGEST_REASON, AllowanceRecord, ids_of, standard_id
from contract.spelling.nearest import nearest
from contract.spelling.shown import shown
from contract.times import DAY, rfc3339
from desk.acting import ActionError, DeniedError
from desk.kafka_log import KafkaLog
from desk.readers import Reader
from desk.rights import denial_to_allow
from detectors.language.detector import Detector
from streams.monitor.partition_reader import PartitionReader
from streams.settings.settings import Settings
from streams.wire.kafka import ALLOWANCES_TOPIC, topic_name
from streams.wire.topics import partitions_of

#: An allowance that nobody looks at for longer is one that nobody remembers.
LONGEST: Final = 366 * DAY


class WishError(ActionError):
    """An allowance that cannot be as it is asked for. One line."""

    retryable: ClassVar[bool] = False


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be allowed, `until` (microseconds) and why; see `AllowanceRecord`."""

    until: int
    reason: str
    detectors: tuple[str, ...] = ()
    list: str | None = None
    employee: str | None = None
    customer: str | None = None
    order: str | None = None
    account: str | None = None


class Allowing:
    """Takes the allowances that readers put. `detectors` are all that there are, by id."""

    def __init__(
        self, settings: Settings, detectors: Mapping[str, Detector], kafka: KafkaLog | None = None
    ) -> None:
        self._settings = settings
        self._detectors = detectors
        self._kafka = KafkaLog(settings) if kafka is None else kafka

    async def allow(self, reader: Reader, wish: Wish) -> AllowanceRecord:
        """Allow it from now on. Raises `DeniedError` or `WishError`, and `TopicsError`,
        `KafkaAccessError` or `KafkaError`."""
        now = _now()
        if why := denial_to_allow(reader, wish.employee):
            raise DeniedError(why)
        record = AllowanceRecord(
            allowance_id=uuid.uuid4().hex,
            by=reader.name,
            since=rfc3339(now),
            until=rfc3339(wish.until),
            reason=shown(wish.reason.strip()),
            detectors=wish.detectors,
            list=wish.list,
            **self._checked(wish, now),
        )
        # Where it is missing, some brokers would make one, and not as it must be.
        await self._partitions()
        await self._put(record)
        return record

    async def end(self, reader: Reader, allowance_id: str) -> AllowanceRecord:
        """Let it cover nothing that happens from now on. Raises the same."""
        found = next((it for it in await self.known() if it.allowance_id == allowance_id), None)
        if found is None:
            raise WishError("there is no such allowance; `offbook allowances` has them")
        if why := denial_to_allow(reader, found.employee):
            raise DeniedError(why)
        now = _now()
        if found.span[1] < now:
            raise WishError("it has ended already")
        ended = structs.replace(found, ended_by=reader.name, ended_at=rfc3339(now))
        await self._put(ended)
        return ended

    async def known(self) -> list[AllowanceRecord]:
        """All there ever were, in the order in which they begin. Raises as `allow` does, for what
        is on Kafka."""
        count = await self._partitions()
        reader = PartitionReader(self._settings)
        newest: dict[bytes, bytes | None] = {}
        name = topic_name(self._settings, ALLOWANCES_TOPIC)
        try:
            for partition in range(count):
                async for records in reader.read(name, partition, 0, holes=True):
                    newest |= {record.key: record.value for record in records}
        finally:
            await reader.stop()
        return in_order(newest.values())

    async def close(self) -> None:
        """Close the connections to Kafka."""
        await self._kafka.close()

    def _checked(self, wish: Wish, now: int) -> dict[str, str]:
        """Its ids in the form in which alerts have them. Raises `WishError`."""
        if not wish.reason.strip() or len(wish.reason) > LONGEST_REASON:
            raise WishError(f"the reason must be said, in 1 to {LONGEST_REASON} characters")
        if not now < wish.until <= now + LONGEST:
            raise WishError(
                "the end must be later than now and within a year: when should somebody look again?"
            )
        ids = ids_of(wish)
        if not ids and (wish.list is not None or not wish.detectors):
            raise WishError(
                "say for whom or what: an employee, a customer, an order or an account; or name a"
                " detector, all of whose alerts are then allowed"
            )
        if wish.list is not None and wish.detectors:
            raise WishError("either detectors or a list: the detectors that take it are settings")
        for detector in wish.detectors:
            if detector not in self._detectors:
                near = nearest(detector, list(self._detectors))
                raise WishError(f"there is no detector {detector}{near}")
        lists = {name for it in self._detectors.values() for name in it.allow_lists}
        if wish.list is not None and wish.list not in lists:
            raise WishError(
                f"no detector takes the list {wish.list}{nearest(wish.list, list(lists))}:"
                f' add allow_lists = ["{wish.list}"] under [detectors.<id>] of those that shall'
            )
        try:
            return {name: standard_id(name, id_) for name, id_ in ids.items()}
        except ValueError as error:
            raise WishError(str(error)) from None

    async def _partitions(self) -> int:
        # A thread of its own: the client that can ask waits for its answer.
        found = await asyncio.to_thread(partitions_of, self._settings, [ALLOWANCES_TOPIC])
        return found[ALLOWANCES_TOPIC]

    async def _put(self, record: AllowanceRecord) -> None:
        value = msgspec.json.encode(record)
        await self._kafka.put(ALLOWANCES_TOPIC, record.allowance_id, value)


def in_order(values: Iterable[bytes | None]) -> list[AllowanceRecord]:
    """The allowances among records of the log, in the order in which they begin."""
    found = []
    for value in values:
        if value is not None:
            try:
                found.append(AllowanceRecord.decoded(value))
            except ValueError:
                # Nothing is allowed by it; workers say in their log where it stands.
                continue
    return sorted(found, key=lambda it: (it.span, it.allowance_id))


def _now() -> int:
    return time.time_ns() // 1_000_000 * 1000
