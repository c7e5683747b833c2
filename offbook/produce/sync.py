"""The same producer for scripts that do not await: its loop runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from contract.types import EventData
from offbook.produce.data import Data
from offbook.produce.delivery import Receipt
from offbook.produce.errors import ClosedError
from offbook.produce.producer import Compression, Producer
from offbook.produce.record import EventRecord, event
from streams.settings.settings import Settings

_T = TypeVar("_T")
#: Events on their way at a time; `enqueue` waits beyond that.
_ON_THE_WAY: Final = 10_000


class SyncProducer:
    """A `Producer` without `await`; use it with `with`. Threads may share one.

    Its arguments and errors are those of `Producer`.
    """

    def __init__(
        self,
        kafka: str | Settings,
        *,
        source: str,
        linger: float = 0.005,
        patience: float = 20.0,
        compression: Compression | None = "lz4",
    ) -> None:
        self._producer = Producer(
            kafka, source=source, linger=linger, patience=patience, compression=compression
        )
        self._room = threading.BoundedSemaphore(_ON_THE_WAY)
        self._lock = threading.Lock()
        self._open: set[Future[Receipt]] = set()
        self._waiting: deque[tuple[EventRecord, Future[Receipt]]] = deque()
        self._asleep = True
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._failed: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            with suppress(Exception):  # the first error is the one to tell
                self.close()

    def start(self) -> None:
        """Connect. Raises `KafkaAccessError`."""
        if self._loop is not None:
            return
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="offbook-producer", daemon=True
        )
        self._thread.start()
        try:
            self._run(self._begin())
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        """Send what is waiting and disconnect. Raises as `flush`."""
        if self._loop is None:
            return
        try:
            self.flush()
        finally:
            try:
                self._run(self._finish())
            finally:
                self._end()

    def send(
        self, data: Data | EventData, *, id: str, time: datetime | str, source: str | None = None
    ) -> Receipt:
        """Send one event and return when Kafka has it. See `Producer.send`."""
        return self._run(self._producer.send(data, id=id, time=time, source=source))

    def enqueue(
        self, data: Data | EventData, *, id: str, time: datetime | str, source: str | None = None
    ) -> Future[Receipt]:
        """Hand over one event and return at once, or when there is room again.

        The first that failed is raised by `flush`, whether or not its future was asked. Raises
        `InvalidEventError`.
        """
        record = event(
            data,
            id=id,
            time=time,
            source=self._producer.source if source is None else source,
            region=self._producer.settings.phone_region,
        )
        loop = self._running()
        self._room.acquire()
        future: Future[Receipt] = Future()
        with self._lock:
            self._open.add(future)
            self._waiting.append((record, future))
            asleep, self._asleep = self._asleep, False
        future.add_done_callback(self._done)
        if asleep:
            loop.call_soon_threadsafe(self._wake.set)
        return future

    def remove(self, entry: type[Data | EventData], id: str) -> Receipt:
        """Remove an entry of the reference data. See `Producer.remove`."""
        return self._run(self._producer.remove(entry, id))

    def flush(self) -> None:
        """Return when Kafka has all that was handed over before. Raises the `DeliveryError` of the
        first event enqueued since the last time that failed."""
        with self._lock:
            open_ = set(self._open)
        wait(open_)
        with self._lock:
            failed, self._failed = self._failed, None
        if failed is not None:
            raise failed

    def heartbeat(
        self, topic: str, *, complete_until: datetime | str, source: str | None = None
    ) -> int:
        """Say that all until then has been sent. See `Producer.heartbeat`."""
        self.flush()
        beat = self._producer.heartbeat(topic, complete_until=complete_until, source=source)
        return self._run(beat)

    async def _begin(self) -> None:
        await self._producer.start()
        self._worker = asyncio.create_task(self._hand_over())

    async def _finish(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        await self._producer.close()

    async def _hand_over(self) -> None:
        """One after the other what `enqueue` took: a task for each costs three times as much."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (next_ := self._next()) is not None:
                record, future = next_
                try:
                    delivery = await self._producer.enqueue_record(record)
                except Exception as error:  # noqa: BLE001 - who waits for it must hear of it
                    if future.set_running_or_notify_cancel():
                        future.set_exception(error)
                else:
                    delivery.pass_to(future)

    def _next(self) -> tuple[EventRecord, Future[Receipt]] | None:
        with self._lock:
            self._asleep = not self._waiting
            return self._waiting.popleft() if self._waiting else None

    def _done(self, future: Future[Receipt]) -> None:
        error = None if future.cancelled() else future.exception()
        with self._lock:
            self._open.discard(future)
            self._failed = self._failed or error
        self._room.release()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise ClosedError("the producer is not open: use it within `with`")
        return self._loop

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            loop = self._running()
        except ClosedError:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def _end(self) -> None:
        loop, self._loop = self._loop, None
        assert loop is not None
        assert self._thread is not None
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()
