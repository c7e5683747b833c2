"""What all ways in have in common: records are mapped, kept in bunches, and counted."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO, Final

from msgspec import Struct, field, structs

from connectors.outcome import Rejected
from connectors.receiving.figures import Figures
from connectors.receiving.jobs import Job
from connectors.receiving.letters import Arrived, Draft, Result, Whence, drafted
from connectors.receiving.outbox import KeepError, Outbox, paused
from contract.times import SECOND
from sinks.backoff import Backoff
from sinks.tally import Tally

#: Of a bunch: records, and bytes of what is sent for them.
_RECORDS: Final = 500
_BYTES: Final = 4 << 20
#: Dead letters that a report tells of one by one.
_TOLD: Final = 20
#: Faults that are told apart.
_FAULTS: Final = 1000


class StoppedError(Exception):
    """The process ends; what was not acknowledged is to be taken again."""


class Taken(Struct):
    """What became of an input: how many of each outcome; of what is bad the first, by line, and how
    many there are of each fault: (stage, field, reason, mend)."""

    results: Counter[Result] = field(default_factory=Counter)
    first: list[tuple[int, Rejected]] = field(default_factory=list)
    faults: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(self, drafts: Iterable[Draft]) -> None:
        """Count these in."""
        for it in drafts:
            self.results[it.result] += 1
            if (why := it.rejected) is None:
                continue
            if len(self.first) < _TOLD:
                self.first.append((it.line, why))
            fault = (why.stage, why.field, why.reason, why.mend)
            if fault in self.faults or len(self.faults) < _FAULTS:
                self.faults[fault] += 1


class Intake:
    """One connector's way to Kafka. Its mapping, and whatever may hang, runs in a thread of its
    own: others go on."""

    def __init__(self, job: Job, outbox: Outbox, figures: Figures, letters: Tally) -> None:
        self.job = job
        self._outbox = outbox
        self._figures = figures
        self._letters = letters
        self._thread = ThreadPoolExecutor(1, f"connect-{job.name}")

    async def aside(self, work: Any, *arguments: Any) -> Any:
        """`work(*arguments)` in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def close(self) -> None:
        """The thread ends when it has nothing in hand."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def take(
        self,
        stream: BinaryIO,
        whence: Whence,
        stopping: asyncio.Event | None = None,
        patience: float | None = None,
    ) -> Taken:
        """Map and keep all that is in `stream`: return when it is acknowledged. Raises `KeepError`
        at the first bunch that is not, within `patience` seconds if that is said, or with
        `stopping` tries it until that is set, and then raises `StoppedError`; and the `OSError` of
        `stream`."""
        return await self.keep(_arrived(self.job, stream, whence), stopping, patience)

    async def keep(
        self,
        arrived: Iterable[Arrived],
        stopping: asyncio.Event | None = None,
        patience: float | None = None,
    ) -> Taken:
        """The same of records that are mapped already. `arrived` is gone through in the thread."""
        taken, those = Taken(), iter(arrived)
        while True:
            bunch = await self.aside(self._bunch, those)
            if not bunch:
                return taken
            kept = await self._kept(bunch, stopping, patience)
            taken.add(kept)
            for it in kept:
                self._figures.kept(self.job.name, it.result)
                if it.rejected is not None:
                    self._letters.add(f"{self.job.name}:", it.rejected.stage)
            self._figures.came(self.job.name)
            if stopping is not None and stopping.is_set() and not self._is_last(bunch):
                raise StoppedError

    def _bunch(self, arrived: Iterator[Arrived]) -> list[Draft]:
        drafts: list[Draft] = []
        wall, weight = time.time_ns() // 1000, 0
        for it in arrived:
            draft = drafted(it, self.job.page, wall)
            drafts.append(draft)
            weight += len(draft.value or b"")
            if len(drafts) >= _RECORDS or weight >= _BYTES:
                break
        return drafts

    @staticmethod
    def _is_last(bunch: Sequence[Draft]) -> bool:
        """Whether it ended for want of more: then all of the input is kept."""
        return len(bunch) < _RECORDS and sum(len(it.value or b"") for it in bunch) < _BYTES

    async def _kept(
        self, drafts: list[Draft], stopping: asyncio.Event | None, patience: float | None
    ) -> list[Draft]:
        backoff = Backoff(0.5, 15.0)
        while True:
            try:
                return await self._outbox.keep(drafts, patience)
            except KeepError:
                if stopping is None:
                    raise
                if await paused(stopping, backoff.longer()):
                    raise StoppedError from None


def _arrived(job: Job, stream: BinaryIO, whence: Whence) -> Iterator[Arrived]:
    bare = structs.replace(whence, raw=None)
    for told in job.connector.read(stream):
        yield Arrived(told, whence if told.record is None else bare)
        if told.record is None:
            # The bytes are kept once: what is mapped of them again is all of them.
            whence = bare


def whole(taken: Taken) -> bool:
    """Whether anything of the input was a record."""
    good = sum(n for result, n in taken.results.items() if result != "dead_letter")
    return bool(good) or any(it.stage != "decode" for _, it in taken.first)


def seconds(micros: int) -> float:
    """Of a duration."""
    return micros / SECOND
