"""What a further event costs once there are many of its entity: `python -m bench.skew`.

One entity after the other gets all of its kind's events, through a monitor's own work without
Kafka: records decoded, state decoded, judged, encoded and cut for the changelog, and what it tells
others taken in as well. Cost is CPU time of the last tenth before a count; written is what the
changelog gets an event of that part, keys and all.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any, NamedTuple

from bench.changelog import size_of, written
from bench.mix_company import START, line_of, private_account, reference
from contract.decoding.decode import decode_structured
from contract.event import Event, Origin
from contract.kinds import STREAM_TOPICS
from contract.times import MINUTE, SECOND, parse_rfc3339, rfc3339
from detectors.engine.engine import Engine
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from streams.monitor.entity_partition import EntityPartition
from streams.monitor.entity_work import work_off
from streams.settings.settings import Settings
from streams.wire.keyed_records import Batch, decode_batch, encode_batch, mark, wire

AT = (1_000, 3_000, 10_000, 30_000, 100_000)
#: Events that are made before any of them is taken in.
_AHEAD = 1_000
_KIB = 1024

#: The topic and the data of the event of that number.
Make = Callable[[int], tuple[str, dict[str, Any]]]


class Hot(NamedTuple):
    """An entity told of again and again: an event each `every` (µs), `together` in a record."""

    name: str
    key: str
    together: int
    every: int
    make: Make


def _edit(op: str, kind: str, id_: str, **more: Any) -> tuple[str, dict[str, Any]]:
    edit = {"actor": "E-00001", "op": op, "object": {"type": kind, "id": id_}}
    return "crm.edits", edit | more


def _views(number: int) -> tuple[str, dict[str, Any]]:
    id_ = f"C-{number % 5_000:06d}"
    return _edit("view", "customer", id_, customer=id_)


def _looked_at(number: int) -> tuple[str, dict[str, Any]]:
    actor = f"E-{number % 20:05d}"
    return _edit("view", "customer", "C-000000", customer="C-000000", actor=actor)


def _paid(number: int) -> tuple[str, dict[str, Any]]:
    return "payments", {
        "payment": f"P-{number}",
        "customer": f"C-{number % 5_000:06d}",
        "amount": f"{100 + number % 900}.00",
        "currency": "CNY",
        "payee_account": private_account(1),
        "method": "transfer",
    }


def _sent(number: int) -> tuple[str, dict[str, Any]]:
    shipment = {"shipment": f"S-{number}", "status": "dispatched", "customer": "C-000007"}
    return "shipments", shipment


def _updates(number: int) -> tuple[str, dict[str, Any]]:
    after = {"amount": f"{1000 + number % 7}.00", "currency": "CNY"}
    return _edit("update", "order", "O-1", order="O-1", customer="C-000007", after=after)


def _deletes(number: int) -> tuple[str, dict[str, Any]]:
    return _edit("delete", "customer", f"C-{number:06d}")


def _hits(number: int) -> tuple[str, dict[str, Any]]:
    hit = {"employee": "E-00001", "app": "wechat", "keyword": "私下", "category": "private_deal"}
    return "chat.keyword-hits", hit | {"customer": f"C-{number % 500:06d}"}


def _talks_and_losses(number: int) -> tuple[str, dict[str, Any]]:
    customer = f"C-{number // 2 % 500:06d}"
    if number % 2 == 0:
        topic, hit = _hits(number)
        return topic, hit | {"customer": customer}
    after = {"stage": "lost", "owner": "E-00001"}
    return _edit("update", "opportunity", f"OP-{number}", customer=customer, after=after)


def _sales(number: int) -> tuple[str, dict[str, Any]]:
    after = {"owner": "E-00001", "status": "approved", "amount": "900.00", "currency": "CNY"}
    order, customer = f"O-{number}", f"C-{number % 5_000:06d}"
    return _edit("create", "order", order, order=order, customer=customer, after=after)


def _exports(number: int) -> tuple[str, dict[str, Any]]:
    file = {"employee": "E-00001", "action": "copy_external", "path": f"D:\\客户\\{number}.xlsx"}
    return "endpoint.files", file


def _handed_on(number: int) -> tuple[str, dict[str, Any]]:
    owners = {
        "before": {"owner": f"E-{number % 9:05d}"},
        "after": {"owner": f"E-{number % 9 + 1:05d}"},
    }
    return _edit("update", "customer", "C-000007", customer="C-000007", **owners)


def _complaints(number: int) -> tuple[str, dict[str, Any]]:
    return "service.callbacks", {
        "callback": f"B-{number}",
        "customer": f"C-{number % 5_000:06d}",
        "employee": "E-00001",
        "outcome": "complaint",
        "satisfaction": 1,
    }


def _tips(number: int) -> tuple[str, dict[str, Any]]:
    return "tips", {"tip": f"T-{number}", "about_employee": "E-00001", "text": "请关注该员工"}


_OFTEN = 3600 * SECOND // 250

HOT = (
    Hot("employee's views, a hundred a record", "employee:E-00001", 100, _OFTEN, _views),
    Hot("employee's views", "employee:E-00001", 1, _OFTEN, _views),
    Hot("key customer's views", "customer:C-000000", 1, _OFTEN, _looked_at),
    Hot("payments into a private account", f"account:{private_account(1)}", 1, MINUTE, _paid),
    Hot("shipments without order", "customer:C-000007", 1, MINUTE, _sent),
    Hot("order updates", "order:O-1", 1, MINUTE, _updates),
    Hot("burst: deletes", "employee:E-00001", 1, MINUTE, _deletes),
    Hot("burst: chat hits", "employee:E-00001", 1, MINUTE, _hits),
    Hot("burst: exports", "employee:E-00001", 1, MINUTE, _exports),
    Hot("burst: complaints", "employee:E-00001", 1, MINUTE, _complaints),
    Hot("pair: talk and loss", "employee:E-00001", 1, MINUTE, _talks_and_losses),
    Hot("outlier: sales", "seller:E-00001", 1, MINUTE, _sales),
    Hot("customer handed on", "customer:C-000007", 1, MINUTE, _handed_on),
    Hot("tips about one", "employee:E-00001", 1, MINUTE, _tips),
)


class Point(NamedTuple):
    """How it stands after so many events. Times in µs of CPU an event, sizes in bytes."""

    events: int
    cost: float
    written: float
    state: int
    revisions: int


class Monitor:
    """One partition, to which nothing but one entity's events come."""

    def __init__(self, hot: Hot, known: Reference, settings: Settings) -> None:
        self.partition = EntityPartition(0)
        self.fed = self.written = self.revisions = 0
        self.spent = 0.0
        self._hot, self._begin = hot, parse_rfc3339(START)
        self._engine = Engine(DETECTORS, known, settings.common)
        self._offset = 0

    def feed(self, upto: int) -> None:
        """Take in the events up to that number. What it spends is taken for many at once: to ask
        for it costs as much as many events where a system is virtual."""
        while self.fed < upto:
            upto_now = min(self.fed + _AHEAD, upto)
            starts = range(self.fed, upto_now, self._hot.together)
            records = [self._record(it, min(it + self._hot.together, upto_now)) for it in starts]
            begun = process_time()
            for record in records:
                self._take(record)
            self.spent += process_time() - begun
            self.fed = upto_now

    def _record(self, first: int, beyond: int) -> bytes:
        key = self._hot.key
        events = [_event(self._hot, number, self._begin) for number in range(first, beyond)]
        newest = events[-1].time
        marks = [mark(topic, 0, 1, newest) for topic in STREAM_TOPICS]
        places = [place for place, it in enumerate(events) if key in self._engine.route(it)]
        wired = [wire(it, newest // 1000) for it in events]
        return encode_batch(Batch(marks, wired, [(key, place) for place in places]))

    def _take(self, record: bytes) -> None:
        """Take in a record, and whatever follows from it."""
        while True:
            taken = [(decode_batch(record), None)]
            work = work_off(self._engine, self.partition, self._offset, taken)
            self._offset += 1
            self.revisions += len(work.alerts)
            self.written += size_of(written(self.partition, work.changed, self._offset))
            for failure in work.failures:
                raise failure.error
            if not work.notes:
                return
            record = encode_batch(Batch(notes=[(to, note) for to, note, _ in work.notes]))


def company_known(settings: Settings) -> Reference:
    """The mix's reference documents, read."""
    known = Reference(settings.timezone)
    for number, line in enumerate(reference()):
        event = decode_structured(line.document, Origin("", 0, number))
        if isinstance(event, Event):
            known.put(event)
    return known


def measured(hot: Hot, most: int, known: Reference, settings: Settings) -> Iterator[Point]:
    """Feed one entity, and tell how it stands at each count up to `most`."""
    monitor = Monitor(hot, known, settings)
    for count in (it for it in AT if it <= most):
        part = count // 10
        monitor.feed(count - part)
        written, spent = monitor.written, monitor.spent
        monitor.feed(count)
        cost, wrote = (monitor.spent - spent) / part, (monitor.written - written) / part
        state = len(monitor.partition.values.get(hot.key, b""))
        yield Point(count, cost * 1e6, wrote, state, monitor.revisions)


def _event(hot: Hot, number: int, begin: int) -> Event:
    topic, data = hot.make(number)
    time = rfc3339(begin + number * hot.every)
    document = line_of(topic, "", f"hot-{number}", time, data).document
    event = decode_structured(document, Origin(topic, 0, number))
    if not isinstance(event, Event):
        raise TypeError(f"{hot.name}: {event}")
    return event


def main() -> None:
    """Print the table, and whether it holds what flat means."""
    parser = argparse.ArgumentParser(prog="python -m bench.skew", description=__doc__)
    parser.add_argument("--events", type=int, default=AT[-1], help="of one entity, at most")
    parser.add_argument("--only", default="", help="what this is part of the name of")
    chosen = parser.parse_args()
    settings = Settings()
    known = company_known(settings)
    for hot in (it for it in HOT if chosen.only in it.name):
        for point in measured(hot, chosen.events, known, settings):
            print(
                f"{hot.name:40} {point.events:>7,} {point.cost:8.0f} µs"
                f" {point.written / _KIB:8.1f} KiB written {point.state / _KIB:8.1f} KiB of state"
                f" {point.revisions:>7,} revisions",
                flush=True,
            )


if __name__ == "__main__":
    main()
