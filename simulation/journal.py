"""What the company's systems record, as documents in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from contract.kinds import KIND_OF_DATA
from contract.label import EventId
from contract.types import EventData
from simulation.calendar import DAY, HOUR, MINUTE, OFFSET, date_of, day_of
from simulation.chance import between, stream

HOST = "yunchuan-machinery.example"
#: By topic: the CloudEvents `source`, and what an `id` begins with.
_SYSTEMS = {
    "crm.edits": (f"//crm.{HOST}", "crm"),
    "payments": (f"//bank.{HOST}", "bank"),
    "shipments": (f"//wms.{HOST}", "wms"),
    "chat.keyword-hits": (f"//chat.{HOST}", "chat"),
    "hr.changes": (f"//hr.{HOST}", "hr"),
    "endpoint.files": (f"//edr.{HOST}", "edr"),
    "service.callbacks": (f"//service.{HOST}", "call"),
    "tips": (f"//hotline.{HOST}", "tip"),
    "reference.accounts": (f"//master-data.{HOST}", "account"),
    "reference.employees": (f"//master-data.{HOST}", "employee"),
    "reference.customers": (f"//master-data.{HOST}", "customer"),
}
#: A photographed payment slip, as a customer sent it in: money the bank of the company never saw.
SLIPS = (f"//receivables.{HOST}/slips", "slip")

#: How late events arrive: the share that is, and up to how many seconds. The rest takes seconds.
_SLOW, _SLOW_SPAN = 0.03, 6 * HOUR
_OFFLINE, _OFFLINE_SPAN = 0.001, 6 * DAY
#: The share that a sender repeats word for word, and how much later, in seconds.
_REPEATED, _REPEAT_SPAN = 0.002, 3 * HOUR


class _Document(Struct):
    specversion: str
    id: str
    source: str
    type: str
    time: str
    data: EventData


class Journal:
    """Takes events in any order and gives their documents out in the order of arrival.

    It holds what has not arrived yet. Events after `end` (seconds) are not written down; those
    before it that arrive later are.
    """

    def __init__(self, seed: int, end: int) -> None:
        self.end = end
        self._rng = stream(seed, "arrival")
        self._encode = msgspec.json.Encoder().encode
        self._numbers: dict[str, int] = {}
        self._waiting: dict[int, list[tuple[int, int, bytes]]] = {}
        self._days: dict[int, str] = {}
        self.told = 0
        self.repeats = 0

    def tell(self, time: int, data: EventData, system: tuple[str, str] | None = None) -> EventId:
        """Record `data` as having happened at `time`, unless that is after the end."""
        kind = KIND_OF_DATA[type(data)]
        source, prefix = system or _SYSTEMS[kind.topic]
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        id_ = f"{prefix}-{number:07}"
        known = EventId(source, id_)
        if time > self.end:
            return known
        line = self._line(time, id_, source, kind.type, data)
        self.told += 1
        chance = self._rng.random()
        if chance > _SLOW:
            arrives = time + int(chance * 8)
        elif chance > _OFFLINE:
            arrives = time + between(self._rng, MINUTE, _SLOW_SPAN)
        else:
            arrives = time + between(self._rng, _SLOW_SPAN, _OFFLINE_SPAN)
        self._wait(arrives, line)
        if self._rng.random() < _REPEATED:
            self.repeats += 1
            self._wait(arrives + between(self._rng, 1, _REPEAT_SPAN), line)
        return known

    def state(self, time: int, id_: str, data: EventData) -> bytes:
        """A reference document, ready to be sent."""
        kind = KIND_OF_DATA[type(data)]
        source, prefix = _SYSTEMS[kind.topic]
        return self._line(time, f"{prefix}-{id_}", source, kind.type, data)

    def arrivals(self, until: int | None = None) -> Iterator[bytes]:
        """The lines that arrive up to and including company day `until`, or all."""
        for day in sorted(self._waiting):
            if until is not None and day > until:
                return
            for _, _, line in sorted(self._waiting.pop(day)):
                yield line

    def _wait(self, arrives: int, line: bytes) -> None:
        waiting = self._waiting.setdefault((arrives + OFFSET) // DAY, [])
        waiting.append((arrives, len(waiting), line))

    def _line(self, time: int, id_: str, source: str, type_: str, data: EventData) -> bytes:
        text = rfc3339(time, self._days)
        return self._encode(_Document("1.0", id_, source, type_, text, data)) + b"\n"


def rfc3339(time: int, days: dict[int, str] | None = None) -> str:
    """`2026-03-02T09:15:00+08:00`. `days` keeps the dates already written."""
    day = day_of(time)
    known = days.get(day) if days is not None else None
    if known is None:
        known = date_of(day).isoformat()
        if days is not None:
            days[day] = known
    minutes, second = divmod((time + OFFSET) % DAY, 60)
    return f"{known}T{minutes // 60:02}:{minutes % 60:02}:{second:02}+08:00"
