"""A small random company over a few days, honest business with frauds in it, for comparing runs.

Made so that the final alerts, withdrawn ones included, do not depend on how fast or in which
interleaving the topics are read: where an alert is anchored at the first event of a run, all its
events stand on one partition of one topic. And so that no deadline passes between 5 minutes before
and 10 minutes after `end`: events happen from 10 to 50 minutes past the hour as counted back from
there, and deadlines are whole hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from zlib import crc32

from contract.alert import Alert
from contract.document import encode_document
from contract.event import Event
from contract.times import HOUR, MINUTE
from contract.types import CrmEdit, HrChange, Payment
from detectors.engine.engine import Engine
from detectors.engine.in_memory import InMemoryRun
from detectors.facts.reference import Reference
from detectors.rules.catalogue import DETECTORS
from tests.detectors import timeline as tell

EMPLOYEES = [f"E-{n}" for n in range(12)]
CUSTOMERS = [f"C-{n}" for n in range(60)]
HOURS = 96


@dataclass(frozen=True)
class Record:
    """One record to produce: `value` is as good as any producer's."""

    topic: str
    partition_key: bytes
    key: bytes | None
    value: bytes


class Company:
    """`documents` of reference and `events` in order of time, `end` being now (µs)."""

    def __init__(self, seed: int, end: int, size: int = 3000) -> None:
        self.end = end
        self._rng = Random(seed)
        self.documents = [tell.account(tell.COMPANY_ACCOUNT)]
        self.documents += [
            tell.employee(id_, f"员工{n}", accounts=[f"6222-{id_}"])
            for n, id_ in enumerate(EMPLOYEES)
        ]
        self.documents += [
            tell.customer(id_, EMPLOYEES[n % len(EMPLOYEES)]) for n, id_ in enumerate(CUSTOMERS)
        ]
        events = [*self._frauds(), *self._cleaning(), *self._business(size)]
        self.events = sorted({(e.source, e.id): e for e in events}.values(), key=lambda e: e.time)

    def records(self, repeats: float = 0.02, garbage: float = 0.01) -> Iterator[Record]:
        """The events as records, some twice and some bytes that are none among them."""
        for event in self.events:
            record = Record(
                event.origin.topic, _whose(event), event.id.encode(), encode_document(event)
            )
            yield record
            if self._rng.random() < repeats:
                yield record
            if self._rng.random() < garbage:
                yield Record(event.origin.topic, b"", None, b'{"specversion": "1.0", "id"')

    def expected(self, until: int) -> dict[str, Alert]:
        """The newest revision of each alert, of a run in memory, with time moved on to `until`."""
        reference = Reference()
        for document in self.documents:
            reference.put(document)
        run = InMemoryRun(Engine(DETECTORS, reference, mode="live"))
        alerts = run.run(self.events, until)
        assert not run.failures
        return {alert.alert_id: alert for alert in alerts}

    def _when(self, hours_ago: int | None = None) -> int:
        hours = self._rng.randrange(1, HOURS) if hours_ago is None else hours_ago
        return self.end - hours * HOUR - self._rng.randrange(10 * MINUTE, 50 * MINUTE)

    def _business(self, size: int) -> Iterator[Event]:
        rng = self._rng
        number = 0
        made = 0
        while made < size:
            number += 1
            customer = rng.choice(CUSTOMERS)
            owner = EMPLOYEES[CUSTOMERS.index(customer) % len(EMPLOYEES)]
            moment = self._when(rng.randrange(8, HOURS))
            order = f"O-{number}"
            deal = [
                tell.activity(moment, owner, customer),
                tell.order(moment + 1, order, owner, customer=customer),
                tell.edit(
                    moment + 2, owner, "update", ("order", order), order=order, status="approved"
                ),
                tell.shipment(moment + 2 * HOUR, f"S-{number}", order=order, customer=customer),
                tell.payment(moment + 5 * HOUR, f"P-{number}", order=order, customer=customer),
                tell.callback(moment + 6 * HOUR, f"CB-{number}", customer),
            ]
            made += len(deal)
            yield from deal

    def _cleaning(self) -> Iterator[Event]:
        """Half of all events, each of which is evidence: one that is lost is missed."""
        for n in range(12):
            for hours_ago in range(4 + n % 3, HOURS, 3):
                moment = self.end - hours_ago * HOUR - 45 * MINUTE
                for m in range(8):
                    yield tell.deletes(moment + 3 * m * MINUTE + n, f"E-CLEANER-{n}", 3)

    def _frauds(self) -> Iterator[Event]:
        rng = self._rng
        for n in range(6):
            # Money to an employee's own account, from several customers.
            thief = EMPLOYEES[n]
            for m in range(4):
                customer = CUSTOMERS[n + m * len(EMPLOYEES)]
                yield tell.payment(self._when(), f"PX-{n}-{m}", f"6222-{thief}", customer=customer)
        for n in range(8):
            yield tell.shipment(self._when(), f"SX-{n}", customer=rng.choice(CUSTOMERS))
            yield tell.shipment(
                self._when(), f"SY-{n}", order=f"O-NOWHERE-{n}", customer=rng.choice(CUSTOMERS)
            )
            yield tell.payment(
                self._when(), f"PY-{n}", order=f"O-ELSEWHERE-{n}", customer=rng.choice(CUSTOMERS)
            )
        for n in range(4):
            leaver, moment = EMPLOYEES[6 + n], self._when(20 + n)
            for m in range(5):
                yield tell.deletes(moment + m * MINUTE, leaver, 4 + m)
            yield tell.hr(moment + 10 * HOUR, leaver, "resigned")
            wiper, moment = EMPLOYEES[10 + n % 2], self._when(10 + n)
            yield tell.wipes(moment, wiper, 12)
            yield tell.wipes(moment + MINUTE, wiper, 13)
        for n in range(6):
            talker, moment = EMPLOYEES[n], self._when(30 + n)
            for m in range(4):
                yield tell.hit(moment + m * MINUTE, talker, CUSTOMERS[n + m * len(EMPLOYEES)])
            customer = CUSTOMERS[n]
            yield tell.opens(moment - 2 * HOUR, f"OPP-{n}", customer, talker)
            yield tell.stage(moment + 5 * HOUR, f"OPP-{n}", "lost", customer, actor=talker)


def partition(record: Record, partitions: int) -> int:
    """Where to produce it."""
    return crc32(record.partition_key) % partitions


def _whose(event: Event) -> bytes:
    data = event.data
    if isinstance(data, Payment):
        return data.payee_account.encode()
    if isinstance(data, CrmEdit):
        return data.actor.encode()
    if isinstance(data, HrChange):
        return data.employee.encode()
    return str(getattr(data, "employee", None) or event.id).encode()
